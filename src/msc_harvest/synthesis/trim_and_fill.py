"""Trim and fill: how many studies one side of a funnel would lack, and what they would change. Exploratory only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from msc_harvest.synthesis import heterogeneity
from msc_harvest.synthesis.distributions import Vector
from msc_harvest.synthesis.random_effects import inverse_variance
from msc_harvest.synthesis.results import Estimate

EXPLORATORY = "exploratory: trim and fill assumes that asymmetry is due to unpublished studies; not for conclusions"
MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class TrimmedAndFilled:
    """`missing` studies on the `side` ("left" or "right") of the funnel, and the estimate with their mirror images
    filled in, from `effects` and `variances` (observed first); None, with the reason, where it was not done."""

    missing: int | None
    side: str | None
    filled: Estimate | None
    effects: Vector | None = None
    variances: Vector | None = None
    warning: str = EXPLORATORY
    reason: str | None = None


def trim_and_fill(
    effects: npt.ArrayLike, variances: npt.ArrayLike, tau2_method: str = "REML", test: str = "z", level: float = 0.95
) -> TrimmedAndFilled:
    """Number of missing studies by the estimator L0, on the side to which the regression on the standard error points.

    Source: Duval S, Tweedie R. Biometrics 2000;56:455–463 and J Am Stat Assoc 2000;95:89–98; side as in metafor's
    `trimfill`. Refused below three studies.
    """
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    if len(y) < 3:
        return TrimmedAndFilled(None, None, None, reason=f"not done: {len(y)} studies, at least 3 are needed")
    side = "right" if _slope(y, v, tau2_method) < 0 else "left"
    order = np.argsort(-y if side == "right" else y, kind="stable")
    ranked, spread = (-y if side == "right" else y)[order], v[order]
    missing, mean = _missing(ranked, spread, tau2_method)
    mirrored = 2 * mean - ranked[len(y) - missing :]
    added = -mirrored if side == "right" else mirrored
    all_effects, all_variances = np.concatenate([y, added]), np.concatenate([v, spread[len(y) - missing :]])
    filled = inverse_variance(all_effects, all_variances, tau2_method, test, level)
    return TrimmedAndFilled(missing, side, filled, all_effects, all_variances)


def _slope(y: Vector, v: Vector, tau2_method: str) -> float:
    x = np.column_stack([np.ones(len(y)), np.sqrt(v)])
    if np.linalg.matrix_rank(x) < 2:
        return 0.0
    return float(heterogeneity.fit(y, v, x, heterogeneity.estimate(y, v, x, tau2_method).value).beta[1])


def _missing(y: Vector, v: Vector, tau2_method: str) -> tuple[int, float]:
    """Trim the rightmost studies until their number settles; the number and the mean of what is left."""
    k, missing, mean = len(y), 0, 0.0
    for _ in range(MOST_ROUNDS):
        left = slice(0, k - missing)
        one = heterogeneity.ones(y[left])
        tau2 = heterogeneity.estimate(y[left], v[left], one, tau2_method).value
        mean = float(heterogeneity.fit(y[left], v[left], one, tau2).beta[0])
        away = y - mean
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(away), kind="stable")] = np.arange(1, k + 1)
        found = max(0, round(float((4 * ranks[away > 0].sum() - k * (k + 1)) / (2 * k - 1))))
        if found == missing:
            break
        missing = found
    return missing, mean
