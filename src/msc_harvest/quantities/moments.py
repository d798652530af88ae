"""Moments relative to an operation as people write them: `day -1`, `POD 7, 14 and 21`, `two weeks after surgery`.

What counts as the operation comes from the caller's vocabulary. Days are counted from it: before it negative, 0 at it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from msc_harvest.quantities.amounts import WORD, whole

DAYS_PER = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}
COUNT = rf"(?:\d{{1,3}}(?![\d.]\d|\d|%)|{WORD})"
UNIT = r"(?:hours?|hrs?|h|days?|d|weeks?|wks?|months?|mos?|years?)"
_JOIN = r"(?:\s*,\s*(?:and\s+|or\s+)?|\s*(?:-|–|—|&|/)\s*|\s+(?:to|and|or)\s+)"
_SPREAD = r"(?:\s*\(?\s*(?:\+/-|±|\+/−)\s*\d+\s*\)?)?"
_NOT_AN_AMOUNT = r"(?!\s*(?:[x×*]\s*10|million|m?[lg]\b|kg\b|/\s*kg|10\s*[\^(]))"
_SIGNED = rf"[+−-]?\s?\d{{1,3}}(?![\d.]\d|\d|%){_NOT_AN_AMOUNT}{_SPREAD}"
_LIST = rf"{_SIGNED}(?:{_JOIN}(?:days?\s*|d)?{_SIGNED}){{0,11}}"
_WORDS_BETWEEN = r"(?:(?:the|a|an|their|his|her|each|first|initial)\s+)?(?:[\w'-]+\s+){0,3}?"
_BEFORE = r"before|prior to|pre|preceding|ahead of|in advance of"
_AFTER = r"after|post|following|from|past"
_AT = (
    r"at|during|on the day of|day of|at the time of|time of|simultaneous(?:ly)? with|together with|upon|the day of|"
    r"immediately (?:before|after|following)|right (?:at|after)|just (?:before|after)|within hours of"
)
_NUMBER = re.compile(r"[+−-]?\s?\d{1,3}(?!\d)", re.ASCII)
_DROPPED = re.compile(_SPREAD.removesuffix("?"))


@dataclass(frozen=True, slots=True)
class MomentWords:
    """Expressions of the vocabulary: `anchor` names the operation that days are counted from."""

    anchor: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One or more days of one expression. `is_anchored` is False for bare days (`day 7`): day of what is not said."""

    days: tuple[float, ...]
    is_anchored: bool
    start: int
    end: int
    text: str
    rule_id: str


def moments(text: str, words: MomentWords) -> list[Moment]:
    """The moments named in a sentence, in order, none overlapping another."""
    found: list[Moment] = []
    for rule, pattern in _patterns(words.anchor):
        for match in pattern.finditer(text):
            days = _days(rule, match)
            if days and not any(one.start < match.end() and match.start() < one.end for one in found):
                anchored = rule != "numbered_day" or bool(match["anchored"] or match["anchored2"])
                found.append(Moment(days, anchored, match.start(), match.end(), match[0], rule))
    return sorted(found, key=lambda one: one.start)


@lru_cache(maxsize=16)
def _patterns(anchor: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Rules in order of precedence; each later one only where no earlier one stands."""
    point = rf"{_WORDS_BETWEEN}(?:{anchor})"
    rules = {
        "counted_from_operation": (
            rf"(?P<within>within(?:\s+the)?(?:\s+first)?\s+)?"
            rf"(?<![\w.+-])(?P<counts>{COUNT}{_SPREAD}(?:{_JOIN}{COUNT})?)\s*-?\s*"
            rf"(?P<unit>{UNIT})\b{_SPREAD}[\s-]*(?:(?:(?P<before>{_BEFORE})|(?P<after>{_AFTER}))"
            rf"(?:[\s-]+{point}|-?operative(?:ly)?\b|[\s-]*op\b)"
            rf"|(?P<ago>\bpre)-?(?:operative|transplant)|(?P<later>\bpost)-?(?:operative|transplant))"
        ),
        "postoperative_list": rf"(?<![\w.])(?P<list>{_LIST})\s*(?:pod\b|(?:days?\s+)?post[\s-]?operative\s+days?\b)",
        "numbered_week": (
            rf"\b(?P<unit>weeks?|months?|years?)\s*(?P<list>{_LIST})"
            rf"(?=(?:\s+[\w'-]+){{0,3}}?[\s-]+(?:{_AFTER})[\s-]+{point}|[\s-]+post-?operative)"
        ),
        "numbered_day": (
            rf"\b(?:(?P<anchored>pod|post[\s-]?operative\s+days?|post[\s-]?op\.?\s+days?|days?\s+post[\s-]?op\w*)\s*(?:#|:)?\s*|days?\s*#?\s*|d)"
            rf"(?P<list>{_LIST})(?P<anchored2>(?:\s+[\w'-]+){{0,2}}?[\s-]+(?:{_AFTER}|of|{_BEFORE})[\s-]+{point})?"
        ),
        "at_operation": (rf"\b(?:{_AT})\s+{point}|\b(?:intra|peri)-?\s?operative(?:ly)?\b"),
    }
    return tuple((rule, re.compile(pattern, re.IGNORECASE)) for rule, pattern in rules.items())


def _days(rule: str, match: re.Match[str]) -> tuple[float, ...]:
    if rule == "at_operation":
        return (0.0,)
    groups = match.groupdict()
    unit = DAYS_PER[(groups.get("unit") or "d")[0].lower()]
    if rule == "counted_from_operation":
        sign = -1.0 if groups["before"] or groups["ago"] else 1.0
        counts = [whole(piece[0]) for piece in re.finditer(COUNT, _DROPPED.sub("", groups["counts"]), re.IGNORECASE)]
        return tuple(sign * unit * count for count in counts if count is not None)
    return tuple(_listed(groups["list"], unit, bool(re.search(_BEFORE, groups.get("anchored2") or "", re.IGNORECASE))))


def _listed(text: str, unit: float, is_before: bool) -> list[float]:
    """The numbers of a list; a hyphen after a number is a range, before the first a minus sign."""
    plain = _DROPPED.sub("", text)
    values: list[float] = []
    for piece in _NUMBER.finditer(plain):
        sign = piece[0][0] if not piece[0][0].isdigit() else "+"
        follows_number = bool(re.search(r"\d\s*$", plain[: piece.start()]))
        value = float(re.sub(r"\D", "", piece[0]))
        values.append(-unit * value if (sign in "-−" and not follows_number) or is_before else unit * value)
    return values
