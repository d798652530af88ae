"""How many people: in the study, and in each arm. A number counts where its words say who is counted."""

from __future__ import annotations

import re
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
OF = re.compile(r"\bof(?: the| these)?\s*$", re.IGNORECASE)
SOME_BEFORE = re.compile(
    r"\b(?:of the planned|only|including|with|each|per|another|additional|remaining|other|planned enroll?ment:?)\s*$",
    re.IGNORECASE,
)
OF_ARM = re.compile(
    r"(?:\s+[\w-]+){1,2}?\s+(?:in|from|of|on)\s+(?:the\s+)?(?:[\w/+-]+\s+){1,4}?(?:group|arm|cohort)\b", re.IGNORECASE
)
IN_ARM = re.compile(
    r"\b[Ii]n the (?:[\w/+-]+\s+){1,4}?(?:group|arm),?\s*$"
    r"|\b(?:group|arm)(?:\s+[A-Z0-9]{1,3})?\s*[(\[](?:[^()]*[;,:])?\s*(?:[nN]\s*=\s*)?$"
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


def bare_year(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]]) -> bool:
    """Whether a number reads as a year: four digits of our time, nobody counted right after it."""
    if figure.in_words or int(figure.value) not in YEARS or "," in part.text[figure.start : figure.end]:
        return False
    return not (N_EQUALS.search(part.text[: figure.start]) or rules["people_after"].match(part.text[figure.end :]))


def role_of(name: str, words: Words) -> str | None:
    """Role of an arm by its name: `control`, `msc`, or None where the words do not say, or name two arms at once."""
    control, treated = words["control_arm"].search(name), words["msc_arm"].search(name)
    if control and treated and re.search(r"\b(?:and|or|versus|vs)\b", name):
        return None
    return "control" if control else "msc" if treated else None
