"""How often something is given, as people write it: `two infusions`, `single dose`, `weekly for 4 weeks`, `twice`.

Which words name one giving (infusion, dose …) comes from the caller's vocabulary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from msc_harvest.quantities.amounts import whole
from msc_harvest.quantities.moments import COUNT, DAYS_PER, UNIT, Moment, MomentWords, moments

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_ORDINALS |= {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6, "7th": 7, "8th": 8}
_NO_ADJECTIVE = (
    r"(?!(?:hours?|days?|weeks?|months?|years?|min\w*|patients?|subjects?|participants?|people|groups?|arms?|cohorts?|times?|million|"
    r"after|before|of|in|at|for|with|per|from|to|and|or|by|on|the|a|an|is|are|was|were|will|than|as|m?l|mg|kg|g|phases?|"
    r"different|escalating|levels?|dosage|following|or)\b)"
)
_NOT_COUNTED = re.compile(
    r"\b(?:first|last|next|previous|prior|past|each|these|those|every|other|both|least|than|after|between|before|cohorts?|groups?|arms?|days?|weeks?|phases?|to|max\w*|of)\s*$",
    re.IGNORECASE,
)
_ONE_OF_MANY = re.compile(r"\b(?:each|every|per|of|second)\s+$", re.IGNORECASE)
_EVERY = rf"(?:every|each|once every|q)\s+(?:(?P<gap>{COUNT}|other|second|third)\s+)?(?P<every>{UNIT})\b"
_RHYTHM = {"daily": "d", "weekly": "w", "monthly": "m", "yearly": "y"}
_GAPS = {"other": 2, "second": 2, "third": 3}
_MOST = 60


@dataclass(frozen=True, slots=True)
class Course:
    """A number of givings as read: both bounds equal unless a range is written (`one or two infusions`)."""

    low: int
    high: int
    start: int
    end: int
    text: str
    rule_id: str


def infusion_courses(text: str, given: str, words: MomentWords) -> list[Course]:
    """Every statement in a sentence of how often something is given, in order of place.

    `given` is the expression for one giving. Several rules may speak of the same words; the caller ranks rule ids:
    `counted`, `times`, `single`, `ordinal`, `schedule`, `points`.
    """
    found = [
        *_counted(text, given),
        *_times(text),
        *_ordinal(text, given),
        *_schedule(text),
        *_points(text, moments(text, words)),
    ]
    return sorted((one for one in found if 1 <= one.low <= one.high <= _MOST), key=lambda one: (one.start, one.end))


@lru_cache(maxsize=16)
def _giving(given: str) -> tuple[re.Pattern[str], ...]:
    """(counted givings, one giving, ordinal giving, givings with a factor)."""
    adjectives = rf"(?:{_NO_ADJECTIVE}[\w'()/-]+\s+){{0,4}}?"
    number = rf"(?<![\w.,-])(?P<low>{COUNT})(?:\s*(?:-|–|to|or)\s*(?P<high>{COUNT}))?"
    many = rf"{number}[\s-]+{adjectives}(?:{given})\b(?!\s*[x×]\s*\d)"
    single = rf"\b(?:single|one[\s-]time|(?:only\s+)?one|one-off)[\s-]+{adjectives}(?:{given})\b"
    ordinal = rf"\b(?P<ordinal>{'|'.join(_ORDINALS)})\s+(?:[\w'-]+\s+){{0,2}}?(?:{given}|one)\b"
    multiplied = rf"\b(?:{given})\s*(?:[x×]\s*)(?P<n>[1-9])\b(?!\s*[x×.]|\s*10)"
    return tuple(re.compile(one, re.IGNORECASE) for one in (many, single, ordinal, multiplied))


def _counted(text: str, given: str) -> list[Course]:
    many, single, _, multiplied = _giving(given)
    found = []
    for match in many.finditer(text):
        low, high = whole(match["low"]), whole(match["high"] or match["low"])
        if low and high and not _NOT_COUNTED.search(text[: match.start()]):
            rule = "single" if low == high == 1 else "counted"
            found.append(Course(low, high, match.start(), match.end(), match[0], rule))
    for match in multiplied.finditer(text):
        found.append(Course(int(match["n"]), int(match["n"]), match.start(), match.end(), match[0], "counted"))
    taken = [one.start for one in found]
    for match in single.finditer(text):
        if match.start() not in taken and not _ONE_OF_MANY.search(text[: match.start()]):
            found.append(Course(1, 1, match.start(), match.end(), match[0], "single"))
    return found


_TIMES = re.compile(
    rf"(?<![\w.,-])(?P<count>{COUNT})[\s-]+(?:consecutive\s+|separate\s+|more\s+)?times\b(?!\s+(?:a|per|daily|weekly|monthly|the|upper|higher|lower|greater|more|normal|as|x|10)\b|\s*/)"
    r"|\b(?P<twice>twice|thrice)\b(?!\s+(?:a|per|daily|weekly|monthly|each|every|the|as|in)\b|\s*/)"
    r"|\b(?:(?P<only>only\s+once|once\s+only)|(?:infus|inject|administ|giv|deliver|transfus|treat|appl)\w*(?:\s+[\w-]+){0,3}?\s+(?P<once>once)\b(?!\s+(?:a|per|daily|weekly|monthly|each|every|the|in)\b|\s*/))",
    re.IGNORECASE,
)


def _times(text: str) -> list[Course]:
    found = []
    for match in _TIMES.finditer(text):
        count = {"twice": 2, "thrice": 3}.get((match["twice"] or "").lower()) or (
            whole(match["count"]) if match["count"] else 1
        )
        start = match.start("once") if match["once"] else match.start()
        if count:
            found.append(Course(count, count, start, match.end(), text[start : match.end()], "times"))
    return found


def _ordinal(text: str, given: str) -> list[Course]:
    """`the first infusion … and the second`: as many as the highest ordinal, where a lower one stands beside it."""
    pattern = _giving(given)[2]
    matches = [(_ORDINALS[match["ordinal"].lower()], match) for match in pattern.finditer(text)]
    numbers = {number for number, _ in matches}
    if not matches or max(numbers) < 2 or not numbers >= set(range(1, max(numbers) + 1)):
        return []
    highest, match = max(matches, key=lambda one: one[0])
    return [Course(highest, highest, match.start(), match.end(), match[0], "ordinal")]


_ONCE = rf"(?:once|one\s+time|1\s*[x×]|one\s+\w+)\s*(?:/|a|per|every|each)\s*(?P<per>{UNIT})\b"
_LENGTH = (
    r"(?:for|over|during|x|×)\s+(?:a\s+(?:total|period)\s+of\s+|up to\s+)?"
    rf"(?P<length>{COUNT})(?:\s+consecutive)?\s*(?P<unit>{UNIT})\b"
)
_SCHEDULE = re.compile(
    rf"\b(?:{_EVERY}|{_ONCE}|(?:once\s+)?(?P<rhythm>daily|weekly|monthly|yearly))"
    rf"(?:[\s,]+(?!not\b)[\w()-]+){{0,4}}?[\s,]*\(?{_LENGTH}",
    re.IGNORECASE,
)


def _schedule(text: str) -> list[Course]:
    """`every K weeks for N weeks` is N / K givings, where that is a whole number."""
    found = []
    for match in _SCHEDULE.finditer(text):
        length = whole(match["length"])
        gap_word = (match["gap"] or "one").lower()
        gap = _GAPS.get(gap_word) or whole(gap_word)
        unit = _RHYTHM[match["rhythm"].lower()] if match["rhythm"] else (match["every"] or match["per"])[0].lower()
        if not length or not gap:
            continue
        length_days = length * DAYS_PER[match["unit"][0].lower()]
        n = length_days / (gap * DAYS_PER[unit])
        if abs(n - round(n)) < 0.12:
            found.append(Course(round(n), round(n), match.start(), match.end(), match[0], "schedule"))
    return found


_WINDOW = re.compile(r"^within|\d\s*(?:-|–|—|to)\s*\d", re.IGNORECASE)


def _points(text: str, found: list[Moment]) -> list[Course]:
    """Two or more different days named in one sentence are as many givings; a window of days (`day 1 to 3`) is none."""
    days = {round(day, 2) for one in found for day in one.days}
    if len(days) < 2 or any(_WINDOW.search(one.text) for one in found):
        return []
    start, end = found[0].start, found[-1].end
    return [Course(len(days), len(days), start, end, text[start:end], "points")]
