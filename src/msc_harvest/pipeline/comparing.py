"""Labels of people against what was found, concept by concept: sets of codes, and numbers that belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from msc_harvest.synthesis.classification import Tally

TOLERANCE = 0.01
NONE = "–"

State = Literal["scored", "not labelled", "not available"]
Codes = dict[str, dict[str, str]]
"""Record → codes found there, each with the words that said so."""
Numbers = tuple[tuple[str, float, float], ...]
"""(name, lowest, highest) of numbers that are right or wrong together; a single number has equal ends."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One record on which labels and rules differ; `matched_text` are the words that decided."""

    nct_id: str
    concept: str
    labelled: str
    found: str
    matched_text: str


@dataclass(frozen=True, slots=True)
class Result:
    """One concept over all labelled records that are held and scored."""

    concept: str
    state: State
    n_records: int = 0
    n_agreeing: int = 0
    n_unsure: int = 0
    tally: Tally = field(default_factory=lambda: Tally(0, 0, 0))
    disagreements: tuple[Disagreement, ...] = ()


def compare_codes(concept: str, wanted: Mapping[str, set[str]], found: Codes, n_unsure: int = 0) -> Result:
    """Sets of codes, micro-averaged over all records in `wanted`."""
    total, agreeing = Tally(0, 0, 0), 0
    apart: list[Disagreement] = []
    for nct_id, labelled in sorted(wanted.items()):
        given = found.get(nct_id, {})
        total = total + Tally(len(labelled & given.keys()), len(given.keys() - labelled), len(labelled - given.keys()))
        if labelled == given.keys():
            agreeing += 1
            continue
        words = "; ".join(f"{code}: {text}" for code, text in sorted(given.items()) if text)
        apart.append(Disagreement(nct_id, concept, _listed(labelled), _listed(given), words))
    return Result(concept, "scored", len(wanted), agreeing, n_unsure, total, tuple(apart))


def compare_numbers(
    concept: str,
    wanted: Mapping[str, Numbers],
    found: Mapping[str, tuple[Numbers, str]],
    tolerance: float,
    n_unsure: int = 0,
) -> Result:
    """Numbers record by record: found and within `tolerance` (a share of the labelled number) is a true positive; found
    and different is a false positive and a false negative; none labelled and none found agree and count nowhere."""
    total, agreeing = Tally(0, 0, 0), 0
    apart: list[Disagreement] = []
    for nct_id, labelled in sorted(wanted.items()):
        given, words = found.get(nct_id, ((), ""))
        is_near = near(labelled, given, tolerance)
        total = total + Tally(
            int(is_near and bool(given)), int(not is_near and bool(given)), int(not is_near and bool(labelled))
        )
        if is_near:
            agreeing += 1
        else:
            apart.append(Disagreement(nct_id, concept, shown(labelled), shown(given), words))
    return Result(concept, "scored", len(wanted), agreeing, n_unsure, total, tuple(apart))


def near(labelled: Numbers, found: Numbers, tolerance: float) -> bool:
    """The same names, and every end within `tolerance` times the labelled number."""
    if [name for name, *_ in labelled] != [name for name, *_ in found]:
        return False
    ends = zip((end for _, *pair in labelled for end in pair), (end for _, *pair in found for end in pair), strict=True)
    return all(abs(one - other) <= (tolerance + 1e-9) * abs(one) for one, other in ends)


def numbers_of(parts: Iterable[tuple[str, float | None, float | None]]) -> Numbers:
    """The parts that hold a number."""
    return tuple((name, low, high) for name, low, high in parts if low is not None and high is not None)


def range_in(text: str) -> tuple[float | None, float | None]:
    """Lowest and highest number in a label: `2`, `1-2`, `up to 9` (from 1); nothing where it holds no number."""
    numbers = [float(one) for one in re.findall(r"\d+(?:\.\d+)?", text)]
    if not numbers:
        return None, None
    return (1.0, numbers[0]) if text.startswith("up to") else (min(numbers), max(numbers))


def shown(numbers: Numbers) -> str:
    """Numbers for readers."""
    told = (f"{name}={low:g}" if low == high else f"{name}={low:g}-{high:g}" for name, low, high in numbers)
    return " ".join(told) or NONE


def _listed(codes: Iterable[str]) -> str:
    return "; ".join(sorted(codes)) or NONE
