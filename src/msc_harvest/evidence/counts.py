"""Events among people of one arm: `4/12`, `3 of 21 (14%)`, `two (11.8%) in the control group`.

A pair of numbers counts where the percentage beside it agrees, or the words say who is counted; a pair that its own
percentage contradicts is handed back as unread. Nothing is read from plans, definitions, assumptions or other studies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.naming import arm_at, arm_mentions
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, countable, role_of
from msc_harvest.evidence.words import Words

_SHARE = r"(?:\s*[(\[][^()\[\]]{0,40}[)\]])?"
_OUT_OF = re.compile(
    rf"{_SHARE}(?:\s+[a-z-]+){{0,2}}?\s+(?:out\s+)?(?:of|from)(?:\s+(?:the|these|a total of|all))?\s+$|\s*/\s*$",
    re.IGNORECASE,
)
_GRADE = re.compile(
    r"\b(?:grades?|ratio|score|stages?|types?|phases?|levels?|day|days|per|every|q)\s*(?:of|was|:|≥|>|≤|<)?\s*$",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"\s*(?:patients?|women|cases)?\s*[(\[,;]\s*$")
_IN_ARM = re.compile(
    r"(?:\s+(?:\([^()]{0,30}\)|(?!(?:and|or|versus|vs|in|on|of|from|to|than|years?|months?|weeks?|days?|mg"
    r"|min)\b)[a-z-]+)){0,6}?"
    r"\s+(?:in|on|of|from|occurring in|receiving)\s+(?:the\s+)?(?P<arm>(?:[Gg]roup|[Aa]rm)\s+(?:[A-Z0-9]{1,4})\b"
    r"|(?!both|each|this|that|two|either|all|three|these|treatment groups|study)(?:[\w/+-]+\s+){1,4}?(?:group"
    r"|arm)(?!s|\w))"
)
_SERIES = re.compile(r"\b(?:\w+s\s+\d+(?:,\s*\d+)*|grade \d),?\s*(?:and|or|to)\s*$", re.IGNORECASE)
_GIVEN = re.compile(
    r"\s+(?:received|(?:was|were) (?:injected|treated|given|assigned|randomi[sz]ed|taught|instructed|asked"
    r"|infused|analy[sz]ed|included|evaluated)|"
    r"completed|will|underwent)\b"
)
_ALL_OF = re.compile(
    r"(?:\b(?:of|versus a|score|mean|median|by|from|to|range|age|approximately|at|about|over|than"
    r"|after)(?: the)?|[(\[]\s*n\s*=?|[=+]|%\s*\(n\s*=)\s*$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:and|or|versus|vs\.?|v\.?|compared (?:with|to)|,)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Count:
    """Events of one arm: places are those in the text, `start`–`end` of the number the events were read from."""

    n_events: int
    n_at_risk: int | None
    percent: float | None
    arm: str
    arm_role: str | None
    count_basis: str
    start: int
    end: int
    at_risk_start: int | None
    at_risk_end: int | None
    rule_id: str
    certainty: str


def is_evidence(part: Part, words: Words) -> bool:
    """Whether a sentence reports what was seen here: no plan, definition, assumption, other study or background."""
    if part.section == "background":
        return False
    kinds = ("planned", "other_study", "hypothetical", "definition", "not_reported")
    return not any(words[kind].search(part.text) for kind in kinds)


def agrees(events: int, people: int, percent: float, written: str = "") -> bool:
    """Whether a percentage is the share, within half a unit of its last digit (and a little for cut-off digits)."""
    digits = len(re.split(r"[.·]", written)[1]) if re.search(r"[.·]", written) else 0
    return abs(100 * events / people - percent) <= max(0.6 * 10.0**-digits, 0.06)


def read_counts(part: Part, arms: Sequence[Arm], total: int | None, words: Words) -> tuple[list[Count], list[str]]:
    """Counts of one sentence in their order, and what in it looked like a count and could not be read."""
    if not part.figures or not is_evidence(part, words):
        return [], []
    pairs = list(_pairs(part))
    read: list[Count] = []
    unread: list[str] = []
    mentions = arm_mentions(part, arms, words)
    for events, people, percent in pairs:
        if percent and not agrees(int(events.value), int(people.value), percent.value, _written(part, percent)):
            unread.append("the percentage contradicts the count")
            continue
        arm, role = arm_at(part, events, int(people.value), arms, mentions, words)
        if total == people.value and role is None and not any(a.size.value == total for a in arms):
            arm, role = "", None
        certainty = "high" if percent and arm else "medium"
        read.append(_count(part, (events, people, percent), (arm, role), ("reported", "count_of_people", certainty)))
    taken = {f for pair in pairs for f in pair if f}
    read += _shares(part, arms, taken, mentions, words)
    seen = {one.start - part.start for one in read} | {f.start for f in taken}
    read += _in_arm(part, arms, seen, words)
    seen |= {one.start - part.start for one in read}
    read += [one for one in _against(part, mentions) if one.start - part.start not in seen]
    return sorted(read, key=lambda one: one.start), unread


def _pairs(part: Part) -> Iterator[tuple[Figure, Figure, Figure | None]]:
    whole = list(part.figures)
    for at, events in enumerate(whole):
        if (
            not events.whole
            or re.match(r"\s*-?\s*(?:[-–]\s?\d|mg|days?|weeks?|months?|years?)", part.text[events.end :])
            or _GRADE.search(part.text[max(0, events.start - 40) : events.start])
            or re.search(
                r"(?:\d\s*/|[<>≤≥=±]|[A-Za-z]-|[\s(][-−])\s*$", re.sub(r"[nN]\s*=\s*$", "", part.text[: events.start])
            )
        ):
            continue
        for people in whole[at + 1 : at + 4]:
            between = part.text[events.end : people.start]
            if not (people.whole and people.value >= max(3, events.value) and _OUT_OF.fullmatch(between)):
                continue
            after = part.text[people.end :]
            percent = _percent_of(part, events, people)
            slash = "/" in between
            if re.match(r"\s*(?:/|[×x]\s?\d|mg|g/|mmHg|%)", after) or (slash and percent is None and people.value < 5):
                break
            named = re.match(
                r"(?:\s+[a-z-]+){0,4}?\s+(?:patients|women|subjects|participants|recipients|cases|men|people"
                r"|procedures|individuals)\b",
                after,
                re.IGNORECASE,
            )
            if slash and (
                _calendar(part, events, people)
                or "score" in part.text[: events.start][-30:].lower()
                or part.text[events.end] == ")"
            ):
                break
            if slash and not (
                percent
                or named
                or re.search(
                    r"[(\[]\s*$|\b(?:in|and|versus|vs\.?|by|was|were|were:)\s+$|,\s+$", part.text[: events.start]
                )
            ):
                break
            if slash or percent or named or re.match(r"\s*[),.;]", after):
                yield events, people, percent
            break


def _calendar(part: Part, events: Figure, people: Figure) -> bool:
    text = part.text[people.start : people.end]
    if 1950 <= people.value <= 2050 and events.value <= 12:
        return True
    early = bool(re.search(r"\b(?:between|from|since|until|to|in|and)\s*$", part.text[: events.start], re.IGNORECASE))
    return (part.text[events.start] == "0" and events.value > 0) or (
        early and events.value <= 12 and len(text) == 2 and people.value > 60
    )


def _percent_of(part: Part, events: Figure, people: Figure) -> Figure | None:
    near = [f for f in part.figures if f.is_percent]
    for figure in near:
        if events.end < figure.start < people.start:
            return figure
        gap = part.text[people.end : figure.start]
        if 0 < figure.start - people.end <= 45 and re.fullmatch(r"(?:\s+[\w-]+){0,4}\s*[(\[,;:=]*\s*", gap):
            return figure
    for figure in reversed(near):
        if 0 < events.start - figure.end <= 12 and re.fullmatch(
            r"\s?(?:%|per\s?cent)\s*[(\[,;]\s*(?:n\s*=\s*)?", part.text[figure.end : events.start], re.I
        ):
            return figure
    return None


def _shares(
    part: Part, arms: Sequence[Arm], taken: set[Figure], mentions: list[tuple[int, int, str, str | None]], words: Words
) -> Iterator[Count]:
    """`two (11.8%)` and `9% (n = 3)`, where exactly one arm of the study makes the percentage true."""
    sizes = sorted({arm.size.value for arm in arms})
    for events in part.figures:
        if (
            events in taken
            or not countable(part, events)
            or _GRADE.search(part.text[max(0, events.start - 40) : events.start])
            or not mentions
        ):
            continue
        percent = next(
            (
                f
                for f in part.figures
                if f.is_percent
                and f not in taken
                and (
                    (
                        0 < f.start - events.end < 40
                        and re.fullmatch(r"(?:\s+[\w-]+){0,3}\s*[(\[]\s*", part.text[events.end : f.start])
                    )
                    or (
                        0 < events.start - f.end < 12
                        and re.fullmatch(
                            r"\s?(?:%|per\s?cent)\s*[(\[]\s*(?:n\s*=\s*)?", part.text[f.end : events.start]
                        )
                    )
                )
            ),
            None,
        )
        if percent is None:
            continue
        fitting = [
            size
            for size in sizes
            if events.value <= size and agrees(int(events.value), size, percent.value, _written(part, percent))
        ]
        if not fitting:
            continue
        at_risk = fitting[0] if len(fitting) == 1 else None
        arm, role = arm_at(part, events, at_risk, arms, mentions, words)
        one = _count(
            part, (events, None, percent), (arm, role), ("reported", "count_and_share", "high" if at_risk else "medium")
        )
        yield _with_people(one, at_risk, arms)


def _in_arm(part: Part, arms: Sequence[Arm], seen: set[int], words: Words) -> Iterator[Count]:
    """`20 patients in the tamoxifen group and 9 in the control group`: a number whose arm is named right after it."""
    for events in part.figures:
        if (
            events.start in seen
            or not countable(part, events)
            or _GRADE.search(part.text[max(0, events.start - 40) : events.start])
        ):
            continue
        before, after = part.text[: events.start], part.text[events.end :]
        named = _IN_ARM.match(after) or _beside_label(after, arms)
        if (
            not named
            or _SERIES.search(before)
            or "." in _written(part, events)
            or _GIVEN.match(after[named.end() :])
            or _ALL_OF.search(part.text[max(0, events.start - 60) : events.start])
            or events.value in {arm.size.value for arm in arms}
        ):
            continue
        if words["allotted"].search(part.text) or words["no_difference"].search(named[0]):
            continue
        role = role_of(named["arm"], words)
        same = {arm.size.value for arm in arms if role and role_of(arm.label, words) == role}
        at_risk = same.pop() if len(same) == 1 else None
        if at_risk is not None and events.value > at_risk:
            at_risk = None
        one = _count(part, (events, None, None), (named["arm"], role), ("reported", "count_in_arm", "medium"))
        yield _with_people(one, at_risk, arms)


def _beside_label(after: str, arms: Sequence[Arm]) -> re.Match[str] | None:
    labels = sorted({re.escape(arm.label) for arm in arms if 2 < len(arm.label) < 30}, key=len, reverse=True)
    if not labels:
        return None
    noun = (
        r"(?:\s+(?!and\b|or\b|versus\b|vs\b|than\b|of\b|to\b|mg\b|years?\b|months?\b"
        r"|weeks?\b)[a-z-]+){0,4}?\s+(?:in|on|with|in the)"
    )
    return re.match(rf"(?:{noun})?\s+(?:the\s+)?(?P<arm>{'|'.join(labels)})(?!\w)", after, re.IGNORECASE)


def _against(part: Part, mentions: list[tuple[int, int, str, str | None]]) -> Iterator[Count]:
    """`more frequent in the A arm (8 v 1)`: of two numbers set against each other the first is the named arm's."""
    for first, second in pairwise(part.figures):
        between = part.text[first.end : second.start]
        if not (re.fullmatch(r"\s*(?:vs?\.?|versus)\s*", between) and first.whole and second.whole):
            continue
        if not re.search(r"[(\[]\s*$", part.text[: first.start]) or not re.match(
            r"\s*(?:[),;\]]|patients|cases|events|deaths)", part.text[second.end :]
        ):
            continue
        named = [one for one in mentions if one[1] <= first.start]
        if not named or re.search(
            r"\b(?:mean|median|scores?|years?|months?|days?|weeks?|minutes?|hours?|levels?)\b",
            part.text[: first.start],
            re.I,
        ):
            continue
        roles = (named[-1][3], {"msc": "control", "control": "msc"}.get(named[-1][3] or ""))
        for figure, role, arm in ((first, roles[0], named[-1][2]), (second, roles[1], "the other arm")):
            yield _count(part, (figure, None, None), (arm, role), ("reported", "count_against", "low"))


def _with_people(one: Count, at_risk: int | None, arms: Sequence[Arm]) -> Count:
    size = next((arm.size for arm in arms if arm.size.value == at_risk), None)
    return Count(
        one.n_events,
        at_risk,
        one.percent,
        one.arm,
        one.arm_role,
        one.count_basis,
        one.start,
        one.end,
        size.start if size else None,
        size.end if size else None,
        one.rule_id,
        one.certainty,
    )


def _count(
    part: Part,
    numbers: tuple[Figure, Figure | None, Figure | None],
    arm: tuple[str, str | None],
    how: tuple[str, str, str],
) -> Count:
    events, people, percent = numbers
    return Count(
        int(events.value),
        int(people.value) if people else None,
        percent.value if percent else None,
        arm[0],
        arm[1],
        how[0],
        part.start + events.start,
        part.start + events.end,
        part.start + people.start if people else None,
        part.start + people.end if people else None,
        how[1],
        how[2],
    )


def _written(part: Part, figure: Figure) -> str:
    return part.text[figure.start : figure.end]
