"""Counts that no figure states: zero said in words, and events worked out from a percentage and the size of its arm.

Both need the name of an outcome in the sentence and an arm whose size the abstract writes; what is worked out must come
out as a whole number, and is marked so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msc_harvest.evidence.counts import Count, agrees, is_evidence
from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.naming import Mention, arm_mentions
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People, countable
from msc_harvest.evidence.words import Words

_CLAUSE_END = re.compile(r"[;,]|\b(?:but|and|whereas|while|however|although)\b")
_NO_SHARE = re.compile(
    r"(?:\bCI|confidence interval|reduction|increase|decrease|decline|\bby|[<>≤≥±]|[-–])\s*(?:of|was|,"
    r"|:)?\s*[(\[]?\s*$",
    re.IGNORECASE,
)
_NO_SHARE_AFTER = re.compile(
    r"\s?(?:%|per\s?cent)\s*(?:CI\b|confidence|reduction|increase|decrease|decline|lower|higher|[-–±])", re.IGNORECASE
)
_AGAINST = re.compile(r"\s?(?:%|per\s?cent)?\s*(?:and|vs?\.?|versus|compared (?:with|to))\s*", re.IGNORECASE)


def zeros(
    part: Part, spans: Sequence[tuple[int, int]], arms: Sequence[Arm], total: People | None, words: Words
) -> Iterator[Count]:
    """Zero said in words of an outcome (`spans`: its places in the sentence) in a stated number of people."""
    if not is_evidence(part, words):
        return
    mentions = arm_mentions(part, arms, words)
    for said in words["zero"].finditer(part.text):
        if any(
            m.start() <= said.start() < m.end() or said.start() <= m.start() < said.end()
            for m in words["no_difference"].finditer(part.text)
        ):
            continue
        cut = _CLAUSE_END.search(part.text, said.end())
        until = cut.start() if cut else len(part.text)
        begin = max((m.end() for m in _CLAUSE_END.finditer(part.text, 0, said.start())), default=0)
        if not any(begin <= start and end <= until and -60 <= start - said.end() <= 60 for start, end in spans):
            continue
        named = [one for one in mentions if begin <= one[0] < until and one[3]]
        size = size_of(named[0][3], arms) if named else (total if not mentions else None)
        if size is None or (not named and arms and mentions):
            continue
        arm, role = (named[0][2], named[0][3]) if named else ("", None)
        yield Count(
            0,
            size.value,
            None,
            arm,
            role,
            "zero_in_words",
            part.start + said.start(),
            part.start + said.end(),
            size.start,
            size.end,
            "zero_in_words",
            "medium" if named else "low",
        )
        return


def derived(part: Part, taken: set[int], arms: Sequence[Arm], words: Words) -> Iterator[Count]:
    """Events worked out from percentages whose arm has one stated size, where the result is a whole number."""
    if not any(figure.is_percent for figure in part.figures) or not is_evidence(part, words):
        return
    mentions = [one for one in arm_mentions(part, arms, words) if one[3]]
    shares = [f for f in part.figures if f.is_percent and part.start + f.start not in taken and not no_share(part, f)]
    for figure, mention in tied(part, shares, mentions):
        size = size_of(mention[3], arms)
        if size is None:
            continue
        events = round(figure.value * size.value / 100)
        if agrees(events, size.value, figure.value, part.text[figure.start : figure.end]):
            yield Count(
                events,
                size.value,
                figure.value,
                mention[2],
                mention[3],
                "derived",
                part.start + figure.start,
                part.start + figure.end,
                size.start,
                size.end,
                "share_of_known_arm",
                "medium",
            )


def no_share(part: Part, figure: Figure) -> bool:
    """Whether a percentage is no share of people: an interval, a change, a bound, or more than all."""
    before, after = part.text[: figure.start], part.text[figure.end :]
    return figure.value > 100 or bool(_NO_SHARE.search(before) or _NO_SHARE_AFTER.match(after))


def of_all(part: Part, total: People, words: Words) -> Iterator[Count]:
    """`Two patients had ...` in a report that names no arms: some of all its people."""
    if not is_evidence(part, words) or words["allotted"].search(part.text) or words["no_difference"].search(part.text):
        return
    for figure in part.figures:
        after = part.text[figure.end :]
        beside = re.match(r"\s+(?:of (?:the|these|them)\s+)?(?:\w+\s+){0,1}?", after)
        noun = words["people"].search(after)
        if countable(part, figure) and figure.value < total.value and beside and noun and noun.start() <= 20:
            yield Count(
                int(figure.value),
                total.value,
                None,
                "",
                None,
                "reported",
                part.start + figure.start,
                part.start + figure.end,
                total.start,
                total.end,
                "count_of_all",
                "low",
            )
            return


def tied(part: Part, shares: Sequence[Figure], mentions: Sequence[Mention]) -> Iterator[tuple[Figure, Mention]]:
    """Each share with its arm: named after it, or both named in the same order as two shares set against each other."""
    done: set[int] = set()
    for first, second in pairwise(shares):
        if _AGAINST.fullmatch(part.text[first.end : second.start]):
            done |= {first.start, second.start}
            order = _distinct(
                [one for one in mentions if one[0] >= second.end] or [one for one in mentions if one[1] <= first.start]
            )
            if len(order) == 2:
                yield first, order[0]
                yield second, order[1]
    for at, figure in enumerate(shares):
        if figure.start in done:
            continue
        until = shares[at + 1].start if at + 1 < len(shares) else len(part.text)
        named = [
            one
            for one in mentions
            if figure.end <= one[0] < until and not re.search(r"[;]", part.text[figure.end : one[0]])
        ]
        if named:
            yield figure, named[0]


def _distinct(mentions: Sequence[Mention]) -> list[Mention]:
    roles: dict[str | None, Mention] = {}
    for one in mentions:
        roles.setdefault(one[3], one)
    return list(roles.values())


def size_of(role: str | None, arms: Sequence[Arm]) -> People | None:
    """The size of the one arm of a role; None where there is none, or sizes differ."""
    sizes = {arm.size.value: arm.size for arm in arms if arm.role == role}
    return next(iter(sizes.values())) if len(sizes) == 1 else None
