"""Numbers inside running text: figures with either decimal sign, thousands groups, small numbers in words."""

from __future__ import annotations

import re

_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TEENS = ("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_IN_WORDS = {word: float(value) for value, word in enumerate((*_UNITS, *_TEENS, "twenty"))} | {
    "half a": 0.5,
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "seventy": 70.0,
    "eighty": 80.0,
    "ninety": 90.0,
    "one hundred": 100.0,
    "two hundred": 200.0,
    "three hundred": 300.0,
    "hundred": 100.0,
}
_WORDS = "|".join(sorted(map(re.escape, _IN_WORDS), key=len, reverse=True))

# Thousands groups come first: three digits after each separator, and either commas or at least two groups.
_GROUPED = r"[1-9]\d{0,2}(?:,\d{3}){1,4}(?![\d.,]\d)|[1-9]\d{0,2}(?:[.\u00a0\u2009 ]\d{3}){2,4}(?!\d)"
FIGURE = rf"(?:{_GROUPED}|\d{{1,12}}(?:[.,]\d{{1,6}})?|(?<!\d)\.\d{{1,6}})"
WORD = rf"\b(?:{_WORDS})\b"
AMOUNT = rf"(?:{FIGURE}|{WORD})"

_IS_GROUPED = re.compile(rf"(?:{_GROUPED})$", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}$", re.ASCII)


def amount(text: str) -> float | None:
    """The value of a text that AMOUNT matches whole (`1,5` is one and a half, `1,500` fifteen hundred); else None."""
    word = " ".join(text.lower().split())
    if word in _IN_WORDS:
        return _IN_WORDS[word]
    if _IS_GROUPED.match(word):
        return float(re.sub(r"\D", "", word))
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return None


def whole(text: str) -> int | None:
    """The whole number below a thousand that a text states in figures or words; None otherwise."""
    word = " ".join(text.lower().split())
    if _WHOLE.match(word):
        return int(word)
    value = _IN_WORDS.get(word)
    return int(value) if value is not None and value == int(value) else None
