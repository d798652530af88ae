"""Counts of named outcomes in a study of known arms: which number, of which arm, of which outcome.

A sentence is cut into clauses that each name an outcome; the numbers of a clause are tied to the arms named beside them
or, in a list, to the arms in their order. What can't be tied to an arm is handed back unread.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from msc_harvest.evidence.allotting import arms_of, each_arm
from msc_harvest.evidence.brackets import defines, without_causes
from msc_harvest.evidence.clauses import Clause, codes_of
from msc_harvest.evidence.counting import counts_people
from msc_harvest.evidence.counts import Count, agrees, is_evidence
from msc_harvest.evidence.cutting import clauses, goes_on, within
from msc_harvest.evidence.items import Item, items
from msc_harvest.evidence.making import at_risk, made
from msc_harvest.evidence.outcomes import Named, measures, outcomes
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import People
from msc_harvest.evidence.study import Study, Tag, tags
from msc_harvest.evidence.tying import arm_tags, dosed, order_of, sum_of_rest
from msc_harvest.evidence.words import Words

Bound = tuple[Count, str | None]
# `pneumonia-related death` is a death; `enteritis due to CMV` is disease by CMV.
_OF_ANOTHER = re.compile(r"-(?:related|associated|induced|attributable|free)\b", re.IGNORECASE)
# `had rejection before the infusion`: what people came with is no outcome.
_EARLIER = re.compile(
    r"\s+(?:before|prior to|preceding)\s+(?:the\s+|their\s+)?(?:first\s+)?(?:[\w-]+\s+)?(?:infusions?|injections?"
    r"|inclusion|enrol\w+|(?:study )?entry|randomi[sz]ation|cells|mscs?|msc (?:infusion|therapy))\b",
    re.IGNORECASE,
)
# `a rise of creatinine without rejection`: what was not there.
_WITHOUT = re.compile(r"\bwithout (?:[\w-]+ )?$", re.IGNORECASE)
# `Both groups were free of graft loss`: nobody had it.
_ALL_FREE = re.compile(
    r"\b(?:both (?:groups|arms)|all (?:[\w-]+ ){0,2}(?:patients|recipients|participants|children))\s+"
    r"(?:were|remained|stayed)\s+free of (?:any )?$",
    re.IGNORECASE,
)
_DISEASE_OF = re.compile(
    r"(?:itis|emia|osis|uria|disease|syndrome) (?:due to|caused by|owing to) (?:the )?$", re.IGNORECASE
)
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
    all_items = items(part, words, [(one.start, one.end) for one in every], named)
    zeros = [(one.start, one.end) for one in all_items if one.kind == "zero" and one.end - one.start > 4]
    every = [tag for tag in every if not any(a <= tag.start and tag.end <= b for a, b in zeros)]
    counted = [(one.start, one.kind) for one in all_items]
    named = [one for one in without_causes(part, named, words) if not defines(part, one, counted)]
    all_items = [one for one in all_items if one.kind != "zero" or not any(a <= one.start < b for a, b, _ in named)]
    levels = measures(part, words)
    all_items = [one for one in all_items if not _of_measure(one, named, levels)]
    places = list(clauses(part, named, all_items))
    order = order_of(every, study)
    carried: list[Tag] = []
    here: list[Named] = []
    for number, place in enumerate(places):
        later = places[number + 1] if number + 1 < len(places) else (place[1], place[1])
        here = [one for one in named if within(one[0], place)] or (
            here if goes_on(part, place, all_items, every) else []
        )
        clause = Clause(
            place,
            [one for one in all_items if within(one.start, place)],
            here,
            _tags_of(place, _joined_to(part, places[number + 1 :]), every, all_items) or carried,
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


def _tags_of(
    place: tuple[int, int], later: Sequence[tuple[int, int]], every: Sequence[Tag], found: Sequence[Item]
) -> list[Tag]:
    """Arms named in a clause; in one of mere zeros those of the next, which they share (`no death, no loss in A`)."""
    own = [one for one in every if within(one.start, place)]
    if own:
        return own
    for at in range(1, len(later) + 1):
        until = later[at - 1]
        if any(one.kind != "zero" for one in found if within(one.start, (place[0], until[1]))) or not until[0]:
            return []
        if shared := [one for one in every if within(one.start, until)]:
            return shared
    return []


def _joined_to(part: Part, later: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The clauses that follow and go on with the same list, up to a semicolon."""
    joined = itertools.takewhile(lambda place: not re.match(r"[.;:]", part.text[place[0] :]), later)
    return list(joined) or list(later[:1])


