"""Numbers at their places in a sentence, and which of two an arm has that is said to have fewer or more."""

from __future__ import annotations

import re
from typing import Protocol

from msc_harvest.evidence.labels import Tag
from msc_harvest.evidence.parts import Part


class Placed(Protocol):
    """A number of a sentence: where it starts, where all that was written of it stops, and how much it is."""

    @property
    def start(self) -> int:
        """First character."""

    @property
    def stop(self) -> int:
        """End of the number with its percentage and brackets."""

    @property
    def value(self) -> float:
        """The number."""


def compared(part: Part, first: Placed, second: Placed, named: Tag) -> Placed | None:
    """The number of an arm said to have had fewer or more: `(3 v 7) was rarer with cells`; None where not said."""
    lead = part.text[max(0, named.start - _LEAD) : named.start]
    said = _FEWER.search(lead) or _MORE.search(lead)
    if not said or first.value == second.value:
        return None
    smaller, larger = sorted((first, second), key=lambda one: one.value)
    return smaller if _FEWER.search(lead) else larger


# Characters before the name of an arm in which a comparison stands.
_LEAD = 60


_WITH_ARM = r"(?:[\w-]+\s+){0,3}?(?:in|with|after|for|among)\s+(?:the\s+)?$"


_FEWER = re.compile(rf"\b(?:less|fewer|lower|reduced|rarer|lowest|smaller)\s+{_WITH_ARM}", re.IGNORECASE)


_MORE = re.compile(rf"\b(?:more|higher|greater|increased|highest|larger|commoner)\s+{_WITH_ARM}", re.IGNORECASE)


def outside(text: str, start: int, end: int) -> str:
    """A stretch of text without its brackets, and without the rest of one opened before it."""
    gap = text[start:end]
    if text[:start].count("(") > text[:start].count(")") and ")" in gap:
        gap = gap[gap.index(")") + 1 :]
    return re.sub(r"\([^()]*\)", " ", gap)
