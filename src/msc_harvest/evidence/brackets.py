"""What stands in a bracket: counts of the outcomes it lists, causes of the one before it, or what a word means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.outcomes import Named
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
N_EQUALS = re.compile(r"\bn\s*=\s*$", re.IGNORECASE)
# `CMV in two`, `CMV: 2`, `CMV, n = 2` within a bracket; `CMV (n = 2)` before one.
_IN = re.compile(r"\s+(?:(?:was|were|occurred|seen|developed)\s+){0,2}in\s+|\s*[,:]?\s*(?:n\s*=\s*|:\s*|,\s*)")
_OPENED = re.compile(r"\s*[(\[]\s*n\s*=\s*", re.IGNORECASE)
# Two arms or more.
_ARMS = 2
_ARM_N = re.compile(r"\s*[,:]?\s*n\s*=\s*", re.IGNORECASE)


def counts_in_bracket(part: Part, figure: Figure, named: Sequence[Named], arms: Sequence[tuple[int, int]]) -> bool:
    """Whether a number in a bracket counts people: with the outcome right before it, or of an arm, all told before."""
    if any(_OPENED.fullmatch(part.text, b, figure.start) for _, b, _ in named if b <= figure.start):
        return bool(re.match(r"\s*[,;)\]]", part.text[figure.end :]))
    place = next((m for m in _BRACKET.finditer(part.text) if m.start() < figure.start < m.end()), None)
    if place is None:
        return False
    own = [name for name in named if place.start() < name[0] and name[1] <= figure.start]
    if own and _IN.fullmatch(part.text, own[-1][1], figure.start):
        return True
    return figure in _parted(part, place, arms)


def _parted(part: Part, place: re.Match[str], arms: Sequence[tuple[int, int]]) -> list[Figure]:
    """`Five patients died (A, n = 2; B, n = 3)`: numbers of arms that make up the one before the bracket."""
    inside = [f for f in part.figures if place.start() < f.start < place.end()]
    before = [f for f in part.figures if f.end <= place.start() and f.whole]
    if len(inside) < _ARMS or not before or not all(f.whole for f in inside):
        return []
    is_each = all(any(_ARM_N.fullmatch(part.text, b, f.start) for _, b in arms if b <= f.start) for f in inside)
    return inside if is_each and sum(f.value for f in inside) == before[-1].value else []


def without_causes(part: Part, named: Sequence[Named], words: Words) -> list[Named]:
    """Outcomes without those that a bracket gives as causes or kinds: `three lost the graft (rejection, CMV)`.

    Of what befalls a person once a bracket tells the causes, even with numbers; of anything else it tells the kind
    where it holds no number and stands behind people who were counted.
    """
    causes = set(_causes(part, named, words))
    return [one for one in named if one not in causes]


def _causes(part: Part, named: Sequence[Named], words: Words) -> Iterator[Named]:
    places = [match.span() for match in _BRACKET.finditer(part.text)]
    plain = [one for one in named if not any(a < one[0] < b for a, b in places)]
    for match in _BRACKET.finditer(part.text):
        inside = [one for one in named if match.start() < one[0] and one[1] < match.end()]
        before = [one for one in plain if one[1] <= match.start()]
        if not inside or not before or ";" in part.text[before[-1][1] : match.start()]:
            continue
        counted = [f for f in part.figures if before[-1][1] <= f.start and f.end <= match.start()]
        has_number = any(match.start() < f.start < match.end() for f in part.figures)
        is_once = words["once"].search(part.text, *before[-1][:2])
        if is_once or (
            counted and not has_number and words["people"].search(part.text, counted[-1].end, match.start())
        ):
            yield from inside


# `Progression, defined as a loss of function or death, was recorded in`.
_MEANING = re.compile(r",\s+(?:which was )?(?:defined|understood) (?:as|by)\s[^,;]*,")


def defines(part: Part, name: Named, counted: Sequence[tuple[int, str]]) -> bool:
    """`Progression (decline of a level or death)`: a bracket without a count that says what is meant.

    `counted` are the places of the candidates of the sentence with their kinds.
    """
    if any(m.start() < name[0] < m.end() for m in _MEANING.finditer(part.text)):
        return True
    start = part.text.rfind("(", 0, name[0])
    end = part.text.find(")", name[1])
    if start < 0 or end < 0 or ")" in part.text[start : name[0]] or "(" in part.text[name[1] : end]:
        return False
    return " or " in part.text[start:end] and not any(start < at < end for at, kind in counted if kind != "percent")
