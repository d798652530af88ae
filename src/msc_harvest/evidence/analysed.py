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
    for at, part in enumerate(found):
        if part.section in ("background", "conclusion") or not part.figures:
            continue
        if made := _remaining(part, found[:at], arms, words):
            return made
        named = tags(part.text, words, aliases)
        for rule in _RULES:
            made = rule(part, named)
            if made and _fits(made, arms):
                return made
        if len(arms) == len({MSC, CONTROL}) and (made := _in_order(part, arms)) and _fits(made, arms):
            return made
        if one := _so_many(part, arms, words):
            return [one]
    return arms


def _fits(made: Sequence[Arm], arms: Sequence[Arm]) -> bool:
    """Whether both arms are told, neither larger than it was when first counted."""
    most = {arm.role: arm.size.value for arm in arms}
    both = len(made) == len({arm.role for arm in made}) == len({MSC, CONTROL}) and len(arms) <= len(made)
    return both and all(arm.size.value <= most.get(arm.role, arm.size.value) for arm in made)


def _which_left(part: Part, named: Sequence[Tag]) -> list[Arm]:
    """`which left 36 patients in the cell arm and 35 in the other`: each number with the arm named right after it."""
    match = _LEFT.search(part.text)
    figures = [f for f in part.figures if match and f.start >= match.start("size")][:2]
    if len(figures) < len({MSC, CONTROL}) or (match and figures[0].start != match.start("size")):
        return []
    slots = [
        (f, next((one for one in named if one.start >= f.end and _IN_ARM.fullmatch(part.text, f.end, one.start)), None))
        for f in figures
    ]
    return [_arm(part, f, one) for f, one in slots if one]


_LEFT = re.compile(r"\b(?:leaving|which left|this left)\s+(?P<size>\d+)\b")


def _in_order(part: Part, arms: Sequence[Arm]) -> list[Arm]:
    """`Fifty-six were analysed (29 and 27)`: the two that make up those analysed, in the order of the arms."""
    match = _TWO_OF.search(part.text)
    figures = [f for f in part.figures if match and match.start("whole") <= f.start < match.end()]
    if len(figures) != len(arms) + 1 or len({arm.role for arm in arms}) != len(arms):
        return []
    if figures[0].value != sum(f.value for f in figures[1:]):
        return []
    return [_arm(part, f, Tag(0, 0, a.role or "", a.label)) for f, a in zip(figures[1:], arms, strict=True)]


_TWO_OF = re.compile(
    r"\b(?P<whole>[\w-]+)\s+(?:(?:patients|recipients|participants)\s+)?(?:were|was|could be)\s+(?:\w+\s+)?"
    r"(?:analy[sz]ed|evaluable|evaluated|assessable|available|transplanted|treated)\s+\(\d+\s+(?:and|versus|vs?\.?)\s+\d+\)"
)


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
    match = _AVAILABLE.match(part.text, _lead(part))
    return list(_beside(part, named, match.end())) if match else []


def _lead(part: Part) -> int:
    """Where a sentence goes on after `Of the 40 recipients randomised (20 per arm), `."""
    match = _OF_ALL.match(part.text)
    return match.end() if match else 0


_OF_ALL = re.compile(r"(?:[A-Z][A-Za-z]+:\s+)?Of (?:the|all) [^,;.]{3,80}, ")


def _beside(part: Part, named: Sequence[Tag], since: int) -> Iterator[Arm]:
    for figure in part.figures:
        for one in named:
            if figure.start >= since and re.fullmatch(r"\s+", part.text[figure.end : max(one.start, figure.end)]):
                yield _arm(part, figure, one)


def _left_out(part: Part, named: Sequence[Tag]) -> list[Arm]:
    """`One in each arm was excluded from the analysis (A 44, B 42)`: a bracket that lists those left in."""
    if not _EXCLUDED.search(part.text):
        return []
    able = [f for f in part.figures if countable(part, f)]
    slots = bracketed_list(part, able, named) or numbers_first(part, able, named)
    return [_arm(part, s.figure, Tag(0, 0, s.role, s.label)) for s in slots if s.role]


