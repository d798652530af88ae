"""Counts whose arm the order of a sentence tells, not a name beside them, in abstracts whose arms no word names.

`In the A arm, 5 died and 4 relapsed`; `24 cancers on A and 19 on B`; `3 and 8 events in A and B, respectively`;
`12% (n = 123) with A versus 16% (n = 162) with B`; `9/94 vs 2/86`. Numbers that only tell who stayed in the study are
no outcomes and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from msc_harvest.evidence.counts import Count, is_evidence
from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.naming import Mention, arm_mentions
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People, countable, role_of
from msc_harvest.evidence.words import Words

ONE, OTHER = "one arm", "the other arm"
Told = tuple[Figure, str]


def contrasted(
    part: Part, counts: Sequence[Count], arms: Sequence[Arm], people: Sequence[People], words: Words
) -> list[Count]:
    """The counts of a sentence without those of who stayed, with those whose arm the order of the sentence tells."""
    everyone = {one.value for one in people}
    told = [one for one in counts if not _is_else(part, one)]
    kept = _set_against(part, _without_arms(told, everyone))
    if not part.figures or not is_evidence(part, words) or words["allotted"].search(part.text):
        return kept
    taken = {place - part.start for one in counts for place in (one.start, one.at_risk_start) if place is not None}
    sizes = {arm.size.value for arm in arms}
    able = [f for f in part.figures if f.start not in taken and f.value not in sizes | everyone and _may_count(part, f)]
    mentions = arm_mentions(part, arms, words)
    read: dict[int, Count] = {}
    for figure, label in (
        *_after_lead(part, able),
        *_alike(part, able, words),
        *_respectively(part, able, mentions),
        *_of_cases(part, able),
        *((figure, label) for figure, label in _with_shares(part) if figure.start not in taken),
    ):
        if not _tells_who_stayed(part, figure.end):
            read.setdefault(figure.start, _count(part, figure, label, words))
    return sorted([*kept, *read.values()], key=lambda one: one.start)


def _count(part: Part, figure: Figure, label: str, words: Words) -> Count:
    place = (part.start + figure.start, part.start + figure.end)
    return Count(
        int(figure.value), None, None, label, role_of(label, words), "reported", *place, None, None, _RULE, "low"
    )


def _may_count(part: Part, figure: Figure) -> bool:
    before = part.text[max(0, figure.start - 70) : figure.start]
    return countable(part, figure) and not (_NO_COUNT.search(before) or _MEASURED.search(before))


def _is_else(part: Part, one: Count) -> bool:
    """Whether a count is of who stayed, or no count but a level: `the mean score was 12 in A and 14 in B`."""
    level = one.n_at_risk is None and one.percent is None and _LEVEL.search(part.text[: one.start - part.start])
    return bool(level) or _tells_who_stayed(part, one.end - part.start)


def _tells_who_stayed(part: Part, end: int) -> bool:
    """Whether a number is of people who received, completed or left something: `Six in the A arm withdrew`."""
    return bool(_STAYED.match(part.text, end))


def _without_arms(counts: Sequence[Count], everyone: set[int]) -> list[Count]:
    """The counts without those of everybody, or of two arms that are: `117 were studied (58 in A, 59 in B)`."""
    bare = [one for one in counts if one.n_at_risk is None]
    halves = {each for a, b in pairwise(bare) if a.n_events + b.n_events in everyone for each in (a, b)}
    return [one for one in counts if one not in halves and (one.n_at_risk or one.n_events not in everyone)]


def _set_against(part: Part, counts: Sequence[Count]) -> list[Count]:
    """`9/94 vs 2/86`: counts with their people side by side are of several arms, whether named or not."""
    made = list(counts)
    pairs = [at for at, one in enumerate(made) if one.n_at_risk is not None and one.at_risk_end is not None]
    for at, to in pairwise(pairs):
        first, second = made[at], made[to]
        between = part.text[(first.at_risk_end or 0) - part.start : second.start - part.start]
        if _MEASURED.search(part.text[: first.start - part.start]) and not first.percent:
            continue
        if len(between) <= _NEAR and (_AGAINST.search(between) or (_LISTED.fullmatch(between) and second.percent)):
            made[at] = first if first.arm else replace(first, arm=ONE)
            made[to] = second if second.arm else replace(second, arm=OTHER)
    return made


def _after_lead(part: Part, able: Sequence[Figure]) -> Iterator[Told]:
    """`In the A arm, 5 women died and 4 (3%) relapsed`: up to the next arm all that is counted is of that one."""
    for lead in _LEAD.finditer(part.text):
        stop = _NEXT_ARM.search(part.text, lead.end())
        until = stop.start() if stop else len(part.text)
        for figure in able:
            if lead.end() <= figure.start < until and _HAD.match(part.text, figure.end):
                yield figure, lead["arm"]


def _alike(part: Part, able: Sequence[Figure], words: Words) -> Iterator[Told]:
    """`24 cancers on A and 19 on B`: two numbers, each followed by the same word of belonging."""
    for one, other in pairwise(able):
        first = _BELONGS.match(part.text, one.end)
        second = _BELONGS.match(part.text, other.end)
        if not (first and second and first["how"].lower() == second["how"].lower() and first.end() <= other.start):
            continue
        if not _are_events(first[0][: first.start("how") - first.start()], words):
            continue
        stayed = _STAYED.match(part.text, other.end) or _STAYED.match(part.text, second.end())
        if _JOINED.fullmatch(part.text[first.end() : other.start]) and not stayed:
            yield one, first["arm"].strip()
            yield other, second["arm"].strip()


def _are_events(counted: str, words: Words) -> bool:
    """Whether what is counted is things that happened, not people: those could be the arms themselves."""
    return bool(re.search(r"[a-z]s\s*$", counted)) and not words["people"].search(counted)


def _respectively(part: Part, able: Sequence[Figure], mentions: Sequence[Mention]) -> Iterator[Told]:
    """`3 and 8 events were seen in A and B, respectively`; `12 (6%), 14 (7%) and 16 (8%) ...`."""
    at = 0
    while mentions and at < len(able):
        end = at
        while end + 1 < len(able) and _SIDE.fullmatch(part.text[able[end].end : able[end + 1].start]):
            end += 1
        later = part.text[able[end].end :]
        if end > at and _EVENTS.match(later) and _IN_TURN.match(later):
            yield able[at], ONE
            yield from ((figure, OTHER) for figure in able[at + 1 : end + 1])
        at = end + 1


def _with_shares(part: Part) -> Iterator[Told]:
    """`12% (n = 123) with A versus 16% (n = 162) with B`: two shares, each with its count."""
    found = list(_SHARE_N.finditer(part.text))
    figures = {figure.start: figure for figure in part.figures}
    for first, second in pairwise(found):
        between = part.text[first.end() : second.start()]
        if len(between) <= _NEAR and re.search(r"\b(?:vs?\.?|versus|compared (?:with|to))\s", between):
            for match, label in ((first, ONE), (second, OTHER)):
                if match.start("n") in figures:
                    yield figures[match.start("n")], label


def _of_cases(part: Part, able: Sequence[Figure]) -> Iterator[Told]:
    """`one case of pneumonitis in the A arm`."""
    for figure in able:
        if match := _CASES.match(part.text, figure.end):
            yield figure, match["arm"]


_RULE = "count_in_contrast"
_NEAR = 110
_NO_COUNT = re.compile(
    r"(?:\b(?:of|from|by|to|than|over|about|approximately|after|at|within|grades?|stages?|types?|levels?|scores?|n\s*=)"
    r"(?:\s+the)?|[(\[]\s*n\s*=?|[=+<>≤≥±/]|\bgrades?\s[\d,\s]+(?:and|or|to|-))\s*$",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"\b(?:means?|medians?|averaged?|scores?)\b[^,;()]*$", re.IGNORECASE)
# A level or a length that the number states.
_MEASURED = re.compile(
    r"\b(?:means?|medians?|averaged?|scores?|durations?|rates?|levels?|doses?|volumes?|lengths?|index|ranged?|increased"
    r"|decreased|reduced|improved)\b[^,;()]*$",
    re.IGNORECASE,
)
_STAYED = re.compile(
    r"(?:\s*[)\]])?(?:\s*[(\[][^()\[\]]*[)\]])?(?:\s+(?:and|or)\s+\d+(?:\s*[(\[][^()\[\]]*[)\]])?)?,?"
    r"(?:\s+(?!but\b|and\b|had\b|died\b|developed\b)[\w/+-]+){0,6}?,?(?:\s*[(\[][^()\[\]]*[)\]])?(?:\s+respectively,)?\s+(?:who\s+)?(?:"
    r"withdrew|dropped out|declined|refused|completed|(?:were|was)\s+(?:\w+ly\s+)?(?:lost|excluded|included|available"
    r"|evaluable|enrolled|randomi[sz]ed|recruited|screened|analy[sz]ed|assessed|evaluated|eligible|assigned"
    r"|allocated|treated|followed)"
    r"|had\s+(?:valid|complete|available|evaluable|baseline)|did not (?:receive|complete|attend|start)"
    r"|(?:received|underwent)\b)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:vs?\.?|versus|compared (?:with|to)|against|and)\s*(?:in\s+|only\s+|for\s+)*"
    r"(?:(?:the\s+)?(?:[\w/+-]+\s+){0,3}[(\[]\s*)?$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*[(\[][^()\[\]]*[)\]],\s*(?:and\s+)?")
_IN_TURN = re.compile(r"(?:[^.;]|\.\d){0,140}\brespectively\b")
_SHARE_N = re.compile(r"\d\s?%\s*[(\[]\s*n\s*=\s*(?P<n>\d[\d,]*)(?=[^\d])", re.IGNORECASE)
_CASES = re.compile(
    r"\s+(?:cases?|episodes?|events?|deaths?|recurrences?)\s+(?:of|from|due to)\s+[^.;,()]{2,50}?\s+(?:in|on|with)\s+"
    r"(?:the\s+)?(?P<arm>(?!both|each|either)(?:[\w/+-]+\s+){0,3}?(?:group|arm|cohort)(?:\s+[A-Z0-9]{1,3})?)\b"
)
_LEAD = re.compile(
    r"(?:(?<=^)|(?<=; )|(?<=, while )|(?<=, whereas )|(?<=, and )|(?<=: ))(?:In (?:comparison|contrast),?\s+)?"
    r"(?:[Ii]n|[Aa]mong|[Oo]f)\s+(?:(?:patients|women|those|participants|subjects)\s+(?:in|on|of)\s+)?(?:the\s+)?"
    r"(?P<arm>(?:[\w/+-]+\s+){0,4}?(?:group|arm|cohort)(?:\s+[A-Z0-9]{1,3}\b)?)(?:\s*[(\[][^()\[\]]*[)\]])?,?\s"
)
_NEXT_ARM = re.compile(
    r";|\b(?:groups?|arms?|cohorts?)\b|\b(?:compared (?:with|to)|versus|whereas|while)\b", re.IGNORECASE
)
_HAD = re.compile(
    r"(?:\s+(?!and\b|or\b|in\b|of\b|the\b|months?\b|years?\b|weeks?\b"
    r"|days?\b)[\w-]+){0,3}?\s*(?:[(\[]\s*\d+(?:[.·]\d+)?\s?%"
    r"|\b(?:had|died|developed|experienced|relapsed|recurred|progressed|achieved|showed|reported|suffered|responded"
    r"|were (?:alive|dead)|deaths?|events?|cases?|relapses?|recurrences?)\b)",
    re.IGNORECASE,
)
_BELONGS = re.compile(
    r"(?:\s+(?!and\b|or\b|versus\b|vs\b|of\b|to\b|months?\b|years?\b|weeks?\b|days?\b|times\b|mg\b)[\w-]+){0,4}?\s+"
    r"(?P<how>on|with|in|receiving|after|given|treated with|assigned to)\s+(?:the\s+)?"
    r"(?P<arm>(?!months?\b|years?\b|all\b|both\b|each\b|total\b|\d)[A-Za-z][\w/+-]*(?:\s+(?!and\b|versus\b|vs\b"
    r"|or\b|compared\b|but\b)[\w/+-]+){0,4}?)"
    r"(?=\s*(?:[(\[,.;)]|and\b|versus\b|vs\b|or\b|compared\b|but\b|$))",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"\s*(?:[(\[][^()\[\]]*[)\]])?\s*,?\s*(?:and|versus|vs\.?|or|compared (?:with|to)|but|against)\s+"
    r"(?:(?:only|by|in|for)\s+)*",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"\s*(?:[(\[][^()\[\]]*[)\]])?\s*(?:and|versus|vs\.?)\s*|\s*(?:[(\[][^()\[\]]*[)\]])?,\s*(?:and\s+)?", re.IGNORECASE
)
_EVENTS = re.compile(
    r"\s*(?:[(\[]\s*\d+(?:[.·]\d+)?\s?%|(?:[\w-]+\s+){0,4}?(?:patients|women|cases|events|deaths|recurrences|relapses"
    r"|participants|subjects|people|died|had|developed|experienced|were|occurred)\b)",
    re.IGNORECASE,
)
