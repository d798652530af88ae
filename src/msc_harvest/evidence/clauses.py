"""A clause of a sentence, and which of its outcomes a number of it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from msc_harvest.evidence.items import Item
from msc_harvest.evidence.outcomes import Named
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.placed import outside
from msc_harvest.evidence.study import Tag

# What became of an outcome afterwards: those counted next are not all who had it.
_UNDONE = re.compile(
    r"\b(?:lost by|resolved|cleared|responded|recover\w+|disappeared|subsided|reversed|successfully|vanished)\b",
    re.IGNORECASE,
)
_TURNS = re.compile(r"[;:]|\b(?:while|whereas|although)\b", re.IGNORECASE)
_NEEDED = re.compile(r"\s+(?:that |which )?(?:required|needed) (?:an? )?(?:[\w-]+ )?", re.IGNORECASE)
# The number is of what stands before this, not of the outcome after it.
_BEFORE_IT = re.compile(r"\b(?:before|until|when|without|despite|because|unless|preceded|followed by)\b", re.IGNORECASE)
# `31 infections in 12`, `CMV (n = 2)`, `rejection was seen in 3`: the number after it is of what was just named.
_BOUND = re.compile(
    r"\s*(?:,?\s*(?:(?:was|were|had been|being)\s+)?(?:seen|observed|found|noted|recorded|reported|detected"
    r"|diagnosed|documented|confirmed"
    r"|occurred|occurring|developed|present|affected|affecting|complicated (?:the )?(?:recovery|course))\s+)?"
    r"(?:(?:in|among|by)\s+(?:only\s+)?|[(\[:,]?\s*n\s*=\s*|[(\[:]\s*|(?<=affected )|(?<=affecting ))",
    re.IGNORECASE,
)
# When, not what: `within 90 days`, `by month 12`, `at the last visit`, `during follow-up`.
_WHEN = re.compile(
    r"\b(?:within|by|at|after|during|over|in|until|for|before|through)\s+(?:(?:the|their|a|first|last|end|of|mean"
    r"|median|one|two)\s+)*"
    r"(?:\d*\s*(?:hours?|days?|weeks?|months?|years?)(?:\s+\d+)?(?:\s+of\s+follow[\s-]?up)?|follow[\s-]?up|visit"
    r"|observation|study|transplantation)\b",
    re.IGNORECASE,
)
_GROUP_BY = re.compile(r"\b[\w-]+ (?=(?:group|arm|cohort)\b)", re.IGNORECASE)
# Words that bind numbers and arms and add nothing of their own.
FUNCTION = re.compile(
    r"(?:\W|\b(?:and|in|the|of|with|for|to|among|but|by|it|n|while|whereas|which|during|as|did|was|were|had|so"
    r"|there|is|are|no|none|another|others?"
    r"|those|these|this|that|only|each|both|either|out|all|their|at|after|per|cent|than|on|them|whom|respectively"
    r"|versus|vs?|compared|against|opposed|contrast|times"
    r"|seen|found|observed|recorded|noted|reported|detected|diagnosed|confirmed|absent|present|affect(?:ed|ing)"
    r"|occurred|developed|given|tested|examined|evaluated|assessed|assigned|allocated|receiving|received|treated"
    r"|more|fewer"
    r"|patients?|recipients?|participants?|subjects?|children|child|adults?|cases?|episodes?|events?|groups?"
    r"|arms?|cohorts?|p|ns|\d+"
    r"|months?|years?|weeks?|days?)\b)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its place, its candidates, outcomes and arms, the order of the arms for lists, the arm before it."""

    place: tuple[int, int]
    items: list[Item]
    named: list[Named]
    tags: list[Tag]
    order: list[Tag]


def codes_of(one: Item, here: Sequence[Named], part: Part, clause: Clause, good: Sequence[Item]) -> list[str]:
    """Outcome of a candidate: the one named before it in its clause, else after it; zero holds for a list of them."""
    before = [name for name in here if name[1] <= one.start]
    # What a closed bracket lists is no longer spoken of after it.
    before = [name for name in before if _within_same(part, name, one)] or before
    after = [name for name in here if name[0] >= one.start]
    if one.kind == "zero" and (after or len(good) == 1):
        return _denied(part, before, after)
    if any(a[2] != b[2] and _either(part, a, b) for a in here for b in here):
        return []
    if before and not _still_of(part, one, before[-1], clause):
        before = []
    beside = [name for name in after if not _TURNS.search(part.text, one.stop, name[0])]
    if not before and beside and _of_else(part, one, clause):
        beside = []
    beside = [name for name in beside if not (_is_before(part, one, name, clause) or _of_next(part, one, name, clause))]
    pool = _in_turn(one, here, part, good) or before[-1:] or beside
    places = _joined(part, here, pool[0]) if pool else set()
    return list(dict.fromkeys(name[2] for name in here if name[:2] in places))


def _of_next(part: Part, one: Item, name: Named, clause: Clause) -> bool:
    """`24 were alive, and 19 had a working graft`, `eight improved, of whom six died`: it is of the next one."""
    if re.search(r",\s+(?:\w+\s+)?of whom\b", part.text[one.stop : name[0]]):
        return True
    later = [each for each in clause.items if one.stop <= each.start < name[0] and each.kind != "percent"]
    return any(_VERB.search(outside(part.text, one.stop, each.start)) for each in later)


_VERB = re.compile(r",?\s(?:were|was|progressed|stabili[sz]ed|improved|remained|survived)\b")


def _is_before(part: Part, one: Item, name: Named, clause: Clause) -> bool:
    """Whether a word between parts a number from an outcome after it, other than the name of an arm."""
    parting = _BEFORE_IT.finditer(part.text, one.stop, name[0])
    return any(not any(tag.start <= match.start() < tag.end for tag in clause.tags) for match in parting)


