"""Peto's one-step odds ratio, with its warnings."""

from __future__ import annotations

import numpy as np

from msc_harvest.synthesis.common_effect import common_effect
from msc_harvest.synthesis.decision import peto_warnings
from msc_harvest.synthesis.effect_sizes import StudyEffects, Tables, silent
from msc_harvest.synthesis.left_out import places
from msc_harvest.synthesis.mantel_haenszel import hypergeometric
from msc_harvest.synthesis.results import Estimate


def peto_effects(counts: Tables) -> StudyEffects:
    """One-step log odds ratio of each informative study and its variance (Yusuf 1985, see `peto`)."""
    kept = counts.bearing("OR")
    observed, expected, variance = hypergeometric(counts.take(kept))
    return StudyEffects("Peto OR", places(kept), (observed - expected) / variance, 1 / variance, (), silent(counts))


def peto(counts: Tables, level: float = 0.95) -> Estimate:
    """Common log odds ratio by the one-step method; no correction of empty cells.

    Source: Yusuf S, Peto R, Lewis J, Collins R, Sleight P. Prog Cardiovasc Dis 1985;27:335–371. Biased unless events
    are rare, arms balanced and the effect small: warnings say which of the three does not hold (`decision`).
    """
    used = counts.take(counts.bearing("OR")).in_order()
    own = peto_effects(used)
    method, excluded = "Peto odds ratio, one step", silent(counts)
    if not own.studies:
        return Estimate(method, 0, level, excluded=excluded, reason="no pooled estimate: no informative study")
    information = 1 / own.variances
    estimate = float((own.effects * information).sum() / information.sum())
    se = float(1 / np.sqrt(information.sum()))
    return common_effect(method, own, estimate, se, level, excluded, peto_warnings(used, estimate))
