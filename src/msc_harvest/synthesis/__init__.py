"""Meta-analysis as pure functions of numbers. This package knows no tables and no outcomes.

Public face (each returns a frozen `Pooled`, with words where there is nothing to pool):

* `pool_single_arm(events, n)` – proportion over single-arm series; `pool_rates(events, time)` – rate per person-time
* `pool_two_arm(events_1, n_1, events_0, n_0, measure)` – risk ratio, odds ratio, risk difference
* `pool_means(…)` – mean difference, standardised; `pool_generic(effect, variance)` – given effects
* `combine_arms(events, at_risk)` – several arms as one, so that a shared control counts once
* `interpretation(pooled, names)` – the answer in sentences
* `grade_imprecision(pooled, baseline_risk, thresholds)` – GRADE's levels for imprecision

The methods themselves, on the scale of the analysis, each by its module (`from msc_harvest.synthesis.peto import
peto`); counts go in as `effect_sizes.tables`, one effect per study comes from `effect_sizes.binary`,
`effect_sizes.continuous`, `effect_sizes.proportion`, `rates.log_rates`, `rates.log_rate_ratios`:

* one proportion: `proportion.clopper_pearson`, `proportion.wilson`, both in `single_arm.series`; the difference of two:
  `proportion.score_difference`; one rate: `rates.exact_rate`
* single arms: `single_arm.binomial_normal`, `single_arm.crude_pooled`; for sensitivity `single_arm.two_step`,
  `beta_binomial.beta_binomial`; rates: `rates.poisson_normal`
* two arms: `mantel_haenszel.mantel_haenszel` (RR, OR, RD), `mantel_haenszel.cochran_mantel_haenszel` (its test),
  `peto.peto`, `exact_odds.exact_odds`; rates: `rates.mantel_haenszel_rates`
* inverse variance: `random_effects.inverse_variance` (REML, PM, DL, common effect; z, t, Hartung–Knapp with or without
  floor), `random_effects.prediction_interval`, `random_effects.sample_size_weighted`; `heterogeneity.q_profile`,
  `heterogeneity.describe`
* structure: `subgroups.subgroups`, `regression.meta_regression`, `sensitivity.cumulative`,
  `sensitivity.leave_one_out`, `sensitivity.influence`; small studies: `asymmetry.egger`,
  `asymmetry.egger_random_effects`, `asymmetry.harbord`, `asymmetry.peters`, `trim_and_fill.trim_and_fill`; not for
  conclusions: `sequential.boundaries`

The rules and thresholds: `decision`. Beside it: `agreement.cohen_kappa`, `classification.Tally`. Names are loaded when
first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from msc_harvest.synthesis.effect_sizes import combine_arms
    from msc_harvest.synthesis.imprecision import Absolute, Imprecision, absolute_effect, grade_imprecision
    from msc_harvest.synthesis.pooling import pool_generic, pool_means, pool_two_arm
    from msc_harvest.synthesis.pooling_single import pool_rates, pool_single_arm
    from msc_harvest.synthesis.results import Alternative, Excluded, Pooled, StudyResult
    from msc_harvest.synthesis.sentences import Names, interpretation

WHERE = {
    "Absolute": "imprecision", "Imprecision": "imprecision", "absolute_effect": "imprecision",
    "combine_arms": "effect_sizes", "grade_imprecision": "imprecision",
    "Alternative": "results", "Excluded": "results", "Pooled": "results", "StudyResult": "results",
    "pool_generic": "pooling", "pool_means": "pooling", "pool_two_arm": "pooling",
    "pool_rates": "pooling_single", "pool_single_arm": "pooling_single",
    "Names": "sentences", "interpretation": "sentences",
}  # fmt: skip

__all__ = [
    "Absolute",
    "Alternative",
    "Excluded",
    "Imprecision",
    "Names",
    "Pooled",
    "StudyResult",
    "absolute_effect",
    "combine_arms",
    "grade_imprecision",
    "interpretation",
    "pool_generic",
    "pool_means",
    "pool_rates",
    "pool_single_arm",
    "pool_two_arm",
]


def __getattr__(name: str) -> Any:
    if name in WHERE:
        return getattr(importlib.import_module(f"msc_harvest.synthesis.{WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
