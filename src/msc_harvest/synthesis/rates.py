"""Events per person-time: exact intervals, pooled rates by a Poisson-normal model, rate ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from msc_harvest.synthesis import heterogeneity
from msc_harvest.synthesis.binomial_normal import Poisson, maximum_likelihood
from msc_harvest.synthesis.decision import not_estimable
from msc_harvest.synthesis.distributions import Mask, Vector, quantile, two_sided
from msc_harvest.synthesis.effect_sizes import StudyEffects
from msc_harvest.synthesis.results import Bounds, Estimate, Excluded

NO_EVENT = "no event in either arm: says nothing about a rate ratio"


def exact_rate(events: float, time: float, level: float = 0.95) -> Bounds:
    """Exact Poisson interval of a rate, per unit of `time`. Source: Garwood F. Biometrika 1936;28:437–442. Raises
    ValueError for negative events or time that is not positive."""
    if events < 0 or not time > 0:
        raise ValueError("events must not be negative and time must be positive")
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(special.gammaincinv(events, tail)) / time
    return Bounds(low, float(special.gammaincinv(events + 1, 1 - tail)) / time)


@dataclass(frozen=True, slots=True)
class PooledRate:
    """A pooled log rate by the Poisson-normal model, with the exact interval of all events over all time (`crude`, on
    the natural scale). `fit.estimate` is None, with the reason, where only the crude rate can be given."""

    fit: Estimate
    crude_rate: float | None
    crude: Bounds
    log_likelihood: float | None = None


def log_rates(events: npt.ArrayLike, time: npt.ArrayLike) -> StudyEffects:
    """Log rate per series with variance 1/events; 0.5 added where there is no event. For sensitivity analyses."""
    x, t = _checked(events, time)
    filled = np.where(x == 0, 0.5, x)
    corrected = tuple(int(i) for i in np.where(x == 0)[0])
    return StudyEffects("rate", tuple(range(len(x))), np.log(filled / t), 1 / filled, corrected)


def poisson_normal(events: npt.ArrayLike, time: npt.ArrayLike, level: float = 0.95) -> PooledRate:
    """Random-intercept Poisson model by exact maximum likelihood.

    Source: Stijnen T, Hamza TH, Özdemir P. Stat Med 2010;29:3046–3067. No event at all, or a single series: the exact
    interval of the total and no model. Standard error above 5 or tau² above 25: not estimable. Raises ValueError for
    impossible numbers.
    """
    x, t = _checked(events, time)
    method = "Poisson-normal GLMM, exact ML"
    if not len(x):
        return PooledRate(Estimate(method, 0, level, reason="no pooled rate: no series"), None, Bounds(None, None))
    total, crude = float(x.sum() / t.sum()), exact_rate(float(x.sum()), float(t.sum()), level)
    if len(x) == 1 or x.sum() == 0:
        why = "one series: described, not pooled" if len(x) == 1 else "no event in any series: exact bound of the total"
        return PooledRate(Estimate(method, len(x), level, reason=why), total, crude)
    in_order = np.lexsort((t, x))
    found = maximum_likelihood(x[in_order], t[in_order], Poisson())
    reason = not_estimable(found.settled, found.se, found.tau**2)
    if reason is not None:
        return PooledRate(Estimate(method, len(x), level, reason=reason), total, crude)
    half = quantile(level) * found.se
    notes = ("tau² is 0: the common-effect Poisson model",) if found.at_boundary else ()
    statistic = found.mu / found.se
    fit = Estimate(
        method, len(x), level, found.mu, found.se, found.mu - half, found.mu + half, statistic, None,
        two_sided(statistic), found.tau**2, warnings=notes,
    )  # fmt: skip
    return PooledRate(fit, total, crude, found.log_likelihood)


def log_rate_ratios(
    events1: npt.ArrayLike, time1: npt.ArrayLike, events2: npt.ArrayLike, time2: npt.ArrayLike
) -> StudyEffects:
    """Log rate ratio per study, treated over control; 0.5 added to both arms where one has no event; studies without
    any event are left out with the reason."""
    (a, t1), (c, t2) = _checked(events1, time1), _checked(events2, time2)
    kept: Mask = (a + c) > 0
    edge = (a == 0) | (c == 0)
    a, c = np.where(edge, a + 0.5, a), np.where(edge, c + 0.5, c)
    effects = np.log((a / t1) / (c / t2))[kept]
    return StudyEffects(
        "IRR", tuple(int(i) for i in np.where(kept)[0]), effects, (1 / a + 1 / c)[kept],
        tuple(int(i) for i in np.where(kept & edge)[0]),
        tuple(Excluded(int(i), NO_EVENT) for i in np.where(~kept)[0]),
    )  # fmt: skip


def mantel_haenszel_rates(
    events1: npt.ArrayLike, time1: npt.ArrayLike, events2: npt.ArrayLike, time2: npt.ArrayLike, level: float = 0.95
) -> Estimate:
    """Common log rate ratio without correction. Source: Greenland S, Robins JM. Biometrics 1985;41:55–68. Where all
    events are in one arm there is no finite ratio: None, and the reason."""
    (a, t1), (c, t2) = _checked(events1, time1), _checked(events2, time2)
    own = log_rate_ratios(a, t1, c, t2)
    method, k = "Mantel–Haenszel rate ratio, no continuity correction", len(own.studies)
    if not k:
        return Estimate(method, 0, level, excluded=own.excluded, reason="no pooled estimate: no event in any study")
    total = t1 + t2
    top, bottom = float((a * t2 / total).sum()), float((c * t1 / total).sum())
    if top == 0 or bottom == 0:
        return Estimate(method, k, level, excluded=own.excluded, reason="no finite rate ratio: all events in one arm")
    estimate = float(np.log(top / bottom))
    se = float(np.sqrt((t1 * t2 * (a + c) / total**2).sum() / (top * bottom)))
    q = float(np.sum((own.effects - estimate) ** 2 / own.variances))
    spread, half = heterogeneity.from_q(q, k - 1), quantile(level) * se
    return Estimate(
        method, k, level, estimate, se, estimate - half, estimate + half, estimate / se, None,
        two_sided(estimate / se), 0.0, spread.q, spread.q_df, spread.q_p, spread.i2_percent, "Q", spread.h2,
        excluded=own.excluded,
    )  # fmt: skip


def _checked(events: npt.ArrayLike, time: npt.ArrayLike) -> tuple[Vector, Vector]:
    x, t = np.broadcast_arrays(*(np.atleast_1d(np.asarray(one, dtype=float)) for one in (events, time)))
    if np.any(x < 0) or not np.all(t > 0):
        raise ValueError("events must not be negative and time must be positive")
    return x, t
