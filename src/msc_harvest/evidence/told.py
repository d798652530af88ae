"""The arms as an abstract tells of them: the first sentence that gives both, else what several give together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from msc_harvest.evidence.labels import CONTROL, MSC
from msc_harvest.evidence.listed import Slot
from msc_harvest.evidence.outcomes import outcomes
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People, patterns
from msc_harvest.evidence.roster import roster
from msc_harvest.evidence.words import Words

# `Of the ten who were treated, nine could be followed`: the ten are not who was at risk.
FOLLOWED = re.compile(
    r"\b[Oo]f the [\w-]+ [^.;,]{3,90}, [\w-]+ (?:could be|were) "
    r"(?:followed|analy[sz]ed|evaluable|available|assessable)\b"
)


def arms_told(found: Sequence[Part], words: Words, aliases: dict[str, str], total: People | None) -> list[Arm]:
    """Arms of the first sentence that gives both, else of several; one that adds up to the total goes before."""
    whole = total.value if total else None
    known = frozenset(
        int(f.value) for part in found for f in part.figures if f.whole and are_people(part, f.end, words)
    )
    best: list[Arm] = []
    for part in found:
        slots = [] if FOLLOWED.search(part.text) else roster(part, aliases, words, whole, known)
        if slots and (_had(part, slots, words) or _some_of(part, slots, words)):
            continue
        aim = _AIM.match(part.text)
        told = [name for name in outcomes(part, words) if not aim or name[0] >= aim.end()]
        if slots and told and not _tells_of_all(part, slots, whole, words):
            continue
        here = [arm_of(part, slot) for slot in slots]
        missing = {MSC, CONTROL} - {arm.role for arm in best}
        if {arm.role for arm in here} == {MSC, CONTROL} and missing:
            return _unless_sum(here, whole)
        best += [arm for arm in here if arm.role in missing]
    return best


def _some_of(part: Part, slots: Sequence[Slot], words: Words) -> bool:
    """Whether the numbers are some of others and an outcome is named: `rejection in 3 of 7 given cells`."""
    if words["allotted"].search(part.text) or words["entered"].search(part.text):
        return False
    places = {one.figure.start for one in slots}
    pairs = [(a, b) for a, b in pairwise(part.figures) if _SOME_OF.fullmatch(part.text, a.end, b.start)]
    return any(a.start in places or b.start in places for a, b in pairs) and bool(outcomes(part, words))


_SOME_OF = re.compile(r"\s+of\s+(?:the\s+)?")


# `To see whether cells reduce rejection, we matched ...`: what is asked.
_AIM = re.compile(r"(?:[A-Z]\w+:\s+)?(?:To|In order to) [^,]{5,120},\s")


def _had(part: Part, slots: Sequence[Slot], words: Words) -> bool:
    """Whether the numbers are of those who had an outcome named before them: `rejection was seen in 3 given cells`."""
    first = min(slots, key=lambda one: one.figure.start).figure
    before = [b for _, b, _ in outcomes(part, words) if b <= first.start]
    return bool(before) and bool(_HAD_IT.fullmatch(part.text, before[-1], first.start))


_HAD_IT = re.compile(
    r"[^.;:]{0,60}?\b(?:was|were|had been|occurred|developed|numbered|arose|appeared|took place|recorded|affected"
    r"|complicated)\b"
    r"(?:[^.;:]{0,50}?\b(?:in|by|of))?\s+(?:only\s+)?"
)


def _unless_sum(arms: list[Arm], whole: int | None) -> list[Arm]:
    """Arms as read; less sure where they are not all people of the study."""
    if whole is None or sum(arm.size.value for arm in arms) == whole:
        return arms
    return [replace(arm, size=replace(arm.size, certainty="medium")) for arm in arms]


def are_people(part: Part, end: int, words: Words) -> bool:
    """Whether people are named right after a number that ends at `end`."""
    return bool(patterns(words)["people_after"].match(part.text[end:]))


def _tells_of_all(part: Part, slots: Sequence[Slot], whole: int | None, words: Words) -> bool:
    """Whether a sentence that names an outcome still says how big the arms are, not how many had the outcome."""
    if words["allotted"].search(part.text) or words["entered"].search(part.text):
        return True
    if {one.role for one in slots} == {MSC, CONTROL} and all(
        _IS_ARM.search(part.text, 0, s.figure.start) for s in slots
    ):
        return True
    is_all = len(slots) > 1 and sum(one.figure.value for one in slots) == whole
    with_share = any(_SHARE.match(part.text, one.figure.end) for one in slots)
    return is_all and not with_share and not words["has_outcome"].search(part.text)


# A bracket that says `(A cohort, n = a)` or `(n = a)` is a size also where the sentence names an outcome.
_IS_ARM = re.compile(r"[(\[](?:[^()\[\]]*\b(?:groups?|arms?|cohorts?)\b[^()\[\]]*[,;:]\s*)?(?:[nN]\s*=\s*)?$")


_SHARE = re.compile(r"\s*[(\[]\s*\d+(?:[.·]\d+)?\s?%")


def arm_of(part: Part, slot: Slot, rule: str = "") -> Arm:
    """A slot of a sentence as an arm at its place in the text, with the rule that read it."""
    figure = slot.figure
    rule = rule or ("arm_of_subject" if slot.is_subject else "")
    rule = rule or ("arm_each" if slot.is_each else "arm_n_equals" if slot.is_bracketed else "arm_named_beside")
    sure = "high" if slot.label and rule != "arm_of_count" else "medium"
    place = (part.start + figure.start, part.start + figure.end)
    return Arm(slot.label, People(int(figure.value), *place, rule, sure), slot.role)
