"""Names that an abstract gives its arms and the vocabulary does not know."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msc_harvest.evidence.labels import CONTROL, role_in
from msc_harvest.evidence.people import Arm
from msc_harvest.evidence.words import Words


def labels_of(arms: Sequence[Arm], text: str, words: Words) -> dict[str, str]:
    """Names that the sentence of the arms gives them and the vocabulary does not know: a drug, a colour, `observed`."""
    known: dict[str, str] = {}
    for arm in arms:
        rest = [word for word in arm.label.lower().split() if not _COMMON.fullmatch(word)]
        rest = [word for word in rest if not (words["people"].fullmatch(word) or words["arm_noun"].fullmatch(word))]
        name = " ".join(rest)
        if arm.size.rule_id == "arm_of_subject":
            continue
        is_said = role_in(arm.label, words) or words.any_outcome.search(arm.label)
        if not arm.role or len(name) < _SHORTEST or is_said or re.search(r"\d", name):
            continue
        names = _as_group(name, arm, arms) if _given_to_all(name, text) else [name]
        for one in names:
            known[one] = arm.role if known.get(one, arm.role) == arm.role else ""
    return {name: role for name, role in known.items() if role}


_SHORTEST = 3


def _as_group(name: str, arm: Arm, arms: Sequence[Arm]) -> list[str]:
    """Names of an arm called after what every arm was given: `the tacrolimus group`, unless another is called so."""
    head = name.split()[-1]
    others = " ".join(other.label.lower() for other in arms if other is not arm)
    if arm.role != CONTROL or head in others or not head.isalpha():
        return []
    singular = head.removesuffix("s")
    return [
        f"{each} {noun}" for each in dict.fromkeys((name, f"the {singular}")) for noun in ("group", "arm", "patients")
    ]


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
