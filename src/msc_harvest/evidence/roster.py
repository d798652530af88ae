"""What one sentence says of who is in which arm: `24 received cells and 24 did not`, `MSC (n = 24)`, `21 in each arm`.

A small grammar. Every number that may be the size of an arm is a *slot*: a bracket behind a label (`A (n = a)`,
`A (a patients)`), a number before its label (`a received A`, `a to A`, `a without A`) or behind it (`the control group
50`). Slots side by side make a *roster*. The words of a slot give its role; of two slots the one whose words say
nothing has the role that the other has not. A number that the others add up to is the whole, not an arm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.items import may_count
from msc_harvest.evidence.labels import CONTROL, MSC, Tag, tags
from msc_harvest.evidence.listed import Slot, bracketed_list, completed, each, numbers_first, phrase, role_of_stretch
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

_OPEN = re.compile(r"[(\[](?:[^()\[\]]*[,;:]\s*)?\s*(?:[nN]\s*=\s*)?$")
_CLOSE = re.compile(r"[^()\[\]]*")
_BREAK = re.compile(r"[;:]|\.\s")
_HAD = re.compile(r"\s+(?:(?:had|has|of|with|numbered|comprised|consisted of|included|was|were)\s+)?")
_IN = re.compile(r"\b[Ii]n (?:the )?(?:[\w-]+ )?$")
# `MSC/low-dose tacrolimus 36, basiliximab 36)`: the label stands before its number.
_AT_END = re.compile(r"\s*(?:[,;)\]]|\.?$)")
_WORD = re.compile(r"\b(?!(?:and|or|of|the|to|by|with|in|other|another|from|for)\b)[a-zA-Z]+,?\s+$")
# `three with bronchiolitis and one with restrictive disease were treated`: more people follow before the verb.
_MORE = re.compile(r"[^.;,]*\band\s+(?:one|two|three|four|five|six|\d+)\s+(?:with|after|of)\b")
_THEN = re.compile(r"[)\]],?\s+(?:who\s+)?(?:was|were|received|had|got|underwent|served|did)\b")
_PIECE = re.compile(r",\s|\b(?:and|or|while|whereas|versus|vs)\b", re.IGNORECASE)
# `MSC early (n = 8) or late (n = 9)`: the same once more, at another time or dose.
_SAME_AGAIN = re.compile(
    r"[\s)\],]*(?:or|and|versus|vs\.?)\s+"
    r"(?:(?:early|late|later|once|twice|thrice|\w+ly)\s*$|(?:before|after|during|at|into|via|through|on days?)\b)"
)
# `within a trial of MSC (n = 50)`: the people of the trial, not of an arm.
_OF_STUDY = re.compile(r"\b(?:trial|study|registry)\s+(?:of|on|with)\b[^()\[\].;,]*$", re.IGNORECASE)
_GIVEN = re.compile(r"\b(?:received|got|had|given|infused|(?:treated|infused|injected) with)\s+(?:\w+\s+)?$")
# The end of a cell product's name; `MSC placebo` is not one.
_NO_HEAD = re.compile(r"(?=\s*(?:[,.;)]|$)|\s+(?:on|at|before|after|with|without|during|in|by|and|but|plus)\b)")
_GIVEN_TO = re.compile(r"\b(?:given|infused|administered|injected|offered)\s+(?:in)?(?:to)?\s*(?:\w+\s+)?$")


def roster(part: Part, aliases: dict[str, str], words: Words, whole: int | None, known: frozenset[int]) -> list[Slot]:
    """Slots of a sentence that say how big the arms are, none that names no role; [] where it says nothing of arms.

    `whole` is the number of people in the study where it is known, `known` are numbers of people stated anywhere.
    """
    able = [f for f in part.figures if may_be_size(part, f)]
    if not able:
        return []
    named = tags(part.text, words, aliases)
    said = bool(words["made_up_of"].search(part.text))
    both = each(part, able, named) if said else []
    both = both or _bracketed(part, able, named, whole, words)
    if both:
        return both
    beside = {tag.start - 1 for tag in named}
    able = [f for f in able if may_count(part, f) or _TAKES.match(part.text, f.end) or f.end in beside]
    able = [f for at, f in enumerate(able) if not (at and _is_whole_of(part, able[at - 1], f))]
    slots = [_slot(part, f, _around(part, able, at), named, words) for at, f in enumerate(able)]
    slots = [one for one in slots if one.role or not _of_whole(part, one.figure, words)] if said else slots
    slots = _still_in(part, slots, words)
    sure = _adding_up(part, slots, whole, known)
    if sure or not said:
        return sure
    found = _with_roles(part, slots, whole)
    return [] if found and _are_events(part, found, named, words) else found


def _bracketed(part: Part, able: Sequence[Figure], named: Sequence[Tag], whole: int | None, words: Words) -> list[Slot]:
    """A bracket that lists the arms: it makes up the number before it or the whole, or its sentence tells of arms."""
    found = bracketed_list(part, able, named) or numbers_first(part, able, named)
    if not found:
        return []
    before = [int(f.value) for f in part.figures if f.end <= found[0].figure.start]
    is_sum = sum(int(one.figure.value) for one in found) in (*before[-1:], whole)
    return (
        found
        if is_sum or (words["made_up_of"].search(part.text) and not words["has_outcome"].search(part.text))
        else []
    )


def may_be_size(part: Part, figure: Figure) -> bool:
    """Whether a number is none of a dose, a power of ten, a ratio, a year or an age."""
    before, after = part.text[: figure.start], part.text[figure.end :]
    if figure.value < 2 or not figure.whole or _NO_SIZE_BEFORE.search(before):
        return False
    if figure.value <= _GROUPS_AT_MOST and re.search(r"\b(?:groups?|arms?|cohorts?)\s*$", before, re.IGNORECASE):
        return False
    if (
        1950 <= figure.value <= 2050
        and not figure.in_words
        and re.search(r"\b(?:in|between|and|to|from|since|before|after|until|of|,)\s*$", before)
    ):
        return False
    return not _NO_SIZE_AFTER.match(after)


# A larger number behind the word group is its size, not its name.
_GROUPS_AT_MOST = 6
_NO_SIZE_BEFORE = re.compile(
    r"(?:10\s*[\^(]|\bat (?:least|most)"
    r"|[×^±]|\d:|\b(?:days?|weeks?|months?|years?|doses?|grades?)\s+[-−–]?\d+(?:,\s+[-−–]?\d+)*"
    r"(?:,|,?\s+(?:and|or|to))|[-−–]|\bages?d?|\bphase|\bdays?|\b(?:[Aa]fter|[Ww]hen|[Oo]nce|[Bb]ecause)"
    r"|(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|up|near|close|prior)) to)\s*$"
)
_NO_SIZE_AFTER = re.compile(
    r"\s?:\s?\d|\s*(?:,|and|or|to|[-–])\s*(?:\d+\s*(?:,|and|or|to|[-–])\s*)*\d+\s*-?\s*(?:months?|weeks?|days?|years?|hours?|mg|million|infusions|doses)\b"
    r"|\s+(?:previous|preceding|following|further|consecutive)\s+(?:years|months|weeks|days)\b"
    r"|\s*(?:[×^·/]|per\s(?!group|arm|cohort)|million|infusions?|doses?|weekly"
    r"|(?:equal |parallel |\w+ )?(?:groups|arms|cent(?:re|er)s|hospitals)\b"
    r"|(?:(?!received|had|got|underwent|completed|were|was|with|of|to)[\w-]+\s+){0,4}(?:infusions|doses)\b)"
)


def _of_whole(part: Part, figure: Figure, words: Words) -> bool:
    """`Of 31 patients screened`: those the others are taken from, or who were not all taken."""
    clause = _BREAK.split(part.text[figure.end :])[0].split(",")[0][:60]
    is_taken = _TAKEN_IN.match(part.text, figure.end)
    return bool(is_taken or _OF.search(part.text[: figure.start]) or words["not_all"].search(clause))


def _is_whole_of(part: Part, some: Figure, figure: Figure) -> bool:
    """`15 of the 30 recipients received cells`: the second number is not of those who did."""
    return bool(_OF_THE.fullmatch(part.text, some.end, figure.start) and _DID.match(part.text, figure.end))


_OF_THE = re.compile(r"\s+(?:out )?of\s+(?:the\s+|these\s+)?")
_DID = re.compile(
    r"(?:\s+(?!who\b|that\b)[\w-]+){1,3}?\s+"
    r"(?:got|received|(?:was|were) (?:given|treated|infused|assigned|allocated))\b"
)
_OF = re.compile(r"\b(?:of|among)(?: the| these| all)?\s*$", re.IGNORECASE)
_TAKEN_IN = re.compile(
    r"\s+(?:[\w-]+\s+){0,3}?(?:(?:was|were|had been)\s+(?:\w+\s+)?)?"
    r"(?:enroll?ed|included|recruited|randomi[sz]ed|consented|eligible)\b"
    r"(?!\s+(?:to|into|in)\b)"
)
_TAKES = re.compile(r"\s+(?:[\w-]+\s+){0,2}?(?:received|had|got|underwent|completed|was|were)\b")


def _around(part: Part, able: Sequence[Figure], at: int) -> tuple[int, int]:
    """The stretch of a sentence that may belong to a number: from the one before to the one after it."""
    since = able[at - 1].end if at else 0
    return since, able[at + 1].start if at + 1 < len(able) else len(part.text)


def _slot(part: Part, figure: Figure, around: tuple[int, int], named: Sequence[Tag], words: Words) -> Slot:
    text = part.text
    bracket = _OPEN.search(text[: figure.start])
    if bracket and bracket.start() >= around[0] - 1:
        inside = _in_bracket(text, figure, around, bracket.start(), named, words)
        if inside:
            return inside
    told = [one for one in named if around[0] <= one.start and one.end <= figure.start]
    listed = _AT_END.match(text, figure.end) and _WORD.search(text, around[0], figure.start)
    if (
        told
        and (listed or _HAD.fullmatch(text[told[-1].end : figure.start]))
        and not _IN.search(text[: told[-1].start])
    ):
        return Slot(figure, told[-1].role, told[-1].label, False)
    stop = _BREAK.search(text, figure.end, around[1])
    until = stop.start() if stop else around[1]
    until = next(
        (one.start for one in named if one.start > figure.end and _LED.fullmatch(text[one.end : until])), until
    )
    here = [one for one in named if figure.end <= one.start < until]
    allotted = words["allotted"].search(text, figure.end, here[0].start) if here else None
    if allotted and len({one.role for one in here}) == 2:
        return Slot(figure, None, "", False)
    role = role_of_stretch(named, figure.end, until)
    if role == CONTROL and here[0].role == MSC and _GIVEN.search(text, figure.end, here[0].start):
        role = MSC if _NO_HEAD.match(text, here[0].end) else role
    if role is None and not re.search(r"\w", text[figure.end : until].split("(")[0]):
        since = _clause_start(text, around[0], figure.start)
        return Slot(figure, role_of_stretch(named, since, figure.start), phrase(text[since : figure.start]), False)
    if here and _MORE.match(text[figure.end : here[0].start]):
        return Slot(figure, None, "", False)
    if role is None and told and _GIVEN_TO.search(text[: figure.start]):
        return Slot(figure, told[-1].role, told[-1].label, False)
    first = next((one for one in named if figure.end <= one.start < until and one.role == role), None)
    return Slot(figure, role, first.label if first else phrase(text[figure.end : until]), False)


def _in_bracket(
    text: str, figure: Figure, around: tuple[int, int], start: int, named: Sequence[Tag], words: Words
) -> Slot | None:
    """A number in a bracket that opens at `start`: its arm stands within, or before it; None for a list of numbers."""
    close = _CLOSE.match(text[figure.end : around[1]])
    end = figure.end + (close.end() if close else 0)
    is_closed = end < around[1] or text[end : end + 1] in (")", "]")
    inner = [one for one in named if start <= one.start and one.end <= end and is_closed]
    head = text[around[0] : start]
    if inner:
        return Slot(figure, inner[0].role, phrase(head) or inner[0].label, True)
    last = head.rstrip().rsplit(" ", 1)[-1]
    is_thing = words["not_people"].fullmatch(last) and not (
        _N_IS.search(text[: figure.start]) and any(0 <= start - one.end <= len(last) + 2 for one in named)
    )
    is_part = words["described_by"].match(text[figure.end :].lstrip()) or is_thing
    if is_part or _OF_STUDY.search(head.rstrip()):
        return Slot(figure, None, "", True, is_other=True)
    if _LISTED.match(text[figure.end : end]):
        return None
    since = _clause_start(text, around[0], start)
    cuts = [m.end() for m in _PIECE.finditer(text, since, start)]
    label, role = text[since:start], role_of_stretch(named, cuts[-1] if cuts else since, start)
    before = role_of_stretch(named, since, start) if role is None else None
    if role is None and _THEN.match(text, end):
        stop = _BREAK.search(text, end, around[1])
        role = role_of_stretch(named, end, stop.start() if stop else around[1])
    if role is None and before is None and _SAME_AGAIN.match(label):
        before = next((one.role for one in reversed(named) if one.end <= since), None)
    return Slot(figure, role or before, phrase(label), True, is_subject=role is None and before is not None)


_N_IS = re.compile(r"\b[nN]\s*=\s*$")
# `and a historical cohort of 70`: that label is the next number's.
_LED = re.compile(r"\s+of\s+")
_LISTED = re.compile(r"\s+(?:[\w-]+\s+){0,2}?(?:to|in|on|given|with|without|received|had)\b")


def _clause_start(text: str, since: int, until: int) -> int:
    cuts = [m.end() for m in _BREAK.finditer(text, since, until)]
    return cuts[-1] if cuts else since


def _still_in(part: Part, slots: Sequence[Slot], words: Words) -> list[Slot]:
    """Slots without the few who left: `MSC (n = 26) or saline (n = 28); 2 allocated to MSC were excluded`."""
    most = max((one.figure.value for one in slots), default=0)
    ends = [one.figure.start for one in slots[1:]] + [len(part.text)]
    return [
        one
        for one, end in zip(slots, ends, strict=False)
        if one.is_bracketed
        or one.figure.value * _FEW > most
        or not any(words[kind].search(part.text, one.figure.end, end) for kind in ("not_analysed", "left_study"))
    ]


# Those who left an arm are fewer than a third of the largest.
_FEW = 3


def _adding_up(part: Part, slots: Sequence[Slot], whole: int | None, known: frozenset[int]) -> list[Slot]:
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
            if is_beside and (done := completed(group) or (total == whole and _third(part, group))):
                return done
    return []


def _third(part: Part, group: Sequence[Slot]) -> list[Slot]:
    """`a received cells, b received cells with A, c received A`: of all people, the last got no cells."""
    is_each = all(_RECEIVED.match(part.text, one.figure.end) for one in group)
    if [one.role for one in group] != [MSC, MSC, None] or not is_each or group[-1].is_other:
        return []
    return [*group[:-1], replace(group[-1], role=CONTROL)]


_RECEIVED = re.compile(r"\s+(?:(?:patients|recipients|participants)\s+)?(?:received|were given|got|had)\b")
# A sentence with more numbers is a list of events; what all their combinations add up to says nothing.
_SLOTS_AT_MOST = 12


def _with_roles(part: Part, slots: Sequence[Slot], whole: int | None) -> list[Slot]:
    """Of slots that do not add up two that are written alike, else the first of each role that the words give."""
    parts_of = [one for one in slots if one.figure.value != whole]
    needed = {one.role for one in slots} - {one.role for one in parts_of} - {None}
    is_whole = whole is not None and sum(one.figure.value for one in parts_of) <= whole
    kept = parts_of if parts_of and is_whole and not needed else list(slots)
    kept = [one for one in kept if not re.match(r"\s*(?:%|per\s?cent)", part.text[one.figure.end :])]
    subject = next((one.role for one in kept if one.is_subject), None)
    if len(kept) > 1 and subject and _all_like(kept, subject):
        return [replace(one, role=subject) for one in kept]
    if kept and all(one.is_bracketed and one.role for one in kept) and len({one.role for one in kept}) == 2:
        return list(kept)
    done = completed(kept) if len(kept) == 2 and _alike(kept) else None
    return done or _first_of_each(kept)


def _are_events(part: Part, slots: Sequence[Slot], named: Sequence[Tag], words: Words) -> bool:
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
