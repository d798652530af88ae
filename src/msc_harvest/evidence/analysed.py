"""The arms as they were analysed, where a sentence says how many of those allotted were treated or followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.labels import CONTROL, MSC, Tag, tags
from msc_harvest.evidence.listed import bracketed_list, numbers_first
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People, countable
from msc_harvest.evidence.words import Words

_RULE = "arm_left"


def analysed(found: Sequence[Part], arms: list[Arm], words: Words, aliases: Mapping[str, str]) -> list[Arm]:
    """The arms, each with the number of its people analysed where a sentence states it; else as they were."""
    for part in found:
        if part.section in ("background", "conclusion") or not part.figures:
            continue
        named = tags(part.text, words, aliases)
        for rule in _RULES:
            made = rule(part, named)
            if made and _fits(made, arms):
                return made
        if one := _so_many(part, arms, words):
            return [one]
    return arms


def _fits(made: Sequence[Arm], arms: Sequence[Arm]) -> bool:
    """Whether both arms are told, neither larger than it was when first counted."""
    most = {arm.role: arm.size.value for arm in arms}
    both = len(made) == len({arm.role for arm in made}) == len({MSC, CONTROL}) and len(arms) <= len(made)
    return both and all(arm.size.value <= most.get(arm.role, arm.size.value) for arm in made)


def _respectively(part: Part, named: Sequence[Tag]) -> list[Arm]:
    """`assigned to A or B, and 35 and 33 patients respectively were analysed`: in the order in which both are named."""
    for match in _RESPECTIVELY.finditer(part.text):
        before = [one for one in named if one.end <= match.start()]
        figures = [f for f in part.figures if f.start in (match.start("one"), match.start("two"))]
        if len(before) == len(figures) == len({one.role for one in before}):
            return [_arm(part, f, one) for f, one in zip(figures, before, strict=True)]
    return []


def _available(part: Part, named: Sequence[Tag]) -> list[Arm]:
    """`Data were available for 38 A and 37 B`: data of the study, not those of one laboratory value."""
    match = _AVAILABLE.match(part.text)
    return list(_beside(part, named, match.end())) if match else []


def _beside(part: Part, named: Sequence[Tag], since: int) -> Iterator[Arm]:
    for figure in part.figures:
        for one in named:
            if figure.start >= since and re.fullmatch(r"\s+", part.text[figure.end : max(one.start, figure.end)]):
                yield _arm(part, figure, one)


def _treated(part: Part, named: Sequence[Tag]) -> list[Arm]:
    """`101 received the treatment (51 A, 50 B)`: a bracket that makes up the number of those treated or analysed."""
    able = [f for f in part.figures if countable(part, f)]
    slots = numbers_first(part, able, named) or bracketed_list(part, able, named)
    before = [f for f in part.figures if slots and f.end <= slots[0].figure.start]
    if not before or before[-1].value != sum(one.figure.value for one in slots):
        return []
    if not _WERE_TREATED.fullmatch(part.text, before[-1].end, slots[0].figure.start):
        return []
    return [_arm(part, s.figure, Tag(0, 0, s.role, s.label)) for s in slots if s.role]


def _so_many(part: Part, arms: Sequence[Arm], words: Words) -> Arm | None:
    """`One withdrew before the infusion, so 19 were treated`: the one arm without those who left before."""
    match = _SO.search(part.text)
    if not match or len(arms) != 1 or arms[0].role != MSC:
        return None
    left = any(words[kind].search(part.text, 0, match.start()) for kind in ("left_study", "not_analysed"))
    figure = next((f for f in part.figures if f.start == match.start("left")), None)
    if figure is None or not left or figure.value >= arms[0].size.value:
        return None
    return _arm(part, figure, Tag(0, 0, MSC, arms[0].label))


def _arm(part: Part, figure: Figure, tag: Tag) -> Arm:
    place = (part.start + figure.start, part.start + figure.end)
    return Arm(tag.label, People(int(figure.value), *place, _RULE, "medium"), tag.role)


_WHO = r"(?:\s+(?:patients|recipients|participants|children|subjects))?"
_DONE = r"(?:were|could be)\s+(?:\w+\s+)?(?:analy[sz]ed|evaluated|evaluable|assessable|treated|followed)\b"
_RESPECTIVELY = re.compile(rf"\b(?P<one>\d+) and (?P<two>\d+){_WHO},?\s+respectively,?\s+{_DONE}")
_AVAILABLE = re.compile(
    r"(?:[A-Z][A-Za-z]+:\s+)?(?:(?:complete|outcome|follow-up|long-term|[\w-]+-year)\s+)*data\s+were\s+available"
    r"\s+(?:for|from|on)\s+(?=\d)",
    re.IGNORECASE,
)
_WERE_TREATED = re.compile(
    r"(?:\s+(?:patients|recipients|participants))?\s+(?:received\s+(?:the\s+)?(?:\w+\s+)?(?:treatment|infusion|product)"
    r"|(?:were|was)\s+(?:then\s+)?(?:treated|infused|analy[sz]ed))\s*[(\[](?:[^()\d]*\s)?"
)
_SO = re.compile(rf"\b(?:so(?: that)?|leaving|and)\s+(?P<left>\d+){_WHO}\s+{_DONE}", re.IGNORECASE)
_RULES: tuple[Callable[[Part, Sequence[Tag]], list[Arm]], ...] = (_respectively, _available, _treated)
