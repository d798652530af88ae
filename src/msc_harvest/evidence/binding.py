"""Counts of named outcomes in a study of known arms: which number, of which arm, of which outcome.

A sentence is cut into clauses that each name an outcome; the numbers of a clause are tied to the arms named beside them
or, in a list, to the arms in their order. What can't be tied to an arm is handed back unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from msc_harvest.evidence.clauses import FUNCTION, Clause, codes_of, defines
from msc_harvest.evidence.counting import counts_people
from msc_harvest.evidence.counts import Count, agrees, is_evidence
from msc_harvest.evidence.items import Item, items
from msc_harvest.evidence.outcomes import Named, measures
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import People
from msc_harvest.evidence.study import MSC, Study, Tag, tags
from msc_harvest.evidence.tying import EACH, arm_tags, dosed, order_of, sum_of_rest, tie
from msc_harvest.evidence.words import Words

Bound = tuple[Count, str | None]
# A clause that says something of its outcome, though it holds no number to be read.
_SAYS = re.compile(r"\b(?:lost|died|resolved|failed|recovered|improved|was|were|had|did)\b", re.IGNORECASE)
_CUT = re.compile(
    r"[;:]|\.\s+(?=[A-Z]|[a-z]{1,3}[A-Z])|,\s+(?:(?:and|but|whereas|while|although)\s)?|\s(?:and|or|but|whereas|while)\s|\bnor\s"
)
# `pneumonia-related death` is a death; `enteritis due to CMV` is disease by CMV.
_OF_ANOTHER = re.compile(r"-(?:related|associated|induced|attributable|free)\b", re.IGNORECASE)
# `had rejection before the infusion`: what people came with is no outcome.
_EARLIER = re.compile(
    r"\s+(?:before|prior to|preceding)\s+(?:the\s+|their\s+)?(?:first\s+)?(?:[\w-]+\s+)?(?:infusions?|injections?"
    r"|inclusion|enrol\w+|(?:study )?entry|randomi[sz]ation|cells|mscs?|msc (?:infusion|therapy))\b",
    re.IGNORECASE,
)
_DISEASE_OF = re.compile(
    r"(?:itis|emia|osis|uria|disease|syndrome) (?:due to|caused by|owing to) (?:the )?$", re.IGNORECASE
)
_GROUP_NAME = re.compile(r"\b(?:groups?|arms?|cohorts?) ([A-D1-4]|I{1,3})\b", re.IGNORECASE)
_SET_AGAINST = re.compile(r"(?<![\w-])(?:vs?\b\.?|versus|as against|as opposed to)(?![\w-])", re.IGNORECASE)
# Why a number beside an outcome was not read.
NO_ARM = "the arm of the number is not certain"
NO_SIZE = "the number of people of the arm is not certain"
NO_OUTCOME = "an outcome and a number, no count read"
CONTRADICTED = "the percentage contradicts the count"


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage of an arm from which no count can be worked out: its place in the text and its outcome."""

    start: int
    end: int
    percent: float
    label: str
    role: str
    code: str


@dataclass(slots=True)
class Read:
    """What a sentence gave: counts with their outcome, percentages without a count, why something was not read."""

    counts: list[Bound]
    shares: list[Share]
    unread: list[str]


