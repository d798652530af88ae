"""archive → warehouse: a pure function of record versions, shipped files and code; checked, then put in place whole."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from msc_harvest import __version__, dictionary
from msc_harvest.errors import MscHarvestError, RecordRejected, WarehouseError
from msc_harvest.model import Connector, Progress, Row
from msc_harvest.pipeline import computing, gates, strategy_terms
from msc_harvest.pipeline.estimating.ledger import EstimateLedger
from msc_harvest.pipeline.estimating.moves import estimate_history
from msc_harvest.pipeline.history import History, intact
from msc_harvest.synthesis.proportion import clopper_pearson, wilson
from msc_harvest.warehouse import checks, derive, profile, raw
from msc_harvest.warehouse.connect import Connection, bulk_load
from msc_harvest.warehouse.estimates_read import newest_version
from msc_harvest.warehouse.inspect import build_facts
from msc_harvest.warehouse.publish import building
from msc_harvest.warehouse.tables import RowBuffer, create_all, frame_of, insert_frame

SAMPLE = "embedded sample"
HARVEST = "harvest"


class Holdings(Protocol):
    """What a build needs of an archive, the real one or the embedded sample."""

    origin: str

    def load_into(self, connection: Connection, as_of: datetime | None) -> int:
        """Fill raw.* with the record versions known at `as_of`; returns how many."""

    def digest(self, as_of: datetime | None) -> str:
        """SHA-256 over all record versions known at `as_of`."""

    def ledger(self, as_of: datetime | None) -> Mapping[str, pl.DataFrame]:
        """Rows of ops tables that tell where the records come from."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: its id, where the data come from, counts, the checks that found something, and those gates that
    found something and were overridden."""

    build_id: str
    data_origin: str
    n_records: int
    n_rejected: int
    n_drift: int
    warnings: tuple[checks.CheckResult, ...]
    forced: tuple[checks.CheckResult, ...] = ()


def build(
    warehouse: Path,
    assets: Path,
    holdings: Holdings,
    connectors: Mapping[str, Connector],
    now: datetime,
    progress: Progress,
    as_of: datetime | None = None,
    *,
    force: bool = False,
    state: Path | None = None,
    estimates: EstimateLedger = EstimateLedger(),  # noqa: B008 - frozen
) -> Built:
    """Build the warehouse aside and put it in place when no fail_* check finds anything.

    `force` overrides the comparison with the published warehouse (pipeline.gates), and nothing else. A build that fails
    leaves its reason in the folder `state`, and one that succeeds takes it away. `estimates` remembers what earlier
    published builds said, and what this one says.

    Raises WarehouseError when a sample would replace a harvest or the file cannot be written, ChecksFailed when a
    fail_* check found rows (the old warehouse stays), SettingsError for a SQL or CSV file that does not fit.
    """
    results: list[checks.CheckResult] = []
    try:
        _refuse_sample_over_harvest(warehouse, holdings.origin)
        # What a build that was killed after its rename had not yet written down.
        estimates.record(warehouse, progress.note)
        with building(warehouse) as connection:
            create_all(connection)
            progress.start("read archive", None)
            with bulk_load(connection):
                progress.advance(holdings.load_into(connection, as_of))
                rejected, drift = _parse(connection, connectors, progress)
            progress.start("derive views", None)
            derive.load_signed_files(connection, assets)
            facts = _write_ops(connection, holdings, assets, now, as_of, rejected, drift)
            _remember(connection, estimates, facts, as_of, progress)
            progress.advance(len(derive.derive(connection, assets / "queries", COMPUTES)))
            results.extend(_check(connection, assets, warehouse, progress))
            forced = _judge(connection, results, force=force)
    except MscHarvestError as problem:
        if state:
            gates.remember_failure(state, now, str(problem), results)
        raise
    estimates.record(warehouse, progress.note)
    if state:
        gates.forget_failure(state)
    warnings = tuple(one for one in results if one.n_rows and one not in forced)
    return Built(facts["build_id"], holdings.origin, facts["n_records"], len(rejected), len(drift), warnings, forced)


def exact_interval(pairs: pl.DataFrame) -> pl.DataFrame:
    """(n_events, n_at_risk) with prop and the exact 95 % interval prop_ci_low, prop_ci_high."""
    low, high = clopper_pearson(pairs["n_events"].to_numpy(), pairs["n_at_risk"].to_numpy())
    prop = pl.col("n_events") / pl.col("n_at_risk")
    return pairs.with_columns(prop.alias("prop"), pl.Series("prop_ci_low", low), pl.Series("prop_ci_high", high))


def score_interval(pairs: pl.DataFrame) -> pl.DataFrame:
    """(n_found, n_known) with prop and the 95 % score interval (Wilson) prop_ci_low, prop_ci_high."""
    low, high = wilson(pairs["n_found"].to_numpy(), pairs["n_known"].to_numpy())
    prop = pl.col("n_found") / pl.col("n_known")
    return pairs.with_columns(prop.alias("prop"), pl.Series("prop_ci_low", low), pl.Series("prop_ci_high", high))


COMPUTES = {
    "clopper_pearson": exact_interval,
    "wilson": score_interval,
    "estimate_history": estimate_history,
    **computing.COMPUTES,
}


def files_digest(assets: Path) -> str:
    """SHA-256 over the files a build reads beside the archive."""
    digest = hashlib.sha256()
    for folder in ("queries", "warehouse/schema", "warehouse/vocab", "warehouse/curated"):
        for path in sorted((assets / folder).rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(assets).as_posix()}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _refuse_sample_over_harvest(warehouse: Path, origin: str) -> None:
    if origin != SAMPLE or not warehouse.exists():
        return
    try:
        published = build_facts(warehouse).data_origin
    except WarehouseError:
        raise WarehouseError(
            f"{warehouse} cannot be read and may come from a harvest, which the embedded sample will not replace; "
            "remove the file, or rebuild it from the archive with: msc-harvest build"
        ) from None
    if published != SAMPLE:
        raise WarehouseError(
            f"{warehouse} was built from a harvest and the embedded sample will not replace it; name another "
            "folder with --home"
        )


def _parse(
    connection: Connection, connectors: Mapping[str, Connector], progress: Progress
) -> tuple[list[tuple[str, ...]], dict[tuple[str, str, str], tuple[int, str]]]:
    """Typed rows of every current record into core.*, and the facts of every version, whose changes are told.

    Returns the rejected records, and the drift: (source, path, what) → (records, first record id).
    """
    total = connection.execute("SELECT count(*) FROM raw.record_version WHERE is_current").fetchall()[0][0]
    progress.start("parse records", int(total))
    tables = [table for one in connectors.values() for table in dictionary.tables(one.dictionary)]
    buffer = RowBuffer(connection.cursor(), tables)
    versions = History(connection.cursor())
    rejected: list[tuple[str, ...]] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], str] = {}
    with collector_off():
        for source, record_id, version, sha256, body in raw.version_bodies(connection, are_current=True):
            try:
                parsed = _connector(connectors, source).parse(intact(source, record_id, sha256, body))
            except RecordRejected as problem:
                rejected.append((source, record_id, sha256, str(problem)))
            else:
                buffer.add(parsed.rows)
                versions.keep(record_id, version, parsed, is_current=True)
                for path, what in set(parsed.drift):
                    seen[source, path, what] += 1
                    first[source, path, what] = min(record_id, first.get((source, path, what), record_id))
            progress.advance()
        buffer.flush()
        versions.keep_superseded(connectors, raw.version_bodies(connection, are_current=False))
    return rejected, {key: (count, first[key]) for key, count in seen.items()}


def _connector(connectors: Mapping[str, Connector], source: str) -> Connector:
    if source not in connectors:
        raise RecordRejected(f"no connector is called {source}; its records stay in the archive")
    return connectors[source]


@contextmanager
def collector_off() -> Iterator[None]:
    """Parsing makes millions of tuples and no cycles: the cyclic collector would only walk them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _write_ops(
    connection: Connection,
    holdings: Holdings,
    assets: Path,
    now: datetime,
    as_of: datetime | None,
    rejected: Sequence[Row],
    drift: Mapping[tuple[str, str, str], tuple[int, str]],
) -> dict[str, Any]:
    counts = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE is_current) FROM raw.record_version"
    ).fetchall()[0]
    archive_sha256, files_sha256 = holdings.digest(as_of), files_digest(assets)
    facts: dict[str, Any] = {
        "build_id": _build_id(archive_sha256, files_sha256, as_of),
        "data_origin": holdings.origin,
        "built_at": now,
        "as_of": as_of,
        "code_version": __version__,
        "duckdb_version": connection.execute("SELECT version()").fetchall()[0][0],
        "archive_sha256": archive_sha256,
        "files_sha256": files_sha256,
        "n_record_versions": counts[0],
        "n_records": counts[1],
        "n_rejected": len(rejected),
        "forced_checks": None,
    }
    _insert(connection, "ops.build", [tuple(facts.values())])
    _insert(connection, "ops.rejected_record", rejected)
    drift_rows = [(*key, count, example) for key, (count, example) in sorted(drift.items())]
    _insert(connection, "ops.schema_drift", drift_rows)
    _insert(connection, "ops.strategy_term", strategy_terms.rows(assets / "queries"))
    for table, frame in holdings.ledger(as_of).items():
        insert_frame(connection, table, frame)
    return facts


