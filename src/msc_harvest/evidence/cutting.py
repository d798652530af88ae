"""A sentence cut into clauses that each name an outcome and hold a number of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msc_harvest.evidence.clauses import FUNCTION
from msc_harvest.evidence.items import Item
from msc_harvest.evidence.outcomes import Named
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.study import Tag

# A clause that says something of its outcome, though it holds no number to be read.
_SAYS = re.compile(r"\b(?:lost|died|resolved|failed|recovered|improved|was|were|had|did)\b", re.IGNORECASE)
_CUT = re.compile(
    r"[;:]|\.\s+(?=[A-Z]|[a-z]{1,3}[A-Z])|,\s+(?:(?:and|but|whereas|while|although|of whom)\s)?|\s(?:and|or|but"
    r"|whereas|while)\s|\bnor\s"
)


def within(at: int, place: tuple[int, int]) -> bool:
    """Whether a place lies in a stretch."""
    return place[0] <= at < place[1]


def clauses(part: Part, named: Sequence[Named], found: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """A sentence cut at each semicolon, and where both sides name an outcome and a number of their own."""

    def full(a: int, b: int, is_left: bool = False) -> bool:
        told = is_left and _SAYS.search(part.text, a, b)
        return any(a <= one[0] and one[1] <= b for one in named) and bool(
            told or any(a <= one.start and one.stop <= b for one in found)
        )

    marks = [m for m in _CUT.finditer(part.text) if not any(i.start < m.start() < i.stop for i in found)]
    marks = [m for m in marks if part.text[: m.start()].count("(") <= part.text[: m.start()].count(")")]
    marks = [m for at, m in enumerate(marks) if not _heads(m, marks[at - 1] if at else None, found)]
    begin = 0
    for at, mark in enumerate(marks):
        until = marks[at + 1].start() if at + 1 < len(marks) else len(part.text)
        if mark[0][0] in ".;" or (full(begin, mark.start(), is_left=True) and full(mark.start(), until)):
            yield begin, mark.start()
            begin = mark.start()
    yield begin, len(part.text)


def _heads(mark: re.Match[str], before: re.Match[str] | None, found: Sequence[Item]) -> bool:
    """`, and 4 (10%) and 7 (19%) had lost it`: the two numbers open the clause together, they are not parted."""
    if before is None or mark[0].strip() != "and":
        return False
    first = next((one for one in found if one.stop == mark.start()), None)
    second = next((one for one in found if one.start == mark.end()), None)
    return first is not None and second is not None and before.end() == first.start


def goes_on(part: Part, place: tuple[int, int], found: Sequence[Item], every: Sequence[Tag]) -> bool:
    """Whether a clause names no outcome as it goes on with that of the clause before: `; in the control group 5`."""
    text = part.text
    for one in sorted([(i.start, i.stop) for i in found] + [(t.start, t.end) for t in every], reverse=True):
        if within(one[0], place):
            text = text[: one[0]] + " " * (one[1] - one[0]) + text[one[1] :]
    return bool(FUNCTION.fullmatch(text[slice(*place)]))
