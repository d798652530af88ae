"""Checking a sheet of values read by people: every fault with its line and column, before a build takes it.

Types, required columns and code lists are those that warehouse/schema/curated.csv declares; units and organs those of
the vocabulary and of the studies. What is left are rules about numbers and about rows that stand beside each other.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from msc_harvest import dictionary
from msc_harvest.dictionary import Column, Table
from msc_harvest.errors import UsageError, nearest
from msc_harvest.pipeline.sheets.file import ADJUDICATOR, NUMBERS, Problem, SheetFile, SheetRow, read_sheet
from msc_harvest.pipeline.sheets.rows import between_rows, waiting_rows

FORMATS = ("curated.extraction", "curated.arm_outcome_pending", "curated.arm_outcome")
_PERCENT, _PERCENT_KIND, _ZERO_IN_WORDS = "%", "percent", "zero_in_words"
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# Nobody was followed for longer, or read so long before.
_MOST_MONTHS = 600
# Characters told of a first line that names no columns.
_MOST_TOLD = 120
# A percentage as printed may be rounded to a whole number.
_ROUNDED = 0.6


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: the format, the rows, the faults by line, and notes that are no faults."""

    table: str
    n_rows: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """What cells may refer to: per qualified table its keys, the unit of each outcome, the organs of each study."""

    keys: Mapping[str, frozenset[str]]
    unit_of: Mapping[str, str]
    organs_of: Mapping[str, frozenset[str]]


def check_sheet(path: Path, assets: Path, today: date) -> Checked:
    """All faults of one sheet. Raises UsageError when the file is no CSV, or has the columns of no known format."""
    sheet = read_sheet(path)
    table = _format(path, sheet)
    problems = list(_of_header(table, sheet))
    if not problems:
        lists = _lists(table, assets)
        sound = []
        for row in sheet.rows:
            found = list(_of_row(table, row, lists, today))
            problems += found
            if not found:
                sound.append(row)
        problems += between_rows(sound, are_readings=table.name == FORMATS[0])
    waiting = waiting_rows(sheet.rows) if table.name == FORMATS[0] and not problems else ()
    return Checked(table.name, len(sheet.rows), tuple(sorted(problems)), (*sheet.notes, *waiting))


def _format(path: Path, sheet: SheetFile) -> Table:
    tables = [dictionary.table(name) for name in FORMATS]
    names = set(sheet.header)
    best = max(tables, key=lambda one: (len(names & _names(one)), -len(_names(one) - names)))
    if len(names & _names(best)) < len(_names(best)) / 2:
        first = ", ".join(sheet.header)[:_MOST_TOLD] or "nothing"
        files = ", ".join(f"warehouse/{name.replace('.', '/')}.csv" for name in FORMATS)
        raise UsageError(f"{path} has the columns of no sheet: its first line holds {first}; known are {files}")
    return best


def _names(table: Table) -> set[str]:
    return {column.name for column in table.columns}


def _of_header(table: Table, sheet: SheetFile) -> Iterator[Problem]:
    missing = sorted(_names(table) - set(sheet.header))
    for name in missing:
        yield Problem(1, name, "", f"the column is missing; {table.name} has it")
    for name in dict.fromkeys(sheet.header):
        if name not in _names(table):
            hint = f"; {nearest(name, missing)}" if missing else ""
            yield Problem(1, name, name, f"{table.name} has no such column{hint}")
        elif sheet.header.count(name) > 1:
            yield Problem(1, name, name, "the column stands there more than once")


def _lists(table: Table, assets: Path) -> Lists:
    keys = {
        column.refers_to: frozenset(row[column.name] for row in _rows(assets, column.refers_to))
        for column in table.columns
        if column.refers_to
    }
    outcomes = _rows(assets, "vocab.outcome")
    studies = _rows(assets, "curated.study")
    return Lists(
        {**keys, "vocab.outcome": frozenset(row["outcome_code"] for row in outcomes)},
        {row["outcome_code"]: row["unit"] for row in outcomes},
        {row["study_id"]: frozenset(row["organ_codes"].split(";")) for row in studies},
    )


