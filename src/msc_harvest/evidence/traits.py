"""What speaks for a number being that of all people of a study, and what against it: traits, each by name.

No trait looks at a sentence without a number of people, so nothing else that an abstract says changes one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import (
    A_TOTAL,
    IN_ARM,
    N_EQUALS,
    OF,
    OF_ARM,
    SOME_BEFORE,
    TAKEN,
    bare_year,
    countable,
    patterns,
    role_of,
)
from msc_harvest.evidence.words import Words

Rules = dict[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Place:
    """A whole number that may count people, and how many sentences with such numbers come before its own."""

    part: Part
    figure: Figure
    rank: int

    @property
    def before(self) -> str:
        """The sentence up to the number."""
        return self.part.text[: self.figure.start]

    @property
    def after(self) -> str:
        """The sentence from the number on."""
        return self.part.text[self.figure.end :]

    @property
    def value(self) -> int:
        """The number."""
        return int(self.figure.value)


def places(found: Sequence[Part], rules: Rules) -> list[Place]:
    """Every number that may count people, by its form: whole, no measure, no year, no label."""
    made: list[Place] = []
    rank = 0
    for part in found:
        able = [f for f in part.figures if countable(part, f) and f.value >= _FEWEST and not bare_year(part, f, rules)]
        made += [Place(part, figure, rank) for figure in able]
        rank += bool(able)
    return made


def told(one: Place, rules: Rules) -> bool:
    """Whether words beside a number say that it counts people: a noun, `n =`, `a total of`, what was done with them."""
    if N_EQUALS.search(one.before[-20:]) or rules["people_after"].match(one.after) or _SUBJECT.search(one.before):
        return True
    if _ACRONYM.search(one.before) and not one.figure.in_words:
        return False
    if _TAKEN_BEFORE.search(one.before) and (one.value >= _FEW or one.figure.in_words):
        return True
    if TAKEN.match(one.after) or _THEN_TAKEN.match(one.after) or _next_verb(one.after):
        return True
    return bool(A_TOTAL.search(one.before[-60:]) and one.value >= _SAMPLE)


def traits(every: Sequence[Place], chosen: Sequence[int], words: Words, sizes: Sequence[int]) -> list[dict[str, float]]:
    """Traits of the chosen places with their strength; `sizes` are those of the arms as they were read."""
    rules = patterns(words)
    values = [every[at].value for at in chosen]
    sums = _sums(every)
    whole = {a + b for at, a in enumerate(sizes) for b in sizes[at + 1 :]} | ({sum(sizes)} if len(sizes) > 2 else set())
    made: list[dict[str, float]] = []
    for rank, at in enumerate(chosen):
        one, largest = every[at], max(values)
        said = _of_words(one, rules) | _of_verbs(one) | _of_arms(one, rules, words)
        said |= {
            "elsewhere": bool(words["other_study"].search(one.part.text)) and not _OURS.search(one.part.text),
            "concluded": one.part.section == "conclusion",
            "sum of arms": one.value in whole,
            "an arm": one.value in sizes and one.value not in whole,
            "others add up to it": any(at not in group for group in sums.get(one.value, ())),
            "joined to the next": at + 1 < len(every) and _joined(one, every[at + 1]),
            "joined to the last": at > 0 and _joined(every[at - 1], one),
            "one of a pair": _has_twin(one, every),
            "part of another": one.value != largest and _is_part(one.value, values, every),
            "largest": one.value == largest,
            "alone": len(set(values)) == 1,
        }
        held = {name: 1.0 for name, holds in said.items() if holds}
        made.append(held | {"any": 1.0, "share of largest": math.log(one.value / largest), "later": math.log(1 + rank)})
    return made


def _sums(every: Sequence[Place]) -> dict[int, list[range]]:
    """What two to four numbers in a row, in a sentence or two, add up to; and which these are."""
    made: dict[int, list[range]] = {}
    for at in range(len(every)):
        for size in (2, 3, 4):
            group = every[at : at + size]
            values = [one.value for one in group]
            if len(group) == size and group[-1].rank - group[0].rank <= 1 and max(values) <= 4 * min(values):
                made.setdefault(sum(values), []).append(range(at, at + size))
    return made


def _is_part(value: int, values: Sequence[int], every: Sequence[Place]) -> bool:
    """Whether another number makes this one up to a candidate: an arm beside the other arm."""
    return any(value + one.value in values for one in every if value / 5 <= one.value <= 5 * value)


def _joined(one: Place, other: Place) -> bool:
    """`31 had A and 29 had B`: two numbers of like size in one clause; not `410 entered and 397 were evaluable`."""
    if one.part is not other.part or not one.value / 4 <= other.value <= 4 * one.value:
        return False
    between = one.part.text[one.figure.end : other.figure.start]
    if len(between) > _CLAUSE or not _AND.search(between) or re.search(r"[;.]\s", between):
        return False
    return _next_verb(other.after) not in ("analysed", "enrolled")


def _has_twin(one: Place, every: Sequence[Place]) -> bool:
    """Whether a number in brackets has a like number in brackets near: `A (n = 51) or B (n = 52)`."""
    if not _OPENED.search(one.before):
        return False
    near = [other for other in every if other is not one and abs(other.rank - one.rank) <= 1]
    return any(one.value / 2 <= other.value <= 2 * one.value and _OPENED.search(other.before) for other in near)


def _of_words(one: Place, rules: Rules) -> dict[str, bool]:
    before, after = one.before, one.after
    noun, named = rules["people_after"].match(after), rules["people_before"].search(before[-140:])
    is_total = bool(A_TOTAL.search(before[-60:]))
    return {
        "people after": bool(noun),
        "people before": bool(named),
        "a total of": is_total,
        "bare": not (noun or named or is_total or N_EQUALS.search(before[-20:])),
        "opens with of": bool(_OPENING_OF.fullmatch(before)),
        "of": bool(OF.search(before)) and not is_total,
        "with a share": bool(_WITH_SHARE.match(after)) and not is_total,
        "some": bool(SOME_BEFORE.search(before) or _SOME_AFTER.match(after)),
        "in brackets": bool(re.search(r"[(\[]\s*$", before)),
        "few": one.value < _FEW,
        "in a result": bool(_RESULT.search(one.part.text)),
    }


def _of_arms(one: Place, rules: Rules, words: Words) -> dict[str, bool]:
    before, after = one.before, one.after
    noun = rules["people_after"].match(after)
    return {
        "named as an arm": bool(noun and role_of(after[: noun.end()], words)),
        "of an arm": bool(OF_ARM.match(after) or IN_ARM.search(before) or _ARM_BEFORE.search(before)),
        "arm after": bool(_ARM_AFTER.match(after)),
        "arms after": bool(_ARMS_AFTER.match(after)),
        "each": bool(_EACH.match(after) or _EACH_BEFORE.search(before)),
        "beside a number": bool(_NUMBER_AFTER.match(after) or _NUMBER_BEFORE.search(before)),
        "respectively": bool(re.search(r"\brespectively\b", after[:150])),
    }


def _of_verbs(one: Place) -> dict[str, bool]:
    clause = _CLAUSE_END.split(one.after)[0][:_CLAUSE]
    verb = _VERB.search(clause[:110])
    done = verb.lastgroup if verb else ""
    # Past another number the verb may be that number's.
    is_near = bool(verb and not re.search(r"\d\d", clause[: verb.start()]))
    return {
        "allotted in clause": bool(_ALLOTTED.search(clause)),
        "then allotted": is_near and done == "allotted",
        "then enrolled": done == "enrolled",
        "then treated": is_near and done == "treated",
        "asked": done == "asked",
        "then befell": done == "befell",
        "taken before": bool(_TAKEN_BEFORE.search(one.before)),
        "analysed at once": _next_verb(one.after) == "analysed",
    }


def _next_verb(after: str) -> str:
    """What was done with the people counted, if the verb follows at once: `353 (45%) were evaluable`."""
    match = _THEN.match(after)
    verb = _VERB.match(after, match.end() if match else 0)
    return (verb.lastgroup or "") if verb else ""


# Smaller numbers are no study, those below the next hardly one; a total or a sample is told by its size as well.
_FEWEST, _SAMPLE, _FEW = 4, 10, 20
_CLAUSE = 160
_CLAUSE_END = re.compile(r";|, (?:and|of whom|with)\b")
_VERB = re.compile(
    r"\b(?:(?P<allotted>ran?domi[sz](?:ed|ing|ation)|randomly|allocated|allotted|assigned|divided|stratified|crossed)"
    r"|(?P<enrolled>enroll?(?:ed|ing|ment)?|recruit(?:ed|ing|ment)|inclu(?:ded|ding|sion)|entered|entering"
    r"|accru(?:ed|ing|al)|participat(?:ed|ing)|registered|took part|comprised|consist(?:ed|ing|s)|joined|agreed"
    r"|consented)"
    r"|(?P<analysed>evaluated|analy[sz](?:ed|is|es)|evaluable|assessable|assessed|available|complet(?:ed|ing)|followed"
    r"|studied|investigated|provided|examined|returned|responded|tested|monitored|interviewed|compared)"
    r"|(?P<treated>received|receiving|treated|underwent|given|undergoing)"
    r"|(?P<asked>screened|approached|invited|contacted|eligible|potentially|identified|asked|planned|required|needed)"
    r"|(?P<befell>had|developed|died|experienced|showed|reported|reporting|relapsed|achieved|discontinued"
    r"|withdr\w+|refused"
    r"|declined|excluded|lost|switched|did|recurr(?:ed|ence\w*)|events?|deaths?|progress(?:ed|ion)|occurred|dropped"
    r"|failed|responders|remained|chose|preferred|stopped))\b",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"(?:\s*[(\[][^()\[\]]*[)\]])?\s*(?:(?:were|was|had been|have been|could be)\s+)?(?:\w+ly\s+)?", re.IGNORECASE
)
_ALLOTTED = re.compile(r"\b(?:ran?domi[sz]\w*|randomly|allocated|allotted|assigned|divided)\b", re.IGNORECASE)
# `213 mutation carriers were randomised`: whoever they are, they are people.
_THEN_TAKEN = re.compile(
    r"(?:\s+(?!of\b|and\b|in\b)[\w-]+){1,4}?\s+(?:(?:was|were)\s+(?:\w+\s+)?(?:randomi[sz]ed|enrolled|recruited"
    r"|assigned"
    r"|allocated|accrued)|completed|consented|participated)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\b(?:randomi[sz]ed|study|trial|analys[ei]s|cohort|population)\s*[(\[]\s*n\s*=\s*$"
    r"|\b(?:participants|patients|subjects|women|sample|cohort)\s+(?:were|was|included|comprised)\s*$"
    r"|\bsample\s*[(\[]\s*n\s*=\s*$",
    re.IGNORECASE,
)
# `We randomised 42 dyads`, `a sample of 42`: who they are need not be said.
_TAKEN_BEFORE = re.compile(
    r"\b(?:(?:enroll?(?:ed|ing)|recruit(?:ed|ing)|randomi[sz](?:ed|ing)|randomly assigned|allocated|involv(?:ed|ing)"
    r"|studied|evaluated)(?:\s+a total of)?|(?:trial|study) of|sample (?:size )?of|samples? (?:was|were))\s*$",
    re.IGNORECASE,
)
# `protocol ABC 10001`, `XYZ 100`: the name of a trial or a drug with its number.
_ACRONYM = re.compile(r"\b[A-Z][\w-]*[A-Z0-9]\s*$")
_AND = re.compile(
    r"\b(?:and|versus|vs\.?|v|or|while|whereas)\s+(?:(?:in|to|of|on|from|the|another|a|other|with)\s+){0,3}"
    r"(?:control group of )?$",
    re.IGNORECASE,
)
_OURS = re.compile(r"\b(?:our|we)\b", re.IGNORECASE)
_OPENED = re.compile(r"[(\[]\s*(?:n\s*=\s*)?$", re.IGNORECASE)
_OPENING_OF = re.compile(
    r"(?:[A-Z][A-Za-z ]+[:.]\s*|(?:Results?|Methods|Findings)\s+)?(?:Out )?[Oo]f(?: the| these)?\s*"
    r"|(?:[A-Z][A-Za-z ]+:\s*)?(?:(?:Between|From|In|During|Since)\b[^,;:]{4,60},\s*)?[Oo]f(?: the| these)?\s*"
)
# `Thirty-five patients (25%) were men`: a share is of some, unless it is of those asked who were taken in.
_WITH_SHARE = re.compile(
    r"(?:\s+[\w-]+){1,2}?\s*[(\[]\s*\d+(?:[.·]\d+)?\s?%[^()]*[)\]]"
    r"(?!\s+(?:(?:was|were)\s+)?(?:\w+\s+)?(?:randomi[sz]ed|enrolled|included|recruited|consented|completed"
    r"|agreed|evaluable"
    r"|analy[sz]ed|evaluated|assessed|treated|followed|eligible|available|provided|received|underwent))",
    re.IGNORECASE,
)
_SOME_AFTER = re.compile(r"\s+(?:remaining|other|additional|more)\b")
_RESULT = re.compile(
    r"\bP\s*[<=>]|\bCI\b|\bhazard|\bmedian (?:overall|progression|survival|time)|\d\s?%|±|\+/-", re.IGNORECASE
)
_ARM_BEFORE = re.compile(r"\b(?:group|arm|regimen)\b[^.;,]{0,20}$", re.IGNORECASE)
_ARM_AFTER = re.compile(r"[^.;,()]{0,50}\b(?:group|arm)\b", re.IGNORECASE)
_ARMS_AFTER = re.compile(r"[^.;]{0,120}\b(?:group|arm|versus|placebo|either)\b", re.IGNORECASE)
_EACH = re.compile(r"[^.;]{0,60}\b(?:(?:per|in|to|for) (?:each|both|either)|per (?:group|arm)|each)\b", re.IGNORECASE)
_EACH_BEFORE = re.compile(r"\b(?:each|groups? of|arms? of|both)\b[^.;,]{0,40}$", re.IGNORECASE)
_NUMBER_AFTER = re.compile(r"\s*(?:and|vs?\.?|versus)\s+\d")
_NUMBER_BEFORE = re.compile(r"\d\s*(?:and|vs?\.?|versus)\s*$")
