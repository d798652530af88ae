"""Between-study variance: its estimators, its interval, Q, I² and H².

All take effects `y`, sampling variances `v` and a design `x` (studies × coefficients); a column of ones is the plain
random-effects model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from msc_harvest.synthesis.distributions import Vector, chi2_quantile, chi2_upper
from msc_harvest.synthesis.results import Bounds

ESTIMATORS = ("REML", "PM", "DL", "FE")
SCORINGS = 20
CEILING = 1e15


@dataclass(frozen=True, slots=True)
class LinearFit:
    """Weighted least squares at a given tau²: coefficients, their covariance, weights, residuals, generalised Q."""

    beta: Vector
    covariance: Vector
    weights: Vector
    residuals: Vector
    q: float


@dataclass(frozen=True, slots=True)
class Tau2:
    """An estimate of the between-study variance, with warnings in words."""

    value: float
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's Q with its degrees and p, and I² (per cent) and H² from tau² or from Q, as `basis` says."""

    q: float
    q_df: int
    q_p: float
    i2_percent: float
    h2: float
    basis: str


def ones(y: Vector) -> Vector:
    """The design of a model with one mean."""
    return np.ones((len(y), 1))


def fit(y: Vector, v: Vector, x: Vector, tau2: float) -> LinearFit:
    """Weighted least squares with weights 1/(v + tau²)."""
    w = 1 / (v + tau2)
    covariance = np.linalg.inv(x.T @ (w[:, None] * x)).astype(np.float64)
    beta = covariance @ (x.T @ (w * y))
    residuals = y - x @ beta
    return LinearFit(beta, covariance, w, residuals, float(np.sum(w * residuals**2)))


def estimate(y: Vector, v: Vector, x: Vector, method: str) -> Tau2:
    """tau² by `method`: REML, PM (Paule–Mandel), DL (DerSimonian–Laird), or FE (0: common effect).

    Raises ValueError for another method. With no residual degree of freedom tau² is 0.
    """
    if method not in ESTIMATORS:
        raise ValueError(f"unknown estimator of tau²: {method}; one of {', '.join(ESTIMATORS)}")
    if method == "FE" or len(y) <= x.shape[1]:
        return Tau2(0.0, method)
    if method == "DL":
        return Tau2(dersimonian_laird(y, v, x), method)
    return Tau2(paule_mandel(y, v, x), method) if method == "PM" else reml(y, v, x)


def dersimonian_laird(y: Vector, v: Vector, x: Vector) -> float:
    """Moment estimator, truncated at 0. Source: DerSimonian R, Laird N. Control Clin Trials 1986;7:177–188; with
    covariates Raudenbush SW, in Cooper & Hedges (ed.), The Handbook of Research Synthesis, 1994."""
    at_zero = fit(y, v, x, 0.0)
    excess = at_zero.q - (len(y) - x.shape[1])
    return max(0.0, float(excess) / _trace_p(at_zero.weights, x, at_zero.covariance))


def paule_mandel(y: Vector, v: Vector, x: Vector) -> float:
    """The tau² at which the generalised Q equals its degrees of freedom, or 0. Source: Paule RC, Mandel J. J Res Natl
    Bur Stand 1982;87:377–385."""
    found = _where_q_is(y, v, x, float(len(y) - x.shape[1]))
    return 0.0 if found is None else found


def reml(y: Vector, v: Vector, x: Vector) -> Tau2:
    """Restricted maximum likelihood by Fisher scoring from the unweighted moment estimate, truncated at 0.

    Source: Viechtbauer W. J Educ Behav Stat 2005;30:261–293. The likelihood at 0 is compared as well; where a scan
    finds a higher maximum elsewhere, a warning names it. Should scoring not settle, the scan's maximum is taken.
    """
    found = _score(y, v, x)
    warnings: tuple[str, ...] = ()
    peak, height = _scan(y, v, x, found)
    if found is None:
        return Tau2(peak, "REML", ("REML scoring did not settle; tau² is the maximum of a scan of the likelihood",))
    here = restricted_log_likelihood(y, v, x, found)
    at_zero = restricted_log_likelihood(y, v, x, 0.0)
    if at_zero > here + 1e-10:
        found, here = 0.0, at_zero
    if height > here + 1e-4:
        warnings = (f"the restricted likelihood has another, higher maximum near tau² {peak:.3g}",)
    return Tau2(found, "REML", warnings)


