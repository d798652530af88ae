"""Trial abstracts of another field, annotated by others: rules were made on every second one, the rest is held out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from msc_harvest.evidence import Reading, Words, figures, read_abstract

ARMS = ("intervention-participants", "control-participants")
EVENTS = ("iv-bin-abs", "cv-bin-abs")


def annotated(record: dict[str, Any], labels: tuple[str, ...]) -> set[float]:
    """Values annotated; `no` and `none` are zero."""
    found: set[float] = set()
    for entity in record["entities"]:
        if entity["label"] in labels:
            numbers = figures(entity["text"])
            if numbers:
                found.add(numbers[0].value)
            elif entity["text"].strip().lower() in ("no", "none", "neither"):
                found.add(0.0)
    return found


def score(pairs: list[tuple[set[float], set[float]]]) -> tuple[float, float, float]:
    """Precision, recall and F1 over the values of each abstract."""
    hit = sum(len(truth & read) for truth, read in pairs)
    precision = hit / sum(len(read) for _, read in pairs)
    recall = hit / sum(len(truth) for truth, _ in pairs)
    return precision, recall, 2 * precision * recall / (precision + recall)


@pytest.fixture(scope="module")
def read(shared: Path, words: Words) -> list[tuple[dict[str, Any], Reading]]:
    path = shared / "data" / "pubmed" / "abstracts_with_arm_counts.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [(record, read_abstract(record["text"], words)) for record in records]


MEASURES: dict[str, tuple[tuple[str, ...], Callable[[Reading], set[float]]]] = {
    "totals": (("total-participants",), lambda one: {float(total.value) for total in one.totals}),
    "arms": (ARMS, lambda one: {float(arm.size.value) for arm in one.arms}),
    "events": (
        EVENTS,
        lambda one: {
            float(v.n_events)
            for v in one.values
            if v.arm_label and v.n_events is not None and v.count_basis == "reported"
        },
    ),
}


@pytest.mark.parametrize("half", ["developed", "held_out"])
@pytest.mark.parametrize(
    ("measure", "least_precision", "least_f1"), [("totals", 0.86, 0.86), ("arms", 0.84, 0.8), ("events", 0.89, 0.65)]
)
def test_values_agree_with_annotation(
    read: list[tuple[dict[str, Any], Reading]], half: str, measure: str, least_precision: float, least_f1: float
) -> None:
    labels, values = MEASURES[measure]
    chosen = read[::2] if half == "developed" else read[1::2]
    precision, _, f1 = score([(annotated(record, labels), values(one)) for record, one in chosen])
    assert precision >= least_precision and f1 >= least_f1, f"{half} {measure}: precision {precision:.3f}, F1 {f1:.3f}"
