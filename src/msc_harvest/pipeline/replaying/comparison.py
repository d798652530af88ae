"""A published meta-analysis recomputed from its own numbers and from ours, and where the difference comes from.

Four steps lead from the printed result to ours, one thing changed at a time: the model (the paper's numbers pooled
again), the study set (only the studies that we have numbers of), the numbers (ours for the same studies), the model
again (our default rule). A step that the numbers do not allow says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from msc_harvest.pipeline.estimating.pools import rounded
from msc_harvest.pipeline.pooling.answer import Request, pooled_by
from msc_harvest.pipeline.pooling.members import pool_from
from msc_harvest.pipeline.pooling.numbers import StudyNumbers
from msc_harvest.pipeline.replaying.description import Arms, Description, Model, Outcome, Printed
from msc_harvest.pipeline.replaying.evidence import Evidence, Found, find, read_evidence
from msc_harvest.synthesis import Pooled
from msc_harvest.synthesis.distributions import quantile, two_sided
from msc_harvest.warehouse.inspect import build_facts

# Tried, in this order, where a paper does not say how it pooled (or we could not read it).
USUAL = (
    Model(name="mantel-haenszel"),
    Model(name="common"),
    Model(name="random", tau2="DL", test="z"),
    Model(name="random", tau2="REML", test="hk-floor"),
)
OURS = Model(name="default", tau2="REML", test="hk-floor")


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One recomputation: `numbers` says whose numbers of which studies; `is_as_printed` that it rounds to the printed
    estimate and interval; None of the numbers where nothing could be pooled, `note` then says why."""

    numbers: str
    model: str
    method: str
    k: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    is_as_printed: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What we pool for the same question by our own rules: one design class, with its studies."""

    stratum: str | None
    design: str | None
    k: int
    study_ids: tuple[str, ...]
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    method: str
    statement: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """One outcome of the paper replayed. `missing` names each study × outcome for which our confirmed numbers do not
    suffice; `differences` explains, `verdict` sums up."""

    outcome: Outcome
    studies: tuple[Found, ...]
    recomputed: tuple[Recomputed, ...]
    own: tuple[OwnAnswer, ...]
    missing: tuple[str, ...]
    differences: tuple[str, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A whole description replayed; `notes` hold for all outcomes. `build_id` and `data_origin` are those of the
    warehouse, None where none was needed."""

    description: Description
    outcomes: tuple[Replayed, ...]
    notes: tuple[str, ...]
    build_id: str | None = None
    data_origin: str | None = None


def replay(description: Description, warehouse: Path) -> Replay:
    """Recompute and compare every outcome. The warehouse is read only where the file names an outcome of ours.

    Raises UsageError for organs and outcomes that there are not, WarehouseError where a warehouse is needed and there
    is none.
    """
    ours = any(one.outcome for one in description.outcomes)
    facts = build_facts(warehouse) if ours else None
    evidence = read_evidence(warehouse, description) if ours else None
    notes = [] if description.model else ["the file states no model: the usual ones are tried, each shown"]
    done = tuple(_replayed(description, one, evidence, warehouse) for one in description.outcomes)
    origin = (facts.build_id, facts.data_origin) if facts else ()
    return Replay(description, done, tuple(notes), *origin)


def _replayed(description: Description, outcome: Outcome, evidence: Evidence | None, warehouse: Path) -> Replayed:
    found = find(description, outcome, evidence)
    models = (description.model,) if description.model else USUAL
    printed = [_as_numbers(one.printed) for one in found if one.printed]
    both = [_as_numbers(one.printed) for one in found if one.printed and one.ours]
    ours = [one.ours for one in found if one.ours]
    rows = [_recomputed(_whose("the paper's numbers", printed, found), printed, one, outcome) for one in models]
    if both and len(both) < len(printed):
        label = _whose("the paper's numbers, only studies that we hold", both, found)
        rows += [_recomputed(label, both, one, outcome) for one in models]
    if evidence is not None and outcome.outcome:
        label = _whose("our numbers", ours, found)
        rows += [_recomputed(label, ours, one, outcome) for one in (*models, OURS)]
    rows = [one for one in rows if one.k]
    missing = tuple(
        f"{one.study.name} × {outcome.outcome or outcome.name}: {one.missing}" for one in found if one.missing
    )
    own = _own(description, outcome, evidence, warehouse) if evidence is not None else ()
    told_print = [] if description.model else _step_print(outcome, len(found))
    differences = (*told_print, *_differences(found, rows, own, models, evidence))
    return Replayed(outcome, found, tuple(rows), own, missing if evidence is not None else (), differences,
                    _verdict(outcome, found, rows))  # fmt: skip