def _carried(part: Part, clause: Clause, later: tuple[int, int]) -> list[Tag]:
    """The one arm that opened a clause, for the next: `In the MSC group three died and two lost the graft`."""
    first = min((one.start for one in clause.items), default=0)
    one_arm = len({tag.role for tag in clause.tags}) == 1 and all(tag.end <= first for tag in clause.tags)
    joined = _OF_THEM.match(part.text, later[0]) or not re.match(
        r"[.;:]|\W*(?:but|whereas|while)\b", part.text[later[0] :]
    )
    return (
        list(clause.tags[-1:])
        if joined and (one_arm or (_OF_THEM.match(part.text, later[0]) and _one_role(clause)))
        else []
    )


def _one_role(clause: Clause) -> bool:
    return len({tag.role for tag in clause.tags}) == 1


# `two grafts were lost in A; both recipients were ..., and one of them died`: still of those in A.
_OF_THEM = re.compile(
    r"\W*(?:and\s+|of\s+whom\s+)?(?:both\b|(?:one|two|three|all|none|neither|\d+)\s+of\s+(?:them|these|whom)\b)",
    re.IGNORECASE,
)


def _once_each(found: Sequence[Bound], dosed: bool) -> list[Bound]:
    """One row for what a sentence says twice, the reported before the derived, the first before the later."""
    kept: dict[tuple[object, ...], Bound] = {}
    for one, code in sorted(found, key=lambda bound: bound[0].count_basis == "derived"):
        arm = (code, one.arm_role, one.arm if dosed or one.n_events else "")
        kept.setdefault((*arm, one.n_events, one.n_at_risk) if one.n_events else arm, (one, code))
    return sorted(kept.values(), key=lambda bound: bound[0].start)


def _clause(part: Part, clause: Clause, study: Study, words: Words, read: Read) -> None:
    """Read one clause into `read`."""
    read.unread += [CONTRADICTED for one in clause.items if one.kind == "contradicted"]
    here = _counted(part, clause.named, study, words)
    if not here or words["composite"].search(part.text, 0, clause.place[1]):
        return
    pairs = [one for one in clause.items if one.kind == "pair" and one.at_risk]
    mine = [one for one in clause.items if one.kind != "percent" or not any(_same_share(one, pair) for pair in pairs)]
    mine = [one for one in mine if not _said_again(part, one, mine)]
    good = [one for one in mine if counts_people(part, one, here, clause.place, study, words)]
    good = [one for one in good if not _of_events(part, one, mine, good, here)]
    if not study.is_single and sum_of_rest(part, good, clause.tags, study):
        good = good[1:]
    before = len(read.counts) + len(read.unread)
    for at, (one, tag) in enumerate(zip(good, arms_of(part, clause, good, study, words), strict=True)):
        if tag is None:
            read.unread.append(NO_ARM)
            continue
        place = at if len(good) == len(study.arms) > 2 else None
        codes = [
            code
            for code in codes_of(one, here, part, clause, good)
            if not _of_head(part, one, code, clause, read, words)
        ]
        some = _some_of(part, one)
        if some and part.start + one.start == some.start:
            continue
        if some and not study.is_single:
            read.unread.append(NO_SIZE)
            continue
        for each in each_arm(tag, study):
            _count(part, one, each, some or at_risk(one, each, place, study), codes, read)
    if good and len(read.counts) + len(read.unread) == before:
        read.unread.append(NO_OUTCOME)


def _said_again(part: Part, one: Item, mine: Sequence[Item]) -> bool:
    """`5 of A and 8 of B (33% v 27%)`: the shares of those just counted."""
    before = part.text[: one.start]
    opened = before.rfind("(")
    if one.kind != "percent" or opened < before.rfind(")") or opened < 0:
        return False
    close = part.text.find(")", one.stop)
    inside = [
        each for each in mine if each.kind == "percent" and opened < each.start and (close < 0 or each.start < close)
    ]
    counted = [each for each in mine if each.kind in ("count", "share", "pair") and each.stop <= opened]
    return len(counted) >= len(inside) > 1


