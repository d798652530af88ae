"""The time frames of posted results, as months since the start: one moment, or nothing.

`up to 12 months`, `Week 24` and `Day 1 through Day 29` name one moment (the end of a span counts); lists of visits,
days counted anew in each cycle and ends that differ from person to person name none. What the units are called, and
what stands around a length of time that is no moment, comes with the rows from the vocabulary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from msc_harvest.quantities.amounts import WORD, amount

_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
_DAYS_PER_MONTH = 30.4375
_SAME = 0.1
_AMOUNT = rf"(?:(?<![\w.,])\d{{1,4}}(?:\.\d{{1,2}})?(?![\d.,]*\d)(?!\s*%)|{WORD})"
_NUMBERED = rf"(?:(?<![\w.,])\d{{1,4}}(?![\d.,]*\d)(?!\s*%)|{WORD})"
_ORDINAL = r"(?:st|nd|rd|th)?"
_JOIN = r"\s*(?:,|and|or|&|/|to|through|-|–)\s*"
_SCHEMA = {
    "timepoint_text": pl.String,
    "timepoint_months": pl.Float64,
    "is_only_time": pl.Boolean,
    "rule_id": pl.String,
}


@dataclass(frozen=True, slots=True)
class FrameWords:
    """Expressions of the vocabulary by their kind; units by the keys of a day count."""

    units: tuple[tuple[str, str], ...]
    span: str
    not_a_moment: str
    other_start: str
    open_end: str
    bounded: str
    cycle: str
    baseline: str
    filler: str


@dataclass(frozen=True, slots=True)
class _Length:
    """One length of time: in days, with the unit it is written in."""

    days: float
    unit: str
    start: int
    end: int


def time_frames(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per text: months since the start (NULL: none or several), whether it says nothing else, and the rule."""
    found = []
    for row in rows.iter_rows(named=True):
        words = FrameWords(
            tuple((unit, row[f"{unit}_words"]) for unit in _DAYS),
            *(row[f"{name}_words"] for name in FrameWords.__slots__ if name != "units"),
        )
        months, rule = frame_months(row["timepoint_text"], words)
        found.append((row["timepoint_text"], months, is_only_time(row["timepoint_text"], words), rule))
    return pl.DataFrame(found, schema=_SCHEMA, orient="row")


def frame_months(text: str, words: FrameWords) -> tuple[float | None, str]:
    """(months since the start, rule) of a time frame; months are None where it names no single moment."""
    plain = " ".join(text.lower().split())
    if _compiled(words.cycle).search(plain):
        return None, "counted_in_cycles"
    kept = [one for one in _lengths(_without_baseline(plain, words), words) if one.days > 0]
    if not kept:
        at_start = bool(_compiled(words.baseline).fullmatch(plain))
        return (0.0, "at_the_start") if at_start else (None, "no_length_of_time")
    if _compiled(words.open_end).search(plain) and not _compiled(words.bounded).search(plain):
        return None, "end_differs"
    longest = max(kept, key=lambda one: one.days)
    if all(_is_same(one, longest) for one in kept):
        return _months(kept[0].days), "one_moment"
    if len(kept) == 2 and _is_span(_without_baseline(plain, words), kept, words):
        return _months(kept[1].days), "end_of_span"
    return None, "several_moments"


def is_only_time(text: str, words: FrameWords) -> bool:
    """Does a text name a moment and nothing else, as the title of a class of measurements may?"""
    plain = " ".join(text.lower().split())
    months, _ = frame_months(plain, words)
    if months is None:
        return False
    rest = plain
    for one in reversed(_written(plain, words)):
        rest = f"{rest[: one.start]} {rest[one.end :]}"
    rest = _compiled(words.baseline).sub(" ", rest)
    return not re.search(r"[a-z0-9]", _compiled(words.filler).sub(" ", rest))


def _lengths(plain: str, words: FrameWords) -> list[_Length]:
    """The lengths of time that can be moments of the follow-up, in the order of the text."""
    before = re.compile(rf"(?:\b|(?<=\W))(?:{words.not_a_moment})[\s(]*$")
    behind = re.compile(rf"[\s)]*(?:{words.other_start})\b")
    found = _written(plain, words)
    return [one for one in found if not before.search(plain[: one.start]) and not behind.match(plain[one.end :])]


def _written(plain: str, words: FrameWords) -> list[_Length]:
    """Every length of time of a text: `6 and 12 weeks`, `months 3-6`, `24th month`."""
    unit = "|".join(f"(?P<{name}>{pattern})" for name, pattern in words.units)
    listed, numbered = (rf"{one}{_ORDINAL}(?:{_JOIN}{one}{_ORDINAL}){{0,11}}" for one in (_AMOUNT, _NUMBERED))
    found: list[_Length] = []
    for pattern in (rf"(?P<n>{listed})[\s-]*(?:{unit})\b", rf"\b(?:{unit})\s*#?(?P<n>{numbered})\b"):
        for match in _compiled_raw(pattern).finditer(plain):
            if any(one.start < match.end() and match.start() < one.end for one in found):
                continue
            name = next(one for one in _DAYS if match[one])
            values = [amount(piece) for piece in re.findall(_AMOUNT, match["n"])]
            is_span = re.fullmatch(rf"{_AMOUNT}{_ORDINAL}\s*(?:to|through|-|–)\s*{_AMOUNT}{_ORDINAL}", match["n"])
            chosen = values[-1:] if is_span else values
            found += [_Length(value * _DAYS[name], name, *match.span()) for value in chosen if value is not None]
    return sorted(found, key=lambda one: one.start)


def _is_same(one: _Length, longest: _Length) -> bool:
    """The same moment, perhaps in another unit: `12 months (52 weeks)`."""
    if one.unit == longest.unit:
        return one.days == longest.days
    return abs(one.days - longest.days) <= _SAME * longest.days


def _is_span(plain: str, kept: list[_Length], words: FrameWords) -> bool:
    first, last = kept
    between = plain[first.end : last.start].strip(" ,()")
    return first.days < last.days and bool(re.fullmatch(words.span, between))


def _without_baseline(plain: str, words: FrameWords) -> str:
    """`baseline (day 1), week 8` without the words for the start and what stands in brackets behind them."""
    return re.sub(rf"\b(?:{words.baseline})\s*\([^)]*\)", lambda match: " " * len(match[0]), plain)


def _months(days: float) -> float:
    return round(days / _DAYS_PER_MONTH, 4)


@lru_cache(maxsize=64)
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})(?!\w)")


@lru_cache(maxsize=64)
def _compiled_raw(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
