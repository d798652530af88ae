"""What an abstract says of its study as a whole: who was in which arm, in what order, and whether it reports at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from msc_harvest.evidence.analysed import analysed, remaining
from msc_harvest.evidence.arm_names import labels_of
from msc_harvest.evidence.called import own_names, told_apart, with_short_names
from msc_harvest.evidence.compared import beside_cells, is_compared, named_control, observed, others
from msc_harvest.evidence.labels import CONTROL, MSC, Tag, lettered, tags
from msc_harvest.evidence.listed import LETTERED
from msc_harvest.evidence.ordered import halves, in_order_named
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People
from msc_harvest.evidence.risk import as_analysed, from_pairs, left, lost, stated_at_risk
from msc_harvest.evidence.shorthand import short_arms
from msc_harvest.evidence.told import arms_told
from msc_harvest.evidence.words import Words

__all__ = ["CONTROL", "MSC", "ONE", "Study", "Tag", "study_of", "tags"]

# A report of one person writes no number of people: it has no place in the text.
ONE = People(1, -1, -1, "one_person", "medium")


@dataclass(frozen=True, slots=True)
class Study:
    """Arms in the order the abstract lists them; `unsure` roles lost people, so their size is not who was at risk.

    `aliases` are the names the abstract gives its arms (a letter, a drug), in lower case, with the role of each;
    `listed` are the arms as people were allotted to them, before some were left out.
    """

    arms: tuple[Arm, ...]
    total: People | None
    is_single: bool
    is_reporting: bool
    unsure: frozenset[str]
    aliases: dict[str, str] = field(default_factory=dict)
    is_one_person: bool = False
    listed: tuple[Arm, ...] = ()

    def size(self, role: str | None, label: str = "") -> People | None:
        """Number of people at risk in a role, where the abstract gives one and only one."""
        if role in self.unsure:
            return None
        if self.is_one_person:
            return ONE
        if self.is_single and len(self.arms) > 1 and not label:
            return self.total
        mine = [arm for arm in self.arms if arm.role == role]
        first = label.lower() if LETTERED.fullmatch(label) else re.split(r"[\s-]", label.lower())[0]
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
    aliases = lettered(found, words) | short_arms(found, words) | observed(text)
    kept = [
        part
        for part in found
        if not words["planned"].search(part.text)
        and (not words["other_study"].search(part.text) or re.search(r"\b(?:[Oo]ur|[Ww]e)\b", part.text))
    ]
    arms = arms_told([part for part in kept if part.section not in ("background", "conclusion")], words, aliases, total)
    aliases |= labels_of(arms, text, words) | told_apart(arms, words) | own_names(kept, words)
    arms, short = with_short_names(arms, text)
    aliases |= short
    at_risk = dict(stated_at_risk(kept, words, aliases))
    arms = halves(kept, words) or arms
    if {arm.role for arm in arms} != {MSC, CONTROL}:
        arms = in_order_named(kept, total, words, aliases) or arms
    arms += [arm for role, arm in at_risk.items() if role not in {one.role for one in arms}]
    unsure = lost(kept, "left_study", words, aliases)
    arms = [as_analysed(arm, at_risk, lost(kept, "not_analysed", words, aliases)) for arm in arms]
    listed = tuple(arms)
    arms = analysed(kept, left(kept, arms, words, aliases), words, aliases)
    unsure -= {arm.role for arm in arms if arm.role and arm.size.rule_id in ("arm_of_count", "arm_left")}
    if total and {arm.role for arm in arms} == {CONTROL} and beside_cells(kept, arms[0], total, words):
        # What names a control (a drug) was given to everybody who got the cells.
        arms = []
    if {arm.size.rule_id for arm in arms} == {"arm_each"} and not _EACH_ARM.search(text):
        arms = []
    is_told = words["compared"].search(text) or words["earlier"].search(text) or len(arms) > len({MSC, CONTROL})
    if not is_told and not named_control(arms, words):
        # Nobody is compared: the rest of a number, or the others of two, are no controls.
        arms = [arm for arm in arms if arm.role == MSC] if len({arm.role for arm in arms}) == 1 else []
    arms = [*others(kept, arms, total, words), *arms]
    single = not any(arm.role == CONTROL for arm in arms) and not is_compared(found, words)
    treated = sum(arm.size.value for arm in arms if arm.role == MSC)
    single = single and not (treated and total and treated < 0.6 * total.value)
    told = found[:-1] if len(found) >= _SENTENCES and _OUTLOOK.search(found[-1].text) else found
    own = " ".join(part.text for part in told if part.section != "conclusion")
    reporting = not (words["secondary"].search(text) or words["animal"].search(text) or words["protocol"].search(own))
    if not single and total and len({arm.role for arm in arms}) == 1:
        most = total.value
        arms = [arm for arm in arms if arm.size.value < most or (arm.role == CONTROL and arm.size.value != most)]
    if single and not arms and total is None:
        arms = from_pairs(kept, words)
    if single and (not arms or arms[0].size.rule_id == "arm_of_count"):
        arms = remaining(kept, total or (arms[0].size if arms else None)) or arms
    if single and len(arms) > 1:
        # Doses of one treatment: whoever is counted without a dose is one of all; so few of each are no arms.
        total = total or People(sum(arm.size.value for arm in arms), -1, -1, "sum_of_arms", "medium")
        arms = [] if max(arm.size.value for arm in arms) <= _FEW_EACH else arms
    if len(arms) == len({MSC, CONTROL}) and any(arm.size.rule_id in _TOLD_LATER for arm in arms):
        # The order of arms that are told of in one place each says nothing: those treated stand first.
        arms.sort(key=lambda arm: arm.role == CONTROL)
    one = words["one_person"].search(text) if single and not arms and total is None else None
    return Study(tuple(arms), total, single, reporting, frozenset() if single else unsure, aliases, bool(one), listed)


# Words without which `three each` is of no arms.
_EACH_ARM = re.compile(
    r"\b(?:randomi[sz]\w+|randomly|assigned|allocated|controls?|placebo|saline|arms?|groups)\b", re.IGNORECASE
)


_FEW_EACH = 6
# The last sentence of so many may tell what comes next.
_SENTENCES = 5
_OUTLOOK = re.compile(r"\b(?:deserves?|merits?|warrants?|next|further|larger)\b")
_TOLD_LATER = ("arm_of_count", "arm_of_others")


def in_order(study: Study, part: Part, words: Words) -> Study:
    """The study with those given cells first where its results name them so, though the controls were told of first."""
    if len(study.arms) != len({MSC, CONTROL}) or any(part.start <= one.size.start < part.end for one in study.arms):
        return study
    if part.section in ("background", "conclusion") or not part.figures or part.start < study.arms[0].size.start:
        return study
    named = tags(part.text, words, study.aliases)
    at = [one.start for one in named]
    is_row = [one.role for one in named] in ([MSC, CONTROL], [CONTROL, MSC]) and (
        any(f.end <= at[0] for f in part.figures) and any(at[0] < f.start < at[1] for f in part.figures)
    )
    # A sentence that turns to the controls first says nothing of those that name no arm.
    is_turned = is_row and named[0].role == MSC and study.arms[0].role == CONTROL
    return replace(study, arms=study.arms[::-1]) if is_turned else study
