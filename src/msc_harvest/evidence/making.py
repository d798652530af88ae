"""A count made of a number, its arm and the people at risk; nothing where they do not fit."""

from __future__ import annotations

from msc_harvest.evidence.counts import Count, agrees
from msc_harvest.evidence.items import Item
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import People
from msc_harvest.evidence.study import Study, Tag


def at_risk(one: Item, tag: Tag, place: int | None, study: Study) -> People | None:
    """People at risk of an arm whom the number itself does not state; `place` is that of its arm in the study."""
    if one.at_risk is not None:
        return None
    if place is not None and tag.start < 0:
        return sorted(study.arms, key=lambda arm: arm.size.start)[place].size
    if one.percent is not None and one.kind == "share":
        mine: list[People | None] = [arm.size for arm in study.arms if arm.role == tag.role]
        mine = mine or [study.size(tag.role, tag.label)]
        fits = [
            size
            for size in mine
            if size is not None and agrees(int(one.value), size.value, one.percent, one.percent_text)
        ]
        return fits[0] if len({size.value for size in fits}) == 1 else None
    return study.size(tag.role, tag.label)


def made(part: Part, one: Item, role: str | None, label: str, size: People | None) -> Count | None:
    """The count; None where the percentage is no whole number of people, or there are fewer people than events."""
    events, basis, rule, certainty = int(one.value), "reported", "count_in_arm", "medium"
    place: tuple[int | None, int | None] = (None, None)
    people = size.value if size else one.at_risk
    if one.at_risk_start is not None and one.at_risk_end is not None:
        place = (part.start + one.at_risk_start, part.start + one.at_risk_end)
    elif size and size.start >= 0:
        place = (size.start, size.end)
    if one.kind == "pair":
        rule, certainty = "count_of_people", "high" if one.percent is not None or label else "medium"
    elif one.kind == "percent":
        if size is None or one.percent is None:
            return None
        events, basis, rule = round(one.percent * size.value / 100), "derived", "share_of_known_arm"
        if not agrees(events, size.value, one.percent, one.percent_text):
            return None
    elif one.kind == "share":
        rule = "count_and_share"
    elif one.kind == "zero":
        basis, rule = "zero_in_words", "zero_in_words"
    if people is not None and events > people:
        return None
    where = (part.start + one.start, part.start + one.end)
    return Count(events, people, one.percent, label, role, basis, *where, *place, rule, certainty)
