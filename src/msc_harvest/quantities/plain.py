"""Dates, ages and counts as registers write them. Nothing is invented: what is not written stays None."""

from __future__ import annotations

import re
from datetime import date
from math import isfinite

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T\d{2}:\d{2}.*)?$", re.ASCII)
_AGE = re.compile(r"(\d+(?:\.\d+)?) (Year|Month|Week|Day|Hour|Minute)s?$", re.ASCII)
_PER_YEAR = {"Year": 1.0, "Month": 12.0, "Week": 52.1775, "Day": 365.2425, "Hour": 8765.82, "Minute": 525949.2}
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?$", re.ASCII)
_NOT_A_NUMBER = {
    "na": "not_applicable_or_not_estimable",
    "n/a": "not_applicable_or_not_estimable",
    "ne": "not_estimable",
    "nan": "not_a_number",
    "none": "text",
    "": "empty",
}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}


def iso_date(text: str | None) -> date | None:
    """The day that `YYYY-MM-DD` (with or without a time) names; None for a partial, absent or impossible date."""
    parts = _iso_parts(text)
    return _day(*parts) if parts and parts[2] else None


def date_precision(text: str | None) -> str | None:
    """`year`, `month` or `day`, as far as an ISO text goes; None when it is no possible date."""
    parts = _iso_parts(text)
    if not parts:
        return None
    year, month, day = parts
    if day:
        return "day" if _day(year, month, day) else None
    if month:
        return "month" if 1 <= month <= 12 else None
    return "year"


def month_number(text: str | None) -> int | None:
    """1–12 for `Jan`, `January`, `01` or `1`; None otherwise."""
    word = (text or "").strip().lower()
    if not word.isalnum() or not word.isascii():
        return None
    number = int(word[:9]) if word.isdigit() else _MONTHS.get(word[:3], 0)
    return number if 1 <= number <= 12 else None


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The date, or None when no calendar has it."""
    return _day(year, month, day)


def age_years(text: str | None) -> float | None:
    """Age in years from the register's words (`18 Years`, `6 Months`, `2 Days`); None when absent or unreadable."""
    match = _AGE.match(text or "")
    return round(float(match[1]) / _PER_YEAR[match[2]], 4) if match else None


def number(text: str | None) -> float | None:
    """The number that a measurement text states (`26,300`, `-.9`, `12`); None for `NA`, `<0.001` and other words."""
    word = (text or "").strip()
    if word in ("", "+", "-") or not _NUMBER.match(word):
        return None
    value = float(word.replace(",", ""))
    return value if isfinite(value) else None


def count(text: str | None) -> int | None:
    """The whole number, not below zero, that a text states; None otherwise."""
    value = number(text)
    return int(value) if value is not None and value >= 0 and value == int(value) else None


def missing_reason(text: str | None) -> str | None:
    """Why `number(text)` is None: `absent`, `not_applicable_or_not_estimable`, `comparison_sign`, `text` …

    None when the text is a number.
    """
    if text is None:
        return "absent"
    word = text.strip()
    if number(word) is not None:
        return None
    if word[:1] in "<>≤≥=" and word:
        return "comparison_sign"
    if word and _NUMBER.match(word) and word not in ("+", "-"):
        return "out_of_range"
    return _NOT_A_NUMBER.get(word.lower(), "text")


def _iso_parts(text: str | None) -> tuple[int, int, int] | None:
    match = _ISO.match(text or "")
    return (int(match[1]), int(match[2] or 0), int(match[3] or 0)) if match else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
