"""What a published warehouse says of every estimate, to be remembered beside the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from msc_harvest.warehouse.connect import Connection, open_sealed


@dataclass(frozen=True, slots=True)
class RowSet:
    """The estimates of one published build: `estimates` has the columns of ops.estimate_ledger, `members` those of
    ops.estimate_ledger_member. `known_until` is UTC without a zone; None: no record was known."""

    sequence: int
    build_id: str
    data_origin: str
    known_until: datetime | None
    estimates: pl.DataFrame
    members: pl.DataFrame

    @property
    def tables(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Estimates and members."""
        return self.estimates, self.members


def read_row_set(path: Path) -> RowSet | None:
    """The estimates of the published file at `path`; None where there is no file, where it shows an earlier day only
    (--as-of), or where it was built before estimates were remembered. Raises WarehouseError when it cannot be read."""
    if not path.is_file():
        return None
    with open_sealed(path) as connection:
        try:
            facts = connection.execute(
                "SELECT estimate_build.sequence, estimate_build.build_id, estimate_build.data_origin, "
                "estimate_build.known_until FROM ops.estimate_build CROSS JOIN ops.build "
                "WHERE estimate_build.is_this_build AND build.as_of IS NULL"
            ).fetchall()
            if not facts:
                return None
            told = "SELECT * FROM synth.estimate_history WHERE sequence = ? ORDER BY estimate_id"
            members = "SELECT * FROM synth.estimate_member ORDER BY estimate_id, study_id"
            sequence, build_id, origin, known_until = facts[0]
            estimates = pl.DataFrame(connection.sql(told, params=[sequence]))
            return RowSet(
                sequence, build_id, origin, known_until, estimates, pl.DataFrame(connection.sql(members))
            )  # fmt: skip
        except (duckdb.CatalogException, duckdb.BinderException):
            return None


def newest_version(connection: Connection) -> datetime | None:
    """When the newest record version that is held was received (UTC without a zone); None: none is held."""
    [(moment,)] = connection.execute("SELECT max(valid_from) FROM raw.record_version").fetchall()
    return moment  # type: ignore[no-any-return]
