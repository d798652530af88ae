"""One abstract read as a whole: who was in the study, in which arms, what happened to how many."""

from __future__ import annotations

import re

from msc_harvest.evidence.binding import NO_OUTCOME, read_bound
from msc_harvest.evidence.contrasts import contrasted
from msc_harvest.evidence.counts import Count, is_evidence, read_counts
from msc_harvest.evidence.graver import none_of_those
from msc_harvest.evidence.groups import arm_sizes
from msc_harvest.evidence.inferred import derived, of_all, zeros
from msc_harvest.evidence.measured import read_measured
from msc_harvest.evidence.moments import moment_of
from msc_harvest.evidence.outcomes import Named, measures, nearest, outcomes
from msc_harvest.evidence.parts import Part, parts
from msc_harvest.evidence.people import Arm, People
from msc_harvest.evidence.shorthand import with_short_forms
from msc_harvest.evidence.spreads import spread_said
from msc_harvest.evidence.study import CONTROL, MSC, Study, in_order, study_of
from msc_harvest.evidence.totals import sum_of, total_over, totals
from msc_harvest.evidence.values import Reading, Unread, Value, of_count, of_share
from msc_harvest.evidence.weighing import weighed_totals
from msc_harvest.evidence.words import Words

# Characters of a sentence; what is longer is a table or a list run together, and not read.
LONGEST = 1500


def read_abstract(text: str, words: Words) -> Reading:
    """Read an abstract with the words of the vocabulary. Never raises on any text."""
    every = parts(text, words)
    found = [part for part in every if len(part.text) <= LONGEST]
    words = with_short_forms(found, words) if words["therapy"].search(text) else words
    arms = arm_sizes(found, words)
    people = totals(found, words, arms)[:2]
    said = spread_said(text)
    values: list[Value] = []
    review = [
        Unread(part.start, part.end, part.text, "too long for a sentence") for part in every if len(part.text) > LONGEST
    ]
    study = study_of(found, text, people[0] if people else None, words) if words["therapy"].search(text) else None
    if study:
        arms = list(study.arms)
        people = _whole(found, text, study, people, words)
    else:
        people = weighed_totals(found, words, arms)
        arms = [arm for arm in arms if arm.size.value not in {one.value for one in people}]
    if study and not study.is_reporting:
        planned = tuple(one for one in people if one.is_planned) if words["protocol"].search(text) else ()
        return Reading(planned, (), (), ())
    earlier: list[Named] = []
    for part in found:
        named, levels = outcomes(part, words), measures(part, words)
        if study:
            study = in_order(study, part, words)
            here, unread = _of_study(part, named, levels, study, said, words)
            graver = none_of_those(part, named, earlier, study, words)
            here += [_placed(part, one, code, words) for one, code in graver]
            earlier = named
        else:
            plain, unread = _counts(part, named, arms, people, words)
            here = [_placed(part, one, nearest(named, one.start - part.start), words) for one in plain]
        values += sorted(here, key=lambda one: one.start)
        review += [Unread(part.start, part.end, part.text, reason) for reason in dict.fromkeys(unread)]
        counted = any(one.n_events is not None for one in here)
        if not counted and not unread and part.figures and is_evidence(part, words) and named:
            review.append(Unread(part.start, part.end, part.text, NO_OUTCOME))
    return Reading(
        tuple(people), (*arms, *(_sizes_from(values, arms) if not study else ())), tuple(values), tuple(review)
    )


def _whole(found: list[Part], text: str, study: Study, people: list[People], words: Words) -> list[People]:
    """Number of people in a study whose arms are known: one stated that holds them all, else their sum."""
    if study.is_one_person and (one := words["one_person"].search(text)):
        article = re.match(r"\w+", one[0])
        return [People(1, one.start(), one.start() + len(article[0] if article else one[0]), "one_person", "medium")]
    sizes = sum(arm.size.value for arm in study.arms)
    if not study.arms:
        return people
    if {arm.role for arm in study.arms} != {MSC, CONTROL} and not study.is_single:
        return [one for one in people if one.value not in {arm.size.value for arm in study.arms}]
    if told := _parted(found, study, sizes):
        return [told]
    stated = total_over(found, words, sizes)[:2]
    treated = _of_now(found, study, words)
    if treated and not any(one.value == sizes for one in stated):
        return [treated]
    if stated or (study.is_single and len(study.arms) < _SEVERAL):
        return stated or people or [arm.size for arm in study.arms if arm.size.value > _SEVERAL]
    whole = sum_of(study.listed if len(study.listed) == len(study.arms) else study.arms, text)
    return [whole] if whole.end - whole.start <= _TOGETHER else []


