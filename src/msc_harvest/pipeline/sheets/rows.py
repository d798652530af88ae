"""Rules for rows of a sheet that stand beside each other: repeated, spelt otherwise, summed up, read by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from msc_harvest.pipeline.sheets.file import ADJUDICATOR, NUMBERS, READERS, Problem, SheetRow

# More arms than this of one side at one time are not tried for being sums of each other.
_MOST_ARMS = 10
_ITEM = ("study_id", "source", "record_id", "organ_code", "arm_label", "arm_role", "outcome_code", "time")
_WITHIN = ("study_id", "organ_code", "outcome_code", "arm_role", "time", "source", "record_id", "reader_role")


def between_rows(rows: Sequence[SheetRow], *, are_readings: bool) -> Iterator[Problem]:
    """Faults of rows that stand beside each other, each sound by itself; `are_readings` of several readers."""
    yield from _repeated(rows)
    yield from _spelt_otherwise(rows)
    yield from _pooled(rows)
    if are_readings:
        yield from _of_readers(rows)


def _grouped(rows: Sequence[SheetRow], *names: str) -> Iterator[list[SheetRow]]:
    groups: dict[tuple[str, ...], list[SheetRow]] = {}
    for row in rows:
        groups.setdefault(tuple(_key(row.cells, name) for name in names), []).append(row)
    yield from groups.values()


def _key(cells: Mapping[str, str], name: str) -> str:
    if name == "time":
        return f"{float(cells['timepoint_months']):g}" if cells["timepoint_months"] else cells["timepoint_text"]
    return cells.get(name, "")


def _repeated(rows: Sequence[SheetRow]) -> Iterator[Problem]:
    for group in _grouped(rows, *_ITEM, "reader_role"):
        # Measured in several ways, or waiting, an outcome may have several values; people are counted once.
        may_differ = all(
            "reason" in one.cells or not (one.cells["n_events"] or "reader_role" in one.cells) for one in group
        )
        for same in _grouped(group, "outcome_definition", "value_kind") if may_differ else [group]:
            for row in same[1:]:
                yield Problem(row.line, "", "", f"the same arm, outcome and time stand on line {same[0].line}")


def _spelt_otherwise(rows: Sequence[SheetRow]) -> Iterator[Problem]:
    for group in _grouped(rows, "study_id"):
        first: dict[tuple[str, ...], SheetRow] = {}
        for row in group:
            label = row.cells["arm_label"]
            before = first.setdefault(_words(label), row)
            if before.cells["arm_label"] != label:
                told = f"line {before.line} spells this arm {before.cells['arm_label']!r}: name it alike"
                yield Problem(row.line, "arm_label", label, told)
            elif before.cells["arm_role"] != row.cells["arm_role"]:
                told = f"line {before.line} says that this arm is {before.cells['arm_role']}"
                yield Problem(row.line, "arm_role", row.cells["arm_role"], told)


def _words(label: str) -> tuple[str, ...]:
    """The words of a label, whatever their order, case and marks between them."""
    return tuple(sorted(re.findall(r"[^\W_]+|\+", label.casefold())))


def _pooled(rows: Sequence[SheetRow]) -> Iterator[Problem]:
    counted = [row for row in rows if row.cells["n_events"] and row.cells["n_at_risk"]]
    for group in _grouped(counted, *_WITHIN):
        if not 3 <= len(group) <= _MOST_ARMS:
            continue
        for row in group:
            others = [one for one in group if one is not row]
            parts = next((some for some in _several(others) if _total(some) == _total([row])), None)
            if parts:
                told = ", ".join(str(one.line) for one in parts)
                yield Problem(row.line, "arm_label", row.cells["arm_label"], f"a sum beside its parts? (lines {told})")


def _several(rows: Sequence[SheetRow]) -> Iterator[tuple[SheetRow, ...]]:
    for size in range(2, len(rows) + 1):
        yield from combinations(rows, size)


def _total(rows: Sequence[SheetRow]) -> tuple[int, int]:
    return sum(int(row.cells["n_events"]) for row in rows), sum(int(row.cells["n_at_risk"]) for row in rows)


def _of_readers(rows: Sequence[SheetRow]) -> Iterator[Problem]:
    for group in _grouped(rows, *_ITEM):
        seen: dict[str, SheetRow] = {}
        for row in group:
            before = seen.setdefault(row.cells["entered_by"].strip().casefold(), row)
            if before.cells["reader_role"] != row.cells["reader_role"]:
                told = f"the same person is {before.cells['reader_role']} on line {before.line}"
                yield Problem(row.line, "entered_by", row.cells["entered_by"], told)
        settled = [row for row in group if row.cells["reader_role"] == ADJUDICATOR]
        if settled and not any(row.cells["reader_role"] in READERS for row in group):
            yield Problem(settled[0].line, "reader_role", ADJUDICATOR, "settled, but no reader has a row for it")


def waiting_rows(rows: Sequence[SheetRow]) -> Iterator[str]:
    """What a sound sheet of two readers still waits for: neither a second reader nor a judgement is a fault to miss."""
    for group in _grouped(rows, *_ITEM):
        roles = {row.cells["reader_role"]: row for row in group}
        if ADJUDICATOR in roles:
            continue
        if len(roles) < len(READERS):
            yield f"line {group[0].line} waits for another reader: no evidence yet"
        elif _read(roles[READERS[0]]) != _read(roles[READERS[1]]):
            lines = " and ".join(str(roles[role].line) for role in READERS)
            yield f"lines {lines} differ and wait for an adjudicator: no evidence yet"


def _read(row: SheetRow) -> tuple[object, ...]:
    numbers = [float(row.cells[name]) if row.cells[name] else None for name in NUMBERS]
    return *numbers, row.cells["value_kind"], row.cells["unit"]
