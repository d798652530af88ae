"""Sizes of the arms of an abstract whose arms no word names: `A (n = 51) or B (n = 52)`, numbers that add up to all.

A size is read where the words beside a number give it to an arm, where two numbers make up a number of people stated,
or where two like numbers of people stand side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import (
    A_TOTAL,
    N_EQUALS,
    TAKEN,
    Arm,
    People,
    bare_year,
    countable,
    patterns,
    role_of,
)
from msc_harvest.evidence.words import Words

_SHARE_BEFORE = re.compile(r"(?:%|per\s?cent)\s*[(\[;,]\s*[nN]\s*=\s*$", re.IGNORECASE)


def arm_sizes(found: Sequence[Part], words: Words) -> list[Arm]:
    """Sizes of the arms: `A (n = 51) or B (n = 52)`, numbers beside words of allotment that add up."""
    rules = patterns(words)
    stated = {int(f.value) for part in found for f in part.figures if _stated(part, f, rules)}
    least = max(stated, default=0) / _LARGER
    earlier: set[int] = set()
    arms: dict[int, Arm] = {}
    for part in found:
        able = [f for f in part.figures if countable(part, f) and not _moment_or_year(part, f, rules)]
        here = {int(f.value) for f in able if f.value >= 8}
        sums = {number for number in stated | earlier | here if number >= least}
        for figure, rule, certainty in _arm_figures(part, able, rules, words, sums):
            size = People(
                int(figure.value),
                part.start + figure.start,
                part.start + figure.end,
                rule,
                certainty,
                bool(words["planned"].search(part.text)),
            )
            arms.setdefault(part.start + figure.start, _arm(label_of(part, figure), size, words))
        earlier = here or earlier
    found_well = {at for at, arm in arms.items() if arm.size.rule_id != "arm_beside_allotment"}
    return _without_sums([arm for at, arm in arms.items() if not found_well or at in found_well])


def _arm(label: str, size: People, words: Words) -> Arm:
    return Arm(label, size, role_of(label, words))


def _stated(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]]) -> bool:
    before, after = part.text[: figure.start], part.text[figure.end :]
    said = (
        rules["people_after"].match(after)
        or N_EQUALS.search(before[-20:])
        or A_TOTAL.search(before[-60:])
        or TAKEN.match(after)
    )
    return bool(said) and figure.value >= 8 and countable(part, figure) and not bare_year(part, figure, rules)


def _without_sums(arms: list[Arm]) -> list[Arm]:
    sizes = {arm.size.value for arm in arms}
    sums = {a + b for a in sizes for b in sizes if a != b}
    return [arm for arm in arms if arm.size.value not in sums or arm.size.rule_id == "arm_n_equals"]


def _arm_figures(
    part: Part, able: Sequence[Figure], rules: dict[str, re.Pattern[str]], words: Words, stated: set[int]
) -> Iterator[tuple[Figure, str, str]]:
    for figure in _in_brackets(part, able, rules):
        yield figure, "arm_n_equals", "high"
    for figure in able:
        if figure.value >= _FEWEST and _is_arm_itself(part, figure, rules):
            yield figure, "arm_itself", "medium"
    allotted = rules["allotted"].search(part.text)
    if allotted or words["arm_noun"].search(part.text):
        for group in _adding_up(able, stated):
            yield from ((figure, "arm_adds_up", "low") for figure in group)
    for one, other in pairwise(able):
        if one.value + other.value >= max(stated, default=0) / _LARGER and _side_by_side(part, one, other, rules):
            yield from ((figure, "arm_side_by_side", "low") for figure in (one, other))
    beside = [f for f in able if allotted and f.value >= 3 and _beside_arm(part, f, rules)]
    if len(beside) >= 2:
        yield from ((figure, "arm_beside_allotment", "low") for figure in beside)


def _in_brackets(part: Part, able: Sequence[Figure], rules: dict[str, re.Pattern[str]]) -> Sequence[Figure]:
    """`A (n = 51) or B (n = 52)`, without the whole that they make up."""
    bracketed = [
        f
        for f in able
        if N_EQUALS.search(part.text[max(0, f.start - 20) : f.start])
        and f.value >= _FEWEST
        and not _SHARE_BEFORE.search(part.text[max(0, f.start - 40) : f.start])
        and (
            _ARM_NAME.search(part.text[: f.start])
            or not rules["people_before"].search(part.text[max(0, f.start - 140) : f.start])
        )
    ]
    if not bracketed or (len(bracketed) == 1 and not _ARM_NAME.search(part.text[: bracketed[0].start])):
        return []
    largest = max(bracketed, key=lambda f: f.value)
    rest = [f for f in bracketed if f is not largest]
    return rest if len(rest) >= 2 and sum(f.value for f in rest) == largest.value else bracketed


def _side_by_side(part: Part, one: Figure, other: Figure, rules: dict[str, re.Pattern[str]]) -> bool:
    """`64 women in A and 60 women in B were analysed`: two like numbers of people of whom nothing befell either."""
    if min(one.value, other.value) < _FEW or not one.value / 2 <= other.value <= 2 * one.value:
        return False
    between, after = part.text[one.end : other.start], part.text[other.end :]
    if len(between) > _NEAR or not _AND.search(between) or re.search(r"[;.:%]\s", between):
        return False
    people = rules["people_after"].match(part.text, one.end) or rules["people_after"].match(after)
    return bool(people) and not (_BEFELL.search(between) or _BEFELL.match(after) or _OTHERWISE.match(after))


def _moment_or_year(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]]) -> bool:
    return bool(_IN_SERIES.search(part.text[: figure.start])) or bare_year(part, figure, rules)


def _is_arm_itself(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]]) -> bool:
    """`20 in each arm`, `group B (37 women)`, `20 patients in the A group were given`: words beside it say it."""
    before, after = part.text[: figure.start], part.text[figure.end :]
    if _NAMED_BRACKET.search(before):
        people = rules["people_after"].match(after)
        return bool(re.match(r"\s*[)\]]", after[people.end() :] if people else after))
    counts = bool(rules["people_after"].match(after) or N_EQUALS.search(before[-20:]) or _EACH_HAD.search(before))
    each = _PER_ARM.match(after) or _EACH_HAD.search(before)
    return counts and bool(each or _ARM_GIVEN.match(after))


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


# Arms add up to a number not much smaller than the largest of people: those who fell ill also add up, to fewer.
_LARGER = 3
# No smaller number in a bracket is an arm; two numbers side by side are larger, and near.
_FEWEST, _FEW, _NEAR = 4, 10, 120
_AND = re.compile(
    r"(?:^|\s)(?:and|versus|vs\.?|while|whereas)\s+(?:(?:another|a|the|other|further)\s+)*$", re.IGNORECASE
)
_BEFELL = re.compile(
    r"[^.;]{0,80}?(?:%|\b(?:had|developed|died|relapsed|experienced|showed|reported|responded|achieved|recurr\w+"
    r"|progress\w+"
    r"|deaths?|events?|discontinued|withdrew|declined|refused|excluded|months|years|points|cycles)\b)",
    re.IGNORECASE,
)
# `410 entered and 397 were evaluable`, `91 of 120`: some of those before.
_OTHERWISE = re.compile(
    r"\s*(?:(?:of|/|at)\b|(?:[\w-]+\s+){0,2}?(?:(?:was|were)\s+)?(?:completed|available|evaluable|analy[sz]ed"
    r"|included|assessable|randomi[sz]ed)\b)",
    re.IGNORECASE,
)
# `days 1, 15, 29`: times, whatever they add up to.
_IN_SERIES = re.compile(
    r"\b(?:days?|weeks?|months?|years?|cycles?|grades?|visits?|stages?)\s+\d+(?:,\s*\d+)*,?\s*(?:and|or|to)?\s*$", re.I
)
_NAMED_BRACKET = re.compile(
    r"\b(?:group|arm|cohort)(?:\s+[A-Z0-9]{1,3})?\s*[(\[](?:[^()\d;,:]{2,40}[;,:]\s*)?$", re.IGNORECASE
)
_PER_ARM = re.compile(
    r"(?:\s+[\w-]+){0,5}?\s+(?:(?:in|to|per|for|of)\s+)?(?:each|both)(?:\s+(?:[\w-]+\s+){0,2}?(?:groups?|arms?)\b"
    r"|\s*[)\].;,])|(?:\s+[\w-]+){0,2}?\s+per\s+(?:group|arm)\b",
    re.IGNORECASE,
)
_EACH_HAD = re.compile(
    r"\beach\s+(?:\w+\s+)?(?:group|arm)\b[^.;,]{0,25}\b(?:of|included|comprised|contained|had)\s*$"
    r"|\b(?:groups|arms)\s+of\s*$",
    re.IGNORECASE,
)
_ARM_GIVEN = re.compile(
    r"(?:\s+[\w-]+){1,2}?\s+(?:in|of|from)\s+(?:the\s+)?(?:[\w/+-]+\s+){1,4}?(?:group|arm|cohort)\s+(?:received"
    r"|underwent"
    r"|used|performed|(?:was|were)\s+(?:\w+ly\s+)?(?:injected|treated|given|taught|instructed|asked|infused"
    r"|offered))\b",
    re.IGNORECASE,
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
