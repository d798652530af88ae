"""How each estimate moved since the published build before: which studies and records moved it, and its verdicts.

Rows of synth.estimate_history in: this build's estimates with the numbers of their studies, now and before, and what
earlier builds told. The same table out: earlier rows as they were, and a row for each estimate of this build. What
moved an estimate is shown by pooling it again without the studies that are new or whose numbers have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from msc_harvest import dictionary
from msc_harvest.pipeline.estimating.pools import pool_one, rounded
from msc_harvest.pipeline.estimating.words import answer, moved_by, statement
from msc_harvest.synthesis import Pooled
from msc_harvest.warehouse.tables import frame_of

Cells = dict[str, Any]
Row = Mapping[str, Any]

TABLE = "ops.estimate_ledger"
# What makes an estimate another one than before, beside the numbers of its studies.
_SAID = ("is_pooled", "method", "k", "n", "n_events", "estimate", "ci_low", "ci_high", "pi_low", "pi_high",
         "imprecision_level")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moves:
    """Ids of the studies that came in, whose numbers changed, and that went, each sorted; `records`: keys (source and
    id) of those of their records that are new, of another version, or no longer read."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    records: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def estimate_history(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of synth.estimate_history: those of earlier builds as they are, and this build's with what moved them."""
    names = [column.name for column in dictionary.table(TABLE).columns]
    earlier = rows.filter(~pl.col("is_of_this_build")).select(_typed(names))
    told = rows.filter(pl.col("is_of_this_build")).sort("estimate_id").to_dicts()
    previous: dict[str, Row] = {}
    if earlier.height:
        last = rows.filter(~pl.col("is_of_this_build") & (pl.col("sequence") == earlier["sequence"].max()))
        previous = {row["estimate_id"]: row for row in last.to_dicts() if row["event"] != "gone"}
    now = [_told(row, previous.get(row["estimate_id"])) for row in told]
    there = {row["estimate_id"] for row in told}
    now += [_gone(row) for key, row in sorted(previous.items()) if key not in there]
    own = frame_of(dictionary.table(TABLE), [tuple(row[name] for name in names) for row in now])
    return pl.concat([earlier, own])


def moves(now: Iterable[Row], before: Iterable[Row]) -> Moves:
    """Members (study_id, numbers, records) of one estimate, compared by study and number."""
    new, old = ({one["study_id"]: one for one in members} for members in (now, before))
    came, went = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    changed = sorted(key for key in new.keys() & old.keys() if _numbers(new[key]) != _numbers(old[key]))
    touched = (*came, *changed, *went)
    marks_now = {mark for key in touched for mark in _marks(new.get(key))}
    marks_before = {mark for key in touched for mark in _marks(old.get(key))}
    records = {mark.partition("@")[0] for mark in marks_now ^ marks_before}
    return Moves(tuple(came), tuple(changed), tuple(went), tuple(sorted(records)))


def side(estimate: float | None, null_value: float | None) -> int:
    """On which side of no difference an estimate lies: 1 above, -1 below, 0 on it or not known."""
    if estimate is None or null_value is None or estimate == null_value:
        return 0
    return 1 if estimate > null_value else -1


def includes_null(low: float | None, high: float | None, null_value: float | None) -> bool | None:
    """Does an interval include no difference? A bound that is missing alone is infinitely far; None: no interval."""
    if null_value is None or (low is None and high is None):
        return None
    return (low is None or low <= null_value) and (high is None or high >= null_value)


def _typed(names: Sequence[str]) -> list[pl.Expr]:
    """The columns as declared, also where no row gives them a type."""
    empty = frame_of(dictionary.table(TABLE), [])
    return [pl.col(name).cast(empty.schema[name]) for name in names]


