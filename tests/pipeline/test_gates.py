"""Gates: a build that lost records or fields against the published one is not published, unless the user insists."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from msc_harvest.connectors import connectors
from msc_harvest.errors import ChecksFailed, WarehouseError
from msc_harvest.paths import assets
from msc_harvest.pipeline import gates, holdings
from msc_harvest.pipeline.building import Built, Holdings, build
from msc_harvest.warehouse.checks import Check, CheckResult
from msc_harvest.warehouse.inspect import build_facts
from msc_harvest.warehouse.profile import Fullness, Profile
from tests.pipeline.conftest import Silent

NOW = datetime(2026, 12, 1, 4, 5, 6)
COLUMN = ("core.trial", "phases")


def a_profile(trials: int = 1463, studies: int = 100, rows: int = 100, null: int = 10) -> Profile:
    return Profile("harvest", None, {"trials": trials, "papers": 10}, studies, {COLUMN: Fullness(rows, null)})


# The rules, on profiles alone.


def test_the_figures_are_told_as_a_person_would() -> None:
    assert gates.fallen(a_profile(), a_profile(trials=1102)) == ["trials 1,463 → 1,102 (−24.7 %)"]


@pytest.mark.parametrize(
    ("before", "now", "is_down"),
    [(100, 99, False), (100, 98, True), (1000, 991, False), (1000, 990, False), (1000, 989, True), (1, 0, True)],
)
def test_more_than_one_percent(before: int, now: int, is_down: bool) -> None:
    assert bool(gates.fallen(a_profile(trials=before), a_profile(trials=now))) is is_down
    assert bool(gates.fallen(a_profile(studies=before), a_profile(studies=now))) is is_down


def test_a_source_that_is_gone_is_down_and_a_new_one_is_not() -> None:
    gone = replace(a_profile(), n_records={"papers": 10, "more": 1})
    assert gates.fallen(a_profile(), gone) == ["trials 1,463 → 0 (−100.0 %)"]
    assert gates.fallen(replace(a_profile(), n_records={}, n_studies=0), a_profile()) == []


def test_the_worst_comes_first() -> None:
    told = gates.fallen(a_profile(trials=100), a_profile(trials=90, studies=50))
    assert [one.split()[0] for one in told] == ["studies", "trials"]


@pytest.mark.parametrize(
    ("before", "now", "is_up"),
    [
        ((100, 15), (100, 20), False),  # five points are not more than five, whatever floats say of 0.2 − 0.15
        ((100, 15), (100, 21), True),
        ((100, 0), (1000, 51), True),
        ((100, 90), (100, 10), False),
        ((49, 0), (100, 100), False),
        ((100, 0), (49, 49), False),
        ((50, 0), (50, 3), True),
        ((100, 0), (0, 0), False),
    ],
)
def test_more_than_five_points_in_tables_of_fifty_rows(
    before: tuple[int, int], now: tuple[int, int], is_up: bool
) -> None:
    found = gates.emptied(a_profile(rows=before[0], null=before[1]), a_profile(rows=now[0], null=now[1]))
    assert bool(found) is is_up


def test_old_and_new_rate_are_told() -> None:
    assert gates.emptied(a_profile(), a_profile(null=40)) == ["core.trial.phases NULL in 10.0 % → 40.0 % of rows"]


def test_columns_that_one_of_both_does_not_have_are_left_out() -> None:
    other = replace(a_profile(), columns={("core.trial", "new"): Fullness(100, 100)})
    assert gates.emptied(a_profile(), other) == gates.emptied(other, a_profile()) == []


# What stops a build.

FAULT = CheckResult(Check("fail_orphan", "m", "q"), 2, "x=1")
WARNING = CheckResult(Check("warn_odd", "m", "q"), 3, "y=1")
FALLEN = CheckResult(gates.COUNT_DOWN, 1, "trials 1,463 → 1,102 (−24.7 %)")
QUIET = CheckResult(gates.EMPTIED, 0, None)


def test_a_gate_names_check_figures_and_remedy_in_one_line() -> None:
    with pytest.raises(ChecksFailed) as told:
        gates.judge([WARNING, FALLEN, QUIET], force=False)
    assert told.value.exit_code == 5
    assert str(told.value) == (
        "1 check(s) failed, nothing was published: fail_study_count_down: trials 1,463 → 1,102 (−24.7 %); "
        "if this is right, run: msc-harvest build --force; until then the old warehouse stays"
    )


def test_force_overrides_gates_and_no_fault() -> None:
    assert gates.judge([WARNING, FALLEN, QUIET], force=True) == (FALLEN,)
    assert gates.judge([WARNING, QUIET], force=True) == ()
    with pytest.raises(ChecksFailed, match=r"1 check.*fail_orphan: 2 rows, first x=1") as told:
        gates.judge([FAULT, FALLEN], force=True)
    assert "--force" not in str(told.value)


def test_force_is_no_remedy_beside_a_fault() -> None:
    with pytest.raises(ChecksFailed, match=r"2 check") as told:
        gates.judge([FAULT, FALLEN], force=False)
    assert "--force" not in str(told.value)


# The trace of a failed build.


def test_a_failure_is_remembered_and_forgotten(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert gates.last_failure(state) is None
    gates.forget_failure(state)
    gates.remember_failure(state, NOW, "why", [WARNING, FALLEN, QUIET])
    written = json.loads((state / "last_failed_build.json").read_text(encoding="utf-8"))
    assert written == {
        "at": "2026-12-01T04:05:06",
        "reason": "why",
        "checks": [{"name": "fail_study_count_down", "n_rows": 1, "example": FALLEN.example}],
    }
    failure = gates.last_failure(state)
    assert failure and (failure.at, failure.reason, failure.checks[0].example) == (NOW, "why", FALLEN.example)
    gates.forget_failure(state)
    assert gates.last_failure(state) is None and list(state.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": "x", "reason": "", "checks": []}', '{"at": 1}'])
def test_a_trace_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "last_failed_build.json").write_text(text)
    assert gates.last_failure(tmp_path) is None


def test_a_trace_that_cannot_be_written_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    gates.remember_failure(tmp_path / "state", NOW, "why", [])


# Whole builds, over the sample and over a smaller one.


class Bench:
    """A home whose published warehouse is the sample's, and builds over altered samples."""

    def __init__(self, root: Path, published: Path) -> None:
        self.warehouse, self.state, self.root = root / "w.duckdb", root / "state", root
        shutil.copy(published, self.warehouse)

    def build(
        self, alter: Callable[[Path], object] | None = None, *, force: bool = False, as_of: datetime | None = None
    ) -> Built:
        known, shipped = connectors(), assets()
        if alter:
            shipped = self.root / "altered"
            shutil.copytree(assets() / "warehouse" / "sample", shipped / "warehouse" / "sample", dirs_exist_ok=True)
            alter(shipped / "warehouse" / "sample")
        held: Holdings = holdings.sample(shipped, known)
        return build(self.warehouse, assets(), held, known, NOW, Silent(), as_of, force=force, state=self.state)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def gates(self) -> list[tuple[object, ...]]:
        """(name, rows) of the results this part of the checks left."""
        names = [gates.COUNT_DOWN.name, gates.EMPTIED.name, gates.NO_BASELINE.name]
        return self.ask(
            f"SELECT check_name, n_rows FROM ops.check_result WHERE check_name IN {tuple(names)} ORDER BY check_name"
        )


