"""Pooled estimates reckoned in other ways: one row of synth.sensitivity_run per estimate and scenario.

SQL says which studies stand in each scenario and by which method they are pooled; the methods are those of the package
`synthesis`. Rounded to 12 significant digits, so that the same rows give the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from msc_harvest.pipeline.estimating.pools import PROPORTION, RATIOS_AND_DIFFERENCES, Member, pool_one, rounded, total
from msc_harvest.synthesis import Pooled, pool_generic, pool_two_arm
from msc_harvest.synthesis.effect_sizes import binary, tables
from msc_harvest.synthesis.single_arm import binomial_normal

SIDES = ("n_events_msc", "n_at_risk_msc", "n_events_control", "n_at_risk_control")
WALD = "wald"
DEFAULT = "default"

_RUN = {
    **dict.fromkeys(("estimate_id", "scenario", "left_out_study_id", "measure", "method"), pl.String),
    **dict.fromkeys(("k", "k_informative", "n"), pl.Int64),
    **dict.fromkeys(("estimate", "ci_low", "ci_high"), pl.Float64),
    **dict.fromkeys(("n_silent_studies", "n_silent_people"), pl.Int64),
    "note": pl.String,
}


def sensitivity_runs(asked: pl.DataFrame) -> pl.DataFrame:
    """Rows of synth.sensitivity_run.

    `asked` has estimate_id, scenario, left_out_study_id, measure (as the package synthesis names it), model, tau2,
    test, empty_cells, is_by_default_rule, n_silent_studies, n_silent_people, note, and members (study_id with counts or
    means). `measure` of the answer is the one that was estimated: where only an exact odds ratio can be had, that.
    """
    ordered = asked.sort("estimate_id", "scenario", "left_out_study_id", nulls_last=False)
    known: dict[str, Pooled] = {}
    return pl.DataFrame((_row(one, known) for one in ordered.iter_rows(named=True)), schema=_RUN)


def _row(asked: dict[str, Any], known: dict[str, Pooled]) -> dict[str, Any]:
    """One row of the answer. `known` holds what has been pooled: several scenarios may ask for the same."""
    members = [one for one in asked["members"] or () if one is not None]
    if asked["empty_cells"] == "left_out":
        members = [one for one in members if not _has_empty_cell(one)]
    key = repr([members, *(asked[name] for name in ("measure", "model", "tau2", "test", "empty_cells"))])
    if key not in known:
        known[key] = pooled_as(members, asked)
    found = known[key]
    told = found.warnings if not asked["is_by_default_rule"] and asked["measure"] != PROPORTION else ()
    notes = dict.fromkeys(one for one in (asked["note"], found.note, *told) if one)
    sides = ("n_at_risk_msc",) if asked["measure"] == PROPORTION else ("n_at_risk_msc", "n_at_risk_control")
    return {
        **{name: asked[name] for name in ("estimate_id", "scenario", "left_out_study_id")},
        "measure": found.measure,
        "method": found.method,
        "k": found.k,
        "k_informative": found.k_informative,
        "n": sum(total(members, name) or 0 for name in sides),
        **{name: rounded(getattr(found, name)) for name in ("estimate", "ci_low", "ci_high")},
        **{name: asked[name] for name in ("n_silent_studies", "n_silent_people")},
        "note": "; ".join(notes) or None,
    }


def pooled_as(members: Sequence[Member], asked: Member) -> Pooled:
    """`members` pooled by the measure, model, estimator, interval and treatment of empty cells that `asked` names.

    Raises ValueError for names the package synthesis does not know.
    """
    measure, model = asked["measure"], asked["model"]
    if measure == PROPORTION and model in (DEFAULT, WALD):
        return _proportion(members, with_t=model == DEFAULT)
    if measure in RATIOS_AND_DIFFERENCES:
        if asked["empty_cells"] == "double_zeros_kept":
            return _with_double_zeros(members, measure, asked)
        if asked["empty_cells"] == "treatment_arm":
            a, n1, c, n0 = ([float(one[name]) for one in members] for name in SIDES)
            return pool_two_arm(a, n1, c, n0, measure, model, asked["tau2"], asked["test"], "treatment-arm")
    return pool_one(members, measure, model, asked["tau2"], asked["test"])


def _proportion(members: Sequence[Member], *, with_t: bool) -> Pooled:
    """The default model by itself, as `synthesis.pool_single_arm` tells it, without its alternatives, which take most
    of its time."""
    events, sizes = ([float(one[name]) for one in members] for name in SIDES[:2])
    found = binomial_normal(events, sizes)
    bounds = found.t if with_t and found.model is not None and found.k > 1 else found.wald
    interval = "" if found.model is None or found.k < 2 else ", t interval" if with_t else ", normal interval"
    return Pooled(
        f"{found.method}{interval}", PROPORTION, "", found.k > 1 and found.estimate is not None, found.k, found.k,
        estimate=found.estimate, ci_low=bounds.low, ci_high=bounds.high, warnings=found.warnings,
        note="one series: described, not pooled" if found.k == 1 else found.reason,
    )  # fmt: skip


def _with_double_zeros(members: Sequence[Member], measure: str, asked: Member) -> Pooled:
    """Inverse variance with 0.5 in every cell also of the studies in which nobody, or everybody, had the event."""
    own = binary(tables(*([float(one[name]) for one in members] for name in SIDES)), measure, keep_double_zero=True)
    found = pool_generic(own.effects, own.variances, measure, asked["model"], asked["tau2"], asked["test"])
    return replace(found, method=f"{found.method}; double zeros kept with 0.5")


def _has_empty_cell(member: Member) -> bool:
    a, n1, c, n0 = (int(member[name]) for name in SIDES)
    return 0 in (a, n1 - a, c, n0 - c)
