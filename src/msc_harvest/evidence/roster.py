"""What one sentence says of who is in which arm: `24 received cells and 24 did not`, `MSC (n = 24)`, `21 in each arm`.

A small grammar. Every number that may be the size of an arm is a *slot*: a bracket behind a label (`A (n = a)`,
`A (a patients)`), a number before its label (`a received A`, `a to A`, `a without A`) or behind it (`the control group
50`). Slots side by side make a *roster*. The words of a slot give its role; of two slots the one whose words say
nothing has the role that the other has not. A number that the others add up to is the whole, not an arm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msc_harvest.evidence.choosing import adding_up, are_events, with_roles
from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.items import may_count
from msc_harvest.evidence.labels import CONTROL, MSC, Tag, tags
from msc_harvest.evidence.listed import (
    LETTERED,
    Slot,
    bracketed_list,
    each,
    numbers_first,
    phrase,
    role_of_stretch,
)
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.sizing import as_denied, may_be_size, of_all_treated, of_things, without_descriptions
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
# `trial of MSC (25) against induction (25)`: the first of two arms after all.
_THEN_OTHER = re.compile(r"[)\]]\s+(?:against|versus|vs?\.?|or|and|compared)\b")
_GIVEN = re.compile(r"\b(?:received|got|had|given|infused|(?:treated|infused|injected) with)\s+(?:\w+\s+)?$")
# The end of a cell product's name; `MSC placebo` is not one.
_NO_HEAD = re.compile(r"(?=\s*(?:[,.;)]|$)|\s+(?:on|at|before|after|with|without|during|in|by|and|but|plus)\b)")
# `We randomised 88 recipients to A or to B`: all of them.
_ALL_OF = re.compile(r"\b(?:randomi[sz]ed|assigned|allocated)\s+(?:a total of\s+)?$", re.IGNORECASE)
# `Study group, 24 recipients; control group, 24`.
_GROUP_N = re.compile(r",\s+[nN]\s*=\s*")
_GROUP_THEN = re.compile(r"[\w\s-]*\b(?:group|arm|cohort)[,:]\s+", re.IGNORECASE)
_WHO = re.compile(r"\s+(?:[\w-]+\s+){0,4}?(?:who|whom|that)\b")
# `the previous nine`: characters before a number in which such a word stands.
_JUST = 24
# `with a drug in 3.`: some of them, no arm.
_IN_SOME = re.compile(r"\bin\s+$")
_ENDS = re.compile(r"\s*(?:[.;,)]|$)")
_GIVEN_TO = re.compile(
    r"\b(?:given|infused|administered|injected|offered)\s+(?:in)?(?:to)?\s*(?:the\s+)?(?:(?!and\b|or\b"
    r"|while\b)[\w-]+\s+){0,3}$"
)


def roster(part: Part, aliases: dict[str, str], words: Words, whole: int | None, known: frozenset[int]) -> list[Slot]:
    """Slots of a sentence that say how big the arms are, none that names no role; [] where it says nothing of arms.

    `whole` is the number of people in the study where it is known, `known` are numbers of people stated anywhere.
    """
    gone = _WHICH_LEFT.search(part.text)
    able = [f for f in part.figures if may_be_size(part, f) and not (gone and f.start < gone.end())]
    if not able:
        return []
    named = as_denied(part, tags(part.text, words, aliases))
    if of_all_treated(part, able, named):
        return []
    able = without_descriptions(part, able, named, words)
    said = bool(words["made_up_of"].search(part.text))
    both = each(part, able, named, aliases) if said else []
    both = both or _bracketed(part, able, named, whole, words)
    if both:
        return both
    able = [f for f in able if not of_things(part, f, named, words)]
    beside = {tag.start - 1 for tag in named}
    able = [f for f in able if may_count(part, f) or _TAKES.match(part.text, f.end) or f.end in beside]
    able = [f for at, f in enumerate(able) if not (at and _is_whole_of(part, able[at - 1], f))]
    slots = [_slot(part, f, _around(part, able, at), named, words) for at, f in enumerate(able)]
    slots = [one for one in slots if one.role or not _of_whole(part, one.figure, words)] if said else slots
    slots = _still_in(part, slots, words)
    if len(slots) == 1 and _ALL_OF.search(part.text[: slots[0].figure.start]):
        return []
    sure = adding_up(part, slots, whole, known)
    if sure or not said:
        return sure
    found = with_roles(part, slots, whole)
    return [] if found and are_events(part, found, named, words) else found


# `Two moved away, which left 21 in one arm and 19 in the other`: those before were not in it.
_WHICH_LEFT = re.compile(r"\b(?:which|this) left\s+(?=\d+\s)")


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


def _of_whole(part: Part, figure: Figure, words: Words) -> bool:
    """`Of 31 patients screened`: those the others are taken from, or who were not all taken."""
    later = min((f.start for f in part.figures if f.start > figure.end), default=len(part.text))
    clause = _BREAK.split(part.text[figure.end : later])[0].split(",")[0][:60]
    is_taken = _TAKEN_IN.match(part.text, figure.end)
    is_told = _WHO.match(part.text, figure.end)
    return bool(is_taken or (not is_told and _OF.search(part.text[: figure.start])) or words["not_all"].search(clause))


def _is_whole_of(part: Part, some: Figure, figure: Figure) -> bool:
    """`15 of the 30 recipients received cells`: the second number is not of those who did."""
    return bool(_OF_THE.fullmatch(part.text, some.end, figure.start) and _DID.match(part.text, figure.end))


_OF_THE = re.compile(r"\s+(?:out )?of\s+(?:the\s+|these\s+)?")
_DID = re.compile(
    r"(?:\s+(?!who\b|that\b)[\w-]+){1,3}?\s+"
    r"(?:got|received|(?:was|were) (?:given|treated|infused|assigned|allocated))\b"
)
_OF = re.compile(r"(?<!that )(?<!those )\b(?:of|among)(?: the| these| all)?\s*$", re.IGNORECASE)
_TAKEN_IN = re.compile(
    r"\s+(?:[\w-]+\s+){0,3}?(?:(?:was|were|had been)\s+(?:\w+\s+)?)?"
    r"(?:enroll?ed|included|recruited|randomi[sz]ed|consented|gave consent|eligible)\b"
    r"(?!\s+(?:to|into|in)\b)"
)
_TAKES = re.compile(
    r"\s+(?!years?\b|months?\b|weeks?\b|days?\b|hours?\b|h\b|min\b)(?:[\w-]+\s+){0,2}?(?:received|had|got"
    r"|underwent|completed|was|were)\b"
)


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
        and not _WHO.match(text, figure.end)
        and not _IN.search(text[: told[-1].start])
    ):
        return Slot(figure, told[-1].role, told[-1].label, False)
    if told and _GROUP_N.fullmatch(text, told[-1].end, figure.start):
        return Slot(figure, told[-1].role, told[-1].label, True)
    if told and _GROUP_THEN.fullmatch(text, told[-1].start, figure.start):
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
    if role == CONTROL and _were_given_cells(text, here):
        role = MSC
    if role in (None, CONTROL) and _COMPARED_WITH.search(text[: figure.start]):
        role = CONTROL
    if role == CONTROL and here and here[0].role == MSC and _GIVEN.search(text, figure.end, here[0].start):
        role = MSC if _NO_HEAD.match(text, here[0].end) else role
    if role is None and _IN_SOME.search(text[: figure.start]) and _ENDS.match(text, figure.end):
        return Slot(figure, None, "", False, is_other=True)
    if role is None and words["earlier"].search(text, max(around[0], figure.start - _JUST), until):
        role = CONTROL
    if role is None and not re.search(r"\w", text[figure.end : until].split("(")[0]):
        since = _clause_start(text, around[0], figure.start)
        return Slot(figure, role_of_stretch(named, since, figure.start), phrase(text[since : figure.start]), False)
    if here and _MORE.match(text[figure.end : here[0].start]):
        return Slot(figure, None, "", False)
    if role is None and told and _GIVEN_TO.search(text[: figure.start]):
        return Slot(figure, told[-1].role, told[-1].label, False)
    first = next((one for one in named if figure.end <= one.start < until and one.role == role), None)
    return Slot(figure, role, first.label if first else phrase(text[figure.end : until]), False)


def _were_given_cells(text: str, here: Sequence[Tag]) -> bool:
    """`under standard drugs received cells`: what the control is called after was given beside what they received."""
    first = next((one for one in here if one.role == MSC), None)
    if first is None or here[0].role != CONTROL:
        return False
    lead = text[here[0].end : first.start]
    together = _TOGETHER.fullmatch(lead) and _RECEIVES.search(text[: here[0].start])
    return bool(_RECEIVES.search(lead) or together) and not _NOT_GIVEN.search(lead)


_RECEIVES = re.compile(r"\b(?:received|got|had|(?:was|were) (?:given|infused|treated|offered))\b")
# `with a drug, another and cells`: one list.
_TOGETHER = re.compile(r"(?:,\s+[\w-]+(?:\s[\w-]+)?)*,?\s+(?:and|plus|with|together with)\s+(?:[\w-]+\s+){0,3}")
_NOT_GIVEN = re.compile(r"\b(?:not|no|never|without|while|whereas|versus)\b")
# `They were compared with 22 recipients who declined`: those compared with are the controls.
_COMPARED_WITH = re.compile(
    r"\b(?:[Tt]hey|[Rr]esults|[Oo]utcomes|[Tt]hese|[Dd]ata|[Tt]heir \w+)\b[^.;]{0,40}\bcompared (?:with|to|against)\s+"
    r"(?:(?:those|that|outcomes|results) (?:of|in)\s+)?(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,3}?(?:of\s+)?$"
)


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
        lettered = LETTERED.fullmatch(inner[0].label)
        return Slot(figure, inner[0].role, inner[0].label if lettered else phrase(head) or inner[0].label, True)
    last = head.rstrip().rsplit(" ", 1)[-1]
    is_thing = words["not_people"].fullmatch(last) and not (
        _N_IS.search(text[: figure.start]) and any(0 <= start - one.end <= len(last) + 2 for one in named)
    )
    is_part = words["described_by"].match(text[figure.end :].lstrip()) or is_thing
    is_first = _THEN_OTHER.match(text, end)
    if is_part or (_OF_STUDY.search(head.rstrip()) and not is_first):
        return Slot(figure, None, "", True, is_other=True)
    if _LISTED.match(text[figure.end : end]):
        return None
    since = _clause_start(text, around[0], start)
    letter = next((one for one in named if since <= one.start < start and LETTERED.fullmatch(one.label)), None)
    if letter and _N_IS.search(text[: figure.start]):
        return Slot(figure, letter.role, letter.label, True)
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
