"""Measured outcomes: levels with their spread, unit and arm, and percentages without a count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from msc_harvest.evidence.counts import is_evidence
from msc_harvest.evidence.labels import GROUP_NAME
from msc_harvest.evidence.levels import Level, levels, qualified
from msc_harvest.evidence.moments import moment_of
from msc_harvest.evidence.outcomes import Named
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.study import MSC, Study, Tag, tags
from msc_harvest.evidence.tying import EACH, arm_tags, in_list, order_of, tie
from msc_harvest.evidence.values import Value
from msc_harvest.evidence.words import Words

NO_ARM = "the arm of a measured value is not certain"
SIGN = "the sign of a change stands in words"
EACH_ONE = "the values of single people are no mean"
_CUT = re.compile(r";\s|\.\s+(?=\w)|,?\s+(?:and|whereas|while|but)\s|,\s")
# A change whose sign stands in words is no number to be read.
_LOWER_BY = re.compile(r"\b(?:fell|decreased|declined|dropped|lost|worsened)\s+by\s*$", re.IGNORECASE)
_MOMENTS = re.compile(
    r"\b\d+(?=(?:\s*(?:,|and|,\s*and|to|or)\s*\d+)*\s*-?\s*(?:days?|weeks?|months?|years?)\b)"
    r"|\b(?:baseline|before|after|inclusion|enrol\w+|entry|discharge|transplantation|one|two|three|end)\b",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|of)\s+(?:an? )?(?:\w+\s+){0,3}(?:of\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Tied:
    """Numbers that one arm had one after the other (`from 88 to 52`), taken as one."""

    start: int
    stop: int
    value: float
    levels: tuple[Level, ...]


def read_measured(
    part: Part, named: Sequence[Named], study: Study, said: str | None, words: Words
) -> tuple[list[Value], list[str]]:
    """Levels of the measured outcomes that a sentence names (`named`), and why some were not read."""
    if not named or not is_evidence(part, words):
        return [], []
    every = arm_tags(part.text, tags(part.text, words, study.aliases), [one[:2] for one in named])
    read: list[Value] = []
    unread: list[str] = []
    for place in _clauses(part, named):
        here = [one for one in named if place[0] <= one[0] < place[1]]
        if not here:
            continue
        found = [one for one in levels(part, place, said, words) if _is_of(part, one, here, words)]
        groups = _groups(part, _sure(part, found, here, words))
        own = [tag for tag in every if place[0] <= tag.start < place[1]]
        if len(groups) > len({tag.role for tag in own}) > 0 and _names_two(part, groups, here):
            unread.append(NO_ARM)
            continue
        if study.is_single and len(groups) > 1 and _of_several(part, groups):
            unread.append(EACH_ONE)
            continue
        arms = _arms(part, groups, own, study, every)
        for group, tag in zip(groups, arms, strict=True):
            if tag is None:
                unread.append(NO_ARM)
                continue
            roles = list(dict.fromkeys(study.roles)) if tag.role == EACH else [tag.role]
            for level in group.levels:
                if _LOWER_BY.search(part.text[: level.start]) and (_code(level, here) or "").endswith("_change"):
                    unread.append(SIGN)
                    continue
                read += [
                    _value(part, place, level, _code(level, here), (tag.label, role), study, words) for role in roles
                ]
    return read, unread


def _names_two(part: Part, groups: Sequence[_Tied], here: Sequence[Named]) -> bool:
    """`patient and graft survival were 100% and 96%`: a list may be of the two that the name holds."""
    before = [name for name in here if name[1] <= groups[0].start]
    joined = any(in_list(part, pair) for pair in pairwise(groups))
    return joined and bool(before) and bool(re.search(r"\band\b", part.text[before[-1][0] : before[-1][1]]))


def _of_several(part: Part, groups: Sequence[_Tied]) -> bool:
    """Whether numbers of a report of one arm are of single people, or of groups that it was not seen to have."""
    if len({match[1].lower() for match in GROUP_NAME.finditer(part.text)}) > 1:
        return True
    if not in_list(part, groups):
        return False
    return not any(g.levels[0].spread for g in groups) or len(_MOMENTS.findall(part.text)) < len(groups)


def _arms(
    part: Part, groups: Sequence[_Tied], own: Sequence[Tag], study: Study, every: Sequence[Tag]
) -> list[Tag | None]:
    if study.is_single:
        return [Tag(-1, -1, MSC, "")] * len(groups)
    return tie(part, groups, own, study, order_of(every, study))


def _clauses(part: Part, named: Sequence[Named]) -> Iterator[tuple[int, int]]:
    """A sentence cut where both sides name a measure and hold a number, and after each semicolon."""
    begin = 0
    marks = [
        m for m in _CUT.finditer(part.text) if part.text[: m.start()].count("(") <= part.text[: m.start()].count(")")
    ]
    for mark in marks:
        right = min((one[0] for one in named if one[0] >= mark.end()), default=None)
        digits = re.search(r"\d", part.text[begin : mark.start()]) and any(
            begin <= one[0] < mark.start() for one in named
        )
        near = right is not None and right - mark.end() < 30 and not re.search(r"\d", part.text[mark.end() : right])
        if mark[0][0] == "." or (digits and near) or (mark[0][0] == ";" and near):
            yield begin, mark.start()
            begin = mark.end()
    yield begin, len(part.text)


def _is_of(part: Part, one: Level, here: Sequence[Named], words: Words) -> bool:
    """Whether a number is a level of a measure named before it: a percentage only of a share, a change only of one."""
    before = [name for name in here if name[1] <= one.start]
    if not before:
        return False
    if re.search(r"\bby\s*$", part.text[: one.start]) and not part.text[: before[-1][1]].endswith("by"):
        return False
    is_share = bool(words["share_measure"].search(part.text[before[-1][0] : before[-1][1]]))
    return is_share == (one.unit == "%") or (one.unit is None and not is_share)


def _sure(part: Part, found: list[Level], here: Sequence[Named], words: Words) -> list[Level]:
    joined = [in_list(part, [_alone(a), _alone(b)]) or _on_from(part, a, b) for a, b in pairwise(found)]
    sure = list(qualified(found, joined))
    if sure or not found:
        return sure
    header = part.text[here[0][0] : found[0].start]
    unit = words["unit"].search(header)
    own = words["own_unit"].search(header)
    kept = unit[0] if unit else own[0] if own else None
    return [Level(one.start, one.end, one.stop, one.value, kept, one.spread) for one in found if kept]


def _on_from(part: Part, a: Level, b: Level) -> bool:
    """`from 41 to 52 ml/min`: what is said of the second holds of the first."""
    return bool(_FROM.search(part.text[: a.start]) and re.fullmatch(r"\s*to\s+", part.text[a.stop : b.start]))


def _alone(one: Level) -> _Tied:
    return _Tied(one.start, one.stop, one.value, (one,))


def _groups(part: Part, found: Sequence[Level]) -> list[_Tied]:
    """Levels one by one, `from 88 to 52` together."""
    made: list[_Tied] = []
    for one in found:
        last = made[-1] if made else None
        gap = part.text[last.stop : one.start] if last else ""
        if last and len(last.levels) == 1 and _FROM.search(part.text[: last.start]) and re.search(r"\bto\b", gap):
            made[-1] = _Tied(last.start, one.stop, last.value, (*last.levels, one))
        else:
            made.append(_alone(one))
    return made


def _code(level: Level, here: Sequence[Named]) -> str | None:
    before = [name for name in here if name[1] <= level.start]
    return before[-1][2] if before else None


def _value(
    part: Part,
    place: tuple[int, int],
    one: Level,
    code: str | None,
    arm: tuple[str, str],
    study: Study,
    words: Words,
) -> Value:
    moment = moment_of(part, one.start, words)
    size = study.size(arm[1], arm[0])
    kind, low, high, text = one.spread or (None, None, None, None)
    is_sd = kind == "sd"
    return Value(
        outcome_code=code,
        arm_label=arm[0] or None,
        arm_role=arm[1],
        n_events=None,
        n_at_risk=size.value if size else None,
        value=one.value,
        value_kind=_kind(part, place, one, kind),
        sd=low if is_sd else None,
        spread_kind=kind,
        spread_low=None if is_sd else low,
        spread_high=high,
        spread_text=text,
        unit=one.unit,
        timepoint_months=moment[0] if moment else None,
        timepoint_text=moment[1] if moment else None,
        value_text=part.text[one.start : one.end],
        count_basis="reported",
        start=part.start + one.start,
        end=part.start + one.end,
        at_risk_start=size.start if size and size.start >= 0 else None,
        at_risk_end=size.end if size and size.end >= 0 else None,
        quote=part.text,
        quote_start=part.start,
        quote_end=part.end,
        rule_id="measured_with_spread" if kind else "measured",
        certainty="medium",
    )


def _kind(part: Part, place: tuple[int, int], one: Level, spread: str | None) -> str:
    if one.unit == "%":
        return "percent"
    text = part.text[place[0] : place[1]]
    if re.search(r"\bmedians?\b", text, re.IGNORECASE) or spread == "iqr":
        return "median"
    return "mean" if re.search(r"\b(?:means?|averaged?)\b", text, re.IGNORECASE) or spread in ("sd", "se") else "value"
