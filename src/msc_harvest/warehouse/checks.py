"""Checks: queries whose rows are faults. Some come from the dictionary (keys, references), the rest are SQL files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from msc_harvest.dictionary import Table
from msc_harvest.warehouse.sql_files import read_folder


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name (fail_… stops publishing, warn_… does not), what it means, and its SELECT; without one for a
    comparison with the published warehouse."""

    name: str
    meaning: str
    query: str = ""

    @property
    def severity(self) -> str:
        """`fail` or `warn`."""
        return self.name.partition("_")[0]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How many offending rows a check found, and the first of them in words."""

    check: Check
    n_rows: int
    example: str | None


def from_dictionary(tables: Iterable[Table]) -> Iterator[Check]:
    """Duplicate keys, required values that are NULL, and references that lead nowhere."""
    for table in tables:
        short = table.name.replace(".", "_")
        if table.key:
            keys = ", ".join(f'"{name}"' for name in table.key)
            yield Check(
                f"fail_duplicate_{short}",
                f"{table.name} has one row per {', '.join(table.key)}",
                f"SELECT {keys}, count(*) AS n_rows FROM {table.name} GROUP BY {keys} HAVING count(*) > 1",
            )
        # A source may leave out what it always gave; one odd record of millions must not keep a build from its readers.
        lenient = "warn" if table.name.startswith("core.") else "fail"
        for severity, names in (
            ("fail", [column.name for column in table.columns if "key" in column.role]),
            (lenient, [column.name for column in table.columns if column.role & {"required", "key"} == {"required"}]),
        ):
            if names:
                missing = " OR ".join(f'"{name}" IS NULL' for name in names)
                what = "key" if severity == "fail" and names == list(table.key) else "value"
                yield Check(
                    f"{severity}_missing_{what}_{short}",
                    f"{', '.join(names)} of {table.name} are never NULL",
                    f"SELECT * FROM {table.name} WHERE {missing}",
                )
        for column in table.columns:
            if column.refers_to:
                yield Check(
                    f"fail_orphan_{short}_{column.name}",
                    f"each {column.name} of {table.name} exists in {column.refers_to}",
                    # Not NOT IN, which finds nothing once the other table holds a NULL.
                    f'SELECT DISTINCT child."{column.name}" FROM {table.name} AS child '
                    f'ANTI JOIN {column.refers_to} AS parent ON parent."{column.name}" = child."{column.name}" '
                    f'WHERE child."{column.name}" IS NOT NULL',
                )


def from_folder(folder: Path) -> Iterator[Check]:
    """The SQL files of queries/check."""
    for file in read_folder(folder.parent, (folder.name,)):
        yield Check(file.path.stem, file.header.get("title", ""), file.text)


def run(connection: duckdb.DuckDBPyConnection, checks: Iterable[Check]) -> list[CheckResult]:
    """Run each check; results come in the order given."""
    return [_run_one(connection, check) for check in checks]


def _run_one(connection: duckdb.DuckDBPyConnection, check: Check) -> CheckResult:
    n_rows = int(connection.execute(f"SELECT count(*) FROM (\n{check.query}\n)").fetchall()[0][0])
    if not n_rows:
        return CheckResult(check, 0, None)
    result = connection.execute(f"SELECT * FROM (\n{check.query}\n) ORDER BY ALL LIMIT 1")
    names = [column[0] for column in result.description or []]
    example = ", ".join(f"{name}={value}" for name, value in zip(names, result.fetchall()[0], strict=True))
    return CheckResult(check, n_rows, example[:500])