def _told(row: Row, before: Row | None) -> Cells:
    """One estimate of this build as a row of the history."""
    members = row["members"] or []
    found = moves(members, row["members_before"] or []) if before else Moves()
    is_same = before is not None and not found and all(row[name] == before[name] for name in _SAID)
    event = "unchanged" if is_same else "moved" if before else "first" if row["is_first_build"] else "appeared"
    without = _without(row, members, found)
    cells = {**row, **_before(before), **_moved(found, without), **_verdicts(row, before), "event": event}
    return _in_words(cells, found)


def _gone(before: Row) -> Cells:
    """An estimate of the build before that this one does not have."""
    found = moves((), before["members_before"] or [])
    emptied = dict.fromkeys((*_SAID, "input_digest", "study_ids", "note"))
    cells = {**before, **emptied, "is_pooled": False, **_before(before), **_moved(found, None)}
    cells |= _verdicts(cells, None) | {
        "sequence": before["this_sequence"], "build_id": before["this_build_id"], "event": "gone",
    }  # fmt: skip
    return _in_words(cells, found)


def _before(before: Row | None) -> Cells:
    names = {"k": "k_before", "estimate": "estimate_before", "ci_low": "ci_low_before", "ci_high": "ci_high_before",
             "imprecision_level": "imprecision_before"}  # fmt: skip
    was_pooled = bool(before and before["is_pooled"])
    return {"was_pooled": was_pooled, **{new: before[old] if before else None for old, new in names.items()}}


def _without(row: Row, members: Sequence[Row], found: Moves) -> Pooled | None:
    """The estimate again, without the new and changed studies; None where there are none, or nothing is left."""
    left = [one for one in members if one["study_id"] not in (*found.new, *found.changed)]
    if not left or len(left) == len(members):
        return None
    pooled = pool_one(left, row["code_of_synthesis"])
    return pooled if pooled.measure == row["code_of_synthesis"] else None


def _moved(found: Moves, without: Pooled | None) -> Cells:
    return {
        "new_studies": ";".join(found.new) or None,
        "changed_studies": ";".join(found.changed) or None,
        "gone_studies": ";".join(found.gone) or None,
        "records_moved": ";".join(found.records) or None,
        "k_without": without.k if without else None,
        "estimate_without": rounded(without.estimate) if without else None,
        "ci_low_without": rounded(without.ci_low) if without else None,
        "ci_high_without": rounded(without.ci_high) if without else None,
    }


def _verdicts(row: Row, before: Row | None) -> Cells:
    """What a reader would conclude, and whether it is another conclusion than before. Only of estimates that were
    pooled both times: what one study says is no verdict."""
    if before is None or not (row["is_pooled"] and before["is_pooled"]):
        return dict.fromkeys(("is_direction_changed", "is_crossing_changed", "is_imprecision_changed"), False)
    null = row["null_value"]
    crossings = {includes_null(one["ci_low"], one["ci_high"], null) for one in (row, before)}
    levels = {one["imprecision_level"] for one in (row, before)}
    return {
        "is_direction_changed": side(row["estimate"], null) * side(before["estimate"], null) == -1,
        "is_crossing_changed": crossings == {True, False},
        "is_imprecision_changed": len(levels) == 2 and None not in levels,
    }


def _in_words(cells: Cells, found: Moves) -> Cells:
    is_share = cells["null_value"] is None
    was = {name: cells[f"{name}_before"] for name in ("k", "estimate", "ci_low", "ci_high")}
    known = cells["k_before"] is not None
    cells["is_open"] = includes_null(cells["ci_low"], cells["ci_high"], cells["null_value"])
    cells["answer_text"] = None if cells["event"] == "gone" else answer(cells, is_share)
    cells["answer_before_text"] = answer(was, is_share) if known else None
    cells["moved_by_text"] = moved_by(cells, found.records, is_share) if cells["event"] in ("moved", "gone") else None
    return {**cells, "statement": statement(cells)}


def _numbers(member: Row) -> tuple[Any, ...]:
    return tuple(value for name, value in sorted(member.items()) if name != "records")


def _marks(member: Row | None) -> list[str]:
    return [one for one in ((member or {}).get("records") or "").split(";") if one]