def _whose(what: str, numbers: Sequence[StudyNumbers], found: Sequence[Found]) -> str:
    return what if len(numbers) == len(found) else f"{what} ({len(numbers)} of {len(found)} studies)"


def _as_numbers(arms: Arms | None) -> StudyNumbers:
    assert arms is not None
    return StudyNumbers(arms.study, events_msc=arms.events_msc, n_msc=arms.n_msc,
                        events_control=arms.events_control, n_control=arms.n_control)  # fmt: skip


def _recomputed(label: str, numbers: Sequence[StudyNumbers], model: Model, outcome: Outcome) -> Recomputed:
    request = Request(outcome.measure, None, (), model.name, model.tau2, model.test, outcome.printed.level)
    pooled = pooled_by(numbers, outcome.measure, request)
    return Recomputed(label, told(model), pooled.method, pooled.k_informative if pooled.pooled else pooled.k,
                      rounded(pooled.estimate), rounded(pooled.ci_low), rounded(pooled.ci_high),
                      _matches(pooled, outcome.printed), pooled.note)  # fmt: skip


def told(model: Model) -> str:
    """A model in words."""
    if model is OURS:
        return "our default rule"
    names = {
        "mantel-haenszel": "Mantel–Haenszel",
        "common": "common effect, inverse variance",
        "default": "default rule",
    }
    if model.name == "random":
        return f"random effects, {model.tau2}, {model.test}"
    return names.get(model.name, model.name)


def _matches(pooled: Pooled, printed: Printed) -> bool:
    """The recomputed result rounds to the printed one (half a unit of its last decimal, ends included)."""
    pairs = ((pooled.estimate, printed.estimate), (pooled.ci_low, printed.ci_low), (pooled.ci_high, printed.ci_high))
    most = 0.5 * 10.0**-printed.decimals + 1e-9
    return all(mine is not None and abs(mine - theirs) <= most for mine, theirs in pairs)


def _own(description: Description, outcome: Outcome, evidence: Evidence, warehouse: Path) -> tuple[OwnAnswer, ...]:
    """Our own pooled answers for the same organ, outcome and measure, each design apart, in the strata of the paper's
    studies."""
    if outcome.organ is None or outcome.outcome is None:
        return ()
    strata = {evidence.strata.get(one.study_id) for one in description.studies if one.study_id} - {None}
    answer = pool_from(warehouse, outcome.organ, outcome.outcome, Request(outcome.measure))
    return tuple(
        OwnAnswer(
            one.stratum, one.design, one.pooled.k_informative,
            tuple(sorted(one.members[row.study].study for row in one.pooled.studies)),
            rounded(one.pooled.estimate), rounded(one.pooled.ci_low), rounded(one.pooled.ci_high), one.pooled.method,
            one.statement,
        )
        for one in answer.results
        if one.pooled.studies and one.measure == outcome.measure and (not strata or one.stratum in strata)
    )  # fmt: skip


def _differences(
    found: Sequence[Found],
    rows: Sequence[Recomputed],
    own: Sequence[OwnAnswer],
    models: Sequence[Model],
    evidence: Evidence | None,
) -> list[str]:
    """Model, study set and numbers, one after the other."""
    steps = [_step_model(found, rows)]
    lacking = [one.study.name for one in found if one.missing]
    if any(one.ours or one.missing for one in found):
        held = f"{len(found) - len(lacking)} of {len(found)} studies"
        steps.append(f"study set: we hold numbers of {held}" + (f"; not of {', '.join(lacking)}" if lacking else ""))
    ids = {one.study.study_id for one in found}
    extra = sorted({study for one in own for study in one.study_ids} - {one for one in ids if one})
    if extra:
        steps.append(f"study set: with us, not in the paper: {', '.join(extra)}")
    steps += _step_designs(found, evidence)
    steps += [f"numbers: {one.study.name}: {'; '.join(one.remarks)}" for one in found if one.remarks]
    if any(one.ours for one in found) and not any(one.printed for one in found):
        steps.append("numbers: the file has no counts of the paper, so ours can only be compared in size and time")
    shown = {one.model: one for one in rows if one.numbers.startswith("our numbers")}
    mine, theirs = shown.get(told(OURS)), shown.get(told(models[0]))
    if mine and theirs and interval_text(mine) != interval_text(theirs):
        both = f"{theirs.model} gives {interval_text(theirs)}, our default rule {interval_text(mine)}"
        steps.append(f"model: with our numbers {both}")
    return steps


def _step_model(found: Sequence[Found], rows: Sequence[Recomputed]) -> str:
    theirs = [one for one in rows if one.numbers.startswith("the paper's numbers") and "only" not in one.numbers]
    if not theirs:
        return "model: cannot be checked, since the file has no counts of the paper"
    if any(one.printed is None for one in found):
        return "model: checked only on part of the studies, since the file lacks counts of the paper"
    fits = [one.model for one in theirs if one.is_as_printed]
    if fits:
        return f"model: the paper's numbers give the printed result with {' and with '.join(fits)}"
    return "model: no model tried gives the printed result from the paper's numbers"


