"""Our numbers for the studies of a published meta-analysis: the counts of evidence.counted_outcome, arm by arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msc_harvest.errors import nearest
from msc_harvest.pipeline.pooling.names import known
from msc_harvest.pipeline.pooling.numbers import StudyNumbers
from msc_harvest.pipeline.replaying.description import Arms, Description, Outcome, Study
from msc_harvest.warehouse.adhoc import own_rows

_COUNTS = """
SELECT study_id, organ_code, outcome_code, arm_role, arm_label, timepoint_months, n_events, n_at_risk, certainty,
    count_basis, source, record_id
FROM evidence.counted_outcome
ORDER BY ALL
"""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What we hold of one study for one outcome.

    `printed` are the paper's numbers, None where the file has none. `ours` is None where our numbers do not suffice;
    `missing` then says what is lacking (None where the file asks for no comparison with our evidence). `remarks` say in
    what ours differ from what the paper took: arms, sizes, time.
    """

    study: Study
    printed: Arms | None
    ours: StudyNumbers | None
    missing: str | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The counts of the warehouse, and stratum and design of each study that it knows."""

    counts: tuple[Row, ...]
    strata: dict[str, str]
    designs: dict[str, str | None]


def read_evidence(warehouse: Path, description: Description) -> Evidence:
    """All counts that stand behind our tables. Raises UsageError, with near names, where the description names an
    organ or outcome that there is not; WarehouseError where there is no warehouse."""

    def codes(table: str, column: str) -> list[str]:
        return [row[column] for row in own_rows(warehouse, f"SELECT {column} FROM {table} ORDER BY 1")]

    organs, outcomes = codes("vocab.organ", "organ_code"), codes("vocab.outcome", "outcome_code")
    for one in description.outcomes:
        known("organ", one.organ, organs, f"(outcome {one.name})")
        known("outcome", one.outcome, outcomes, f"(outcome {one.name})")
    studies = own_rows(warehouse, "SELECT study_id, stratum, design FROM study.study ORDER BY 1")
    return Evidence(
        tuple(own_rows(warehouse, _COUNTS)),
        {row["study_id"]: row["stratum"] for row in studies},
        {row["study_id"]: row["design"] for row in studies},
    )


def find(description: Description, outcome: Outcome, evidence: Evidence | None) -> tuple[Found, ...]:
    """Each study of the paper with the paper's numbers and ours."""
    printed = {one.study: one for one in outcome.arms}
    return tuple(_found(study, printed.get(study.name), outcome, evidence) for study in description.studies)


def _found(study: Study, printed: Arms | None, outcome: Outcome, evidence: Evidence | None) -> Found:
    if evidence is None or outcome.outcome is None:
        return Found(study, printed, None, None)
    if study.study_id is None:
        return Found(study, printed, None, "the file ties it to no study of ours")
    if study.study_id not in evidence.strata:
        hint = nearest(study.study_id, sorted(evidence.strata))
        return Found(study, printed, None, f"this warehouse holds no study {study.study_id}; {hint}")
    rows = [
        row
        for row in evidence.counts
        if (row["study_id"], row["organ_code"], row["outcome_code"]) == (study.study_id, outcome.organ, outcome.outcome)
    ]
    arms, lacking = {}, []
    for role, wanted in (("msc", study.msc_arms), ("control", study.control_arms)):
        side = [row for row in rows if row["arm_role"] == role]
        taken = [row for row in side if not wanted or row["arm_label"] in wanted]
        unknown = sorted(set(wanted) - {row["arm_label"] for row in side}) if side else []
        if not side:
            lacking.append(f"no confirmed count in the {role} arm")
        elif unknown:
            labels = ", ".join(sorted({row["arm_label"] for row in side}))
            lacking.append(f"no arm of ours is called {' or '.join(unknown)} (there are: {labels})")
        arms[role] = taken
    if lacking:
        whole = len(lacking) == 2 and not rows
        return Found(study, printed, None, "no confirmed count in either arm" if whole else "; ".join(lacking))
    ours = _numbers(study, arms["msc"], arms["control"])
    return Found(study, printed, ours, None, _remarks(study, printed, outcome, ours, (*arms["msc"], *arms["control"])))


def _numbers(study: Study, msc: Sequence[Row], control: Sequence[Row]) -> StudyNumbers:
    return StudyNumbers(
        study=study.name,
        events_msc=sum(row["n_events"] for row in msc),
        n_msc=sum(row["n_at_risk"] for row in msc),
        events_control=sum(row["n_events"] for row in control),
        n_control=sum(row["n_at_risk"] for row in control),
        shown={"records": "; ".join(sorted({f"{row['source']} {row['record_id']}" for row in (*msc, *control)}))},
    )


def _remarks(
    study: Study, printed: Arms | None, outcome: Outcome, ours: StudyNumbers, rows: Sequence[Row]
) -> tuple[str, ...]:
    found = []
    times = sorted({row["timepoint_months"] for row in rows}, key=lambda one: (one is None, one or 0.0))
    told = ", ".join("at a time not stated" if one is None else f"at {one:g} months" for one in times)
    if outcome.timepoint_months is not None and times != [outcome.timepoint_months]:
        found.append(f"ours {told}, the paper's at {outcome.timepoint_months:g}")
    elif len(times) > 1:
        found.append(f"arms {told}")
    for side in ("msc", "control"):
        there = getattr(printed or study, f"n_{side}")
        mine = getattr(ours, f"n_{side}")
        if there is not None and there != mine:
            found.append(f"{side} arm: {there} people in the paper, {mine} with us")
        if printed is not None and getattr(printed, f"events_{side}") != getattr(ours, f"events_{side}"):
            events = getattr(printed, f"events_{side}"), getattr(ours, f"events_{side}")
            found.append(f"{side} arm: {events[0]} events in the paper, {events[1]} with us")
    if any(row["count_basis"] == "derived" for row in rows):
        found.append("events worked out from percentages")
    return tuple(found)
