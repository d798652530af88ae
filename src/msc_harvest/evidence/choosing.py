"""Which slots of a sentence are its arms: those that make up a known number, those written alike, the first of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from msc_harvest.evidence.labels import CONTROL, MSC, Tag
from msc_harvest.evidence.listed import Slot, completed
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

_BREAK = re.compile(r"[;:]|\.\s")


def adding_up(part: Part, slots: Sequence[Slot], whole: int | None, known: frozenset[int]) -> list[Slot]:
    """Slots side by side that make up a number of people said elsewhere, each with its role."""
    values = [int(one.figure.value) for one in slots[:_SLOTS_AT_MOST]]
    for size in (4, 3, 2):
        for places in combinations(range(len(values)), size):
            total = sum(values[at] for at in places)
            others = {value for at, value in enumerate(values) if at not in places}
            if not (total in others or total == whole or (total in known and size == 2)):
                continue
            between = [at for at in range(places[0], places[-1]) if at not in places]
            is_beside = all(values[at] in others or values[at] == total for at in between)
            group = [slots[at] for at in places]
            if size > _TWO and max(values[at] for at in places) > _UNEVEN * min(values[at] for at in places):
                continue
            if is_beside and (done := completed(group) or (total == whole and _third(part, group))):
                return done
    return []


_TWO = 2


# Of three arms or more none has so many times the people of another.
_UNEVEN = 4


def _third(part: Part, group: Sequence[Slot]) -> list[Slot]:
    """`a received cells, b received cells with A, c received A`: of all people, the last got no cells."""
    is_each = all(_RECEIVED.match(part.text, one.figure.end) for one in group)
    if [one.role for one in group] != [MSC, MSC, None] or not is_each or group[-1].is_other:
        return []
    return [*group[:-1], replace(group[-1], role=CONTROL)]


_RECEIVED = re.compile(r"\s+(?:(?:patients|recipients|participants)\s+)?(?:received|were given|got|had)\b")


# A sentence with more numbers is a list of events; what all their combinations add up to says nothing.
_SLOTS_AT_MOST = 12


def with_roles(part: Part, slots: Sequence[Slot], whole: int | None) -> list[Slot]:
    """Of slots that do not add up two that are written alike, else the first of each role that the words give."""
    parts_of = [one for one in slots if one.figure.value != whole]
    needed = {one.role for one in slots} - {one.role for one in parts_of} - {None}
    is_whole = whole is not None and sum(one.figure.value for one in parts_of) <= whole
    kept = parts_of if parts_of and is_whole and not needed else list(slots)
    kept = [one for one in kept if not re.match(r"\s*(?:%|per\s?cent)", part.text[one.figure.end :])]
    subject = next((one.role for one in kept if one.is_subject), None)
    if len(kept) > 1 and subject and _all_like(kept, subject):
        return [replace(one, role=subject) for one in kept]
    if subject and len(kept) > _TWO and all(one.is_bracketed for one in kept):
        kept = [one if one.role else replace(one, role=subject) for one in kept]
    if len(kept) == _TWO + 1 and [one.role for one in kept] == [MSC, None, CONTROL] and _or_again(part, kept):
        kept = [kept[0], replace(kept[1], role=MSC), kept[2]]
    if kept and all(one.is_bracketed and one.role for one in kept) and len({one.role for one in kept}) == 2:
        return list(kept)
    done = completed(kept) if len(kept) == _TWO and _alike(kept) else None
    if len(kept) == _TWO + 1 and {one.role for one in kept} == {MSC, CONTROL}:
        values = sorted(one.figure.value for one in kept)
        done = (
            list(kept)
            if values[-1] not in (values[0] + values[1], whole) or values[-1] <= _UNEVEN * values[0]
            else None
        )
    return done or _first_of_each(kept)


def _or_again(part: Part, slots: Sequence[Slot]) -> bool:
    """`cells with A (n) or B (n); controls (n)`: what follows `or` was given with cells as well."""
    between = part.text[slots[0].figure.end : slots[1].figure.start]
    return all(one.is_bracketed for one in slots) and bool(re.match(r"[^()]*\)\s+or\s", between))


def are_events(part: Part, slots: Sequence[Slot], named: Sequence[Tag], words: Words) -> bool:
    """Whether numbers that add up to nothing count those to whom something happened (`8 of A and 9 of B had fever`)."""
    last = max(slots, key=lambda one: one.figure.start)
    if any(one.is_bracketed for one in slots):
        return False
    stop = _BREAK.search(part.text, last.figure.end)
    until = stop.start() if stop else len(part.text)
    label = next((one for one in named if last.figure.end <= one.start < until), None)
    if label is None or _IN_GROUP.match(part.text, last.figure.end):
        return label is not None and not (words["allotted"].search(part.text) or _COUNTED.search(part.text))
    control = next((one for one in named if label.end <= one.start < until and one.role == CONTROL), label)
    until = min(until, (part.text.find(",", control.end) + 1 or until + 1) - 1)
    label = control
    return bool(
        words["has_outcome"].search(part.text, label.end, until)
        or words["left_study"].search(part.text, label.end, until)
    )


_COUNTED = re.compile(r"\b(?:enroll?ed|included|recruited|analy[sz]ed|evaluable|completed|available|transplanted)\b")


_IN_GROUP = re.compile(r"(?:\s+[\w-]+)?\s+in (?:the )?(?:[\w-]+\s+){1,3}(?:group|arm)\b", re.IGNORECASE)


def _alike(two: Sequence[Slot]) -> bool:
    """Whether two slots are written alike and neither is a small part: of them one may take its role from the other."""
    first, second = two
    small, large = sorted(one.figure.value for one in two)
    return first.is_bracketed == second.is_bracketed and large <= 8 * small


def _all_like(slots: Sequence[Slot], role: str) -> bool:
    """Whether what the subject says of one bracket may be said of all of them."""
    return all(one.is_bracketed and one.role in (None, role) for one in slots)


def _first_of_each(slots: Sequence[Slot]) -> list[Slot]:
    first: dict[str, Slot] = {}
    for one in slots:
        if one.role:
            first.setdefault(one.role, one)
    return list(first.values())
