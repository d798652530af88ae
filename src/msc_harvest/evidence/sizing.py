"""Which numbers of a sentence may be the size of an arm: none of a dose, an age, a thing, or of a part described."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.labels import CONTROL, MSC, Tag
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words


def may_be_size(part: Part, figure: Figure) -> bool:
    """Whether a number is none of a dose, a power of ten, a ratio, a year or an age."""
    before, after = part.text[: figure.start], part.text[figure.end :]
    if figure.value < 2 or not figure.whole:
        return False
    if _NO_SIZE_BEFORE.search(before) and not (_AFTER_DAYS.search(before) and _DID.match(after)):
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
    r"(?:10\s*[\^(]|\bcohorts of|\bat (?:least|most)"
    r"|[×^±]|\d:|\b(?:days?|weeks?|months?|years?|doses?|grades?)\s+[-−–]?\d+(?:,\s+[-−–]?\d+)*"
    r"(?:,|,?\s+(?:and|or|to))|[-−–]|\bages?d?(?:\s+\d+(?:,|\s+and|\s+to)+)?|\bover|\bphase(?:\s+\w+\s*/)?"
    r"|\bdays?|\b(?:[Aa]fter|[Ww]hen|[Oo]nce|[Bb]ecause)"
    r"|(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|up|near|close|prior)) to)\s*$"
)
# `on day 7, and 31 received none`: people after all.
_AFTER_DAYS = re.compile(r"\b(?:days?|weeks?|months?)\s+\d+,\s+and\s*$")
_DID = re.compile(r"\s+(?:(?:patients|recipients|participants)\s+)?(?:received|had|got|did|were)\b")
_NO_SIZE_AFTER = re.compile(
    r"\s*(?:and|to|[-–])\s*\d+(?:\.\d+)?\s?(?:%|per\s?cent)(?=\s+(?:of|pred))|"
    r"\s?:\s?\d|\s*(?:,|and|or|to|[-–])\s*(?:\d+\s*(?:,|and|or|to|[-–])\s*)*\d+\s*-?\s*(?:months?|weeks?|days?"
    r"|years?|hours?|mg|million|infusions|doses)\b"
    r"|\s+(?:previous|preceding|following|further|consecutive)\s+(?:years|months|weeks|days)\b"
    r"|\s*(?:[×^·/]|per\s(?!group|arm|cohort)|million|infusions?|doses?|weekly"
    r"|(?:equal |parallel |\w+ )?(?:groups|arms|cent(?:re|er)s|hospitals)\b"
    r"|(?:(?!received|had|got|underwent|completed|were|was|with|of|to)[\w-]+\s+){0,4}(?:infusions|doses)\b)"
)


def of_things(part: Part, figure: Figure, named: Sequence[Tag], words: Words) -> bool:
    """`two consecutive phase 1 studies`, `ten kidneys`: the first plural behind the number names no people."""
    lead = _PHRASE.match(part.text, figure.end)
    if not lead or any(
        re.fullmatch(r",?\s+", part.text[one.end : figure.start]) for one in named if one.end < figure.start
    ):
        return False
    for word in _WORD.finditer(part.text, lead.start(), lead.end()):
        if words["people"].fullmatch(word[0]) or any(
            one.start < word.end() and word.start() < one.end for one in named
        ):
            return False
        if _PLURAL.fullmatch(word[0]):
            return True
    return False


_PHRASE = re.compile(
    r"(?:\s+(?!(?:of|in|to|with|and|or|for|who|whom|from|on|at|given|were|was|received|had|got|served|did|as|by"
    r"|without)\b)[\w/+-]+){1,5}"
)
_WORD = re.compile(r"[\w/+-]+")
_PLURAL = re.compile(r"[a-z-]{3,}(?<!s)(?<!u)(?<!i)s")


def of_all_treated(part: Part, able: Sequence[Figure], named: Sequence[Tag]) -> bool:
    """`All were given A (n = 6) or B (n = 3)`, `five got cells after X (n = 3) or Y (n = 2)`: kinds of all."""
    is_listed = len(_N_IS.findall(part.text)) > 1 or len(_EACH_N.findall(part.text)) > 1
    if (_EVEN.search(part.text) and not is_listed) or _COMPARED.match(part.text):
        return True
    if _kinds_of_all(part, able, named):
        return True
    inside = [f for f in able if _N_IS.search(part.text[: f.start])]
    if not inside:
        return False
    if _ALL_WERE.match(part.text) and _ALL_WERE.match(part.text).end() < inside[0].start:  # type: ignore[union-attr]
        return True
    before = [f for f in part.figures if f.end <= inside[0].start and f.value == sum(one.value for one in inside)]
    said = part.text[before[-1].end : inside[0].start] if before else ""
    cells = [one for one in named if before and before[-1].end <= one.start < inside[0].start and one.role == MSC]
    return bool(cells) and bool(_RECEIVED.search(said)) and not _GROUPED.search(part.text)


def _kinds_of_all(part: Part, able: Sequence[Figure], named: Sequence[Tag]) -> bool:
    """`14 participants (eight autologous, six third-party cells)`: a bracket parts those counted by cells."""
    for match in _BRACKET.finditer(part.text):
        inside = [f for f in able if match.start() < f.start < match.end()]
        before = [f for f in part.figures if f.end <= match.start() and f.whole]
        roles = [one.role for one in named if match.start() < one.start < match.end()]
        is_sum = any(f.value == sum(one.value for one in inside) for f in before)
        if len(inside) > 1 and is_sum and len(roles) == len(inside) and set(roles) == {MSC}:
            return not _GROUPED.search(part.text)
    return False


# `in equal numbers`, `half were assigned`: the number is of all. `Compared with a group of 14, ...` tells of results.
_EVEN = re.compile(r"\b(?:in equal numbers|half (?:of them )?(?:were|was|received))\b", re.IGNORECASE)
_COMPARED = re.compile(r"(?:[A-Z]\w+:\s+)?Compared with an? [^,]{3,60}, ")
_EACH_N = re.compile(r"[(\[]\s*n\s*=\s*\d+\s*[)\]]", re.IGNORECASE)
_N_IS = re.compile(r"[(\[]\s*n\s*=\s*$", re.IGNORECASE)
_ALL_WERE = re.compile(r"(?:[A-Z]\w+:\s+)?All\b[^.;]{0,40}?\b(?:received|given|had|treated)\b")
_RECEIVED = re.compile(r"\b(?:received|got|(?:was|were) (?:given|treated|infused))\b")
_GROUPED = re.compile(
    r"\b(?:randomi[sz]\w+|assigned|allocated|groups?|arms?|controls?|placebo|cohorts?)\b", re.IGNORECASE
)


def without_descriptions(part: Part, able: Sequence[Figure], named: Sequence[Tag], words: Words) -> list[Figure]:
    """Numbers without those of a bracket that describes people just counted: `8 recipients (6 men, 2 women)`."""
    kept = list(able)
    for match in _BRACKET.finditer(part.text):
        inside = [f for f in kept if match.start() < f.start < match.end()]
        if not inside or _SIZES.search(match[0]):
            continue
        before = [f for f in part.figures if f.end <= match.start() and f.whole]
        tagged = any(match.start() < one.start < match.end() for one in named)
        if not before or tagged or sum(f.value for f in inside) > before[-1].value * _DESCRIPTIONS:
            continue
        said = part.text[before[-1].end : match.start()]
        people = words["people"].search(said)
        if people and not said[people.end() :].strip() and not _CUT.search(said):
            kept = [f for f in kept if f not in inside]
    return kept


# Two descriptions of the same people: by sex and by kind.
_DESCRIPTIONS = 2
_SIZES = re.compile(r"^\(\s*n\s*=|\b(?:per|each|both)\b", re.IGNORECASE)
_BRACKET = re.compile(r"\([^()]*\)")
_CUT = re.compile(r"[,;:]|\b(?:and|or|to|received|versus|vs)\b")


def as_denied(part: Part, named: Sequence[Tag]) -> list[Tag]:
    """Names of arms as they are meant: `22 who declined or could not be offered the cells` got none."""
    return [
        replace(one, role=CONTROL)
        if one.role == MSC and _DENIED.search(part.text, max(0, one.start - _REACH), one.start)
        else one
        for one in named
    ]


_REACH = 60
_DENIED = re.compile(
    r"\b(?:declined|refused|did not (?:get|have|receive|want)|(?:were|was|could) not (?:be )?(?:given|offered"
    r"|treated with|infused with|receive))"
    r"\s+(?:or\s+[\w\s]{0,30}?\s)?(?:the\s+|any\s+)?(?:[\w-]+\s+){0,2}$"
)