def restricted_log_likelihood(y: Vector, v: Vector, x: Vector, tau2: float) -> float:
    """Restricted log-likelihood at tau², up to a constant (Viechtbauer 2005, see `reml`)."""
    at = fit(y, v, x, tau2)
    _, log_det = np.linalg.slogdet(at.covariance)
    return float(0.5 * np.sum(np.log(at.weights)) + 0.5 * log_det - 0.5 * at.q)


def typical_variance(v: Vector, x: Vector) -> float:
    """The 'typical' sampling variance. Source: Higgins JPT, Thompson SG. Stat Med 2002;21:1539–1558, eq. 9."""
    at_zero = fit(np.zeros(len(v)), v, x, 0.0)
    return float((len(v) - x.shape[1]) / _trace_p(at_zero.weights, x, at_zero.covariance))


def describe(y: Vector, v: Vector, x: Vector, tau2: float, basis: str) -> Heterogeneity:
    """Q, I² and H². `basis` "tau2": I² = tau²/(tau² + typical variance); "Q": I² = (Q − df)/Q, not below 0.

    Source: Cochran WG. Biometrics 1954;10:101–129; Higgins JPT, Thompson SG. Stat Med 2002;21:1539–1558.
    """
    df = len(y) - x.shape[1]
    if df < 1:
        return Heterogeneity(0.0, 0, 1.0, 0.0, 1.0, basis)
    q = fit(y, v, x, 0.0).q
    if basis == "tau2":
        typical = typical_variance(v, x)
        return Heterogeneity(q, df, chi2_upper(q, df), 100 * tau2 / (tau2 + typical), tau2 / typical + 1, basis)
    return from_q(q, df)


def from_q(q: float, df: int) -> Heterogeneity:
    """I² and H² from Q alone (Higgins & Thompson 2002)."""
    if df < 1:
        return Heterogeneity(0.0, 0, 1.0, 0.0, 1.0, "Q")
    i2 = 100 * max(0.0, (q - df) / q) if q > 0 else 0.0
    return Heterogeneity(q, df, chi2_upper(q, df), i2, q / df, "Q")


def q_profile(y: Vector, v: Vector, x: Vector | None = None, level: float = 0.95) -> Bounds:
    """Q-profile interval of tau². Source: Viechtbauer W. Stat Med 2007;26:37–52.

    With fewer than one residual degree of freedom both bounds are None. Where even tau² = 0 leaves less spread than
    chance would, both are 0 and the note says so.
    """
    design = ones(y) if x is None else x
    df = len(y) - design.shape[1]
    if df < 1:
        return Bounds(None, None, None, f"no interval for tau² from {len(y)} studies")
    tail = (1 - level) / 2
    low = _where_q_is(y, v, design, chi2_quantile(1 - tail, df))
    high = _where_q_is(y, v, design, chi2_quantile(tail, df))
    if high is None:
        return Bounds(0.0, 0.0, df, "the effects agree more closely than chance would have it: the interval is empty")
    return Bounds(low or 0.0, high, df)


def _where_q_is(y: Vector, v: Vector, x: Vector, target: float) -> float | None:
    """The tau² ≥ 0 at which the generalised Q falls to `target`; None when it is below it at 0 already."""
    from scipy.optimize import brentq

    def above(tau2: float) -> float:
        return fit(y, v, x, tau2).q - target

    if above(0.0) < 0:
        return None
    high = float(np.max(v) + np.var(y) + 1e-12)
    while above(high) > 0 and high < CEILING:
        high *= 4
    return float(brentq(above, 0.0, high, xtol=1e-300, rtol=1e-15, maxiter=1000)) if high < CEILING else CEILING


def _trace_p(w: Vector, x: Vector, covariance: Vector) -> float:
    """Trace of P = W − WX(X'WX)⁻¹X'W."""
    return float(np.sum(w) - np.sum(covariance * (x.T @ (w[:, None] ** 2 * x))))