def _within_same(part: Part, name: Named, one: Item) -> bool:
    """Whether an outcome stands in no bracket that was closed before the number."""
    opened = part.text.rfind("(", 0, name[0])
    closed = part.text.find(")", opened) if opened >= 0 else -1
    return not (opened >= 0 and closed > name[0] and closed < one.start)


def _joined(part: Part, here: Sequence[Named], one: Named) -> set[tuple[int, int]]:
    """Place of an outcome, and of the one it needed: `a bile leak required stenting in one patient`."""
    places = {one[:2]}
    for a in here:
        for b in here:
            if one in (a, b) and _NEEDED.fullmatch(part.text[a[1] : b[0]]):
                places |= {a[:2], b[:2]}
    return places


def _still_of(part: Part, one: Item, name: Named, clause: Clause) -> bool:
    """Whether what is said of an outcome still holds at a number after it: nothing else came in between or follows."""
    if _UNDONE.search(part.text[name[1] : one.start]):
        return False
    if _BOUND.fullmatch(part.text, name[1], one.start):
        return True
    if _of_bracket(part, one, name, clause):
        return False
    others = [each for each in clause.items if each is not one and each.kind not in ("percent", "contradicted")]
    # The `no` of an arm's name (`no cells 4/14`) is no number.
    others = [
        each
        for each in others
        if each.kind != "zero" or not any(tag.start <= each.start < tag.end <= one.start for tag in clause.tags)
    ]
    last = max((each.stop for each in others if name[1] <= each.start < one.start), default=None)
    if last is not None:
        return _is_function(part, (last, one.start), clause)
    taken = any(each.stop <= name[0] and name[0] - each.stop < 60 for each in others if each.kind != "zero")
    until = min([clause.place[1], *(each.start for each in others if each.start > one.start)])
    return not taken or all(_is_function(part, each, clause) for each in ((name[1], one.start), (one.stop, until)))


def _of_bracket(part: Part, one: Item, name: Named, clause: Clause) -> bool:
    """`serious events: enteritis (two), ulcer (one)`: a number in a bracket is of what stands right before that."""
    opened = re.search(r"\(\s*$", part.text[: one.start])
    if not opened or opened.start() < name[1] or one.kind != "count":
        return False
    return ":" in part.text[name[1] : opened.start()] and not _is_function(part, (name[1], opened.start()), clause)


def _of_else(part: Part, one: Item, clause: Clause) -> bool:
    """`function improved in three and one lost the graft`: the three are of what stands before them, no outcome."""
    if not re.search(r"\b(?:in|by|among)\s+(?:the\s+)?$", part.text[: one.start]):
        return False
    return not _is_function(part, (clause.place[0], one.start), clause)


def _is_function(part: Part, place: tuple[int, int], clause: Clause) -> bool:
    """Whether a stretch of text, arms aside, holds nothing but words that bind."""
    text = part.text
    for figure in part.figures:
        text = text[: figure.start] + " " * (figure.end - figure.start) + text[figure.end :]
    for tag in sorted(clause.tags, key=lambda tag: -tag.start):
        if place[0] <= tag.start < place[1]:
            kind = re.search(r"(?:[\w-]+-[\w-]+ )?$", text[: tag.start])
            begin = kind.start() if kind else tag.start
            head = _HEAD.match(text, tag.end)
            end = head.end() if head else tag.end
            text = text[:begin] + " " * (end - begin) + text[end:]
    return bool(FUNCTION.fullmatch(_GROUP_BY.sub("", _WHEN.sub(" ", outside(text, *place)))))


# `treated lungs versus`, `vehicle survivors.`: the noun that the name of an arm stands before.
_HEAD = re.compile(r"\s+(?:lungs|livers|kidneys|hearts|grafts|organs|survivors)(?=\s+(?:and|versus|vs)\b|[.,;]|$)")


def _either(part: Part, a: Named, b: Named) -> bool:
    """Whether one number is of two outcomes, joined by `or`."""
    return bool(re.fullmatch(r"\s+or\s+(?:\w+\s+)?", part.text[min(a[1], b[1]) : max(a[0], b[0])]))


def _in_turn(one: Item, here: Sequence[Named], part: Part, good: Sequence[Item]) -> list[Named]:
    """`Rejection and infection occurred in two and three patients, respectively`: outcomes and numbers in one order."""
    places = sorted({name[:2] for name in here})
    if len(places) == len(good) > 1 and "respectively" in part.text and places[-1][1] <= good[0].start:
        place = places[list(good).index(one)]
        return [name for name in here if name[:2] == place]
    return []


def _denied(part: Part, before: Sequence[Named], after: Sequence[Named]) -> list[str]:
    """Outcomes of a zero: those listed after `no`, or those before `was not seen`."""
    first = after[0] if after else before[-1]
    codes, last = [first[2]], first
    for name in after[1:]:
        if not re.fullmatch(
            r"\s*(?:,|or|nor|and|and no|or other|,\s*no|,?\s*or|,?\s*and)\s*(?:[a-z-]+\s+(?:of\s+)?)?",
            part.text[last[1] : name[0]],
        ):
            break
        codes.append(name[2])
        last = name
    if not after:
        for name in reversed(before[:-1]):
            if not re.fullmatch(r"\s*(?:,|or|nor|and|,?\s*(?:or|and))\s*(?:[a-z-]+\s+)?", part.text[name[1] : last[0]]):
                break
            codes.append(name[2])
            last = name
    return list(dict.fromkeys(codes))
