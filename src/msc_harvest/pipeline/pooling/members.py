"""What the warehouse holds for one organ and outcome, pooled as asked. SQL decides which study may stand in which pool
(synth.pool_candidate); only designs that a user names together are put together here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from msc_harvest.paths import assets
from msc_harvest.pipeline.estimating.pools import SUBGROUPS
from msc_harvest.pipeline.pooling.answer import MEASURED, MEASURES, Pool, PoolAnswer, Request, check, label, pool_all
from msc_harvest.pipeline.pooling.names import known
from msc_harvest.pipeline.pooling.numbers import StudyNumbers
from msc_harvest.warehouse.adhoc import own_rows
from msc_harvest.warehouse.inspect import build_facts

# The rows from which the build pools, by the same query, and what a reader wants to see of each study beside them.
_SAME_ROWS = Path("queries") / "synth" / "pooled_effect.sql"
_CANDIDATES = """
SELECT candidate.*, pool_member.count_bases, pool_member.record_ids, design_class.sort_order
FROM (
{rows}
) AS candidate
INNER JOIN synth.pool_member
    ON pool_member.stratum = candidate.stratum AND pool_member.organ_code = candidate.organ_code
    AND pool_member.outcome_code = candidate.outcome_code AND pool_member.study_id = candidate.study_id
INNER JOIN vocab.design_class ON design_class.design_class = candidate.design_class
ORDER BY candidate.stratum, design_class.sort_order, candidate.measure, candidate.study_id
"""
_SHOWN = (
    "timepoint_months",
    "outcome_definition",
    "certainty",
    "count_bases",
    "record_ids",
    "first_year",
    "unit",
)
_FIELDS = {
    "n_events_msc": "events_msc",
    "n_at_risk_msc": "n_msc",
    "n_events_control": "events_control",
    "n_at_risk_control": "n_control",
    "mean_msc": "mean_msc",
    "sd_msc": "sd_msc",
    "mean_control": "mean_control",
    "sd_control": "sd_control",
}
_NEEDED = (*_FIELDS, *SUBGROUPS, "is_default", "study_class", "exclusion_reason", "shares_people_with")
Row = dict[str, Any]


def pool_from(warehouse: Path, organ: str, outcome: str, request: Request, stratum: str | None = None) -> PoolAnswer:
    """Pool the studies of `organ` and `outcome` in the published warehouse, each design apart, MSC with other cells
    apart.

    Nothing to pool is an answer with a `note`. Raises UsageError, with near names, for an organ, outcome, stratum,
    design or column that there is not; WarehouseError where there is no warehouse, or another release built it.
    """
    check(request)
    known("column to group by", request.by, SUBGROUPS)
    facts = build_facts(warehouse)
    known("organ", organ, _codes(warehouse, "vocab.organ", "organ_code"))
    known("outcome", outcome, _codes(warehouse, "vocab.outcome", "outcome_code"))
    for design in request.designs:
        known("design", design, _codes(warehouse, "vocab.design_class", "design_class"))
    query = (assets() / _SAME_ROWS).read_text(encoding="utf-8")
    rows = own_rows(warehouse, _CANDIDATES.format(rows=query.rstrip().rstrip(";")), _NEEDED)
    known("stratum", stratum, sorted({row["stratum"] for row in rows}))
    mine = [row for row in rows if row["organ_code"] == organ and row["outcome_code"] == outcome]
    asked = [row for row in mine if stratum in (None, row["stratum"]) and _is_asked(row, request)]
    answer = pool_all(_pools(asked, request), request)
    note = None if answer.results else _nothing(organ, outcome, mine, rows)
    return replace(answer, organ=organ, outcome=outcome, note=note,
                   build_id=facts.build_id, data_origin=facts.data_origin)  # fmt: skip


def _is_asked(row: Row, request: Request) -> bool:
    """A row of the measure asked for (the default ones where none is), and of a design asked for."""
    wanted = request.measure
    if wanted in MEASURED:
        wanted = next(iter(MEASURED))
    of_measure = row["is_default"] if wanted is None else row["measure"] == wanted
    return of_measure and (not request.designs or row["design_class"] in request.designs)


def _pools(rows: Sequence[Row], request: Request) -> Iterator[Pool]:
    mixed = len(request.designs) > 1
    rows = sorted(rows, key=lambda row: (row["stratum"], 0 if mixed else row["sort_order"], row["measure"]))
    for key, found in groupby(rows, key=lambda row: (row["stratum"], mixed or row["design_class"], row["measure"])):
        given = list(found)
        members = tuple(study_numbers(row) for row in given)
        words = {**given[0], "unit": None}
        for name, between in (("design_phrase", " and "), ("design_caution", " ")):
            words[name] = between.join(dict.fromkeys(row[name] for row in given if row[name])) or None
        measure = request.measure if request.measure in MEASURED else key[2]
        yield Pool(key[0], label(members) if mixed else given[0]["design_class"], measure, members, words)


def study_numbers(row: Row) -> StudyNumbers:
    """One row of synth.pool_candidate as numbers."""
    return StudyNumbers(
        study=row["study_id"],
        design=row["study_class"],
        stratum=row["stratum"],
        groups={name: row[name] for name in SUBGROUPS},
        exclusion=row["exclusion_reason"],
        shares_people_with=row["shares_people_with"],
        shown={name: row[name] for name in _SHOWN if row.get(name) is not None},
        row=row,
        **{field: row[name] for name, field in _FIELDS.items()},
    )


def _codes(warehouse: Path, table: str, column: str) -> list[str]:
    return [row[column] for row in own_rows(warehouse, f"SELECT {column} FROM {table} ORDER BY sort_order")]


def _nothing(organ: str, outcome: str, mine: Sequence[Row], rows: Sequence[Row]) -> str:
    """Why there is nothing, and what there is instead."""
    if mine:
        there: dict[str, dict[str, None]] = {}
        for row in mine:
            if row["measure"] in MEASURES:
                there.setdefault(row["design_class"], {})[row["measure"]] = None
        told = "; ".join(f"{design} ({', '.join(measures)})" for design, measures in there.items())
        return f"nothing to pool as asked: for {organ} and {outcome} there are the designs and measures {told}"
    others = sorted({row["outcome_code"] for row in rows if row["organ_code"] == organ})
    seen = (
        f"of {organ} there are numbers for {', '.join(others)}" if others else f"nor for any other outcome of {organ}"
    )
    return (
        f"nothing to pool: no study in this warehouse states numbers for {organ} and {outcome}; {seen}. "
        "This is a lack of evidence, not evidence of no effect."
    )
