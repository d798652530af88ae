"""Whether a study compares, and with whom: arms that the abstract names on one side only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from msc_harvest.evidence.labels import CONTROL, MSC, role_in
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People, countable
from msc_harvest.evidence.told import are_people
from msc_harvest.evidence.words import Words


def observed(text: str) -> dict[str, str]:
    """`observation group` beside a `control group`: those observed are those treated."""
    return {match[0].lower(): MSC for match in _OBSERVED.finditer(text)} if _CONTROLS.search(text) else {}


_OBSERVED = re.compile(r"\bobservation (?:group|arm)(?=[^.;]{0,60}\b(?:[\w-]*mscs?|cells)\b)", re.IGNORECASE)


_CONTROLS = re.compile(r"\bcontrol (?:group|arm)\b", re.IGNORECASE)


def is_compared(found: Sequence[Part], words: Words) -> bool:
    """Whether the study has another arm: said of itself, not of what is lacking, needed or known from elsewhere."""
    return any(
        words["comparator"].search(part.text) and not _LACKING.search(part.text)
        for part in found
        if part.section not in ("background", "conclusion")
    )


_LACKING = re.compile(
    r"^Compared with an? [^,]{3,60}, |\b(?:lacking|lacks?|lack of|without controls|needs? to be|cannot be"
    r"|absence of|without (?:a )?control|no control group|uncontrolled|(?:needed|warranted|required|justified"
    r"|indicated)[.;]?$"
    r"|should be|remains? to be|single[\s-]arm)\b",
    re.IGNORECASE,
)


def named_control(arms: Sequence[Arm], words: Words) -> bool:
    """Whether an arm is called a control by its own words."""
    return any(arm.role == CONTROL and role_in(arm.label, words) == CONTROL for arm in arms)


def beside_cells(found: Sequence[Part], arm: Arm, total: People, words: Words) -> bool:
    """Whether what names a control was given to all people of the study, in a sentence that tells of cells."""
    own = next((part for part in found if part.start <= arm.size.start < part.end), None)
    return arm.size.start == total.start and own is not None and bool(words["of_msc"].search(own.text))


def others(found: Sequence[Part], arms: Sequence[Arm], total: People | None, words: Words) -> list[Arm]:
    """Those who got the cells where the arms name the controls only: the people the study tells of before them."""
    if {arm.role for arm in arms} != {CONTROL} or total is None or total.is_planned:
        return []
    control = min(arm.size.start for arm in arms)
    own = next((part for part in found if part.start <= control < part.end), None)
    if own is None:
        return []
    if not total.end < own.start:
        earlier = [_treated_in(part, total.value, words) for part in found if part.end <= own.start]
        told = next((one for one in earlier if one), None)
        return [Arm("", told, MSC)] if told else []
    return [Arm("", replace(total, rule_id="arm_of_others", certainty="medium"), MSC)]


def _treated_in(part: Part, value: int, words: Words) -> People | None:
    """The same number of people, told of as treated before the controls of that number."""
    for figure in part.figures:
        is_told = figure.value == value and countable(part, figure) and are_people(part, figure.end, words)
        if is_told and words["entered"].search(part.text, figure.end):
            return People(value, part.start + figure.start, part.start + figure.end, "arm_of_others", "medium")
    return None
