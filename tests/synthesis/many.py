"""The default interval of two arms for thousands of drawn sets of trials at once, and the intervals it is made of.

The same rule as `pool_two_arm` follows (`decision.two_arm`, `decision.sparse`), on arrays of draws × trials instead of
one set after another, so that a cell of the coverage table can have ten thousand draws. That both give the same numbers
is tested (`test_coverage.py`). A ratio's trial that says nothing has weight 0; NaN: no such interval of this draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from msc_harvest.synthesis import decision, heterogeneity
from msc_harvest.synthesis.effect_sizes import tables
from msc_harvest.synthesis.exact_odds import exact_odds

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
LEVEL = 0.975
SCORINGS = 100
SETTLED = 1e-9
FAR = 1e3
TINY = 1e-30


@dataclass(frozen=True, slots=True)
class Many:
    """Draws × trials: events and patients of the treated arm (1) and of the control arm (2)."""

    events1: Array
    n1: Array
    events2: Array
    n2: Array

    def arms(self) -> tuple[Array, Array, Array, Array]:
        """Events and others of the treated arm, then of the control arm."""
        return self.events1, self.n1 - self.events1, self.events2, self.n2 - self.events2


@dataclass(frozen=True, slots=True)
class Interval:
    """Limits per draw, on the scale of the analysis."""

    low: Array
    high: Array

    def where(self, mask: Mask) -> Interval:
        """These limits where `mask` holds, none elsewhere."""
        return Interval(np.where(mask, self.low, np.nan), np.where(mask, self.high, np.nan))

    def or_else(self, other: Interval, mask: Mask) -> Interval:
        """These limits, but those of `other` where `mask` holds."""
        return Interval(np.where(mask, other.low, self.low), np.where(mask, other.high, self.high))

    def hull(self, other: Interval) -> Interval:
        """From the lower of both low limits to the higher of both high ones."""
        return Interval(np.fmin(self.low, other.low), np.fmax(self.high, other.high))


@dataclass(frozen=True, slots=True)
class Shown:
    """Per draw: the default interval, whether it was widened, the same before widening, the intervals compared with it,
    and, for differences, the default as it were without regard to skewness."""

    default: Interval
    widened: Mask
    before: Interval
    floor: Interval
    size: Interval
    common: Interval
    straight: Interval


def intervals(drawn: Many, measure: str) -> Shown:
    """All intervals of `measure` (OR, RR or RD); none where the rule refuses or describes one trial."""
    y, v = effects(drawn, measure, "half")
    used = bearing(drawn, measure)
    rule = rules(drawn, measure, used)
    k = used.sum(axis=1)
    pooled = k > 1
    tau2 = reml(y, v, used)
    floor = hartung_knapp(y, v, used, tau2)
    y_arm, v_arm = effects(drawn, measure, "treatment-arm")
    tau2_arm = reml(y_arm, v_arm, used)
    straight, leaning = by_size(y_arm, v_arm, used, tau2_arm, drawn)
    estimate, se = mantel_haenszel(drawn, measure, used)
    common = spread(estimate, se, np.full(len(k), ndtri(LEVEL)))
    before = floor.or_else(spread(estimate, se, stdtrit(np.maximum(k - 1.0, 1.0), LEVEL)), rule == "mantel-haenszel")
    before = before.or_else(exact(drawn, rule == "exact"), rule == "exact")
    before = before.where(np.isin(rule, ("random", "mantel-haenszel", "exact")))
    sparse = few_in_an_arm(drawn, used).any(axis=1) & pooled & np.isin(rule, ("random", "mantel-haenszel"))
    if measure != "RD":
        sparse &= (rule == "random") | (tau2_arm > 0)
    size = leaning if measure == "RD" else straight
    return Shown(
        before.or_else(before.hull(size), sparse), sparse, before, floor.where(pooled & (rule != "none")),
        straight.where(pooled & (rule != "none")), common.where(pooled & (rule != "none")),
        before.or_else(before.hull(straight), sparse),
    )  # fmt: skip


def bearing(drawn: Many, measure: str) -> Mask:
    """Trials that bear on the estimate."""
    a, b, c, d = drawn.arms()
    return np.ones(a.shape, dtype=bool) if measure == "RD" else (a + c > 0) & (b + d > 0)


def few_in_an_arm(drawn: Many, used: Mask) -> Mask:
    """Trials with a cell below `decision.SPARSE_CELL`."""
    found: Mask = (np.minimum.reduce(drawn.arms()) < decision.SPARSE_CELL) & used
    return found


def rules(drawn: Many, measure: str, used: Mask) -> npt.NDArray[np.str_]:
    """The model of `decision.two_arm` per draw."""
    a, b, c, d = (np.where(used, one, 0.0) for one in drawn.arms())
    events, total = (a + c).sum(axis=1), (a + b + c + d).sum(axis=1)
    k = used.sum(axis=1)
    rare = (events < decision.FEW_EVENTS) | (events < decision.RARE * total)
    rare &= few_in_an_arm(drawn, used).any(axis=1)
    one_sided = (a.sum(axis=1) == 0) | (c.sum(axis=1) == 0)
    if measure == "OR":
        one_sided = ((a * d).sum(axis=1) == 0) | ((b * c).sum(axis=1) == 0)
    if measure == "RD":
        one_sided = np.zeros(len(k), dtype=bool)
    nothing = (k == 0) | (events == 0) | (events == total)
    names = ("none", "described", "exact", "mantel-haenszel")
    return np.select([nothing, k == 1, one_sided, rare], names, "random")


def effects(drawn: Many, measure: str, correction: str) -> tuple[Array, Array]:
    """Effects and variances, all cells of a trial with an empty one corrected as in `effect_sizes.binary`."""
    a, b, c, d = drawn.arms()
    empty = np.minimum.reduce(drawn.arms()) == 0
    share = drawn.n1 / (drawn.n1 + drawn.n2) if correction == "treatment-arm" else np.full(a.shape, 0.5)
    add1, add2 = np.where(empty, share, 0.0), np.where(empty, 1 - share, 0.0)
    a, b, c, d = a + add1, b + add1, c + add2, d + add2
    n1, n2 = a + b, c + d
    if measure == "OR":
        return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    if measure == "RR":
        return np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def reml(y: Array, v: Array, used: Mask) -> Array:
    """REML tau² by Fisher scoring from Hedges' estimate, steps below 0 halved, and 0 where the likelihood is higher
    there; by the program's own search where scoring does not settle."""
    k = used.sum(axis=1)
    mean = np.where(used, y, 0.0).sum(axis=1) / np.maximum(k, 1)
    around = np.where(used, (y - mean[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(k - 1, 1)
    tau2: Array = np.maximum(0.0, around - np.where(used, v, 0.0).sum(axis=1) / np.maximum(k, 1))
    least = 1e-9 * np.where(used, v, np.inf).min(axis=1)
    moving = np.where(k > 1)[0]
    for _ in range(SCORINGS):
        if not len(moving):
            break
        old = tau2[moving]
        step = _step(y[moving], v[moving], used[moving], old)
        while np.any(old + step < 0):
            step = np.where(old + step < 0, step / 2, step)
        tau2[moving] = old + step
        moving = moving[(np.abs(step) > SETTLED * tau2[moving]) & (tau2[moving] > least[moving])]
    for i in moving:
        tau2[i] = heterogeneity.reml(y[i][used[i]], v[i][used[i]], heterogeneity.ones(y[i][used[i]])).value
    at_zero = _likelihood(y, v, used, np.zeros(len(k))) > _likelihood(y, v, used, tau2) + 1e-10
    return np.where(at_zero | (k < 2) | (tau2 <= least), 0.0, tau2)


def _weights(v: Array, used: Mask, tau2: Array) -> Array:
    return np.where(used, 1 / (v + tau2[:, None]), 0.0)


def _step(y: Array, v: Array, used: Mask, tau2: Array) -> Array:
    w = _weights(v, used, tau2)
    total, second, third = w.sum(axis=1), (w**2).sum(axis=1), (w**3).sum(axis=1)
    mean = (w * y).sum(axis=1) / total
    slope = (w**2 * (y - mean[:, None]) ** 2).sum(axis=1) - total + second / total
    found: Array = slope / (second - 2 * third / total + (second / total) ** 2)
    return found


def _likelihood(y: Array, v: Array, used: Mask, tau2: Array) -> Array:
    w = _weights(v, used, tau2)
    total = np.maximum(w.sum(axis=1), 1e-300)
    mean = (w * y).sum(axis=1) / total
    logs = np.log(np.where(used, w, 1.0)).sum(axis=1)
    found: Array = 0.5 * (logs - np.log(total) - (w * (y - mean[:, None]) ** 2).sum(axis=1))
    return found


def hartung_knapp(y: Array, v: Array, used: Mask, tau2: Array) -> Interval:
    """Random effects, Hartung–Knapp with floor."""
    w = _weights(v, used, tau2)
    total, df = np.maximum(w.sum(axis=1), 1e-300), np.maximum(used.sum(axis=1) - 1.0, 1.0)
    mean = (w * y).sum(axis=1) / total
    factor = np.maximum(1.0, (w * (y - mean[:, None]) ** 2).sum(axis=1) / df)
    return spread(mean, np.sqrt(factor / total), stdtrit(df, LEVEL))


def by_size(y: Array, v: Array, used: Mask, tau2: Array, drawn: Many) -> tuple[Interval, Interval]:
    """Mean weighted by sizes with t, and the same with its limits moved outward for skewness."""
    size = np.where(used, drawn.n1 * drawn.n2 / (drawn.n1 + drawn.n2), 0.0)
    w = size / np.maximum(size.sum(axis=1, keepdims=True), 1e-300)
    mean, k = (w * y).sum(axis=1), used.sum(axis=1)
    df = np.maximum(k - 1.0, 1.0)
    away = np.where(used, y - mean[:, None], 0.0)
    around = (w * away**2).sum(axis=1)
    se = np.sqrt(np.maximum(around / df, (w**2 * np.where(used, v + tau2[:, None], 0.0)).sum(axis=1)))
    third = np.where(around > TINY, (w * away**3).sum(axis=1) / np.maximum(around, TINY) ** 1.5, 0.0)
    lean = np.where(k > 2, third * np.sqrt((w**2).sum(axis=1)) * (2 * ndtri(LEVEL) ** 2 + 1) / 6, 0.0)
    t = stdtrit(df, LEVEL)
    below, above = t + np.maximum(0.0, -lean), t + np.maximum(0.0, lean)
    return spread(mean, se, t), Interval(mean - below * se, mean + above * se)


def mantel_haenszel(drawn: Many, measure: str, used: Mask) -> tuple[Array, Array]:
    """Mantel–Haenszel estimate and standard error; NaN where there is none."""
    a, b, c, d = (np.where(used, one, 0.0) for one in drawn.arms())
    n1, n2 = a + b, c + d
    n = np.maximum(n1 + n2, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "OR":
            p, q, r, s = (a + d) / n, (b + c) / n, a * d / n, b * c / n
            top, bottom = r.sum(axis=1), s.sum(axis=1)
            variance = (p * r).sum(axis=1) / top**2 + (q * s).sum(axis=1) / bottom**2
            variance = (variance + (p * s + q * r).sum(axis=1) / (top * bottom)) / 2
            return np.log(top / bottom), np.sqrt(variance)
        if measure == "RR":
            top, bottom = (a * n2 / n).sum(axis=1), (c * n1 / n).sum(axis=1)
            variance = (n1 * n2 * (a + c) / n**2 - a * c / n).sum(axis=1) / (top * bottom)
            return np.log(top / bottom), np.sqrt(variance)
        weight = (n1 * n2 / n).sum(axis=1)
        estimate = ((a * n2 - c * n1) / n).sum(axis=1) / weight
        first = ((c * n1**2 - a * n2**2) / n**2 + n1 * n2 * (n2 - n1) / n**2 / 2).sum(axis=1)
        second = ((a * d + b * c) / n).sum(axis=1) / 2
        return estimate, np.sqrt(np.maximum(estimate * first + second, 0.0)) / weight


def spread(middle: Array, se: Array, by: Array) -> Interval:
    """`middle` ± `by` standard errors."""
    with np.errstate(invalid="ignore"):
        return Interval(middle - by * se, middle + by * se)


def exact(drawn: Many, which: Mask) -> Interval:
    """Exact conditional bounds as logarithms, for the draws in `which`; −1e3 or 1e3 where one is 0 or missing."""
    low, high = np.full(len(which), np.nan), np.full(len(which), np.nan)
    for i in np.where(which)[0]:
        found = exact_odds(tables(drawn.events1[i], drawn.n1[i], drawn.events2[i], drawn.n2[i]))
        low[i] = np.log(found.ci_low) if found.ci_low else -FAR
        high[i] = np.log(found.ci_high) if found.ci_high else FAR
    return Interval(low, high)