def read_bound(part: Part, named: Sequence[Named], study: Study, words: Words) -> Read:
    """Counts of a sentence with their outcome, and why something that looked like one was not read."""
    read = Read([], [], [])
    if not is_evidence(part, words) or not named:
        return read
    every = arm_tags(part.text, tags(part.text, words, study.aliases), [one[:2] for one in named])
    all_items = items(part, words, [(one.start, one.end) for one in every])
    zeros = [(one.start, one.end) for one in all_items if one.kind == "zero" and one.end - one.start > 4]
    every = [tag for tag in every if not any(a <= tag.start and tag.end <= b for a, b in zeros)]
    named = [one for one in named if not defines(part, one, all_items)]
    all_items = [one for one in all_items if one.kind != "zero" or not any(a <= one.start < b for a, b, _ in named)]
    levels = measures(part, words)
    all_items = [one for one in all_items if not _of_measure(one, named, levels)]
    places = list(_clauses(part, named, all_items))
    order = order_of(every, study)
    carried: list[Tag] = []
    here: list[Named] = []
    for number, place in enumerate(places):
        later = places[number + 1] if number + 1 < len(places) else (place[1], place[1])
        here = [one for one in named if _within(one[0], place)] or (
            here if _goes_on(part, place, all_items, every) else []
        )
        clause = Clause(
            place,
            [one for one in all_items if _within(one.start, place)],
            here,
            _tags_of(place, later, every, all_items) or carried,
            order,
        )
        _clause(part, clause, study, words, read)
        carried = _carried(part, clause, later)
    read.counts = _once_each(read.counts, dosed(study))
    return read


def _of_measure(one: Item, named: Sequence[Named], levels: Sequence[Named]) -> bool:
    """Whether what a number stands behind is measured: `patient survival was 91%, as one died`."""
    level = max((name[1] for name in levels if name[1] <= one.start), default=-1)
    event = max((name[1] for name in named if name[1] <= one.start), default=-1)
    return level > event and one.kind == "percent"


def _within(at: int, place: tuple[int, int]) -> bool:
    return place[0] <= at < place[1]


def _tags_of(place: tuple[int, int], later: tuple[int, int], every: Sequence[Tag], found: Sequence[Item]) -> list[Tag]:
    """Arms named in a clause; in one of mere zeros those of the next, which they share (`no death, no loss in A`)."""
    own = [one for one in every if _within(one.start, place)]
    zeros = all(one.kind == "zero" for one in found if _within(one.start, (place[0], later[1])))
    return own or ([one for one in every if _within(one.start, later)] if zeros else [])


def _carried(part: Part, clause: Clause, later: tuple[int, int]) -> list[Tag]:
    """The one arm that opened a clause, for the next: `In the MSC group three died and two lost the graft`."""
    first = min((one.start for one in clause.items), default=0)
    one_arm = len({tag.role for tag in clause.tags}) == 1 and all(tag.end <= first for tag in clause.tags)
    joined = not re.match(r"[.;:]|\W*(?:but|whereas|while)\b", part.text[later[0] :])
    return list(clause.tags[-1:]) if one_arm and joined else []


def _once_each(found: Sequence[Bound], dosed: bool) -> list[Bound]:
    """One row for what a sentence says twice, the reported before the derived, the first before the later."""
    kept: dict[tuple[object, ...], Bound] = {}
    for one, code in sorted(found, key=lambda bound: bound[0].count_basis == "derived"):
        arm = (code, one.arm_role, one.arm if dosed or one.n_events else "")
        kept.setdefault((*arm, one.n_events, one.n_at_risk) if one.n_events else arm, (one, code))
    return sorted(kept.values(), key=lambda bound: bound[0].start)


