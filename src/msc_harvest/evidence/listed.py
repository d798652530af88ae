"""Arms that a sentence lists in one go: `21 in each arm`, `two groups of 18`, `(A, a; B, b)`.

A *slot* is the size of one arm as a sentence writes it; `roster` finds those that stand each beside its own label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.labels import CONTROL, MSC, OTHER, Tag
from msc_harvest.evidence.parts import Part

_EACH = re.compile(
    r"\s*(?:(?:\w+\s+)?(?:in|to|per|for)\s+(?:each|either)(?!\s+(?:adult|patient|recipient|child|case|of (?:them"
    r"|these)))|(?:\w+\s+)?per\s+(?:group|arm|cohort|treatment)|(?:were|was)\s+\w+\s+to\s+each"
    r"|(?:\w+\s+)?each(?!\s+(?:adult|patient|recipient|child|case|of (?:them|these)))"
    r"|(?:\w+\s+)?(?:in|on)\s+(?:both|the two)\s+(?:groups|arms))\b",
    re.IGNORECASE,
)
_GROUPS_OF = re.compile(
    r"\b(?:(?:two|both|three|equal|(?:two|three) equal)\s+)?(?:groups|arms)\s+of(?: \w+ size)?[\s(]*(?:n\s*=\s*)?$"
    r"|\beach\s+(?:of\s+)?(?:\w+\s+)?(?:(?:group|arm)s?\s+)?"
    r"(?:had|has|with|of|numbered|comprised|consisted of|included)?\s*[\s(]*(?:n\s*=\s*)?$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"[,;:]|\b(?:to|into|or|and|versus|vs?\.?|either|receive|received|receiving|with|given|got|had|of|between|against"
    r"|than|was|were|in|from|on|for|by)\b",
    re.IGNORECASE,
)
LETTERED = re.compile(r"(?:group|arm|cohort) \w{1,3}", re.IGNORECASE)
_PAIR = 2
_THREE_ARMS = 3
_PLUS = re.compile(r"\s*\+\s*$")
# `Each of 20 recipients was matched with two controls`: no size of both.
_MATCHED = re.compile(r"[^.,;]*\b(?:was|were) matched\b")
_BRACKET = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_BEFORE_SIZE = re.compile(r"[\s,;]*(?:and\s+)?[^\d,;:=]*[A-Za-z][^\d;=]*?[\s,:]*(?:[nN]\s*=\s*)?")
_AFTER_SIZES = re.compile(r"(?:\s+[A-Za-z]+)?\s*")


@dataclass(frozen=True, slots=True)
class Slot:
    """The size of an arm as a sentence writes it: the number, its role where the words say, and the arm's label.

    `is_subject`: the role is that of the sentence's subject, not of the label (`MSC were given early (8) or late (9)`).
    `is_other`: the words say that it is no arm (`the graft (15)`), so that it takes no role from its neighbours.
    """

    figure: Figure
    role: str | None
    label: str
    is_bracketed: bool
    is_each: bool = False
    is_subject: bool = False
    is_other: bool = False


def each(part: Part, able: Sequence[Figure], named: Sequence[Tag], aliases: Mapping[str, str]) -> list[Slot]:
    """`21 in each arm`, `two groups of 18`, `20 + 20`: one size for every arm that the sentence lists."""
    for at, figure in enumerate(able):
        before, after = part.text[: figure.start], part.text[figure.end :]
        twice = (
            at > 0 and able[at - 1].value == figure.value and _PLUS.search(part.text[able[at - 1].end : figure.start])
        )
        if not (_EACH.match(after) or _GROUPS_OF.search(before) or twice) or _MATCHED.match(after):
            continue
        lists = [one for one in named if one.start > figure.end]
        if re.search(r"\bthree\b", after[:40] + before[-60:]) and len(lists) >= 3:
            return [Slot(figure, one.role, one.label, False, True) for one in lists[:3]]
        if re.search(r"\bthree\b", after[:40] + before[-60:], re.IGNORECASE) and not lists:
            own = [(name, role) for name, role in sorted(aliases.items()) if LETTERED.fullmatch(f"group {name}")]
            return (
                [Slot(figure, role, f"group {name}", False, True) for name, role in own]
                if len(own) == _THREE_ARMS
                else []
            )
        letters = {one.label.lower(): one for one in (lists or named) if LETTERED.fullmatch(one.label)}
        if len(letters) == _THREE_ARMS:
            return [Slot(figure, one.role, one.label, False, True) for one in letters.values()]
        return [Slot(figure, role, "", False, True) for role in (MSC, CONTROL)]
    return []


def bracketed_list(part: Part, able: Sequence[Figure], named: Sequence[Tag]) -> list[Slot]:
    """`(MSC, 37; antibody, 34)`, `(MSC n = 12, control n = 12)`: a bracket that holds nothing but arms with sizes."""
    for match in _BRACKET.finditer(part.text):
        inside = [f for f in part.figures if match.start() < f.start < match.end()]
        if not 2 <= len(inside) <= _ARMS_AT_MOST or any(f.is_percent or f not in able for f in inside):
            continue
        since = [match.start(1), *(f.end for f in inside)]
        told = [part.text[a : f.start] for a, f in zip(since, inside, strict=False)]
        if not all(map(_BEFORE_SIZE.fullmatch, told)) or not _AFTER_SIZES.fullmatch(part.text, since[-1], match.end(1)):
            continue
        slots = [
            Slot(f, role_of_stretch(named, a, f.start), phrase(re.sub(r"[\s,:]*(?:[nN]\s*=\s*)?$", "", text)), True)
            for a, f, text in zip(since, inside, told, strict=False)
        ]
        done = completed(slots)
        if done:
            return done
    return []


_ARMS_AT_MOST = 4


def numbers_first(part: Part, able: Sequence[Figure], named: Sequence[Tag]) -> list[Slot]:
    """`(12 with cells, 12 controls)`: a bracket of two numbers, each right before the name of its own arm."""
    for match in _BRACKET.finditer(part.text):
        inside = [f for f in part.figures if match.start() < f.start < match.end()]
        if len(inside) != _PAIR or any(f.is_percent or f not in able for f in inside):
            continue
        slots = [_before_name(part, f, named) for f in inside]
        is_sum = any(f.end <= match.start() and f.value == sum(i.value for i in inside) for f in part.figures)
        if not is_sum and any(one.role is None for one in slots):
            continue
        if done := completed(slots):
            return done
    return []


def _before_name(part: Part, figure: Figure, named: Sequence[Tag]) -> Slot:
    """A number right before a name; where that is of no known arm it has no role."""
    for one in named:
        if one.start >= figure.end and _TO_NAME.fullmatch(part.text[figure.end : one.start]):
            return Slot(figure, one.role, one.label, False)
    close = _PIECE_END.search(part.text, figure.end)
    within = [one for one in named if figure.end <= one.start and close and one.end <= close.start()]
    if within and within[-1].end == (close.start() if close else 0) and len({one.role for one in within}) == 1:
        return Slot(figure, within[0].role, within[0].label, False)
    told = _NO_ARM.match(part.text, figure.end)
    return Slot(figure, None, told[0].strip() if told else "", False, is_other=told is None)


# `32 anti-IL-2R antibody`: a name of one's own.
_NO_ARM = re.compile(r"\s+[A-Za-z][\w-]*(?:\s+[\w-]+){0,2}(?=\s*[,;)])")
_PIECE_END = re.compile(r"[,;)]")
_TO_NAME = re.compile(r"\s+(?:(?:with|given|in|received|on|to)\s+)?")


def role_of_stretch(named: Sequence[Tag], since: int, until: int) -> str | None:
    """Role of the arm named in a stretch: the first, or the control's that follows it at once (`MSC controls`)."""
    here = [one for one in named if since <= one.start < until]
    control = [one for one in here if one.role == CONTROL]
    if control and (control[0].start - here[0].end < 3 or control[-1] is here[-1]):
        return CONTROL
    return here[0].role if here else None


