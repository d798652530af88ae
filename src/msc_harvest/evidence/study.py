"""What an abstract says of its study as a whole: who was in which arm, in what order, and whether it reports at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from msc_harvest.evidence.analysed import analysed
from msc_harvest.evidence.items import items
from msc_harvest.evidence.labels import CONTROL, MSC, OTHER, Tag, lettered, role_in, tags
from msc_harvest.evidence.listed import Slot
from msc_harvest.evidence.outcomes import outcomes
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People, countable, patterns
from msc_harvest.evidence.roster import roster
from msc_harvest.evidence.words import Words

__all__ = ["CONTROL", "MSC", "ONE", "Study", "Tag", "study_of", "tags"]

# A report of one person writes no number of people: it has no place in the text.
ONE = People(1, -1, -1, "one_person", "medium")


@dataclass(frozen=True, slots=True)
class Study:
    """Arms in the order the abstract lists them; `unsure` roles lost people, so their size is not who was at risk.

    `aliases` are the names the abstract gives its arms (a letter, a drug), in lower case, with the role of each.
    """

    arms: tuple[Arm, ...]
    total: People | None
    is_single: bool
    is_reporting: bool
    unsure: frozenset[str]
    aliases: dict[str, str] = field(default_factory=dict)
    is_one_person: bool = False
    is_order_unsure: bool = False

    def size(self, role: str | None, label: str = "") -> People | None:
        """Number of people at risk in a role, where the abstract gives one and only one."""
        if role in self.unsure:
            return None
        if self.is_one_person:
            return ONE
        mine = [arm for arm in self.arms if arm.role == role]
        first = re.split(r"[\s-]", label.lower())[0]
        same = [arm for arm in mine if first and re.search(rf"\b{re.escape(first)}\b", arm.label.lower())]
        sizes = {arm.size.value: arm.size for arm in (same if len(same) == 1 else mine)}
        if not sizes and self.is_single and role == MSC:
            return self.total
        return next(iter(sizes.values())) if len(sizes) == 1 else None

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles in the order of the arms, one for each arm; for a study of one arm its role."""
        known = tuple(arm.role for arm in self.arms if arm.role)
        return (MSC,) if self.is_single else known or (MSC, CONTROL)


def study_of(found: Sequence[Part], text: str, total: People | None, words: Words) -> Study:
    """The study that an abstract tells of; `is_reporting` is False for plans, reviews and animals."""
    aliases = lettered(found, words)
    kept = [
        part
        for part in found
        if not words["planned"].search(part.text)
        and (not words["other_study"].search(part.text) or re.search(r"\b(?:[Oo]ur|[Ww]e)\b", part.text))
    ]
    arms = _arms([part for part in kept if part.section not in ("background", "conclusion")], words, aliases, total)
    aliases |= _labels(arms, text, words)
    at_risk = dict(_at_risk(kept, words, aliases))
    arms += [arm for role, arm in at_risk.items() if role not in {one.role for one in arms}]
    unsure = _lost(kept, "left_study", words, aliases)
    arms = [_as_analysed(arm, at_risk, _lost(kept, "not_analysed", words, aliases)) for arm in arms]
    arms = analysed(kept, _left(kept, arms, words, aliases), words, aliases)
    unsure -= {arm.role for arm in arms if arm.role and arm.size.rule_id in ("arm_of_count", "arm_left")}
    single = not any(arm.role == CONTROL for arm in arms) and not words["comparator"].search(text)
    treated = sum(arm.size.value for arm in arms if arm.role == MSC)
    single = single and not (treated and total and treated < 0.6 * total.value)
    reporting = not (words["secondary"].search(text) or words["animal"].search(text) or words["protocol"].search(text))
    if not single and total and len({arm.role for arm in arms}) == 1:
        most = total.value
        arms = [arm for arm in arms if arm.size.value < most or (arm.role == CONTROL and arm.size.value != most)]
    if single and not arms and total is None:
        arms = _from_pairs(kept, words)
    one = words["one_person"].search(text) if single and not arms and total is None else None
    return Study(tuple(arms), total, single, reporting, frozenset() if single else unsure, aliases, bool(one))


# `Of the ten who were treated, nine could be followed`: the ten are not who was at risk.
_FOLLOWED = re.compile(
    r"\b[Oo]f the [\w-]+ [^.;,]{3,90}, [\w-]+ (?:could be|were) "
    r"(?:followed|analy[sz]ed|evaluable|available|assessable)\b"
)