@pytest.fixture
def bench(tmp_path: Path, sample_warehouse: Path) -> Bench:
    return Bench(tmp_path, sample_warehouse)


def two_fewer(sample: Path) -> None:
    """Two trials of some sixty are more than one percent."""
    with (sample / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        head, *rows = list(csv.reader(lines))
    gone = [row for row in rows if row[0] == "clinicaltrials_gov"][:2]
    with (sample / "manifest.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([head, *(row for row in rows if row not in gone)])
    for row in gone:
        (sample / row[2]).unlink(missing_ok=True)


def without_titles(sample: Path) -> None:
    """The register ceases to give the scientific title."""
    for path in (sample / "clinicaltrials_gov").glob("*.json"):
        study = json.loads(path.read_bytes())
        study["protocolSection"]["identificationModule"].pop("officialTitle", None)
        path.write_text(json.dumps(study), encoding="utf-8")


def test_fewer_records_are_not_published_unless_forced(bench: Bench) -> None:
    before, digest = build_facts(bench.warehouse), bench.warehouse.read_bytes()
    with pytest.raises(ChecksFailed, match=r"fail_study_count_down: .*clinicaltrials_gov \d+ → \d+ \(−\d") as told:
        bench.build(two_fewer)
    assert bench.warehouse.read_bytes() == digest and build_facts(bench.warehouse) == before
    failure = gates.last_failure(bench.state)
    assert failure and failure.reason == str(told.value)
    assert [one.name for one in failure.checks] == ["fail_study_count_down"]

    built = bench.build(two_fewer, force=True)
    assert built.n_records == before.n_records - 2
    assert [one.check.name for one in built.forced] == ["fail_study_count_down"]
    assert not {one.check.name for one in built.warnings} & gates.OVERRIDABLE
    assert bench.ask("SELECT forced_checks FROM ops.build") == [(["fail_study_count_down"],)]
    assert ("fail_study_count_down", built.forced[0].n_rows) in bench.gates()
    assert gates.last_failure(bench.state) is None


def test_a_field_that_a_source_ceases_to_give_is_not_published(bench: Bench) -> None:
    with pytest.raises(ChecksFailed, match=r"fail_null_rate_up: .*core\.trial\.official_title NULL in .* → 100\.0 %"):
        bench.build(without_titles)
    assert bench.gates() == []


def test_the_same_again_passes_and_says_it_was_compared(bench: Bench) -> None:
    built = bench.build(force=True)
    assert built.forced == ()
    assert bench.gates() == [("fail_null_rate_up", 0), ("fail_study_count_down", 0)]
    assert bench.ask("SELECT forced_checks FROM ops.build") == [(None,)]


def test_a_build_of_the_past_is_not_compared_and_is_no_baseline(bench: Bench) -> None:
    bench.build(two_fewer, as_of=datetime(2030, 1, 1))
    assert bench.gates() == []
    built = bench.build()
    assert bench.gates() == [("warn_no_baseline", 1)]
    assert "known at 2030-01-01" in str(next(one for one in built.warnings if one.check == gates.NO_BASELINE).example)


def test_another_origin_is_not_compared(bench: Bench) -> None:
    with duckdb.connect(str(bench.warehouse)) as connection:
        connection.execute("UPDATE ops.build SET data_origin = 'harvest'")
    assert gates.compare(bench.warehouse, replace(a_profile(), data_origin="embedded sample")) == []
    assert gates.compare(bench.warehouse, a_profile()) != []


@pytest.mark.parametrize("damage", ["junk", "older"])
def test_an_old_file_that_cannot_be_compared_is_told(bench: Bench, damage: str) -> None:
    if damage == "junk":
        bench.warehouse.write_bytes(b"junk" * 10_000)
    else:
        with duckdb.connect(str(bench.warehouse)) as connection:
            connection.execute("DROP TABLE ops.column_profile")
    [told] = gates.compare(bench.warehouse, a_profile())
    assert told.check.name == "warn_no_baseline" and "w.duckdb" in str(told.example)


def test_without_an_old_file_nothing_is_compared(tmp_path: Path) -> None:
    assert gates.compare(tmp_path / "none.duckdb", a_profile()) == []


def test_a_failure_of_another_kind_leaves_its_reason(bench: Bench) -> None:
    bench.warehouse.write_bytes(b"junk")
    with pytest.raises(WarehouseError, match="remove the file, or rebuild it from the archive"):
        bench.build()
    failure = gates.last_failure(bench.state)
    assert failure and failure.checks == () and "cannot be read" in failure.reason
