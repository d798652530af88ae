"""How a pooled estimate hangs on its studies: one after another, one left out, and the influence of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from msc_harvest.synthesis import heterogeneity
from msc_harvest.synthesis.distributions import Vector, finite
from msc_harvest.synthesis.random_effects import inverse_variance
from msc_harvest.synthesis.results import Estimate


@dataclass(frozen=True, slots=True)
class Influence:
    """One study's pull. `cook_distance` and `dffits` in standard errors of the mean; None where it cannot be had."""

    study: int
    rstudent: float | None
    dffits: float | None
    cook_distance: float | None
    covariance_ratio: float | None
    tau2_without: float | None
    q_without: float | None
    hat: float
    weight_percent: float


def cumulative(
    effects: npt.ArrayLike,
    variances: npt.ArrayLike,
    tau2_method: str = "REML",
    test: str = "hk-floor",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Pooled after each study, in the order given (by date). Source: Lau J, Antman EM, Jimenez-Silva J, Kupelnick B,
    Mosteller F, Chalmers TC. N Engl J Med 1992;327:248–254."""
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    return tuple(inverse_variance(y[:last], v[:last], tau2_method, test, level) for last in range(1, len(y) + 1))


def leave_one_out(
    effects: npt.ArrayLike,
    variances: npt.ArrayLike,
    tau2_method: str = "REML",
    test: str = "hk-floor",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Pooled without each study in turn. Source: Viechtbauer W, Cheung MW-L. Res Synth Methods 2010;1:112–125. Where
    only one study was there, a result without estimate."""
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    return tuple(inverse_variance(*_without(i, y, v), tau2_method, test, level) for i in range(len(y)))


def influence(effects: npt.ArrayLike, variances: npt.ArrayLike, tau2_method: str = "REML") -> tuple[Influence, ...]:
    """Deletion diagnostics of each study. Source: Viechtbauer W, Cheung MW-L. Res Synth Methods 2010;1:112–125."""
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    if not len(y):
        return ()
    full = heterogeneity.fit(y, v, heterogeneity.ones(y), _tau2(y, v, tau2_method))
    return tuple(_influence_of(i, y, v, full, tau2_method) for i in range(len(y)))


def _influence_of(i: int, y: Vector, v: Vector, full: heterogeneity.LinearFit, tau2_method: str) -> Influence:
    hat = float(full.weights[i] * full.covariance[0, 0])
    if len(y) == 1:
        return Influence(i, None, None, None, None, None, None, hat, 100 * hat)
    rest_y, rest_v = _without(i, y, v)
    tau2 = _tau2(rest_y, rest_v, tau2_method)
    rest = heterogeneity.fit(rest_y, rest_v, heterogeneity.ones(rest_y), tau2)
    moved = float(full.beta[0] - rest.beta[0])
    return Influence(
        i,
        finite(float(y[i] - rest.beta[0]) / float(np.sqrt(v[i] + rest.covariance[0, 0] + tau2))),
        finite(moved / float(np.sqrt(hat * (tau2 + v[i])))),
        finite(moved**2 / float(full.covariance[0, 0])),
        finite(float(rest.covariance[0, 0] / full.covariance[0, 0])),
        tau2,
        heterogeneity.fit(rest_y, rest_v, heterogeneity.ones(rest_y), 0.0).q,
        hat,
        100 * hat,
    )


def _tau2(y: Vector, v: Vector, method: str) -> float:
    return heterogeneity.estimate(y, v, heterogeneity.ones(y), method).value


def _without(i: int, y: Vector, v: Vector) -> tuple[Vector, Vector]:
    return np.delete(y, i), np.delete(v, i)