def _arms(found: Sequence[Part], words: Words, aliases: dict[str, str], total: People | None) -> list[Arm]:
    """Arms of the first sentence that gives both, else of several; one that adds up to the total goes before."""
    whole = total.value if total else None
    known = frozenset(int(f.value) for part in found for f in part.figures if f.whole and _people(part, f.end, words))
    best: list[Arm] = []
    for part in found:
        slots = [] if _FOLLOWED.search(part.text) else roster(part, aliases, words, whole, known)
        if slots and outcomes(part, words) and not _tells_of_all(part, slots, whole, words):
            continue
        here = [_arm(part, slot) for slot in slots]
        missing = {MSC, CONTROL} - {arm.role for arm in best}
        if {arm.role for arm in here} == {MSC, CONTROL} and missing:
            return _unless_sum(here, whole)
        best += [arm for arm in here if arm.role in missing]
    return best


def _unless_sum(arms: list[Arm], whole: int | None) -> list[Arm]:
    """Arms as read; less sure where they are not all people of the study."""
    if whole is None or sum(arm.size.value for arm in arms) == whole:
        return arms
    return [replace(arm, size=replace(arm.size, certainty="medium")) for arm in arms]


def in_order(study: Study, part: Part, words: Words) -> Study:
    """The study with its two arms in the order in which a sentence of results gives a number of each, each named.

    Where the results turn to the controls first, lists that name no arm may be in either order.
    """
    if len(study.arms) != len({MSC, CONTROL}) or any(part.start <= one.size.start < part.end for one in study.arms):
        return study
    if part.section in ("background", "conclusion") or not part.figures or part.start < study.arms[0].size.start:
        return study
    named = tags(part.text, words, study.aliases)
    at = [one.start for one in named]
    is_row = [one.role for one in named] in ([MSC, CONTROL], [CONTROL, MSC]) and (
        any(f.end <= at[0] for f in part.figures) and any(at[0] < f.start < at[1] for f in part.figures)
    )
    if not is_row or (named[0].role == study.arms[0].role and not study.is_order_unsure):
        return study
    if named[0].role == study.arms[0].role:
        return replace(study, is_order_unsure=False)
    return replace(study, is_order_unsure=True) if named[0].role == CONTROL else replace(study, arms=study.arms[::-1])


def _people(part: Part, end: int, words: Words) -> bool:
    return bool(patterns(words)["people_after"].match(part.text[end:]))


def _tells_of_all(part: Part, slots: Sequence[Slot], whole: int | None, words: Words) -> bool:
    """Whether a sentence that names an outcome still says how big the arms are, not how many had the outcome."""
    if words["allotted"].search(part.text) or words["entered"].search(part.text):
        return True
    if {one.role for one in slots} == {MSC, CONTROL} and all(
        _IS_ARM.search(part.text, 0, s.figure.start) for s in slots
    ):
        return True
    is_all = len(slots) > 1 and sum(one.figure.value for one in slots) == whole
    with_share = any(_SHARE.match(part.text, one.figure.end) for one in slots)
    return is_all and not with_share and not words["has_outcome"].search(part.text)


# A bracket that says `(A cohort, n = a)` or `(n = a)` is a size also where the sentence names an outcome.
_IS_ARM = re.compile(r"[(\[](?:[^()\[\]]*\b(?:groups?|arms?|cohorts?)\b[^()\[\]]*[,;:]\s*)?(?:[nN]\s*=\s*)?$")
_SHARE = re.compile(r"\s*[(\[]\s*\d+(?:[.·]\d+)?\s?%")


def _labels(arms: Sequence[Arm], text: str, words: Words) -> dict[str, str]:
    """Names that the sentence of the arms gives them and the vocabulary does not know: a drug, a colour, `observed`."""
    known: dict[str, str] = {}
    for arm in arms:
        rest = [word for word in arm.label.lower().split() if not _COMMON.fullmatch(word)]
        rest = [word for word in rest if not (words["people"].fullmatch(word) or words["arm_noun"].fullmatch(word))]
        name = " ".join(rest)
        if arm.size.rule_id == "arm_of_subject":
            continue
        is_said = role_in(arm.label, words) or words.any_outcome.search(arm.label) or _given_to_all(name, text)
        if arm.role and len(name) > 2 and not is_said and not re.search(r"\d", name):
            known[name] = arm.role if known.get(name, arm.role) == arm.role else ""
    return {name: role for name, role in known.items() if role}


