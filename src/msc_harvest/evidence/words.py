"""The words by which abstracts are read: compiled once from rows of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

KINDS = (
    "people",
    "allotted",
    "enrolled",
    "not_all",
    "planned",
    "other_study",
    "hypothetical",
    "definition",
    "not_reported",
    "zero",
    "no_difference",
    "arm_noun",
    "msc_arm",
    "control_arm",
    "month",
    "year",
    "week",
    "day",
    "therapy",
    "only_treated",
    "one_person",
    "entered",
    "composite",
    "cause",
    "of_msc",
    "of_control",
    "comparator",
    "compared",
    "earlier",
    "infused_too",
    "secondary",
    "animal",
    "protocol",
    "left_study",
    "not_analysed",
    "described_by",
    "not_people",
    "made_up_of",
    "nobody",
    "not_zero",
    "once",
    "episode",
    "has_outcome",
    "moment",
    "moment_after",
    "unit",
    "not_measured",
    "share_measure",
    "own_unit",
    "section_background",
    "section_methods",
    "section_results",
    "section_conclusion",
)
# In the order of the fields of Words.
OUTCOME_KINDS = ("is", "not", "measured", "survives", "of_those", "part_of", "thing", "befell")
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Words:
    """Compiled vocabulary: one expression per kind, and one per outcome code with what must not be taken for it."""

    kinds: dict[str, re.Pattern[str]]
    outcomes: dict[str, re.Pattern[str]]
    not_outcomes: dict[str, re.Pattern[str]]
    measures: dict[str, re.Pattern[str]]
    survives: dict[str, re.Pattern[str]]
    of_those: dict[str, re.Pattern[str]]
    part_of: dict[str, re.Pattern[str]]
    things: dict[str, re.Pattern[str]]
    befell: dict[str, re.Pattern[str]]
    any_outcome: re.Pattern[str]
    # What was found in sentences before: an abstract is gone through more than once.
    memory: dict[tuple[str, str], list[tuple[int, int, str]]] = field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, kind: str) -> re.Pattern[str]:
        """Expression of a kind; a kind without rows matches nothing."""
        return self.kinds.get(kind, _NOTHING)

    def source(self, kind: str) -> str:
        """Text of the expression, to be built into a larger one."""
        return self[kind].pattern


def compile_words(evidence_rows: Iterable[tuple[str, str]], outcome_rows: Iterable[tuple[str, str, str]] = ()) -> Words:
    """Words from rows `(kind, pattern)` and `(outcome_code, kind, pattern)` with the kinds of OUTCOME_KINDS.

    `of_those` denies an outcome of people told of before it, `part_of` is the code of what they were told to have.
    Raises ValueError on an unknown kind and `re.error` on an expression that can't be compiled.
    """
    kinds: dict[str, list[str]] = {}
    for kind, pattern in evidence_rows:
        if kind not in KINDS:
            raise ValueError(f"unknown kind of word: {kind}")
        kinds.setdefault(kind, []).append(pattern)
    by_kind: dict[str, dict[str, list[str]]] = {kind: {} for kind in OUTCOME_KINDS}
    for code, kind, pattern in outcome_rows:
        if kind not in by_kind:
            raise ValueError(f"unknown kind of outcome word: {kind}")
        by_kind[kind].setdefault(code, []).append(pattern)
    compiled = {kind: _compiled(codes) for kind, codes in by_kind.items()}
    said = [
        pattern
        for kind in ("is", "measured", "survives", "befell")
        for each in by_kind[kind].values()
        for pattern in each
    ]
    any_outcome = _compiled({"any": said})["any"] if said else _NOTHING
    return Words(
        _compiled(kinds),
        compiled["is"],
        compiled["not"],
        compiled["measured"],
        compiled["survives"],
        compiled["of_those"],
        compiled["part_of"],
        compiled["thing"],
        compiled["befell"],
        any_outcome,
    )


def _compiled(patterns: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<![\w-])(?:{'|'.join(each)})(?!\w)", re.IGNORECASE) for name, each in patterns.items()
    }