def _rows(assets: Path, table: str) -> list[dict[str, str]]:
    with (assets / "warehouse" / f"{table.replace('.', '/')}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _of_row(table: Table, row: SheetRow, lists: Lists, today: date) -> Iterator[Problem]:
    if not any(row.cells.values()):
        yield Problem(row.line, "", "", "an empty row; take it out")
        return
    if row.n_cells != len(table.columns):
        yield Problem(row.line, "", "", f"{row.n_cells} cells where the header has {len(table.columns)}")
        return
    faults = [fault for column in table.columns if (fault := _of_cell(row, column, lists, today))]
    yield from faults
    if not {fault.column for fault in faults} & {*NUMBERS, "timepoint_months"}:
        for column, problem in _of_numbers(row.cells, lists):
            yield Problem(row.line, column, row.cells[column], problem)


def _of_cell(row: SheetRow, column: Column, lists: Lists, today: date) -> Problem | None:
    text = row.cells[column.name]
    problem = None
    if not text.strip():
        problem = (
            "it is missing" if "required" in column.role or "key" in column.role else "blanks only" if text else None
        )
    elif text != text.strip():
        problem = "blanks before or after it"
    elif not text.isprintable():
        problem = "a line break or control character in it"
    else:
        problem = _of_type(column, text, today)
    if problem is None and text and column.refers_to:
        problem = _of_reference(column.refers_to, text, lists)
    if (
        problem is None
        and column.name == "organ_code"
        and text not in lists.organs_of.get(row.cells["study_id"], {text})
    ):
        problem = f"the study is about {' and '.join(sorted(lists.organs_of[row.cells['study_id']]))}"
    return Problem(row.line, column.name, text, problem) if problem else None


def _of_type(column: Column, text: str, today: date) -> str | None:
    if column.type in ("BIGINT", "INTEGER"):
        if re.fullmatch(r"-[0-9]+", text):
            return "a count is never negative"
        return None if re.fullmatch(r"[0-9]{1,9}", text) else "a count is a whole number, in figures"
    if column.type == "DOUBLE":
        is_number = _DECIMAL.fullmatch(text) and math.isfinite(float(text))
        return None if is_number else "no number; write it in figures, with a point for decimals"
    if column.type == "DATE":
        try:
            day = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
        except ValueError:
            day = None
        if day is None:
            return "no day; write YYYY-MM-DD"
        return "a day in the future" if day > today else None
    return None


def _of_reference(table: str, text: str, lists: Lists) -> str | None:
    known = lists.keys[table]
    return None if text in known else f"unknown in {table}; {nearest(text, sorted(known))}"


def _of_numbers(cells: Mapping[str, str], lists: Lists) -> Iterator[tuple[str, str]]:
    """Faults of one row's numbers among themselves, as (column, what is wrong)."""
    events, at_risk, value, sd = (float(cells[name]) if cells[name] else None for name in NUMBERS)
    if cells["timepoint_months"] and abs(float(cells["timepoint_months"])) > _MOST_MONTHS:
        yield "timepoint_months", "more than fifty years; give the time in months"
    if at_risk == 0:
        yield "n_at_risk", "nobody was looked at: leave it empty where the number is not reported"
    if events is not None and at_risk is not None and events > at_risk:
        yield "n_events", f"{events:.0f} people with the event among {at_risk:.0f}"
    if events is not None and not cells["count_basis"]:
        yield "count_basis", "a count without its basis"
    if cells["count_basis"] == _ZERO_IN_WORDS and events:
        yield "count_basis", f"{_ZERO_IN_WORDS}, but n_events is {events:.0f}"
    yield from _of_measure(cells, events, at_risk, value, sd)
    if (problem := _of_unit(cells, lists.unit_of.get(cells["outcome_code"], ""))) is not None:
        yield "unit", problem
    if events is None and value is None and cells.get("reader_role", ADJUDICATOR) == ADJUDICATOR and not cells["note"]:
        yield "n_events", "neither a count nor a value; say in note what the source tells"


def _of_measure(
    cells: Mapping[str, str], events: float | None, at_risk: float | None, value: float | None, sd: float | None
) -> Iterator[tuple[str, str]]:
    if value is not None and not cells["value_kind"]:
        yield "value_kind", "a value without its kind (mean, median, percent …)"
    if value is None:
        for name in ("value_kind", "sd", "spread_text", "unit"):
            if cells[name]:
                yield name, f"there is no value for this {name}"
    if sd is not None and sd < 0:
        yield "sd", "a standard deviation is never negative"
    if value is not None and cells["value_kind"] == _PERCENT_KIND:
        if not 0 <= value <= 100:
            yield "value", "a percentage lies between 0 and 100"
        elif events is not None and at_risk and events <= at_risk and abs(value - 100 * events / at_risk) > _ROUNDED:
            yield "value", f"{events:.0f} of {at_risk:.0f} are {100 * events / at_risk:.1f} %"


def _of_unit(cells: Mapping[str, str], unit: str) -> str | None:
    if not cells["value"]:
        return None
    wanted = _PERCENT if cells["value_kind"] == _PERCENT_KIND else unit
    if not cells["unit"]:
        return f"a value without its unit; {wanted} is expected" if wanted else "a value without its unit"
    if wanted and _plain_unit(cells["unit"]) != _plain_unit(wanted):
        return f"{cells['outcome_code']} is given in {wanted}"
    return None


def _plain_unit(unit: str) -> str:
    """A unit in one spelling: mL/min/1.73m² is mL/min/1.73 m2, and both signs for micro are one."""
    return re.sub(r"\s", "", unit.casefold()).replace("²", "2").replace("\u00b5", "\u03bc").replace("^", "")
