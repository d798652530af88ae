"""Which outcome a sentence names, and which of them a number belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

Named = tuple[int, int, str]


def outcomes(part: Part, words: Words) -> list[Named]:
    """Places in a sentence where a counted outcome is named: (start, end, code); of two at one place the longer."""
    if (known := words.memory.get((_COUNTED, part.text))) is not None:
        return list(known)
    found = _named(part, words.outcomes, words)
    apart = [one for one in _apart(part, words) if not any(a < one[1] and one[0] < b for a, b, _ in found)]
    return list(_remembered(_COUNTED, part, sorted({*found, *apart}) if apart else found, words))


def _remembered(kind: str, part: Part, found: list[Named], words: Words) -> list[Named]:
    if len(words.memory) >= _MOST:
        words.memory.clear()
    words.memory[kind, part.text] = found
    return found


_COUNTED, _MEASURED = "counted", "measured"
# Sentences remembered at a time: more than an abstract has.
_MOST = 500


def _apart(part: Part, words: Words) -> list[Named]:
    """`Five grafts in group I and nine in group II were lost`: named where it says what became of the things."""
    made: list[Named] = []
    for code, befell in words.befell.items():
        if not words.things[code].search(part.text):
            continue
        counted = [m for m in words.things[code].finditer(part.text) if _NUMBERED.search(part.text[: m.start()])]
        for match in befell.finditer(part.text):
            if part.text[match.end() :].startswith(" to follow"):
                continue
            before = [
                m for m in counted if m.end() <= match.start() and not _CUT.search(part.text, m.end(), match.start())
            ]
            if before:
                made.append((match.start(), match.end(), code))
    return made


_NUMBERED = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|no|none|neither|a"
    r"|single))\s+(?:[a-z-]+\s+)?$",
    re.IGNORECASE,
)
_CUT = re.compile(r"[;:]|\.\s|\b(?:died|whereas|while|but)\b")


def measures(part: Part, words: Words) -> list[Named]:
    """Places in a sentence where a measured outcome is named, none within the name of a counted one."""
    if (known := words.memory.get((_MEASURED, part.text))) is not None:
        return list(known)
    counted = outcomes(part, words)
    found = [
        one
        for one in _named(part, words.measures, words)
        if not any(a <= one[0] and one[1] <= b and b - a > one[1] - one[0] for a, b, _ in counted)
    ]
    return list(_remembered(_MEASURED, part, found, words))


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