def _step_print(outcome: Outcome, k: int) -> list[str]:
    """What printed interval and p betray of the model: whether they fit a normal interval, or one on t with k − 1
    degrees as Hartung and Knapp's is."""
    one = outcome.printed
    if one.p is None or k < 2:
        return []
    numbers = (one.estimate, one.ci_low, one.ci_high)
    middle, low, high = numbers if outcome.measure == "risk_difference" else tuple(math.log(each) for each in numbers)
    most = 0.5 * 10.0 ** -_decimals(one.p) + 1e-9
    fits = []
    for df in (None, float(k - 1)):
        se = (high - low) / 2 / quantile(one.level, df)
        fits.append(se > 0 and abs(two_sided(middle / se, df) - one.p) <= most)
    if fits == [True, False]:
        return ["model: the printed interval and p fit a normal interval, not one on t with k − 1 degrees"]
    if fits == [False, True]:
        return ["model: the printed interval and p fit one on t with k − 1 degrees, not a normal interval"]
    return [] if any(fits) else ["model: the printed interval and p fit neither a normal interval nor one on t"]


def _decimals(value: float) -> int:
    """Decimals with which a number was written, as far as a float remembers."""
    exponent = Decimal(str(value)).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _step_designs(found: Sequence[Found], evidence: Evidence | None) -> list[str]:
    """Said where the paper pools designs that we keep apart."""
    groups: dict[str, list[str]] = {}
    for one in found:
        design = evidence.designs.get(one.study.study_id or "") if evidence else None
        if design:
            groups.setdefault(design, []).append(one.study.name)
    if len(groups) < 2:
        return []
    told = "; ".join(f"{design}: {', '.join(names)}" for design, names in sorted(groups.items()))
    return [f"study set: the paper pools designs that we keep apart ({told})"]


def interval_text(one: Recomputed | OwnAnswer) -> str:
    """Estimate and interval for readers: two decimals, large bounds by their size."""
    return (
        "no estimate"
        if one.estimate is None
        else f"{_text(one.estimate)} ({_text(one.ci_low)} to {_text(one.ci_high)})"
    )


def _text(value: float | None) -> str:
    if value is None:
        return "no limit"
    return f"{value:.2f}" if abs(value) < 1000 else f"{value:.3g}"


def _verdict(outcome: Outcome, found: Sequence[Found], rows: Sequence[Recomputed]) -> str:
    paper = [one for one in rows if one.numbers == "the paper's numbers"]
    mine = [one for one in rows if one.numbers == "our numbers"]
    said = []
    if any(one.is_as_printed for one in paper):
        said.append("reproduced from the paper's own numbers")
    elif paper:
        said.append("not reproduced from the paper's own numbers")
    if any(one.is_as_printed for one in mine):
        said.append("reproduced from our evidence")
    elif mine:
        said.append("our evidence gives another result; the differences say why")
    elif outcome.outcome:
        lacking = sum(one.missing is not None for one in found)
        said.append(f"our confirmed numbers do not suffice: {lacking} of {len(found)} studies lack them")
    return "; ".join(said) or "nothing to recompute: neither the paper's numbers nor an outcome of ours are in the file"


def as_object(done: Replay) -> dict[str, Any]:
    """The whole replay as plain values."""
    return {
        "build_id": done.build_id,
        "data_origin": done.data_origin,
        **{name: value for name, value in msgspec.to_builtins(done.description).items() if name != "outcomes"},
        "notes": list(done.notes),
        "outcomes": [_outcome(one) for one in done.outcomes],
    }


def _outcome(one: Replayed) -> dict[str, Any]:
    return {
        **{name: value for name, value in msgspec.to_builtins(one.outcome).items() if name != "arms"},
        "verdict": one.verdict,
        "differences": list(one.differences),
        "missing": list(one.missing),
        "studies": [_study(found) for found in one.studies],
        "recomputed": [asdict(row) for row in one.recomputed],
        "own": [asdict(row) for row in one.own],
    }


def _study(found: Found) -> dict[str, Any]:
    names = ("events_msc", "n_msc", "events_control", "n_control")
    return {
        "study": found.study.name,
        "study_id": found.study.study_id,
        "printed": {name: getattr(found.printed, name) for name in names} if found.printed else None,
        "ours": {name: getattr(found.ours, name) for name in names} if found.ours else None,
        "records": found.ours.shown["records"] if found.ours else None,
        "missing": found.missing,
        "remarks": list(found.remarks),
    }