def _given_to_all(name: str, text: str) -> bool:
    """Whether a label may be of what every arm had: `A alone`, `cells plus A`, or a mere dose."""
    each = re.escape(name)
    return bool(
        re.search(
            rf"\b(?:plus|and|with|under|on|[/+])\s+(?:\S+\s+)?{each}\b|\b{each}\s+(?:alone|only)\b", text, re.IGNORECASE
        )
        or re.search(r"\b(?:dose|standard|usual)\b", name)
    )


_COMMON = re.compile(
    r"the|an?|of|who|had|did|only|alone|plus|day|days|induction|infusions?|same|their|year|years|trial"
)


def _at_risk(found: Sequence[Part], words: Words, aliases: dict[str, str]) -> Iterator[tuple[str, Arm]]:
    """Sizes of arms that results state: `none of the 15 controls`, `2 of 10 patients given cells`; one per role."""
    more: dict[str, dict[int, Arm]] = {MSC: {}, CONTROL: {}}
    for part in found:
        if part.section == "background" or _FOLLOWED.search(part.text):
            continue
        for slot in _pair_slots(part, words, aliases):
            if slot.role:
                more[slot.role].setdefault(int(slot.figure.value), _arm(part, slot, "arm_of_count"))
    for role, sizes in more.items():
        if len(sizes) == 1:
            yield role, next(iter(sizes.values()))


def _pair_slots(part: Part, words: Words, aliases: dict[str, str]) -> list[Slot]:
    """Numbers of whom a sentence counts some, each with the arm named after it; of two alike one may lack it."""
    sizes = {i.at_risk_start for i in items(part, words) if i.at_risk_start is not None}
    sizes |= {f.start for f in part.figures if countable(part, f) and _OF_ALL.search(part.text[: f.start])}
    figures = [f for f in part.figures if f.start in sizes and f.value >= 2]
    if not figures:
        return []
    named = tags(part.text, words, aliases)
    slots = []
    for figure in figures:
        later = [f.start for f in part.figures if f.start > figure.end and not f.is_percent]
        stop = _ENDS.search(part.text[figure.end :])
        until = min([len(part.text), *later, *([figure.end + stop.start()] if stop else [])])
        here = [one for one in named if figure.end <= one.start < until]
        if here and _WERE_GIVEN.search(part.text[figure.end : here[0].start]):
            continue
        if not here and (match := _IN_BRACKET.search(part.text[: figure.start])):
            here = [one for one in named if -_NEAR <= one.end - match.start() <= 0][-1:]
        slots.append(Slot(figure, here[0].role if here else None, here[0].label if here else "", False))
    roles = [one.role for one in slots]
    if len(slots) == 2 and roles.count(None) == 1 and re.search(r"\w", part.text[figures[-1].end :]):
        last = part.text[figures[-1].end :]
        (role,) = (role for role in roles if role)
        if roles[1] is None and re.match(r"\s+[\w-]+\s+", last) and not named[-1].start > figures[-1].end:
            slots[1] = replace(slots[1], role=OTHER[role])
    return slots


# `15 of the 30 recipients got MSC`: not all thirty did.
_WERE_GIVEN = re.compile(
    r"(?<!\bwho)(?<!\bthat)\s+"
    r"(?:got|received|(?:was|were) (?:given|treated with|infused with|assigned to|allocated to))\s+$"
)
# `38% of the MSC-treated patients (9/24)`: the arm stands just before the bracket.
_IN_BRACKET = re.compile(r"\s*\(\d+\s*/\s*$")
_NEAR = 3
_OF_ALL = re.compile(r"\b(?:of|[Tt]he|[Aa]ll)(?: the)?\s*$")
_ENDS = re.compile(r"[;,]|\band\b|\bvs?\b|\bversus\b")


def _lost(found: Sequence[Part], kind: str, words: Words, aliases: dict[str, str]) -> frozenset[str]:
    """Roles that lost people after they were counted: `one patient in the control group was lost to follow-up`."""
    return frozenset(
        tag.role
        for part in found
        if words[kind].search(part.text)
        for clause in re.finditer(r"[^;]+", part.text)
        if (left := words[kind].search(clause[0]))
        for tag in tags(clause[0], words, aliases)
        if tag.start - left.start() > -90 and tag.end <= left.start() and _SOME.search(clause[0])
    )


