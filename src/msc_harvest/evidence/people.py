"""How many people: in the study, and in each arm. A number counts where its words say who is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

N_EQUALS = re.compile(r"\b[nN]\s*(?:=|:|was|of)\s*$")
_UNIT_AFTER = re.compile(
    r"\s*-?\s*(?:[%°·×x^±/]|[-–]\s?\d|:\s?\d|\+/-|mg|g\b|kg|m[lL]\b|mm|cm|µ|μ|mcg|ug\b|iu\b|gy\b|cgy|u\b|h\b"
    r"|hours?|min|seconds?|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
    r"days?|weeks?|months?|years?|yrs?|wks?|d\b|mo\b|cycles?|courses?|doses?|fractions?|sessions?|times|fold"
    r"|points?|items?|"
    r"cent(?:er|re)s?|hospitals?|sites?|institutions?|countries|states|clinics|studies|trials|groups?|arms?"
    r"|per\b|to \d|"
    r"degrees?|nmol|pg|ng|mmol|bpm|patient-years|person-years|(?:\w+\s){0,3}(?:cent(?:er|re)s|hospitals"
    r"|countries|institutions|sites|groups|arms|questionnaires|trials|studies)\b)",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:\b(?:groups?|grades?|arms?|phases?|stages?|days?|cohorts?|cycles?|types?|levels?|weeks?|months?|years?"
    r"|visits?|aged?|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|and|since|until|in"
    r"|from|P|IQR|SD|range|mean|median|than|least)|"
    r"[=<>≤≥±/×^*#]|[-–]|\bNo\.)\s*$",
    re.IGNORECASE,
)
YEARS = range(1950, 2051)
_TOTAL_OF = re.compile(
    r"(?:\btotal of|\bin total,?|\baltogether,?|\ball(?: of)?(?: the)?|\boverall,?|\bthere were|\bof(?: the"
    r"| these)?)\s*(?:n\s*=\s*)?$",
    re.I,
)
A_TOTAL = re.compile(
    r"(?:\btotal of|\bin total,?|\baltogether,?|\btotal number of \w+ (?:was|were))\s*$", re.IGNORECASE
)
TAKEN = re.compile(
    r"\s+(?:\(\S+\s?%?\)\s+)?(?:(?:were|was|had been|could be|have been)\s+(?:\w+\s+)?(?:randomi[sz]ed|enrolled"
    r"|included|assigned|allocated|evaluable|recruited|treated|analy[sz]ed|followed|evaluated|eligible|assessable)"
    r"|underwent randomi[sz]ation|completed|consented|agreed)\b",
    re.IGNORECASE,
)
_SHARE_BEFORE = re.compile(r"(?:%|per\s?cent)\s*[(\[;,]\s*[nN]\s*=\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class People:
    """A number of people at its place in the text, the rule that read it and how sure it is."""

    value: int
    start: int
    end: int
    rule_id: str
    certainty: str
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm as the abstract names it, with its size and its role (`msc`, `control`; None where words do not say)."""

    label: str
    size: People
    role: str | None = None


@lru_cache(maxsize=8)
def _patterns(people: str, allotted: str, enrolled: str, not_all: str) -> dict[str, re.Pattern[str]]:
    gap = r"(?:\s+(?!and\b|or\b|of\b|to\b|in\b|were\b|was\b|received\b|with\b)[^\s.;:,()=]+,?){0,7}?"
    flags = re.IGNORECASE
    return {
        "people_after": re.compile(
            rf"(?:\s+of (?:the|these|those))?\s*\)?(?:\s+\([^()]*\))?(?:\s+[a-z-]+\s+and(?=\s+[a-z]))?"
            rf"{gap}\s+(?P<noun>{people})(?!\w|-)",
            flags,
        ),
        "people_before": re.compile(
            rf"(?<!\w)(?:{people})(?!\w)(?:(?!\b(?:to|or|versus|vs|{allotted})\b)[^.;()]){{0,60}}[(\[]\s*n\s*=\s*$",
            flags,
        ),
        "allotted": re.compile(rf"(?<!\w)(?:{allotted})(?!\w)", flags),
        "enrolled": re.compile(rf"(?<!\w)(?:{enrolled})(?!\w)", flags),
        "not_all": re.compile(rf"(?<!\w)(?:{not_all})(?!\w)", flags),
    }


