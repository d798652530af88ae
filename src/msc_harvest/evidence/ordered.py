"""Arms whose sizes stand only under the results, in the order in which the arms were named: `in 6/31 and 7/30`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.items import items
from msc_harvest.evidence.labels import CONTROL, MSC, Tag, tags
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People
from msc_harvest.evidence.words import Words

_LIST = re.compile(r",\s+(?:or\s+|and\s+)?|;\s+(?:or\s+|and\s+)?|\s+(?:or|versus|vs\.?)\s+", re.IGNORECASE)
_TO = re.compile(r"\b(?:randomi[sz]ed|assigned|allocated|allotted)\b[^;.]{0,40}?\b(?:to|into|between)\s+(?:either\s+)?")
_DOSE = re.compile(
    r"\b(?:doses?|once|twice|early|late|single|repeated|low|high|autologous|allogeneic)\b", re.IGNORECASE
)
_TWO, _THREE = 2, 3


def in_order_named(found: Sequence[Part], total: People | None, words: Words, aliases: Mapping[str, str]) -> list[Arm]:
    """Arms of the people at risk that one sentence of results lists, as many as were allotted to, adding up to all.

    They are those of the arms in the order of the sentence that says to what people were allotted; [] where the
    number of arms or their roles are in doubt.
    """
    named = next((one for part in found if (one := _allotted_to(part, words, aliases))), [])
    if not named or total is None:
        return []
    for part in found:
        if part.section in ("background", "conclusion"):
            continue
        pairs = [one for one in items(part, words) if one.at_risk is not None]
        if len(pairs) != len(named) or sum(one.at_risk or 0 for one in pairs) != total.value:
            continue
        here = [one.role for one in tags(part.text, words, dict(aliases))]
        if here and here != [one.role for one in named]:
            continue
        return [
            Arm(
                tag.label,
                People(
                    one.at_risk or 0,
                    part.start + (one.at_risk_start or 0),
                    part.start + (one.at_risk_end or 0),
                    "arm_in_order",
                    "medium",
                ),
                tag.role,
            )
            for one, tag in zip(pairs, named, strict=True)
        ]
    return []


def _allotted_to(part: Part, words: Words, aliases: Mapping[str, str]) -> list[Tag]:
    """What people were allotted to, piece by piece: `to one dose of cells, two doses of cells, or a drug`."""
    match = _TO.search(part.text)
    if not match or part.section in ("background", "conclusion"):
        return []
    stop = re.search(r"[.;](?:\s|$)|\s\(|\bdelivered\b|\bgiven\b", part.text[match.end() :])
    until = match.end() + stop.start() if stop else len(part.text)
    pieces: list[tuple[int, int]] = []
    since = match.end()
    for cut in (*_LIST.finditer(part.text, since, until), None):
        end = cut.start() if cut else until
        pieces.append((since, end))
        since = cut.end() if cut else until
    roles = [list(tags(part.text[a:b], words, dict(aliases))) for a, b in pieces]
    if not _TWO <= len(pieces) <= _THREE or not roles[0]:
        return []
    made = [
        Tag(a, b, CONTROL if not here or any(one.role == CONTROL for one in here) else MSC, part.text[a:b].strip())
        for (a, b), here in zip(pieces, roles, strict=True)
    ]
    said = [one.role for one in made]
    is_dosed = said.count(MSC) < _TWO or all(_DOSE.search(one.label) for one in made if one.role == MSC)
    return made if set(said) == {MSC, CONTROL} and said.count(CONTROL) == 1 and is_dosed else []


def halves(found: Sequence[Part], words: Words) -> list[Arm]:
    """`half of whom were given cells, while the other ten served as controls`: two arms of as many."""
    for part in found:
        match = _HALF.search(part.text)
        figure = next((f for f in part.figures if match and f.start == match.start("rest")), None)
        if not match or figure is None or not words["of_msc"].search(match["given"]):
            continue
        if not any(f.end <= match.start() and f.value == 2 * figure.value for f in part.figures):
            continue
        return [_half(part, figure, MSC), _half(part, figure, CONTROL)]
    return []


def _half(part: Part, figure: Figure, role: str) -> Arm:
    place = (part.start + figure.start, part.start + figure.end)
    return Arm("", People(int(figure.value), *place, "arm_each", "medium"), role)


_HALF = re.compile(
    r"\bhalf of (?:whom|them)\s+(?:was|were|had|got|received)\b(?P<given>[^.;]{3,120}?)\b(?:while|whereas|and)\s+"
    r"the other\s+(?P<rest>[\w-]+)\s+(?:\w+\s+)?(?:served|acted|were|received|had|got|did)\b"
)
