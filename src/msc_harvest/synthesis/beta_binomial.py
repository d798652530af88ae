"""Pooled proportion by the beta-binomial model: a sensitivity analysis beside the binomial-normal one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from msc_harvest.synthesis.climbing import climb
from msc_harvest.synthesis.decision import not_estimable, single_arm
from msc_harvest.synthesis.distributions import Vector, limits
from msc_harvest.synthesis.results import Estimate

METHOD = "beta-binomial, maximum likelihood (sensitivity)"
BINOMIAL_FROM = 14.0
STEP = 1e-4


def beta_binomial(events: npt.ArrayLike, at_risk: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Logit of the mean proportion when each series' proportion comes from a beta distribution; normal interval.

    Source: Griffiths DA. Biometrics 1973;29:637–648. Other than the
    binomial-normal model it estimates the mean, not the median, of the series' proportions. No model, with the reason,
    where no or only events were seen, or of a single series. Raises ValueError for impossible counts.
    """
    x, n = np.atleast_1d(np.asarray(events, dtype=float)), np.atleast_1d(np.asarray(at_risk, dtype=float))
    if x.shape != n.shape or np.any(x < 0) or np.any(x > n):
        raise ValueError("events must lie between 0 and at_risk, one of each per series")
    x, n = x[n >= 1], n[n >= 1]
    rule = single_arm(x, n)
    if rule.model != "glmm":
        return Estimate(METHOD, len(x), level, reason=f"no model: {rule.why}")
    in_order = np.lexsort((n, x))
    mean, se, binomial = _fit(x[in_order], n[in_order])
    reason = not_estimable(se is not None, se or 0.0, 0.0)
    if se is None or reason is not None:
        return Estimate(METHOD, len(x), level, reason=reason)
    notes = ("no spread beyond chance: the binomial model",) if binomial else ()
    return Estimate(METHOD, len(x), level, mean, se, *limits(mean, se, level), warnings=notes)


def _fit(x: Vector, n: Vector) -> tuple[float, float | None, bool]:
    """Logit of the mean, its error (None: no maximum found), and whether the spread vanished."""

    def at(place: Vector) -> tuple[float, Vector, Vector]:
        value, slope = _log_likelihood(x, n, float(place[0]), float(place[1]))
        rows = []
        for move in (np.array([STEP, 0.0]), np.array([0.0, STEP])):
            ahead, behind = place + move, place - move
            change = _log_likelihood(x, n, *map(float, ahead))[1] - _log_likelihood(x, n, *map(float, behind))[1]
            rows.append(-change / (2 * STEP))
        return value, slope, (np.array(rows) + np.array(rows).T) / 2

    risk = float(x.sum() / n.sum())
    flat, low, high = float(special.logit(risk)), np.array([-40.0, -10.0]), np.array([40.0, BINOMIAL_FROM + 1])
    best, height = max((climb(at, np.array([flat, size]), low, high) for size in (1.0, 4.0)), key=lambda one: one[1])
    alone = float((x * np.log(risk) + (n - x) * np.log1p(-risk) + _choose(x, n)).sum())
    if float(best[1]) > BINOMIAL_FROM or height <= alone + 1e-9:
        return flat, float(1 / np.sqrt(n.sum() * risk * (1 - risk))), True
    information = at(best)[2]
    if not (information[0, 0] > 0 and np.linalg.det(information) > 0):
        return float(best[0]), None, False
    return float(best[0]), float(np.sqrt(np.linalg.inv(information)[0, 0])), False


def _log_likelihood(x: Vector, n: Vector, logit: float, log_size: float) -> tuple[float, Vector]:
    """Log-likelihood and its slope in the logit of the mean and the log of the size (a + b of the beta)."""
    size, risk = float(np.exp(log_size)), float(special.expit(logit))
    a, b = size * risk, size * float(special.expit(-logit))
    value = float((_choose(x, n) + special.betaln(x + a, n - x + b) - special.betaln(a, b)).sum())
    both = special.digamma(n + size) - special.digamma(size)
    by_a = float((special.digamma(x + a) - special.digamma(a) - both).sum())
    by_b = float((special.digamma(n - x + b) - special.digamma(b) - both).sum())
    return value, np.array([(by_a - by_b) * size * risk * (1 - risk), by_a * a + by_b * b])


def _choose(x: Vector, n: Vector) -> Vector:
    found: Vector = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return found