def _build_id(archive_sha256: str, files_sha256: str, as_of: datetime | None) -> str:
    identity = f"{archive_sha256} {files_sha256} {__version__} {as_of}"
    return hashlib.sha256(identity.encode()).hexdigest()[:12]


def _remember(
    connection: Connection, estimates: EstimateLedger, facts: dict[str, Any], as_of: datetime | None, progress: Progress
) -> None:
    """Fill the ops tables of what earlier published builds said of each estimate.

    A build as of an earlier day bears the id there that it would have had on that day: it is that day's build again.
    """
    plain_id = _build_id(facts["archive_sha256"], facts["files_sha256"], None)
    known_until = newest_version(connection)
    told = estimates.frames(plain_id, facts["data_origin"], known_until, as_of, progress.note)
    for table, frame in told.items():
        insert_frame(connection, table, frame)


def _insert(connection: Connection, name: str, rows: Sequence[Row]) -> None:
    insert_frame(connection, name, frame_of(dictionary.table(name), rows))


def _check(connection: Connection, assets: Path, warehouse: Path, progress: Progress) -> list[checks.CheckResult]:
    """Run all checks, compare with what is published, and keep the results in ops."""
    declared = checks.from_dictionary(dictionary.every_table())
    wanted = [*declared, *checks.from_folder(assets / "queries" / "check")]
    progress.start("check", len(wanted))
    profile.measure(connection)
    results = [*checks.run(connection, wanted), *gates.compare(warehouse, profile.read(connection))]
    progress.advance(len(wanted))
    rows = [(one.check.name, one.check.severity, one.check.meaning, one.n_rows, one.example) for one in results]
    _insert(connection, "ops.check_result", rows)
    return results


def _judge(
    connection: Connection, results: Sequence[checks.CheckResult], *, force: bool
) -> tuple[checks.CheckResult, ...]:
    """Keep in ops.build which gates were overridden. Raises ChecksFailed naming the checks that stop publishing."""
    forced = gates.judge(results, force=force)
    if forced:
        connection.execute("UPDATE ops.build SET forced_checks = ?", [[one.check.name for one in forced]])
    return forced