def patterns(words: Words) -> dict[str, re.Pattern[str]]:
    """The expressions of this module, built from the vocabulary."""
    bare = [re.sub(r"^\(\?<!\[\\w-\]\)\(\?:|\)\(\?!\\w\)$", "", words.source(kind)) for kind in _BARE]
    return _patterns(*bare)


_BARE = ("people", "allotted", "enrolled", "not_all")


def countable(part: Part, figure: Figure) -> bool:
    """Whether a figure may number people: whole, no year, no unit after it, no label before it."""
    if not figure.whole or figure.value < 1:
        return False
    before, after = part.text[max(0, figure.start - 60) : figure.start], part.text[figure.end :]
    if N_EQUALS.search(before[-20:]):
        return True
    if _UNIT_AFTER.match(after) or (part.text[figure.start] == "0" and figure.value):
        return False
    if (
        int(figure.value) in YEARS
        and not figure.in_words
        and re.search(r"\b(?:in|since|from|to|and|until|[A-Z][a-z]+,?)\s*$", before)
        and not re.match(r"\s+[a-z]", after)
    ):
        return False
    return not _LABELLED.search(before) or bool(re.search(r"\b(?:in|and|from)\s*$", before, re.I))


def arm_sizes(found: Sequence[Part], words: Words) -> list[Arm]:
    """Sizes of the arms: `A (n = 51) or B (n = 52)`, numbers beside words of allotment that add up."""
    rules = patterns(words)
    stated = {int(f.value) for part in found for f in part.figures if _stated(part, f, rules)}
    earlier: set[int] = set()
    arms: dict[int, Arm] = {}
    for part in found:
        if not part.figures:
            earlier = set()
            continue
        here = {int(f.value) for f in part.figures if countable(part, f) and f.value >= 8}
        for figure, rule, certainty in _arm_figures(part, rules, words, stated | earlier | here):
            size = People(
                int(figure.value),
                part.start + figure.start,
                part.start + figure.end,
                rule,
                certainty,
                bool(words["planned"].search(part.text)),
            )
            arms.setdefault(part.start + figure.start, _arm(label_of(part, figure), size, words))
        earlier = here
    return _without_sums(list(arms.values()))


def _arm(label: str, size: People, words: Words) -> Arm:
    return Arm(label, size, role_of(label, words))


def role_of(name: str, words: Words) -> str | None:
    """Role of an arm by its name: `control`, `msc`, or None where the words do not say, or name two arms at once."""
    control, treated = words["control_arm"].search(name), words["msc_arm"].search(name)
    if control and treated and re.search(r"\b(?:and|or|versus|vs)\b", name):
        return None
    return "control" if control else "msc" if treated else None


def _stated(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]]) -> bool:
    before, after = part.text[: figure.start], part.text[figure.end :]
    said = (
        rules["people_after"].match(after)
        or N_EQUALS.search(before[-20:])
        or A_TOTAL.search(before[-60:])
        or TAKEN.match(after)
    )
    return bool(said) and figure.value >= 8 and countable(part, figure)


def _without_sums(arms: list[Arm]) -> list[Arm]:
    sizes = {arm.size.value for arm in arms}
    sums = {a + b for a in sizes for b in sizes if a != b}
    return [arm for arm in arms if arm.size.value not in sums or arm.size.rule_id == "arm_n_equals"]


