"""Numbers in running text, in figures and in words, each with its place: `2,972`, `13 388`, `twenty-one`, `9.5%`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = (
    {word: value for value, word in enumerate(_UNITS)} | {w: 10 * n for n, w in enumerate(_TENS, 2)} | {"fourty": 40}
)
_ONES = "|".join(_UNITS[1:10])
_PLAIN = "|".join(sorted(_UNITS, key=len, reverse=True))
_SMALL = rf"(?:(?:{'|'.join(_TENS)}|fourty)(?:[\s-]+(?:{_ONES})\b)?|{_PLAIN})"
_HUNDREDS = (
    rf"(?:{_SMALL}[\s-]+|a\s+)?(?:hundred|thousand)\b"
    rf"(?:,?[\s-]+(?:and[\s-]+)?(?:{_SMALL}[\s-]+hundred\b(?:[\s-]+(?:and[\s-]+)?{_SMALL})?|{_SMALL}))?"
)
# `in a single patient`: as much a number as `one`, where people are counted.
_SINGLE = r"a\s+single(?=\s+(?:patient|recipient|participant|child|control|case|death)\b)"
_FIGURE = re.compile(
    rf"(?:(?P<words>(?<![\w-])(?:{_HUNDREDS}|{_SMALL}|{_SINGLE})(?![\w]|-(?!treated)\w))"
    r"|(?<![\w.,·^])(?P<number>\d{1,3}(?:,\d{3})+(?!\d)"
    r"|(?<!\d )\d{1,3}(?:[ \u2009\u00a0\u202f]\d{3})+(?![\d.,]*\d|[-–]\d)|\d+(?:[.·]\d+)?))"
    r"(?P<percent>\s?(?:%|per\s?cent\b))?",
    re.IGNORECASE,
)
_LABEL_BEFORE = re.compile(
    r"(?:\b(?:groups?|grades?|arms?|phases?|stages?|days?|cohorts?|cycles?|types?|levels?|weeks?|months?|years?"
    r"|visits?|"
    r"parts?|study|table|version|trial|schedule|gene|her|age|aged)|[A-Za-z]-|(?<![nN])(?<![nN]\s)[/<>≤≥=×x*±]\s*)\s*$",
    re.IGNORECASE,
)

# More than any number of people; a run of digits may even be too long for a float.
_TOO_MANY = 1e9


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as written: its value, its place (half-open) without the percent sign, and what stands beside it."""

    value: float
    start: int
    end: int
    is_percent: bool
    in_words: bool

    @property
    def whole(self) -> bool:
        """A whole number that is no percentage."""
        return not self.is_percent and self.value < _TOO_MANY and self.value == int(self.value)


def figures(text: str) -> list[Figure]:
    """Every number of a text in its order."""
    found = []
    for match in _FIGURE.finditer(text):
        words = match["words"]
        start, end = match.span("words" if words else "number")
        number = match["number"]
        if number and re.search(r"[ \u2009\u00a0\u202f]", number) and _LABEL_BEFORE.search(text[:start][-12:]):
            first = re.match(r"\d+", number)
            end = start + len(first[0]) if first else end
            number = text[start:end]
        value = word_value(words) if words else float(re.sub(r"[,\s]", "", number).replace("·", "."))
        found.append(Figure(value, start, end, bool(match["percent"]), bool(words)))
    return found


def word_value(words: str) -> float:
    """Value of a number in words: `one hundred and twenty-one` is 121."""
    total = part = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "hundred":
            part = (part or 1) * 100
        elif word == "thousand":
            total, part = total + (part or 1) * 1000, 0
        elif word == "a":
            part = 1
        else:
            part += _VALUES.get(word, 0)
    return float(total + part)