def phrase(text: str) -> str:
    """The last noun phrase of a stretch, without what leads it in; '' where it is too long for the name of an arm."""
    cuts = [m.end() for m in _LEAD.finditer(text)]
    said = re.sub(r"^\s*(?:the|an?|other|another)\s+", "", text[cuts[-1] if cuts else 0 :]).strip(" ,.()[]")
    return said if 0 < len(said.split()) <= 4 and not re.search(r"\d{3}", said) else ""


def completed(group: Sequence[Slot]) -> list[Slot] | None:
    """A roster whose every arm has a role: both must occur, of two one may take the role that is missing."""
    roles = [one.role for one in group]
    said = {role for role in roles if role}
    if any(one.is_other for one in group):
        return None
    if len(said) == 2 and None not in roles:
        return list(group)
    if (
        said == {CONTROL}
        and len(group) == _THREE_ARMS
        and roles.count(CONTROL) == 1
        and all(s.is_bracketed for s in group)
    ):
        # `a single-dose group (n), a multiple-dose group (n) or a control group (n)`: the others got the cells.
        return [one if one.role else replace(one, role=MSC) for one in group]
    if len(said) == 1 and roles.count(None) == 1 and len(group) == 2:
        (role,) = said
        return [one if one.role else replace(one, role=OTHER[role]) for one in group]
    return None