def _parted(found: list[Part], study: Study, sizes: int) -> People | None:
    """The number right before a bracket that parts it into the arms: `36 recipients (18 A, 18 B)`."""
    first = min(arm.size.start for arm in study.arms)
    for part in found:
        for figure in part.figures:
            is_sum = figure.whole and figure.value == sizes and part.start + figure.end < first < part.end
            is_some = re.search(r"\bin (?:the )?$", part.text[: figure.start])
            if (
                is_sum
                and is_some
                and re.fullmatch(r"(?:\s+[\w-]+){0,4}\s*\((?:[^\d()]*)", part.text[figure.end : first - part.start])
            ):
                return People(sizes, part.start + figure.start, part.start + figure.end, "total_people", "high")
    return None


def _of_now(found: list[Part], study: Study, words: Words) -> People | None:
    """The treated arm of a study that compares it with people of an earlier time: they were not taken in."""
    controls = [arm for arm in study.arms if arm.role == CONTROL]
    treated = [arm for arm in study.arms if arm.role == MSC]
    own = next((part for part in found if controls and part.start <= controls[0].size.start < part.end), None)
    if (
        own is None
        or len(treated) != 1
        or (own.start <= treated[0].size.start < own.end and words["allotted"].search(own.text))
    ):
        return None
    return treated[0].size if words["earlier"].search(own.text) else None


# Two arms or more have a sum.
_SEVERAL = 2
# Sizes further apart than this (in characters) may be of different moments of the study.
_TOGETHER = 400


def _of_study(
    part: Part, named: list[Named], levels: list[Named], study: Study, said: str | None, words: Words
) -> tuple[list[Value], list[str]]:
    """Counts, percentages and levels of one sentence of a study whose arms are known."""
    bound = read_bound(part, named, study, words)
    here = [_placed(part, one, code, words) for one, code in bound.counts]
    for share in bound.shares:
        moment = moment_of(part, share.start - part.start, words)
        here.append(
            of_share(part, (share.start, share.end), share.percent, (share.label, share.role), share.code, moment)
        )
    taken = {one.start for one in here}
    measured, unread = read_measured(part, levels, study, said, words)
    return here + [one for one in measured if one.start not in taken], bound.unread + unread


def _placed(part: Part, one: Count, code: str | None, words: Words) -> Value:
    return of_count(part, one, code, moment_of(part, one.start - part.start, words))


def _counts(
    part: Part, named: list[Named], arms: list[Arm], people: list[People], words: Words
) -> tuple[list[Count], list[str]]:
    stated, unread = read_counts(part, arms, people[0].value if people else None, words)
    counts = contrasted(part, stated, arms, people, words)
    if named:
        told = [*stated, *counts]
        taken = {one.start for one in told} | _shares_taken(part, told)
        counts = counts + list(derived(part, taken, arms, words))
        if not counts:
            spans = [(a, b) for a, b, _ in named]
            counts = list(zeros(part, spans, arms, people[0] if people else None, words))
        if not counts and people and not arms:
            counts = list(of_all(part, people[0], words))
    return counts, unread


def _shares_taken(part: Part, counts: list[Count]) -> set[int]:
    """Places of percentages that stand beside a count already read."""
    near = [one.start - part.start for one in counts] + [
        one.at_risk_end - part.start for one in counts if one.at_risk_end
    ]
    return {part.start + f.start for f in part.figures if f.is_percent and any(abs(f.start - at) < 40 for at in near)}


def _sizes_from(values: list[Value], arms: list[Arm]) -> list[Arm]:
    known = {arm.size.value for arm in arms}
    more: list[Arm] = []
    for value in values:
        one = value
        if one.rule_id != "count_of_people" or not one.arm_label or one.n_at_risk is None or one.n_at_risk in known:
            continue
        if one.at_risk_start is not None and one.at_risk_end is not None:
            known.add(one.n_at_risk)
            size = People(one.n_at_risk, one.at_risk_start, one.at_risk_end, "arm_of_count", "low")
            more.append(Arm(one.arm_label, size, one.arm_role))
    return more
