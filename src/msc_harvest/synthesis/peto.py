"""Peto's one-step odds ratio, with its warnings."""

from __future__ import annotations

import numpy as np

from msc_harvest.synthesis import heterogeneity
from msc_harvest.synthesis.decision import peto_warnings
from msc_harvest.synthesis.distributions import quantile, two_sided
from msc_harvest.synthesis.effect_sizes import DOUBLE_ZERO, StudyEffects, Tables
from msc_harvest.synthesis.mantel_haenszel import hypergeometric
from msc_harvest.synthesis.results import Estimate, Excluded


def peto_effects(counts: Tables) -> StudyEffects:
    """One-step log odds ratio of each informative study and its variance (Yusuf 1985, see `peto`)."""
    kept = ~counts.one_outcome_only
    observed, expected, variance = hypergeometric(counts.take(kept))
    excluded = tuple(Excluded(int(i), DOUBLE_ZERO) for i in np.where(~kept)[0])
    studies = tuple(int(i) for i in np.where(kept)[0])
    return StudyEffects("Peto OR", studies, (observed - expected) / variance, 1 / variance, (), excluded)


def peto(counts: Tables, level: float = 0.95) -> Estimate:
    """Common log odds ratio by the one-step method; no correction of empty cells.

    Source: Yusuf S, Peto R, Lewis J, Collins R, Sleight P. Prog Cardiovasc Dis 1985;27:335–371. Biased unless events
    are rare, arms balanced and the effect small: warnings say which of the three does not hold (`decision`).
    """
    excluded = peto_effects(counts).excluded
    used = counts.take(~counts.one_outcome_only).in_order()
    own = peto_effects(used)
    method = "Peto odds ratio, one step"
    if not own.studies:
        return Estimate(method, 0, level, excluded=excluded, reason="no pooled estimate: no informative study")
    information = 1 / own.variances
    estimate = float((own.effects * information).sum() / information.sum())
    se = float(1 / np.sqrt(information.sum()))
    q = float((information * (own.effects - estimate) ** 2).sum())
    spread = heterogeneity.from_q(q, len(own.studies) - 1)
    half = quantile(level) * se
    return Estimate(
        method, len(own.studies), level, estimate, se, estimate - half, estimate + half, estimate / se, None,
        two_sided(estimate / se), 0.0, spread.q, spread.q_df, spread.q_p, spread.i2_percent, "Q", spread.h2, None,
        excluded, peto_warnings(used, estimate),
    )  # fmt: skip