def _clauses(part: Part, named: Sequence[Named], found: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """A sentence cut at each semicolon, and where both sides name an outcome and a number of their own."""

    def full(a: int, b: int, is_left: bool = False) -> bool:
        told = is_left and _SAYS.search(part.text, a, b)
        return any(a <= one[0] and one[1] <= b for one in named) and bool(
            told or any(a <= one.start and one.stop <= b for one in found)
        )

    marks = [m for m in _CUT.finditer(part.text) if not any(i.start < m.start() < i.stop for i in found)]
    marks = [m for m in marks if part.text[: m.start()].count("(") <= part.text[: m.start()].count(")")]
    begin = 0
    for at, mark in enumerate(marks):
        until = marks[at + 1].start() if at + 1 < len(marks) else len(part.text)
        if mark[0][0] in ".;" or (full(begin, mark.start(), is_left=True) and full(mark.start(), until)):
            yield begin, mark.start()
            begin = mark.start()
    yield begin, len(part.text)


def _goes_on(part: Part, place: tuple[int, int], found: Sequence[Item], every: Sequence[Tag]) -> bool:
    """Whether a clause names no outcome as it goes on with that of the clause before: `; in the control group 5`."""
    text = part.text
    for one in sorted([(i.start, i.stop) for i in found] + [(t.start, t.end) for t in every], reverse=True):
        if _within(one[0], place):
            text = text[: one[0]] + " " * (one[1] - one[0]) + text[one[1] :]
    return bool(FUNCTION.fullmatch(text[slice(*place)]))


def _clause(part: Part, clause: Clause, study: Study, words: Words, read: Read) -> None:
    """Read one clause into `read`."""
    read.unread += [CONTRADICTED for one in clause.items if one.kind == "contradicted"]
    here = _counted(part, clause.named, study, words)
    if not here or words["composite"].search(part.text, 0, clause.place[1]):
        return
    pairs = [one for one in clause.items if one.kind == "pair" and one.at_risk]
    mine = [one for one in clause.items if one.kind != "percent" or not any(_same_share(one, pair) for pair in pairs)]
    good = [one for one in mine if counts_people(part, one, here, clause.place, study, words)]
    good = [one for one in good if not _of_events(part, one, mine, good, here)]
    if not study.is_single and sum_of_rest(part, good, clause.tags, study):
        good = good[1:]
    before = len(read.counts) + len(read.unread)
    for at, (one, tag) in enumerate(zip(good, _arms(part, clause, good, study, words), strict=True)):
        if tag is None:
            read.unread.append(NO_ARM)
            continue
        place = at if len(good) == len(study.arms) > 2 else None
        codes = codes_of(one, here, part, clause, good)
        some = _some_of(part, one)
        if some and part.start + one.start == some.start:
            continue
        if some and not study.is_single:
            read.unread.append(NO_SIZE)
            continue
        for each in _each(tag, study):
            _count(part, one, each, some or _at_risk(one, each, place, study), codes, read)
    if good and len(read.counts) + len(read.unread) == before:
        read.unread.append(NO_OUTCOME)


def _of_events(part: Part, one: Item, found: Sequence[Item], good: Sequence[Item], here: Sequence[Named]) -> bool:
    """`11 infections in the MSC group and 14 in the control group`: the 14 are infections as the 11 are."""
    if one.kind != "count" or not re.match(r"\s+(?:in|with|among|on|after)\b", part.text[one.stop :]):
        return False
    before = [each for each in found if each.kind == "count" and each.stop <= one.start]
    if not before or before[-1] in good:
        return False
    events = before[-1].end
    joined = re.search(r"\b(?:and|vs?\.?|versus|against)\s+$", part.text[: one.start])
    return bool(joined) and any(
        re.fullmatch(r"\s+(?:[\w-]+\s+){0,2}", part.text[events:a]) for a, _, _ in here if a > events
    )


def _count(part: Part, one: Item, tag: Tag, size: People | None, codes: Sequence[str], read: Read) -> None:
    """The count of one number in one arm; a percentage that gives none stays a percentage."""
    made = _made(part, one, tag.role, tag.label, size) if size or one.at_risk is not None else None
    read.counts += [(made, code) for code in codes] if made else []
    if made is None and one.kind == "percent":
        where = (part.start + one.start, part.start + one.end)
        read.shares += [Share(*where, one.percent or 0.0, tag.label, tag.role, code) for code in codes]
    elif made is None:
        read.unread.append(NO_SIZE)


def _arms(part: Part, clause: Clause, good: Sequence[Item], study: Study, words: Words) -> list[Tag | None]:
    """The arm of each candidate: the study's only one, by the row of the clause, by the people at risk, or all."""
    if study.is_single:
        parted = len(good) > 1 and _of_several(part, clause, good)
        return [None if parted else Tag(-1, -1, MSC, "")] * len(good)
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
        elif bound is None and len(fits) == 1 and len(sizes) == 2 and not clause.tags:
            bound = Tag(-1, -1, fits[0], "")
        elif bound and fits and bound.role not in (*fits, EACH) and bound.role in sizes and len(study.roles) == 2:
            bound = None
        if bound and one.at_risk and bound.role in sizes and one.at_risk * _FEW < sizes[bound.role]:
            bound = None
        made.append(bound)
    return made


# Fewer at risk than a third of the arm are some of it, told apart by something else.
_FEW = 3


def _of_several(part: Part, clause: Clause, good: Sequence[Item]) -> bool:
    """Whether numbers are set against each other, though the abstract was read as one of a single arm."""
    text = part.text[slice(*clause.place)]
    names = {match[1].lower() for match in _GROUP_NAME.finditer(text)}
    between = [part.text[a.stop : b.start] for a, b in pairwise(good)]
    return len(names) > 1 or any(_SET_AGAINST.search(gap) for gap in between)


def _each(tag: Tag, study: Study) -> list[Tag]:
    if tag.role == MSC and tag.start < 0 and not tag.label and dosed(study):
        return [Tag(-1, -1, MSC, arm.label) for arm in study.arms if arm.role == MSC]
    if tag.role != EACH:
        return [tag]
    if dosed(study):
        return [Tag(tag.start, tag.end, arm.role or "", arm.label) for arm in study.arms]
    return [Tag(tag.start, tag.end, role, "") for role in dict.fromkeys(study.roles)]


_SOME_FIRST = re.compile(r"(?:[A-Z]\w+:\s+)?(?:Of|Among|In) (?:the|these)\s+$")


def _some_of(part: Part, one: Item) -> People | None:
    """Those a sentence opens with, of whom it counts: `Of the nine, two had rejection`; they are not counted."""
    first = next((f for f in part.figures if f.whole and _SOME_FIRST.fullmatch(part.text[: f.start])), None)
    if first is None or first.value < _SOME or one.at_risk is not None or one.start < first.start:
        return None
    if not re.match(r"[^,;]{0,60},\s", part.text[first.end :]):
        return None
    return People(int(first.value), part.start + first.start, part.start + first.end, "some_of", "medium")


# One person is told of, not counted among.
_SOME = 2


def _same_share(one: Item, pair: Item) -> bool:
    return agrees(int(pair.value), pair.at_risk or 1, one.percent or 0.0, one.percent_text)


def _counted(part: Part, here: Sequence[Named], study: Study, words: Words) -> list[Named]:
    """The outcomes of a clause without those given as cause or kind of another (`died of`, `mostly`)."""
    here = [one for one in here if not _OF_ANOTHER.match(part.text, one[1]) and not _EARLIER.match(part.text, one[1])]
    kept = [one for one in here if not words["cause"].search(part.text[max(0, one[0] - 40) : one[0]] + "|")]
    kept = kept or [one for one in here if _DISEASE_OF.search(part.text[: one[0]])]
    sizes = [arm.size for arm in study.arms if arm.size.rule_id != "arm_of_count"] or (
        [study.total] if study.total else []
    )
    if words["entered"].search(part.text) or any(part.start <= size.start < part.end for size in sizes):
        kept = [one for one in kept if not re.search(r"\b(?:with|for|after)(?: [\w-]+){0,3} $", part.text[: one[0]])]
    return kept


def _at_risk(one: Item, tag: Tag, place: int | None, study: Study) -> People | None:
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


def _made(part: Part, one: Item, role: str | None, label: str, size: People | None) -> Count | None:
    """The count; None where the percentage is no whole number of people, or there are fewer people than events."""
    events, basis, rule, certainty = int(one.value), "reported", "count_in_arm", "medium"
    place: tuple[int | None, int | None] = (None, None)
    at_risk = size.value if size else one.at_risk
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
    if at_risk is not None and events > at_risk:
        return None
    where = (part.start + one.start, part.start + one.end)
    return Count(events, at_risk, one.percent, label, role, basis, *where, *place, rule, certainty)
