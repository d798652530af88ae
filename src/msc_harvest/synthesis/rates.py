"""Events per person-time: exact intervals, pooled rates by a Poisson-normal model, rate ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from msc_harvest.synthesis.binomial_normal import Poisson, as_estimate, maximum_likelihood
from msc_harvest.synthesis.common_effect import common_effect
from msc_harvest.synthesis.decision import not_estimable
from msc_harvest.synthesis.distributions import Mask, Vector
from msc_harvest.synthesis.effect_sizes import StudyEffects
from msc_harvest.synthesis.left_out import left_out, places
from msc_harvest.synthesis.results import Bounds, Estimate

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
    return StudyEffects("rate", tuple(range(len(x))), np.log(filled / t), 1 / filled, places(x == 0))


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
    fit = as_estimate(found, method, len(x), level, "tau² is 0: the common-effect Poisson model")
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
        "IRR", places(kept), effects, (1 / a + 1 / c)[kept], places(kept & edge), left_out(~kept, NO_EVENT)
    )


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
    return common_effect(method, own, estimate, se, level, own.excluded)


def _checked(events: npt.ArrayLike, time: npt.ArrayLike) -> tuple[Vector, Vector]:
    x, t = np.broadcast_arrays(*(np.atleast_1d(np.asarray(one, dtype=float)) for one in (events, time)))
    if np.any(x < 0) or not np.all(t > 0):
        raise ValueError("events must not be negative and time must be positive")
    return x, t