_SOME = re.compile(r"\b(?:one|two|three|four|five|\d+)\b", re.IGNORECASE)


def _as_analysed(arm: Arm, at_risk: dict[str, Arm], fewer: frozenset[str]) -> Arm:
    """The arm as its results count it, where people were left out and the results give one smaller number."""
    later = at_risk.get(arm.role or "")
    is_smaller = later and arm.role in fewer and later.size.value < arm.size.value
    return Arm(arm.label, later.size, arm.role) if later and is_smaller else arm


def _left(found: Sequence[Part], arms: list[Arm], words: Words, aliases: dict[str, str]) -> list[Arm]:
    """The arms as they were analysed, where a sentence says how many were left in each: `leaving 24 and 22`."""
    for part in found:
        if later := _evaluable(part, arms, words, aliases):
            return later
        for match in _LEAVING.finditer(part.text):
            figures = [f for f in part.figures if match.start() < f.start < match.end()]
            fits = len(figures) == len(arms) == 2 and all(
                f.value <= a.size.value for f, a in zip(figures, arms, strict=True)
            )
            if fits:
                slots = [Slot(f, a.role, a.label, False) for f, a in zip(figures, arms, strict=True)]
                return [_arm(part, slot, "arm_left") for slot in slots]
    return arms


_LEAVING = re.compile(
    r"\bleaving (?:[\w-]+ ){0,3}?(?:and|v\.?|vs\.?|versus) [\w-]+"
    r"|\b(?:so that|and so|thus|so)\s+\d+ and \d+(?= (?:(?:patients|recipients|participants|children) )?"
    r"(?:were|could be) (?:then )?(?:analy[sz]ed|evaluable|assessable|evaluated|available))",
    re.IGNORECASE,
)


def _evaluable(part: Part, arms: list[Arm], words: Words, aliases: dict[str, str]) -> list[Arm]:
    """`so 23 controls and 24 treated patients were evaluable`: the arms as analysed, each named by its own words."""
    match = _EVALUABLE.search(part.text)
    if not match or {arm.role for arm in arms} != {MSC, CONTROL} or len(arms) != len({MSC, CONTROL}):
        return []
    figures = [f for f in part.figures if match.start() <= f.start < match.end()]
    named = tags(part.text, words, aliases)
    made = [
        _arm(part, Slot(f, one.role, one.label, False), "arm_left")
        for f in figures
        for one in named
        if re.fullmatch(r"\s+(?:\w+\s+)?", part.text[f.end : one.start])
    ]
    most = {arm.role: arm.size.value for arm in arms}
    fits = len(made) == len({arm.role for arm in made}) == len(arms)
    listed = [arm.role for arm in arms]
    made.sort(key=lambda arm: listed.index(arm.role))
    return made if fits and all(arm.size.value <= most[arm.role] for arm in made) else []


_EVALUABLE = re.compile(
    r"\b\d+ [^.;:,\d]{3,40} and \d+ [^.;:,\d]{3,40} (?:were|could be) (?:analy[sz]ed|evaluable|assessable|available)\b"
)


def _from_pairs(found: Sequence[Part], words: Words) -> list[Arm]:
    """The one arm of a study that states its people only under its results: `2/10 (20%)`, everywhere of ten."""
    sizes: dict[int, Arm] = {}
    for part in found:
        for one in items(part, words):
            if one.at_risk is not None and one.at_risk_start is not None and one.at_risk_end is not None:
                place = (part.start + one.at_risk_start, part.start + one.at_risk_end)
                sizes.setdefault(one.at_risk, Arm("", People(one.at_risk, *place, "arm_of_count", "low"), MSC))
    return list(sizes.values()) if len(sizes) == 1 else []


def _arm(part: Part, slot: Slot, rule: str = "") -> Arm:
    figure = slot.figure
    rule = rule or ("arm_of_subject" if slot.is_subject else "")
    rule = rule or ("arm_each" if slot.is_each else "arm_n_equals" if slot.is_bracketed else "arm_named_beside")
    sure = "high" if slot.label and rule != "arm_of_count" else "medium"
    place = (part.start + figure.start, part.start + figure.end)
    return Arm(slot.label, People(int(figure.value), *place, rule, sure), slot.role)
