"""What a pooled estimate says in words, and what a reader must know beside the numbers. Names come with the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msc_harvest.pipeline.estimating.pools import MIXED, PROPORTION, SUBGROUPS, Member
from msc_harvest.synthesis import Names, Pooled, interpretation
from msc_harvest.synthesis.presenting import RATIOS

CONTROLS = "controls"
NOT_STATED = "not stated"
WORST = "low"
FEW = 5
NEARLY_ALL = 0.9
BEYOND_USE = 100.0
LACKING = "This is a lack of evidence, not evidence that it does not happen."
A_GROUP = "Nobody was allotted to a group of studies: what differs between groups may have other reasons."
EXCLUDES_NOTHING = "So wide an interval excludes nothing that matters: read the studies one by one."


def warnings_of(pooled: Pooled, members: Sequence[Member]) -> list[str]:
    """Warnings of the method, then those of the data: other times, other definitions, uncertain readings, corrections.

    `members` are those that were pooled.
    """
    found = [*pooled.warnings] if members else []
    found.extend(_told_apart("followed for different times", _times(members)))
    found.extend(_told_apart("outcome defined differently", _definitions(members)))
    unsure = _unsure(members)
    if unsure:
        found.append(f"read with low certainty: {', '.join(unsure)}")
    found.extend(_remarks(members))
    found.extend(corrections(pooled, members))
    return [one.replace("; ", ", ") for one in dict.fromkeys(found)]


def statement(
    pooled: Pooled, row: Member, members: Sequence[Member], excluded: Mapping[str, str], corrected: Sequence[str] = ()
) -> str:
    """The estimate in sentences for clinicians: finding, interval, studies and people, what it does not say, the
    numbers of each study where they are few, design, and who was left out.

    `row` brings the names: treatment, outcome_name, organ_name, direction, design_phrase, design_caution, unit;
    `members` are those whose people are counted; `corrected` tells what was done to the numbers of single studies.
    """
    unsure = _unsure(members)
    parts = [
        interpretation(pooled, _names(pooled, row)),
        LACKING if not members and pooled.measure == PROPORTION else "",
        _width(pooled),
        _each(pooled, members),
        *(f"{one}." for one in corrected),
        _follow_up(members),
        *(f"{one}." for one in _remarks(members)),
        _definition(members),
        _unlike(members),
        f"Read with low certainty: {', '.join(unsure)}." if unsure else "",
        str(row.get("design_caution") or ""),
        A_GROUP if row.get("group_phrase") else "",
    ]
    if excluded:
        parts.append(f"Left out: {'; '.join(f'{study} ({reason})' for study, reason in excluded.items())}.")
    return " ".join(part for part in parts if part)


def _names(pooled: Pooled, row: Member) -> Names:
    organ, phrase = str(row.get("organ_name") or "").lower(), row.get("group_phrase") or row.get("design_phrase")
    where = f"{organ} recipients" if organ else ""
    better = {"harm": True, "benefit": False}.get(str(row.get("direction")))
    return Names(
        treatment=str(row.get("treatment") or "treatment"),
        outcome=str(row.get("outcome_name") or "outcome"),
        comparator="" if pooled.measure == PROPORTION or row.get("has_controls") is False else CONTROLS,
        population=f"{where} ({phrase})" if phrase else where,
        unit=str(row.get("unit") or ""),
        less_is_better=better,
    )


def _each(pooled: Pooled, members: Sequence[Member]) -> str:
    """The counts of each study, where there are few."""
    told = [_counts(pooled, one) for one in members if one.get("n_events_msc") is not None]
    return f"Study by study: {'; '.join(told)}." if 0 < len(told) <= FEW else ""


def _counts(pooled: Pooled, member: Member) -> str:
    told = f"{member['study_id']} {member['n_events_msc']} of {member['n_at_risk_msc']}"
    if pooled.measure == PROPORTION:
        return told
    against = f"{told} against {member['n_events_control']} of {member['n_at_risk_control']}"
    return f"{against} ({member['control_kind']})" if member.get("control_kind") else against


def _width(pooled: Pooled) -> str:
    """Said where the interval holds nearly everything that could be."""
    low, high = pooled.ci_low, pooled.ci_high
    if low is None or high is None:
        return ""
    if pooled.measure == PROPORTION:
        return EXCLUDES_NOTHING if high - low > NEARLY_ALL else ""
    return EXCLUDES_NOTHING if pooled.measure in RATIOS and (low <= 0 or high / low > BEYOND_USE) else ""


def _unlike(members: Sequence[Member]) -> str:
    """In what the studies differ, as far as it is known."""
    differ = [
        name.replace("_", " ") for name in SUBGROUPS if len({one.get(name) for one in members} - {None, MIXED}) > 1
    ]
    return f"The studies differ in {', '.join(differ)}." if differ else ""


def _follow_up(members: Sequence[Member]) -> str:
    months = sorted({one["timepoint_months"] for one in members if one.get("timepoint_months") is not None})
    if not months:
        return "Follow-up: not stated." if members else ""
    first, last = _number(months[0]), _number(months[-1])
    span = _span(months[-1]) if first == last else f"{first} to {_span(months[-1])}"
    silent = sum(one.get("timepoint_months") is None for one in members)
    return f"Follow-up: {span}{f', in {silent} not stated' if silent else ''}."


def _span(months: float) -> str:
    """A time in words: `day 0`, `1 month`, `6 months`."""
    shown = _number(months)
    return "day 0" if shown == "0" else f"{shown} {'month' if shown == '1' else 'months'}"


def _number(months: float) -> str:
    return f"{round(months, 1 if months >= 1 else 2):g}"


def _remarks(members: Sequence[Member]) -> list[str]:
    """What is to be said of the numbers of single studies: another time, or not all of their people."""
    return [f"{one['study_id']}: {one['remark']}" for one in members if one.get("remark")]


def _definition(members: Sequence[Member]) -> str:
    found = _definitions(members)
    if len(found) > 1:
        return "The studies did not define the outcome alike."
    name = next(iter(found), NOT_STATED)
    return "" if name == NOT_STATED else f"As reported: {name}."


def corrections(pooled: Pooled, members: Sequence[Member]) -> list[str]:
    """What was done to the numbers of single studies; `members` are those that were given to the pool."""
    if pooled.measure == PROPORTION:
        return []
    return [f"{members[one.study]['study_id']}: {one.note}" for one in pooled.studies if one.note]


def _unsure(members: Sequence[Member]) -> list[str]:
    return [one["study_id"] for one in members if one.get("certainty") == WORST]


def _times(members: Sequence[Member]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    stated = (float("inf") if one.get("timepoint_months") is None else one["timepoint_months"] for one in members)
    for months, one in sorted(zip(stated, members, strict=True), key=lambda pair: (pair[0], pair[1]["study_id"])):
        found[NOT_STATED if months == float("inf") else _span(months)].append(one["study_id"])
    return found


def _definitions(members: Sequence[Member]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in members:
        found[str(one.get("outcome_definition") or NOT_STATED).replace("_", " ")].append(one["study_id"])
    return found


def _told_apart(what: str, groups: Mapping[str, Sequence[str]]) -> list[str]:
    if len(groups) < 2:
        return []
    told = (f"{name} ({', '.join(studies)})" for name, studies in groups.items())
    return [f"{what}: {', '.join(told)}"]
