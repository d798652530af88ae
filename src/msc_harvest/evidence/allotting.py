"""The arm of each number of a clause: the study's only one, that of the row, that of the people at risk, or all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msc_harvest.evidence.clauses import Clause
from msc_harvest.evidence.items import Item
from msc_harvest.evidence.labels import GROUP_NAME
from msc_harvest.evidence.listed import LETTERED
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.study import CONTROL, MSC, Study, Tag
from msc_harvest.evidence.tying import EACH, dosed, tie
from msc_harvest.evidence.words import Words

_SET_AGAINST = re.compile(r"(?<![\w-])(?:vs?\b\.?|versus|as against|as opposed to)(?![\w-])", re.IGNORECASE)


def arms_of(part: Part, clause: Clause, good: Sequence[Item], study: Study, words: Words) -> list[Tag | None]:
    """The arm of each candidate: the study's only one, by the row of the clause, by the people at risk, or all."""
    if study.is_single:
        parted = len(good) > 1 and _of_several(part, clause, good)
        most = max((arm.size.value for arm in study.arms), default=study.total.value if study.total else 0)
        most = max(most, study.total.value if study.total else 0)
        return [
            None
            if parted
            or (bool(clause.tags) and all(_EARLIER.search(tag.label) for tag in clause.tags))
            or _of_others(part, one, clause)
            or (one.at_risk or 0) > most > 0
            else Tag(-1, -1, MSC, "")
            for one in good
        ]
    tied = tie(part, good, clause.tags, study, clause.order)
    made: list[Tag | None] = []
    alone = all(one.kind in ("zero", "percent") for one in clause.items)
    for one, tag in zip(good, tied, strict=True):
        bound = tag
        sizes = {role: size.value for role in study.roles if (size := study.size(role))}
        fits = [role for role, size in sizes.items() if size == one.at_risk]
        if bound is None and one.kind == "zero" and not clause.tags and one.at_risk is None and alone:
            only = words["only_treated"].search(part.text, *clause.place)
            bound = Tag(-1, -1, MSC if only else EACH, "")
        elif bound is None and len(fits) == 1 and len(sizes) == 2 and len(set(sizes.values())) == 2:
            bound = Tag(-1, -1, fits[0], "")
        elif bound is None and (several := _several(part, one, good, clause)):
            bound = several
        elif bound and fits and bound.role not in (*fits, EACH) and bound.role in sizes and len(study.roles) == 2:
            bound = None
        shared = {tag.role for tag in clause.tags} if clause.tags and clause.tags[0].start >= clause.place[1] else set()
        if bound is None and one.kind == "zero" and len(shared) == 1:
            bound = clause.tags[0]
        if (
            bound is None
            and len(good) == 1
            and one.kind in ("count", "share", "pair")
            and _only_cells(part, clause, study, words)
        ):
            bound = Tag(-1, -1, MSC, "")
        own = sizes.get(bound.role) if bound else None
        if own and one.at_risk and not own >= one.at_risk > own / _FEW:
            bound = None
        made.append(bound)
    return made


# Fewer at risk than a third of the arm are some of it, told apart by something else.
_FEW = 3


def _of_others(part: Part, one: Item, clause: Clause) -> bool:
    """Whether a number of a report of one arm is said of others: `seven of the earlier patients`."""
    after = [tag for tag in clause.tags if tag.start >= one.stop]
    told = after[0] if after and _LEADS.fullmatch(part.text, one.stop, after[0].start) else None
    return told is not None and (told.role == CONTROL or (told.role == EACH and bool(_GROUPS.search(told.label))))


# `in the earlier cohort, 14 had rejection`: others than those treated.
_EARLIER = re.compile(
    r"\b(?:earlier|historical|previous|preceding)\b[\w\s-]*\b(?:cohort|group|series|arm)\b", re.IGNORECASE
)
_LEADS = re.compile(r"\s*(?:[\w-]+\s+){0,3}?(?:(?:of|in|among|from|with|per|at)\s+)?(?:the\s+)?")
_GROUPS = re.compile(r"\b(?:groups?|arms?|cohorts?|levels?|doses?)\b", re.IGNORECASE)


def _of_several(part: Part, clause: Clause, good: Sequence[Item]) -> bool:
    """Whether numbers are set against each other, though the abstract was read as one of a single arm."""
    text = part.text[slice(*clause.place)]
    names = {match[1].lower() for match in GROUP_NAME.finditer(text)}
    between = [part.text[a.stop : b.start] for a, b in pairwise(good)]
    return len(names) > 1 or any(_SET_AGAINST.search(gap) for gap in between)


def _only_cells(part: Part, clause: Clause, study: Study, words: Words) -> bool:
    """Whether only those given cells can have it, as the others got no infusion that looks like one."""
    if clause.tags or not words["only_treated"].search(part.text, *clause.place):
        return False
    names = " ".join(arm.label for arm in study.arms if arm.role == CONTROL)
    return bool(names) and not words["infused_too"].search(names)


def _several(part: Part, one: Item, good: Sequence[Item], clause: Clause) -> Tag | None:
    """`no graft loss in groups I and II`, `1 each in groups B and C`: one number for two groups named together."""
    if len(good) > 1 or len(clause.tags) != _PAIR or not all(LETTERED.fullmatch(tag.label) for tag in clause.tags):
        return None
    first, second = clause.tags
    together = re.fullmatch(r"\s+(?:and|or|nor)\s+", part.text[first.end : second.start])
    is_each = one.kind == "zero" or re.match(r"\s+(?:\w+\s+)?each\b", part.text[one.stop :])
    return Tag(first.start, second.end, EACH, f"{first.label}{_AND}{second.label}") if together and is_each else None


_PAIR = 2
_AND = "; "


def each_arm(tag: Tag, study: Study) -> list[Tag]:
    """The arms that a tag stands for: one, two named together, every arm, or all that were given cells."""
    if tag.role == EACH and _AND in tag.label:
        names = tag.label.split(_AND)
        roles = [study.aliases.get(name.split()[-1].lower(), "") for name in names]
        return [Tag(tag.start, tag.end, role, name) for role, name in zip(roles, names, strict=True) if role]
    if tag.role == MSC and tag.start < 0 and not tag.label and dosed(study) and not study.is_single:
        return [Tag(-1, -1, MSC, arm.label) for arm in study.arms if arm.role == MSC]
    if tag.role != EACH:
        return [tag]
    if dosed(study):
        return [Tag(tag.start, tag.end, arm.role or "", arm.label) for arm in study.arms]
    return [Tag(tag.start, tag.end, role, "") for role in dict.fromkeys(study.roles)]