def _of_head(part: Part, one: Item, code: str, clause: Clause, read: Read, words: Words) -> bool:
    """Whether a number breaks down one counted before it, by cause or kind, and counts no outcome of its own.

    `four died: two of sepsis`, `two of the nine, one of whom had nephropathy`, `infections in five: pneumonia in 2`.
    """
    before = part.text[: one.start]
    earlier = [count for count, each in read.counts if each == code and count.start < part.start + one.start]
    if _of_thing(part, one, code, clause, words):
        return True
    if earlier and _OF_WHOM.match(part.text, one.stop) and earlier[-1].n_events >= one.value:
        return True
    colon = before.rfind(":")
    if (
        colon < 0
        or clause.tags
        or not read.counts
        or any(part.start + colon <= count.start for count, _ in read.counts)
    ):
        return False
    own = any(colon < name[0] for name in clause.named)
    if earlier and (not own or earlier[-1].n_events > one.value):
        return True
    head = [name for name in outcomes(part, words) if name[1] <= colon][-1:]
    return any(words.outcomes[code].search(part.text, *name[:2]) is not None and name[2] != code for name in head)


def _of_thing(part: Part, one: Item, code: str, clause: Clause, words: Words) -> bool:
    """`nobody died, and one kidney never worked`: of a thing, not of the outcome of people named before it."""
    is_thing = any(
        things.match(part.text[one.stop :].lstrip()) for each, things in words.things.items() if each != code
    )
    own = [name for name in clause.named if name[2] == code]
    return is_thing and bool(own) and all(name[1] <= one.start for name in own)


_OF_WHOM = re.compile(r"\s+of\s+(?:whom|them|these|those|which)\b")


def _of_events(part: Part, one: Item, found: Sequence[Item], good: Sequence[Item], here: Sequence[Named]) -> bool:
    """`11 infections in the MSC group and 14 in the control group`: the 14 are infections as the 11 are."""
    if one.kind != "count" or not re.match(r"\s+(?:in|with|among|on|after)\b", part.text[one.stop :]):
        return False
    if _PEOPLE_BEHIND.match(part.text, one.stop) or _parts_of_events(part, one):
        return True
    before = [each for each in found if each.kind == "count" and each.stop <= one.start]
    if not before or before[-1] in good:
        return False
    events = before[-1].end
    joined = re.search(r"\b(?:and|vs?\.?|versus|against)\s+$", part.text[: one.start])
    return bool(joined) and any(
        re.fullmatch(r"\s+(?:[\w-]+\s+){0,2}", part.text[events:a]) for a, _, _ in here if a > events
    )


# `12 in the cell group (9 patients)`: twelve events, nine people.
_PEOPLE_BEHIND = re.compile(
    r"\s+(?:in|with|among)\s+[^()\d,;]{3,40}\((?:in\s+)?[\w-]+\s+(?:patients|recipients|participants|children)\)"
)
_ALL_EVENTS = re.compile(
    r"\b(?:[Aa] total of|[Ii]n total,?|[Aa]ltogether,?)\s+(?P<all>\d+)\s+(?:[\w-]+\s+){0,3}?"
    r"(?:events|episodes|infections|reactions|complications|rejections)\b"
)


def _parts_of_events(part: Part, one: Item) -> bool:
    """`A total of 31 events were reported, 14 with A and 17 with B`: numbers that make up those events."""
    match = _ALL_EVENTS.search(part.text)
    if not match or one.start < match.end():
        return False
    rest = [f.value for f in part.figures if f.start > match.end() and f.whole and not f.is_percent]
    return any(a + b == int(match["all"]) and one.value in (a, b) for a, b in itertools.pairwise(rest))


def _count(part: Part, one: Item, tag: Tag, size: People | None, codes: Sequence[str], read: Read) -> None:
    """The count of one number in one arm; a percentage that gives none stays a percentage."""
    count = made(part, one, tag.role, tag.label, size) if size or one.at_risk is not None else None
    read.counts += [(count, code) for code in codes] if count else []
    if count is None and one.kind == "percent":
        where = (part.start + one.start, part.start + one.end)
        read.shares += [Share(*where, one.percent or 0.0, tag.label, tag.role, code) for code in codes]
    elif count is None:
        read.unread.append(NO_SIZE)


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
    kept += [one for one in here if one not in kept and _ALL_FREE.search(part.text[: one[0]])]
    kept = [one for one in kept if not _WITHOUT.search(part.text[: one[0]])]
    kept = kept or [one for one in here if _DISEASE_OF.search(part.text[: one[0]])]
    sizes = [arm.size for arm in study.arms if arm.size.rule_id != "arm_of_count"] or (
        [study.total] if study.total else []
    )
    if words["entered"].search(part.text) or any(part.start <= size.start < part.end for size in sizes):
        kept = [one for one in kept if not re.search(r"\b(?:with|for|after)(?: [\w-]+){0,3} $", part.text[: one[0]])]
    return kept
