"""Who was at risk: sizes that results state, people who left an arm, and the arms as they were left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from msc_harvest.evidence.items import items
from msc_harvest.evidence.labels import CONTROL, MSC, OTHER, tags
from msc_harvest.evidence.listed import Slot
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People, countable
from msc_harvest.evidence.told import FOLLOWED, arm_of
from msc_harvest.evidence.words import Words


def stated_at_risk(found: Sequence[Part], words: Words, aliases: dict[str, str]) -> Iterator[tuple[str, Arm]]:
    """Sizes of arms that results state: `none of the 15 controls`, `2 of 10 patients given cells`; one per role."""
    more: dict[str, dict[int, Arm]] = {MSC: {}, CONTROL: {}}
    for part in found:
        if part.section == "background" or FOLLOWED.search(part.text):
            continue
        for slot in _pair_slots(part, words, aliases):
            if slot.role:
                more[slot.role].setdefault(int(slot.figure.value), arm_of(part, slot, "arm_of_count"))
    for role, sizes in more.items():
        if len(sizes) == 1:
            yield role, next(iter(sizes.values()))


def _pair_slots(part: Part, words: Words, aliases: dict[str, str]) -> list[Slot]:
    """Numbers of whom a sentence counts some, each with the arm named after it; of two alike one may lack it."""
    sizes = {i.at_risk_start for i in items(part, words) if i.at_risk_start is not None}
    sizes |= {f.start for f in part.figures if countable(part, f) and _OF_ALL.search(part.text[: f.start])}
    figures = [f for f in part.figures if f.start in sizes and f.value >= 2]
    if not figures:
        return []
    named = tags(part.text, words, aliases)
    slots = []
    for figure in figures:
        later = [f.start for f in part.figures if f.start > figure.end and not f.is_percent]
        stop = _ENDS.search(part.text[figure.end :])
        until = min([len(part.text), *later, *([figure.end + stop.start()] if stop else [])])
        here = [one for one in named if figure.end <= one.start < until]
        if here and _WERE_GIVEN.search(part.text[figure.end : here[0].start]):
            continue
        if not here and (match := _IN_BRACKET.search(part.text[: figure.start])):
            here = [one for one in named if -_NEAR <= one.end - match.start() <= 0][-1:]
        slots.append(Slot(figure, here[0].role if here else None, here[0].label if here else "", False))
    roles = [one.role for one in slots]
    if len(slots) == 2 and roles.count(None) == 1 and re.search(r"\w", part.text[figures[-1].end :]):
        last = part.text[figures[-1].end :]
        (role,) = (role for role in roles if role)
        if roles[1] is None and re.match(r"\s+[\w-]+\s+", last) and not named[-1].start > figures[-1].end:
            slots[1] = replace(slots[1], role=OTHER[role])
    return slots


# `15 of the 30 recipients got MSC`: not all thirty did.
_WERE_GIVEN = re.compile(
    r"(?<!\bwho)(?<!\bthat)\s+"
    r"(?:got|received|(?:was|were) (?:given|treated with|infused with|assigned to|allocated to))\s+$"
)


# `38% of the MSC-treated patients (9/24)`: the arm stands just before the bracket.
_IN_BRACKET = re.compile(r"\s*\(\d+\s*/\s*$")


_NEAR = 3


_OF_ALL = re.compile(r"\b(?:of|[Tt]he|[Aa]ll)(?: the)?\s*$")


_ENDS = re.compile(r"[;,]|\band\b|\bvs?\b|\bversus\b")


def lost(found: Sequence[Part], kind: str, words: Words, aliases: dict[str, str]) -> frozenset[str]:
    """Roles that lost people after they were counted: `one patient in the control group was lost to follow-up`."""
    return frozenset(
        tag.role
        for part in found
        if words[kind].search(part.text) and not _STILL.search(part.text)
        for clause in re.finditer(r"[^;]+", part.text)
        if (left := words[kind].search(clause[0]))
        for tag in tags(clause[0], words, aliases)
        if tag.start - left.start() > -90 and tag.end <= left.start() and _SOME.search(clause[0])
    )


# `one withdrew, leaving 20 in each`: the sentence itself says who was left.
_STILL = re.compile(r"\bleaving\s+\d", re.IGNORECASE)


_SOME = re.compile(r"\b(?:one|two|three|four|five|\d+)\b", re.IGNORECASE)


def as_analysed(arm: Arm, at_risk: dict[str, Arm], fewer: frozenset[str]) -> Arm:
    """The arm as its results count it, where people were left out and the results give one smaller number."""
    later = at_risk.get(arm.role or "")
    is_smaller = later and arm.role in fewer and later.size.value < arm.size.value
    return Arm(arm.label, later.size, arm.role) if later and is_smaller else arm


def left(found: Sequence[Part], arms: list[Arm], words: Words, aliases: dict[str, str]) -> list[Arm]:
    """The arms as they were analysed, where a sentence says how many were left in each: `leaving 24 and 22`."""
    for part in found:
        if later := _evaluable(part, arms, words, aliases):
            return later
        for match in _LEAVING.finditer(part.text):
            figures = [f for f in part.figures if match.start() < f.start < match.end()]
            fits = len(figures) == len(arms) == 2 and all(
                f.value <= a.size.value for f, a in zip(figures, arms, strict=True)
            )
            if fits:
                slots = [Slot(f, a.role, a.label, False) for f, a in zip(figures, arms, strict=True)]
                return [arm_of(part, slot, "arm_left") for slot in slots]
    return arms


_LEAVING = re.compile(
    r"\b(?:population|analys[ei]s|set) (?:comprised|included|consisted of|contained) \d+ and \d+\b"
    r"|\bleaving (?:[\w-]+ ){0,3}?(?:and|v\.?|vs\.?|versus) [\w-]+"
    r"|\b(?:so that|and so|thus|so)\s+\d+ and \d+(?= (?:(?:patients|recipients|participants|children) )?"
    r"(?:were|could be) (?:then )?(?:analy[sz]ed|evaluable|assessable|evaluated|available))",
    re.IGNORECASE,
)


def _evaluable(part: Part, arms: list[Arm], words: Words, aliases: dict[str, str]) -> list[Arm]:
    """`so 23 controls and 24 treated patients were evaluable`: the arms as analysed, each named by its own words."""
    match = _EVALUABLE.search(part.text)
    if not match or {arm.role for arm in arms} != {MSC, CONTROL} or len(arms) != len({MSC, CONTROL}):
        return []
    figures = [f for f in part.figures if match.start() <= f.start < match.end()]
    named = tags(part.text, words, aliases)
    made = [
        arm_of(part, Slot(f, one.role, one.label, False), "arm_left")
        for f in figures
        for one in named
        if re.fullmatch(r"\s+(?:\w+\s+)?", part.text[f.end : one.start])
    ]
    most = {arm.role: arm.size.value for arm in arms}
    fits = len(made) == len({arm.role for arm in made}) == len(arms)
    listed = [arm.role for arm in arms]
    made.sort(key=lambda arm: listed.index(arm.role))
    return made if fits and all(arm.size.value <= most[arm.role] for arm in made) else []


_EVALUABLE = re.compile(
    r"\b\d+ [^.;:,\d]{3,40} and \d+ [^.;:,\d]{3,40} (?:were|could be) (?:analy[sz]ed|evaluable|assessable|available)\b"
)


def from_pairs(found: Sequence[Part], words: Words) -> list[Arm]:
    """The one arm of a study that states its people only under its results: `2/10 (20%)`, everywhere of ten."""
    sizes: dict[int, Arm] = {}
    for part in found:
        for one in items(part, words):
            if one.at_risk is not None and one.at_risk_start is not None and one.at_risk_end is not None:
                place = (part.start + one.at_risk_start, part.start + one.at_risk_end)
                sizes.setdefault(one.at_risk, Arm("", People(one.at_risk, *place, "arm_of_count", "low"), MSC))
    return list(sizes.values()) if len(sizes) == 1 else []
