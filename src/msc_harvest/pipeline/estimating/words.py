"""The history of an estimate in words: what it says, what moved it, what that did to the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def answer(row: Row, is_share: bool) -> str:
    """`0.65 (0.46 to 0.90), 4 studies`; shares in percent; the words where there is no estimate."""
    k = row["k"] or 0
    studies = f"{k} {'study' if k == 1 else 'studies'}"
    if row["estimate"] is None:
        return f"no estimate, {studies}"
    return f"{_interval(row['estimate'], row['ci_low'], row['ci_high'], is_share)}, {studies}"


def moved_by(row: Row, records: Sequence[str], is_share: bool) -> str:
    """Which studies and records moved the estimate, and what it is without the new and changed ones."""
    parts = [
        f"{label}: {row[name].replace(';', ', ')}"
        for label, name in (("new", "new_studies"), ("changed", "changed_studies"), ("no longer in it", "gone_studies"))
        if row[name]
    ]
    if not parts and row["event"] == "gone":
        return "no study of that design and outcome is left or was there"
    if not parts:
        return "the same numbers of the same studies, pooled or judged in another way"
    parts.append(f"records: {', '.join(records)}" if records else "the same versions of their records, read anew")
    if row["estimate_without"] is not None:
        shown = _interval(row["estimate_without"], row["ci_low_without"], row["ci_high_without"], is_share)
        parts.append(f"without the new and changed: {shown}")
    return "; ".join(parts)


def statement(row: Row) -> str:
    """What happened to the estimate, in one sentence or more; `is_open`: its interval includes no difference."""
    event, now, was = row["event"], row["answer_text"], row["answer_before_text"]
    if event == "first":
        return f"When first remembered: {now}."
    if event == "appeared":
        return f"Not there before: {now}."
    if event == "gone" and row["estimate_before"] is None:
        return "No longer listed; there was no estimate before either."
    if event == "gone":
        return f"No longer there; it was {was} ({row['moved_by_text']})."
    if event == "unchanged":
        return f"Unchanged: {now}."
    return " ".join((f"{was} → {now} ({row['moved_by_text']}).", *_verdicts(row)))


def _verdicts(row: Row) -> list[str]:
    told = []
    if row["is_pooled"] != row["was_pooled"]:
        told.append("Now pooled." if row["is_pooled"] else "No longer pooled.")
    if row["is_direction_changed"]:
        told.append("The estimate lies on the other side of no difference.")
    if row["is_crossing_changed"]:
        told.append(f"The interval {'now includes' if row['is_open'] else 'no longer includes'} no difference.")
    if row["is_imprecision_changed"]:
        told.append(f"Imprecision: {row['imprecision_before']} → {row['imprecision_level']} levels.")
    return told


def _interval(estimate: float, low: float | None, high: float | None, is_share: bool) -> str:
    shown = _number(estimate, is_share)
    if low is None and high is None:
        return f"{shown}{' %' if is_share else ''}"
    bounds = f"({_bound(low, is_share)} to {_bound(high, is_share)})"
    return f"{shown} % {bounds}" if is_share else f"{shown} {bounds}"


def _bound(value: float | None, is_share: bool) -> str:
    return "no bound" if value is None else _number(value, is_share)


def _number(value: float, is_share: bool) -> str:
    return f"{100 * value:.1f}" if is_share else f"{value:.2f}"
