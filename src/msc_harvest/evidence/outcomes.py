"""Which outcome a sentence names, and which of them a number belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

Named = tuple[int, int, str]


def outcomes(part: Part, words: Words) -> list[Named]:
    """Places in a sentence where a counted outcome is named: (start, end, code); of two at one place the longer."""
    return _named(part, words.outcomes, words)


def measures(part: Part, words: Words) -> list[Named]:
    """Places in a sentence where a measured outcome is named, none within the name of a counted one."""
    counted = outcomes(part, words)
    return [
        one
        for one in _named(part, words.measures, words)
        if not any(a <= one[0] and one[1] <= b and b - a > one[1] - one[0] for a, b, _ in counted)
    ]


def _named(part: Part, codes: Mapping[str, re.Pattern[str]], words: Words) -> list[Named]:
    if not words.any_outcome.search(part.text):
        return []
    found = [(m.start(), m.end(), code) for code, word in codes.items() for m in word.finditer(part.text)]
    barred = [(m.span(), code) for code, word in words.not_outcomes.items() for m in word.finditer(part.text)]
    found = [one for one in found if not any(code == one[2] and a <= one[0] and one[1] <= b for (a, b), code in barred)]
    longest = [
        one
        for one in found
        if not any(a[0] <= one[0] and one[1] <= a[1] and a[1] - a[0] > one[1] - one[0] for a in found)
    ]
    return sorted(set(longest))


def nearest(named: Sequence[Named], place: int) -> str | None:
    """Code of the outcome named nearest to a place; of two as near the longer name counts."""
    near = sorted(named, key=lambda one: (min(abs(one[0] - place), abs(one[1] - place)), one[0] - one[1]))
    return near[0][2] if near else None
