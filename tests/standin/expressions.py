"""Ranges of dates in the expressions of `filter.advanced`, and what is left of an expression without them.

Understood: `AREA[LastUpdatePostDate]RANGE[a,b]` and the same for `StudyFirstPostDate`, with ISO days, months or years,
MIN and MAX, wherever they are joined to the rest by AND, also inside brackets. Everything else is left as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BOUND = r"(MIN|MAX|\d{4}(?:-\d\d){0,2})"
_RANGE = re.compile(
    rf"AREA\s*\[\s*(LastUpdatePostDate|StudyFirstPostDate)\s*\]\s*RANGE\s*\[\s*{_BOUND}\s*,\s*{_BOUND}\s*\]"
)
_PIECE = re.compile(r'"[^"]*"|\[[^\]]*\]|[()]|\b(?:AND|OR|NOT)\b|.', re.DOTALL)
_AREA = re.compile(r"AREA\s*\[\s*(?:LastUpdatePostDate|StudyFirstPostDate)\s*\]")


class NotUnderstood(ValueError):
    """A range of dates stands where leaving it out would change the rest, or has bounds of another kind."""


@dataclass(frozen=True, slots=True)
class Range:
    """Dates from `low` to `high`, both included; a bound of a month or a year spans all of it."""

    piece: str
    low: str
    high: str

    def holds(self, date: str) -> bool:
        """Whether an ISO date lies inside. A study without the date (an empty text) lies in no range."""
        above = self.low == "MIN" or (self.low != "MAX" and date >= self.low)
        below = self.high == "MAX" or (self.high != "MIN" and date[: len(self.high)] <= self.high)
        return bool(date) and above and below


def taken_apart(expression: str) -> tuple[list[Range], str]:
    """The ranges in an expression, and the rest as it would read without them.

    One pair of brackets around the whole rest falls with the range it was written for, so that `(rest) AND range`
    leaves `rest`. Raises NotUnderstood for a range below OR or NOT.
    """
    ranges, rest = _taken(expression.strip())
    if _AREA.search(rest):
        raise NotUnderstood(expression)
    return ranges, rest


def _taken(expression: str) -> tuple[list[Range], str]:
    ranges: list[Range] = []
    rest: list[str] = []
    for part in _conjuncts(expression):
        if found := _RANGE.fullmatch(part):
            ranges.append(Range(found[1], found[2], found[3]))
        elif _is_group(part) and (inner := _taken(part[1:-1].strip()))[0]:
            ranges += inner[0]
            rest += [f"({inner[1]})"] if inner[1] else []
        else:
            rest.append(part)
    if not ranges:
        return [], expression
    if len(rest) == 1 and _is_group(rest[0]):
        return ranges, rest[0][1:-1].strip()
    return ranges, " AND ".join(rest)


def _conjuncts(expression: str) -> list[str]:
    """The parts that AND joins at the outermost level; the whole when OR or NOT stands there, too."""
    parts, depth = [""], 0
    for piece in _PIECE.findall(expression):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth == 0 and piece in ("OR", "NOT"):
            return [expression]
        if depth == 0 and piece == "AND":
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]


def _is_group(part: str) -> bool:
    """Whether one pair of brackets encloses the whole."""
    depth = 0
    places = [(match.start(), match[0]) for match in _PIECE.finditer(part) if match[0] in "()"]
    for place, bracket in places:
        depth += 1 if bracket == "(" else -1
        if depth == 0:
            return place == len(part) - 1 and part[0] == "("
    return False