def _hedges(y: Vector, v: Vector, x: Vector) -> float:
    """Unweighted moment estimate, truncated at 0. Source: Hedges LV, Olkin I. Statistical Methods for Meta-Analysis,
    1985."""
    hat = x @ np.linalg.pinv(x)
    rest = y - hat @ y
    return max(0.0, float((rest @ rest - np.sum((1 - np.diag(hat)) * v)) / (len(y) - x.shape[1])))


def _score(y: Vector, v: Vector, x: Vector) -> float | None:
    """Fisher scoring for REML, its last steps by root search; None when no maximum is found below the ceiling."""
    tau2 = _hedges(y, v, x)
    for _ in range(SCORINGS):
        slope, information = _slope(y, v, x, tau2)
        if not information > 0:  # weights so uneven that the information is lost to rounding
            return None
        step = slope / information
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= 1e-14 * tau2:
            break
    return _settle(y, v, x, tau2)


def _slope(y: Vector, v: Vector, x: Vector, tau2: float) -> tuple[float, float]:
    """Twice the slope of the restricted likelihood in tau², and twice its expected information."""
    at = fit(y, v, x, tau2)
    w, m = at.weights, at.covariance
    second = x.T @ (w[:, None] ** 2 * x)
    third = x.T @ (w[:, None] ** 3 * x)
    ms = m @ second
    slope = float(np.sum((w * at.residuals) ** 2) - np.sum(w) + np.trace(ms))
    return slope, float(np.sum(w**2) - 2 * np.trace(m @ third) + np.trace(ms @ ms))


def _settle(y: Vector, v: Vector, x: Vector, start: float) -> float | None:
    """The stationary point uphill from `start`, or 0 where the likelihood falls all the way from 0."""
    from scipy.optimize import brentq

    def slope(tau2: float) -> float:
        return _slope(y, v, x, tau2)[0]

    least = 1e-12 * float(np.min(v))
    low = high = max(start, least)
    factor = 1 + 1e-7
    if slope(low) > 0:
        while slope(high) > 0:
            low, high, factor = high, high * factor, min(factor**2, 2.0)
            if high > CEILING:
                return None
    else:
        while slope(low) <= 0:
            if low <= least:
                return 0.0
            high, low, factor = low, low / factor, min(factor**2, 2.0)
    return float(brentq(slope, low, high, xtol=1e-300, rtol=1e-15, maxiter=500))


def _scan(y: Vector, v: Vector, x: Vector, known: float | None) -> tuple[float, float]:
    """Highest restricted likelihood on a grid of tau², refined: where, and how high. A peak beside the `known` one is
    taken for it."""
    from scipy.optimize import minimize_scalar

    top = 10 * float(np.max(v) + np.var(y))
    grid = np.concatenate([[0.0], np.geomspace(float(np.min(v)) * 1e-3, top, 40)])
    heights = _heights(y, v, x, grid)
    best = int(np.argmax(heights))
    if best == 0:
        return 0.0, float(heights[0])
    around = (float(grid[best - 1]), float(grid[min(best + 1, len(grid) - 1)]))
    if known is not None and around[0] <= known <= around[1]:
        return known, float(heights[best])

    def minus(tau2: float) -> float:
        return -restricted_log_likelihood(y, v, x, tau2)

    refined = minimize_scalar(minus, bounds=around, method="bounded", options={"xatol": 1e-12})
    return float(refined.x), -float(refined.fun)


def _heights(y: Vector, v: Vector, x: Vector, grid: Vector) -> Vector:
    """Restricted log-likelihood at each tau² of the grid."""
    if x.shape[1] > 1:
        return np.array([restricted_log_likelihood(y, v, x, float(one)) for one in grid])
    w = 1 / (v[None, :] + grid[:, None])
    total = (w * x[:, 0] ** 2).sum(axis=1)
    mean = (w * x[:, 0] * y).sum(axis=1) / total
    q = (w * (y[None, :] - mean[:, None] * x[:, 0]) ** 2).sum(axis=1)
    found: Vector = 0.5 * (np.log(w).sum(axis=1) - np.log(total) - q)
    return found
