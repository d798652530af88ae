"""A common effect that one formula gives for all studies, as an estimate with its interval, test and heterogeneity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from msc_harvest.synthesis import heterogeneity
from msc_harvest.synthesis.distributions import limits, two_sided
from msc_harvest.synthesis.effect_sizes import StudyEffects
from msc_harvest.synthesis.results import Estimate, Excluded


def common_effect(
    method: str, own: StudyEffects, estimate: float, se: float, level: float, excluded: Sequence[Excluded],
    warnings: Sequence[str] = (),
) -> Estimate:  # fmt: skip
    """`estimate` with normal interval and test; Q and I² of the studies' `own` effects around it, tau² 0 (Cochran WG.
    Biometrics 1954;10:101–129). A standard error of 0 is no error known: then there is neither interval nor test."""
    k = len(own.studies)
    spread = heterogeneity.from_q(float(np.sum((own.effects - estimate) ** 2 / own.variances)), k - 1)
    known = se > 0
    low, high = limits(estimate, se, level)
    return Estimate(
        method, k, level, estimate, se if known else None, low if known else None, high if known else None,
        estimate / se if known else None, None, two_sided(estimate / se) if known else None, 0.0,
        spread.q, spread.q_df, spread.q_p, spread.i2_percent, "Q", spread.h2, None, tuple(excluded), tuple(warnings),
    )  # fmt: skip
