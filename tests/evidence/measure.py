"""How well abstracts of this field are read: `python -m tests.evidence.measure [dev|held]`.

Four things are scored against the truth in `field/`: the total, the sizes of arms, counts of people with an outcome, measured values. What
is read once too often is false, and a row of truth is found by one reading at most; `field/README.md` says what is truth and what is left
to the reader. An arm role that the reader leaves open (None) is accepted for the single arm of a report and for sizes of arms, not elsewhere.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msc_harvest.evidence import Reading, Value, Words, compile_words, read_abstract

FIELD = Path(__file__).parent / "field"
VOCAB = Path(__file__).parents[2] / "warehouse" / "vocab"
KINDS = ("total", "arm", "count", "measure")

Row = dict[str, Any]


@dataclass
class Score:
    """Readings that are right, false or missed, and the sentences of the latter two."""

    right: int = 0
    false: int = 0
    missed: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of what was read that is right; 1 where nothing was read."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the truth that was read; 1 where there is none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.right else 0.0


def abstracts(name: str) -> list[Row]:
    """The abstracts of `dev` or `held`, with their truth."""
    return [json.loads(line) for line in (FIELD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def rows(name: str) -> list[dict[str, str]]:
    """Rows of one table of the vocabulary."""
    with (VOCAB / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def shipped_words() -> Words:
    """The words of the shipped vocabulary."""
    evidence = [(row["kind"], row["pattern"]) for row in rows("evidence_word")]
    outcomes = [(row["outcome_code"], row["kind"], row["pattern"]) for row in rows("evidence_outcome_word")]
    return compile_words(evidence, outcomes)


def measured_codes() -> set[str]:
    """Outcomes that are measured, not counted."""
    return {row["outcome_code"] for row in rows("outcome") if row["kind"] == "continuous"}


def scores(name: str) -> tuple[dict[str, Score], Counter[str]]:
    """Scores of each kind over one file, and how many right measures have kind, spread, unit and time right too."""
    words, measured = shipped_words(), measured_codes()
    found = {kind: Score() for kind in KINDS}
    facts: Counter[str] = Counter()
    for abstract in abstracts(name):
        reading = read_abstract(abstract["text"], words)
        _total(abstract, reading, found["total"])
        _arms(abstract, reading, found["arm"])
        alone = not _compared(abstract)
        counted = [one for one in reading.values if one.n_events is not None and one.outcome_code]
        _pair(abstract, counted, abstract["truth"]["counts"], _is_count(alone), found["count"])
        levels = [one for one in reading.values if one.value is not None and one.outcome_code in measured]
        for one, row in _pair(abstract, levels, abstract["truth"]["measures"], _is_measure(alone), found["measure"]):
            facts.update(_facts(one, row))
    return found, facts


def _total(abstract: Row, reading: Reading, score: Score) -> None:
    truth, sizes = abstract["truth"], [arm["n"] for arm in _compared(abstract)]
    read = next((one for one in reading.totals if not one.is_planned), None)
    allowed = {sum(sizes), *(sizes[:1] if abstract["kind"] == "historical" else ())}
    if read is not None and truth["total"] is None and sizes and read.value in allowed:
        return
    is_right = read is not None and read.value == truth["total"]
    score.right += is_right
    if read is not None and not is_right:
        _note(score, "false", abstract, f"total {read.value} ({read.rule_id})", read.start)
    if truth["total"] is not None and not is_right:
        _note(score, "missed", abstract, f"total {truth['total']}", 0)


def _arms(abstract: Row, reading: Reading, score: Score) -> None:
    truth = abstract["truth"]
    left = sorted(truth["arms"], key=lambda arm: bool(arm.get("optional")))
    for arm in reading.arms:
        if arm.size.is_planned or (not _compared(abstract) and arm.size.value == truth["total"]):
            continue
        match = next((one for one in left if one["n"] == arm.size.value and arm.role in (None, one["role"])), None)
        if match is None:
            rule = f"arm {arm.label!r} {arm.role} {arm.size.value} ({arm.size.rule_id})"
            _note(score, "false", abstract, rule, arm.size.start)
        else:
            left = [other for other in left if other is not match]
            score.right += not match.get("optional")
    for one in left:
        if not one.get("optional"):
            _note(score, "missed", abstract, f"arm {one['role']} {one['n']}", 0)


def _compared(abstract: Row) -> list[Row]:
    return [arm for arm in abstract["truth"]["arms"] if not arm.get("optional")]


def _is_count(alone: bool) -> Callable[[Value, Row], bool]:
    def same(one: Value, row: Row) -> bool:
        named = one.outcome_code == row["outcome_code"] and _same_role(one, row, alone)
        return named and one.n_events == row["n_events"] and row["n_at_risk"] in (None, one.n_at_risk)

    return same


def _is_measure(alone: bool) -> Callable[[Value, Row], bool]:
    def same(one: Value, row: Row) -> bool:
        named = one.outcome_code == row["outcome_code"] and _same_role(one, row, alone)
        return named and one.value is not None and math.isclose(one.value, row["value"])

    return same


def _same_role(one: Value, row: Row, alone: bool) -> bool:
    return one.arm_role == row["arm_role"] or (alone and one.arm_role is None)


def _pair(
    abstract: Row, read: Sequence[Value], truth: Iterable[Row], same: Callable[[Value, Row], bool], score: Score
) -> list[tuple[Value, Row]]:
    """Readings and the rows of truth they are; what is required is paired before what is optional."""
    left = sorted(truth, key=lambda row: bool(row.get("optional")))
    pairs: list[tuple[Value, Row]] = []
    for one in read:
        row = next((row for row in left if same(one, row)), None)
        if row is None:
            what = one.value if one.n_events is None else f"{one.n_events}/{one.n_at_risk}"
            _note(score, "false", abstract, f"{one.outcome_code} {one.arm_role} {what} ({one.rule_id})", one.start)
            continue
        left = [other for other in left if other is not row]
        if not row.get("optional"):
            score.right += 1
            pairs.append((one, row))
    for row in left:
        if not row.get("optional"):
            what = row["value"] if "value" in row else f"{row['n_events']}/{row['n_at_risk']}"
            place = abstract["text"].index(row["at"])
            _note(score, "missed", abstract, f"{row['outcome_code']} {row['arm_role']} {what}", place)
    return pairs


def _facts(one: Value, row: Row) -> list[str]:
    alone = one.spread_low if one.sd is None else one.sd
    spread = [one.spread_low, one.spread_high] if isinstance(row["spread"], list) else alone
    told = {
        "kind": (row["value_kind"], one.value_kind),
        "spread": (row["spread"], spread),
        "spread kind": (row["spread_kind"], one.spread_kind),
        "unit": (row["unit"], one.unit),
        "months": (row["timepoint_months"], one.timepoint_months),
    }
    asked = [name for name, (true, _) in told.items() if true is not None]
    return [f"{name} asked" for name in asked] + [
        f"{name} right" for name in asked if _alike(told[name][0], told[name][1])
    ]


def _alike(true: Any, read: Any) -> bool:
    if isinstance(true, str):
        return isinstance(read, str) and _plain(true) == _plain(read)
    if isinstance(true, list):
        return all(_alike(a, b) for a, b in zip(true, read, strict=True))
    return read is not None and math.isclose(true, read, rel_tol=0.05)


def _plain(unit: str) -> str:
    told = unit.lower().replace("²", "2").replace("μ", "u").replace("µ", "u").replace(" per ", "/").replace(" ", "")
    return told.replace("iu/l", "u/l").replace("/day", "/d")


def _note(score: Score, fault: str, abstract: Row, what: str, at: int) -> None:
    """Count one error and keep the text around it (never across a line)."""
    setattr(score, fault, getattr(score, fault) + 1)
    text: str = abstract["text"]
    start = max(text.rfind(". ", 0, at) + 2 if ". " in text[:at] else 0, text.rfind("\n", 0, at) + 1)
    ends = [place + 1 for place in (text.find(". ", at), text.find("\n", at)) if place >= 0]
    score.errors.append(f"{fault:6} {abstract['id']} {what} | {text[start : min(ends, default=len(text))].strip()}")


def main(names: Sequence[str]) -> None:
    """Print scores and errors of the files named (both without a name)."""
    for name in names or ("dev", "held"):
        found, facts = scores(name)
        lines = [f"== {name}: {len(abstracts(name))} abstracts"]
        for kind, score in found.items():
            shown = f"precision {score.precision:.3f}  recall {score.recall:.3f}  F1 {score.f1:.3f}"
            lines.append(f"{kind:8} {shown}  ({score.right} right, {score.false} false, {score.missed} missed)")
        for fact in sorted({told.rsplit(" ", 1)[0] for told in facts}):
            lines.append(f"  {fact} right in {facts[f'{fact} right']} of {facts[f'{fact} asked']} measures")
        for kind, score in found.items():
            lines += [f"{kind:8} {error}" for error in score.errors]
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
