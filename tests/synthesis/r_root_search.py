"""R's root search for exact odds ratios, to show that the file's last digits are the search's and not the method's.

R's `fisher.test` and `mantelhaen.test(exact = TRUE)` look for the odds ratio, or for its reciprocal, between 0 and 1 with
`uniroot` at its default tolerance, the fourth root of the machine epsilon (1.22e-4). Run on the same distribution, that
search must give the same digits; the program itself solves to full precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from msc_harvest.synthesis.effect_sizes import Tables
from msc_harvest.synthesis.exact_odds import conditional_distribution

EPSILON = float(np.finfo(float).eps)
TOLERANCE = EPSILON**0.25
TAIL = 0.025


def brent(f: Callable[[float], float], low: float, high: float, tolerance: float = TOLERANCE) -> float:
    """Zero of f by Brent's method (Brent RP. Algorithms for Minimization without Derivatives, 1973, ch. 4)."""
    old, best = low, high
    f_old, f_best = f(old), f(best)
    other, f_other = old, f_old
    if f_old == 0:
        return old
    for _ in range(1000):
        before = best - old
        if abs(f_other) < abs(f_best):
            old, best, other = best, other, best
            f_old, f_best, f_other = f_best, f_other, f_best
        least = 2 * EPSILON * abs(best) + tolerance / 2
        step = (other - best) / 2
        if abs(step) <= least or f_best == 0:
            break
        if abs(before) >= least and abs(f_old) > abs(f_best):
            step = _interpolated(step, before, least, (old, best, other), (f_old, f_best, f_other))
        if abs(step) < least:
            step = math.copysign(least, step)
        old, f_old = best, f_best
        best += step
        f_best = f(best)
        if (f_best > 0) == (f_other > 0) and f_best != 0:
            other, f_other = old, f_old
    return best


def _interpolated(
    bisection: float, before: float, least: float, x: tuple[float, float, float], f: tuple[float, float, float]
) -> float:
    """The step by secant or inverse quadratic interpolation where it stays well inside, else half the bracket."""
    width = x[2] - x[1]
    if x[0] == x[2]:
        ratio = f[1] / f[0]
        top, bottom = width * ratio, 1 - ratio
    else:
        u, r, s = f[0] / f[2], f[1] / f[2], f[1] / f[0]
        top = s * (width * u * (u - r) - (x[1] - x[0]) * (r - 1))
        bottom = (u - 1) * (r - 1) * (s - 1)
    if top > 0:
        bottom = -bottom
    else:
        top = -top
    inside = top < 0.75 * width * bottom - abs(least * bottom) / 2 and top < abs(before * bottom / 2)
    return top / bottom if inside else bisection


def as_r_finds_it(t: Tables) -> tuple[float | None, float, float | None]:
    """Estimate, lower and upper bound of the common odds ratio with R's search; None where R says Inf."""
    support, log_weights = conditional_distribution(t)
    seen = float(t.events1.sum())

    def mass(odds: float) -> np.ndarray:
        if odds == 0:
            return (support == support[0]).astype(float)
        logs = log_weights + math.log(odds) * support
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())

    def mean(odds: float) -> float:
        return float((support * mass(odds)).sum()) - seen

    def lower(odds: float) -> float:
        return float(mass(odds)[support <= seen].sum()) - TAIL

    def upper(odds: float) -> float:
        return float(mass(odds)[support >= seen].sum()) - TAIL

    least, most = seen == support[0], seen == support[-1]
    estimate = 0.0 if least else None if most else _search(mean, rising=True)
    return (
        estimate,
        0.0 if least else _search(upper, rising=True),
        None if most else _search(lower, rising=False),
    )


def _search(f: Callable[[float], float], rising: bool) -> float:
    at_one = f(1.0)
    if at_one == 0:
        return 1.0
    if (at_one > 0) == rising:
        return brent(f, 0.0, 1.0)
    return 1 / brent(lambda reciprocal: f(1 / reciprocal), EPSILON, 1.0)
