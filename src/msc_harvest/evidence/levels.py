"""Measured numbers of a clause with all that is written of each: `1.4 ± 0.3 mg/dL`, `54 (IQR 31–80) U/L`, `57 (17)`.

What stands in a bracket without a name is what the clause announces once (`mean (SD)`, `median and IQR`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:[.·]\d+)?"
_SIGNED = rf"[-−–]?(?:{_NUMBER})"
_LEVEL = re.compile(rf"(?<![\w.,·/±^×*<>≤≥=-])(?:(?<=[\s(])[-−])?(?:{_NUMBER})(?![\w^×*]|[.,·]\d|\s?[×*^]|\s?/\s?\d)")
_KIND = (
    r"s\.?d\.?|s\.?e\.?m?\.?|standard deviation|standard error(?: of the mean)?|iqr|interquartile range|range"
    r"|q1[-–]q3|95\s?% ?(?:ci|confidence interval)|ci"
)
_PLUS = re.compile(rf"\s*(?:±|\+/[-−])\s*(?P<one>{_NUMBER})")
_ENDS = re.compile(
    rf"\s*[(\[,]\s*(?:(?P<kind>{_KIND})\s*[,:=]?\s*)?(?:of\s+)?(?P<low>{_SIGNED})\s*(?:[-–−,;]"
    rf"|to)\s*(?P<high>{_SIGNED})"
    r"(?P<unit>[^()\[\]\d]{0,20})[)\]]?",
    re.IGNORECASE,
)
_ONE = re.compile(
    rf"\s*[(\[,]\s*(?:(?P<kind>{_KIND})\s*[,:=]?\s*)?±?\s*(?P<one>{_NUMBER})(?P<unit>[^()\[\]\d]{{0,20}})[)\]]",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(rf"(?<!\w)(?P<kind>{_KIND})(?!\w|\s*[,:=]?\s*\d|\s*\d)", re.IGNORECASE)
_TIME_AFTER = re.compile(
    r"[\s-]*(?:th |st |nd |rd )?(?:days?|weeks?|months?|years?|hours?|yrs?|min\b|mo\b|wks?|visits?|infusions?|doses?"
    r"|patients?|recipients?|times|fold|of \d)",
    re.IGNORECASE,
)
_NO_LEVEL_BEFORE = re.compile(
    r"(?:\b(?:days?|weeks?|months?|years?|hours?|visits?|grades?|groups?|arms?|aged?|n\s*=|p\s*[=<>]|[ohr]r"
    r"|(?:n|doses?|out|range|ci|total) of"
    r"|difference(?: of| was)?|ratio(?: of| was)?|phase|stage|type|than|least|ci)|[<>≤≥±]|10\()\s*$",
    re.IGNORECASE,
)
# `(95% CI 0.3 to 12.5)`: the end of an interval.
_INTERVAL_END = re.compile(r"\b(?:ci|confidence interval)\W[^()]{0,12}\d\s?(?:to|,|[-–])\s*$", re.IGNORECASE)
_OTHER_UNIT = re.compile(
    r"\s?(?:mm|cm|ng|µg|μg|pg|kg|mmhg|bpm|×|x\s?10|iu\b|cells|points?|copies|h\b|g\b|cases|events)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Level:
    """A measured number at its place in the sentence; `spread` is its kind and one or two numbers, as written."""

    start: int
    end: int
    stop: int
    value: float
    unit: str | None
    spread: tuple[str, float, float | None, str] | None

    @property
    def is_bare(self) -> bool:
        """Whether nothing says that it is a level: no unit, no spread."""
        return self.unit is None and self.spread is None


def levels(part: Part, place: tuple[int, int], said: str | None, words: Words) -> list[Level]:
    """Numbers of a clause that may be levels, in their order; `said` is what the abstract says of its ±."""
    told = {_named(one["kind"]) for one in _ANNOUNCED.finditer(part.text, *place)}
    announced = told.pop() if len(told) == 1 else None
    found: list[Level] = []
    at = place[0]
    while match := _LEVEL.search(part.text, at, place[1]):
        one = _level(part, match, announced, said, words)
        at = one.stop if one else match.end()
        found += [one] if one else []
    return found


def _level(part: Part, match: re.Match[str], announced: str | None, said: str | None, words: Words) -> Level | None:
    text, end = part.text, match.end()
    before = text[max(0, match.start() - 30) : match.start()]
    if _NO_LEVEL_BEFORE.search(before) or _TIME_AFTER.match(text, end) or words["not_measured"].search(before[-20:]):
        return None
    if _INTERVAL_END.search(before):
        return None
    unit, stop = _unit(text, end, words)
    if unit is None and _OTHER_UNIT.match(text, end):
        return None
    spread, after = _spread(text, stop, announced, said)
    if spread:
        unit_after, past = _unit(text, after, words)
        inner = words["unit"].search(spread[3]) if unit is None and unit_after is None else None
        unit = unit or unit_after or (inner[0] if inner else None)
        stop = past if unit_after else after
        if unit is None and _OTHER_UNIT.match(text, after):
            return None
    return Level(match.start(), end, stop, _value(match[0]), unit, spread)


def _unit(text: str, at: int, words: Words) -> tuple[str | None, int]:
    space = re.compile(r"\s?").match(text, at)
    begin = space.end() if space else at
    match = words["unit"].match(text, begin) if begin < len(text) else None
    if match is None and text[at : at + 1] == "%":
        return "%", at + 1
    return (match[0], match.end()) if match else (None, at)


def _spread(
    text: str, at: int, announced: str | None, said: str | None
) -> tuple[tuple[str, float, float | None, str] | None, int]:
    plus = _PLUS.match(text, at)
    if plus:
        around = announced if announced in ("sd", "se") else said
        return (around or "unstated", _value(plus["one"]), None, plus[0].strip()), plus.end()
    for pattern, kinds in ((_ENDS, ("iqr", "range", "ci95")), (_ONE, ("sd", "se"))):
        match = pattern.match(text, at)
        kind = (_named(match["kind"]) if match["kind"] else announced) if match else None
        if match and kind is not None and kind in kinds:
            ends = match.groupdict()
            low = _value(ends.get("low") or ends["one"])
            high = _value(ends["high"]) if ends.get("high") else None
            return (kind, low, high, match[0].strip(" ([)],")), match.end()
    return None, at


def _named(written: str) -> str:
    told = written.lower().replace(".", "")
    if "ci" in told or "confidence" in told:
        return "ci95"
    if told in ("range", "iqr"):
        return told
    if "quartile" in told or told.startswith("q1"):
        return "iqr"
    return "sd" if told in ("sd", "standard deviation") else "se"


def _value(written: str) -> float:
    sign = -1.0 if written[0] in "-−–" else 1.0
    return sign * float(written.lstrip("-−–").replace(",", "").replace("·", "."))


def qualified(found: list[Level], joined: list[bool]) -> Iterator[Level]:
    """Levels that say so by unit or spread, or stand in a list with one that does (`1.51, 1.44 and 1.58 mg/dL`).

    `joined[i]` tells whether nothing but list words stand between the numbers i and i + 1.
    """
    sure = [not one.is_bare for one in found]
    for at in range(len(found) - 2, -1, -1):
        sure[at] = sure[at] or (joined[at] and sure[at + 1])
    for at in range(1, len(found)):
        sure[at] = sure[at] or (joined[at - 1] and sure[at - 1])
    for at, one in enumerate(found):
        if sure[at]:
            unit = one.unit or next((other.unit for other in found[at:] if other.unit), None)
            yield Level(one.start, one.end, one.stop, one.value, unit, one.spread)