def _arm_figures(
    part: Part, rules: dict[str, re.Pattern[str]], words: Words, stated: set[int]
) -> Iterator[tuple[Figure, str, str]]:
    able = [figure for figure in part.figures if countable(part, figure)]
    bracketed = [
        f
        for f in able
        if N_EQUALS.search(part.text[max(0, f.start - 20) : f.start])
        and f.value >= 4
        and not _SHARE_BEFORE.search(part.text[max(0, f.start - 40) : f.start])
        and not rules["people_before"].search(part.text[max(0, f.start - 140) : f.start])
    ]
    if bracketed and (len(bracketed) >= 2 or _ARM_NAME.search(part.text[: bracketed[0].start])):
        largest = max(bracketed, key=lambda f: f.value)
        rest = [f for f in bracketed if f is not largest]
        if len(rest) >= 2 and sum(f.value for f in rest) == largest.value:
            bracketed = rest
        for figure in bracketed:
            yield figure, "arm_n_equals", "high"
    allotted = rules["allotted"].search(part.text)
    for group in _adding_up(able, stated):
        if allotted or words["arm_noun"].search(part.text):
            for figure in group:
                yield figure, "arm_adds_up", "low"
    if allotted:
        beside = [f for f in able if f.value >= 3 and _beside_arm(part, f, rules)]
        if len(beside) >= 2:
            for figure in beside:
                yield figure, "arm_beside_allotment", "low"


def _adding_up(able: Sequence[Figure], stated: set[int]) -> Iterator[Sequence[Figure]]:
    for size in (2, 3, 4):
        for at in range(len(able) - size + 1):
            group = able[at : at + size]
            values = [f.value for f in group]
            if int(sum(values)) in stated and min(values) >= 3 and max(values) <= 4 * min(values):
                yield group


def _beside_arm(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]]) -> bool:
    before, after = part.text[: figure.start], part.text[figure.end :]
    if A_TOTAL.search(before[-60:]) or rules["not_all"].search(after[:50]):
        return False
    if re.match(
        r"(?:\s+[\w-]+){0,3}?\s+(?:were\s+)?(?:randomly\s+)?(?:randomi[sz]ed|assigned"
        r"|allocated)(?:\s+to)?\s+(?!either)",
        after,
    ) and not re.match(r"[^.;]{0,60}\beither\b", after):
        return True
    return bool(
        re.match(r"(?:\s+[\w-]+){0,2}?\s+(?:to|in|into|received|for|on)\b", after)
        or (re.search(r"[(,]\s*$", before) and re.match(r"(?:\s+[\w-]+)?\s*[),]", after))
    )


_ARM_NAME = re.compile(r"\b(?:groups?|arms?)(?:\s+[A-Z0-9]{1,3})?\s*[(\[]\s*n\s*=\s*$", re.IGNORECASE)
_OPEN = re.compile(
    r"(?:[,;:]|\b(?:to|or|and|versus|vs\.?|either|receive|received|with|into|in|of|between|from)\b)\s*", re.I
)


def label_of(part: Part, figure: Figure) -> str:
    """The words that name an arm beside its size; '' where none are found."""
    before, after = part.text[: figure.start], part.text[figure.end :]
    if N_EQUALS.search(before[-20:]):
        head = re.sub(r"[(\[,;:]?\s*[nN]\s*(?:=|:|was|of)\s*$", "", before)
        return _last_phrase(head)
    match = re.match(
        r"(?:\s+[\w-]+){0,3}?\s+(?:to|in|into|received|for|on|assigned|had)\s+(?:the\s+|to\s+)*([^,.;()]{2,60})", after
    )
    if match:
        return re.split(r"\s+(?:and|versus|vs)\s+(?=\d)", match[1])[0].strip()
    return _last_phrase(re.sub(r"[(\[]\s*$", "", before)) if re.search(r"[(\[]\s*$", before) else ""


def _last_phrase(head: str) -> str:
    head = re.sub(r"\([^()]*\)\s*$", "", head).strip()[-90:]
    cuts = [match.end() for match in _OPEN.finditer(head)]
    phrase = head[cuts[-1] :] if cuts else head
    return phrase.strip(" ([,")