_EXCLUDED = re.compile(r"\b(?:excluded|left out|omitted|dropped|not analy[sz]ed)\b", re.IGNORECASE)


def _of_those(part: Part, named: Sequence[Tag]) -> list[Arm]:
    """`61 were available for analysis: 32 in A and 29 in B`: two that make up those analysed."""
    match = _WERE_ANALYSED.search(part.text)
    if not match:
        return []
    figures = [f for f in part.figures if f.start >= match.end() and countable(part, f)][:2]
    whole = next((f for f in part.figures if f.start == match.start("whole")), None)
    if whole is None or sum(f.value for f in figures) != whole.value:
        return []
    slots = [
        (f, next((one for one in named if one.start >= f.end and _IN_ARM.fullmatch(part.text, f.end, one.start)), None))
        for f in figures
    ]
    return [_arm(part, f, one) for f, one in slots if one]


_WERE_ANALYSED = re.compile(
    r"\b(?P<whole>[\w-]+)\s+(?:(?:were|was)\s+(?:available|analy[sz]ed|evaluable|assessable|included|followed)"
    r"|completed|underwent|had)\b[^.;:]{0,60}[:(,]\s*"
)
_IN_ARM = re.compile(r"\s+(?:[\w-]+\s+){0,2}?(?:(?:in|of|from|with|given)\s+(?:the\s+)?)?")


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


def _remaining(part: Part, before: Sequence[Part], arms: Sequence[Arm], words: Words) -> list[Arm]:
    """`One in the cell arm was excluded. Of the remaining 16, four ...`: that arm without those who left it."""
    match = _OF_REST.match(part.text)
    figure = next((f for f in part.figures if match and f.start == match.start("left")), None)
    if figure is None or not before or len(arms) != len({MSC, CONTROL}):
        return []
    told = before[-1].text
    if not (words["not_analysed"].search(told) or words["left_study"].search(told)):
        return []
    gone = [f.value for f in before[-1].figures if countable(before[-1], f)]
    of_one = [arm for arm in arms if len(gone) == 1 and arm.size.value - gone[0] == figure.value]
    if len(of_one) != 1:
        return []
    return [_arm(part, figure, Tag(0, 0, a.role or "", a.label)) if a is of_one[0] else a for a in arms]


_OF_REST = re.compile(r"(?:[A-Z]\w+:\s+)?(?:Of|Among|In) the (?:remaining|other) (?P<left>\d+)\b")


def _so_many(part: Part, arms: Sequence[Arm], words: Words) -> Arm | None:
    """`One withdrew before the infusion, so 19 were treated`: the one arm without those who left before."""
    match = _SO.search(part.text) or _THE_REST.match(part.text)
    if not match or len(arms) != 1 or arms[0].role != MSC:
        return None
    left = match.re is _THE_REST or any(
        words[kind].search(part.text, 0, match.start()) for kind in ("left_study", "not_analysed")
    )
    figure = next((f for f in part.figures if f.start == match.start("left")), None)
    if figure is None or not left or figure.value >= arms[0].size.value:
        return None
    return _arm(part, figure, Tag(0, 0, MSC, arms[0].label))


def remaining(found: Sequence[Part], total: People | None) -> list[Arm]:
    """`Eleven consented; the nine remaining patients were infused`: those treated, of a study of one arm."""
    for part in found:
        match = _THE_REST.match(part.text)
        figure = next((f for f in part.figures if match and f.start == match.start("left")), None)
        if figure and total and figure.whole and figure.value < total.value and total.end < part.start + figure.start:
            return [_arm(part, figure, Tag(0, 0, MSC, ""))]
    return []


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
_THE_REST = re.compile(
    r"(?:[A-Z]\w+:\s+)?[Tt]he\s+(?:remaining\s+)?(?P<left>[\w-]+)\s+(?:remaining\s+)?(?:(?:patients|recipients"
    r"|children|participants)\s+)?"
    r"(?:received|(?:were|was)\s+(?:then\s+)?(?:infused|treated|given))\b"
)
_RULES: tuple[Callable[[Part, Sequence[Tag]], list[Arm]], ...] = (
    _respectively,
    _which_left,
    _available,
    _of_those,
    _left_out,
    _treated,
)
