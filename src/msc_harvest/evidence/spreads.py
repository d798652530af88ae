"""Means and medians with what stands beside them: `54.9 (SD 8.8)`, `21 (IQR 3-36)`; and moments in months."""

from __future__ import annotations

import re
from dataclasses import dataclass

from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

_NUMBER = r"[-−]?\d+(?:[.·]\d+)?"
_TO = r"\s*(?:[-–−,;]|to)\s*"
_VALUE = re.compile(
    rf"(?<![\w.·/±])(?P<value>{_NUMBER})(?P<unit1>\s?(?:%|[a-zA-Zμµ]+(?:/[\w.²]+(?:\s?\w+²?)?)*))?\s*"
    rf"(?:(?:±|\+/[-−])\s*(?P<pm>{_NUMBER})"
    rf"|[(\[]\s*(?:(?P<kind>s\.?d\.?|s\.?e\.?m?\.?|standard deviation"
    rf"|standard error)\s*[,:=]?\s*±?\s*(?P<spread>{_NUMBER})"
    rf"|(?P<iqr>iqr|interquartile range|range|q1[-–]q3"
    rf"|95\s?% ?(?:ci|confidence interval))\s*[,:=]?\s*(?P<low>{_NUMBER})"
    rf"{_TO}(?P<high>{_NUMBER})))",
    re.IGNORECASE,
)
_MEDIAN = re.compile(r"\bmedians?\b", re.IGNORECASE)
_SAID = re.compile(
    r"means?\s*(?:\(?\s*(?:±|\+/[-−])\s*|\()\s*(?P<kind>SD|SEM?|standard deviation|standard error)\b", re.I
)
_TIME = re.compile(
    r"(?<![\w.,])(?P<n>\d+(?:[.·]\d+)?|one|two|three|four|five|six|nine|ten|twelve|eighteen|twenty-four)[\s-]+"
    r"(?P<unit>[a-z]+)|\b(?P<unit2>months?|years?|weeks?|days?|mo)\s+(?P<n2>\d+)",
    re.IGNORECASE,
)
_IN_WORDS = {
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "nine": 9.0,
    "ten": 10.0,
    "twelve": 12.0,
    "eighteen": 18.0,
    "twenty-four": 24.0,
}
_MONTHS = {"month": 1.0, "year": 12.0, "week": 12 / 52.1786, "day": 12 / 365.25}


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean or median, its spread (`sd`, `se`, `iqr`, `range`, `ci95`, or `unstated` after ±), its place and its unit.

    `low` holds the SD or SE where there is one number.
    """

    kind: str
    value: float
    spread_kind: str
    low: float
    high: float | None
    start: int
    end: int
    text: str = ""
    unit: str | None = None


def spread_said(text: str) -> str | None:
    """What stands after ± in an abstract that says so once (`mean ± SD`): `sd`, `se`, or None."""
    said = {_one_number_kind(match["kind"]) for match in _SAID.finditer(text)}
    return said.pop() if len(said) == 1 else None


def read_spreads(part: Part, said: str | None = None) -> list[Spread]:
    """Means and medians of one sentence in their order; `said` is what the abstract says of its ±."""
    return [_spread(part, match, said) for match in _VALUE.finditer(part.text)]


def _spread(part: Part, match: re.Match[str], said: str | None) -> Spread:
    kind = "median" if _MEDIAN.search(part.text[: match.start()]) else "mean"
    start, end = part.start + match.start("value"), part.start + match.end("value")
    text = part.text[match.end("unit1") if match["unit1"] else match.end("value") : match.end()].strip(" ([")
    unit = match["unit1"].strip() if match["unit1"] else None
    if not match["iqr"]:
        name = (said or "unstated") if match["pm"] else _one_number_kind(match["kind"])
        low = _number(match["pm"] or match["spread"])
        return Spread(kind, _number(match["value"]), name, low, None, start, end, text, unit)
    written = match["iqr"].lower()
    name = "range" if written == "range" else "ci95" if "95" in written else "iqr"
    kind = "median" if name == "iqr" else kind
    low, high = _number(match["low"]), _number(match["high"])
    return Spread(kind, _number(match["value"]), name, low, high, start, end, text, unit)


def _one_number_kind(written: str) -> str:
    return "sd" if "d" in written.lower().replace("standard", "") else "se"


def time_months(text: str, words: Words) -> list[tuple[float, int, int]]:
    """Moments named in a text, in months (a year is 12, a week 12/52.18), with their places, in their order."""
    found = []
    for match in _TIME.finditer(text):
        written, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
        for kind, months in _MONTHS.items():
            if words[kind].fullmatch(unit):
                value = _IN_WORDS.get(written.lower()) or _number(written)
                found.append((round(value * months, 2), match.start(), match.end()))
    return found


def _number(written: str) -> float:
    return float(written.replace("·", ".").replace("−", "-"))
