"""When something was seen: the moment that a sentence names for a number, in months."""

from __future__ import annotations

import re

from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.spreads import time_months
from msc_harvest.evidence.words import Words

_SAID_AS = re.compile(r"(?:,|;|\bwith\b|\bbut\b|\bwhereas\b|\bwhile\b)")


def moment_of(part: Part, place: int, words: Words) -> tuple[float, str] | None:
    """Months and words of the moment of the number at `place` (offset in the sentence); None where none or several.

    A length of time counts as a moment only beside a word that makes it one (`at`, `within`, `after`, `follow-up`, or
    an adjective as in `6-month`), so ages, doses and durations of treatment are left alone.
    """
    found = [(months, a, b) for months, a, b in time_months(part.text, words) if _is_moment(part.text, a, b, words)]
    if len({months for months, _, _ in found}) > 1:
        found = [one for one in found if not _SAID_AS.search(part.text, *sorted((one[1], place)))] or found
    if len({months for months, _, _ in found}) > 1:
        after = [one for one in found if 0 <= one[1] - place <= 60]
        found = after[:1] if len({months for months, _, _ in after}) == 1 else []
    if not found:
        return None
    months, a, b = found[0]
    return months, part.text[a:b]


def _is_moment(text: str, start: int, end: int, words: Words) -> bool:
    before = text[max(0, start - 40) : start]
    said = [one for one in words["moment"].finditer(before) if not before[one.end() :].strip(" (~:=")]
    follow = words["moment_after"].match(text[end:].lstrip(" -"))
    return bool(said or follow or re.match(r"[a-zA-Z]+\s+\d", text[start:end]))
