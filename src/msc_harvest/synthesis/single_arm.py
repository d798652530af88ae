"""Pooled proportions of single-arm series: the exact model first, the crude total beside it, the rest for show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from msc_harvest.synthesis.binomial_normal import Maximum, as_estimate, maximum_likelihood
from msc_harvest.synthesis.decision import few, not_estimable, single_arm
from msc_harvest.synthesis.distributions import Vector, expit, limits
from msc_harvest.synthesis.effect_sizes import proportion
from msc_harvest.synthesis.left_out import left_out
from msc_harvest.synthesis.proportion import clopper_pearson, wilson
from msc_harvest.synthesis.random_effects import inverse_variance, prediction_interval
from msc_harvest.synthesis.results import Bounds, Estimate, Excluded

GLMM = "binomial-normal GLMM, exact ML"
SENSITIVITY = "for sensitivity only: two-step methods mislead with few events or small series"


@dataclass(frozen=True, slots=True)
class Series:
    """One proportion, 0–1: exact (Clopper–Pearson) and Wilson intervals. `note` marks 0 and all events."""

    events: int
    at_risk: int
    estimate: float
    exact: Bounds
    wilson: Bounds
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PooledProportion:
    """A pooled proportion, 0–1, with its model on the logit scale in `model` (None where nothing was modelled).

    `wald` rests on the normal distribution, `t` on k − 1 degrees of freedom; `prediction` is for a new series. `crude`
    is the exact interval of all events over all participants. Where nothing could be pooled `estimate` is None and
    `reason` says why; `lowest` and `highest` are the range of the series.
    """

    method: str
    k: int
    events: int
    participants: int
    estimate: float | None
    wald: Bounds
    t: Bounds
    prediction: Bounds
    crude: Series | None
    model: Estimate | None = None
    log_likelihood: float | None = None
    lowest: float | None = None
    highest: float | None = None
    excluded: tuple[Excluded, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str | None = None


def series(events: int, at_risk: int, level: float = 0.95) -> Series:
    """One series. Source: Clopper & Pearson 1934; Wilson 1927; see `proportion`. Raises ValueError for impossible
    counts."""
    exact = [float(one) for one in clopper_pearson(events, at_risk, level)]
    score = [float(one) for one in wilson(events, at_risk, level)]
    note = None
    if events in (0, at_risk):
        # one-sided bound at the same level: (1 − level)^(1/n) (Hanley JA, Lippman-Hand A. JAMA 1983;249:1743–1745)
        bound = (1 - level) ** (1 / at_risk)
        side = f"none seen: one-sided {100 * level:g} % upper bound {100 * (1 - bound):.1f} %"
        note = side if events == 0 else f"all seen: one-sided {100 * level:g} % lower bound {100 * bound:.1f} %"
    return Series(
        int(events), int(at_risk), events / at_risk, Bounds(exact[0], exact[1]), Bounds(score[0], score[1]), note
    )


def crude_pooled(events: npt.ArrayLike, at_risk: npt.ArrayLike, level: float = 0.95) -> Series:
    """All events over all participants with the exact interval (Clopper & Pearson 1934), as if of one series."""
    return series(int(np.sum(np.asarray(events))), int(np.sum(np.asarray(at_risk))), level)


def binomial_normal(events: npt.ArrayLike, at_risk: npt.ArrayLike, level: float = 0.95) -> PooledProportion:
    """Random-intercept logistic model by exact maximum likelihood (binomial-normal GLMM), with its fallbacks.

    Source: Stijnen T, Hamza TH, Özdemir P. Stat Med 2010;29:3046–3067; choice and flags after Lin L, Chu H. Health Sci
    Rep 2020;3:e178. No or only events: the crude total with its exact interval. One series: its own exact interval.
    tau² = 0: the common-effect logistic model, said so. Standard error above 5 or tau² above 25: not estimable, only
    the range. Fewer than 10 events or 50 participants: a warning. Prediction interval: t with k − 1 degrees. Raises
    ValueError for impossible counts.
    """
    x, n = np.atleast_1d(np.asarray(events, dtype=float)), np.atleast_1d(np.asarray(at_risk, dtype=float))
    if x.shape != n.shape or np.any(n < 0) or np.any(x < 0) or np.any(x > n):
        raise ValueError("events must lie between 0 and at_risk, one of each per series")
    excluded = left_out(n < 1, "nobody at risk")
    x, n = x[n >= 1], n[n >= 1]
    in_order = np.lexsort((n, x))
    x, n = x[in_order], n[in_order]
    found = _by_rule(x, n, level)
    return replace(found, excluded=excluded)


def _by_rule(x: Vector, n: Vector, level: float) -> PooledProportion:
    rule = single_arm(x, n)
    if rule.model == "none":
        none = Bounds(None, None, None, rule.why)
        why = f"no pooled estimate: {rule.why}"
        return PooledProportion("none", 0, 0, 0, None, none, none, none, None, reason=why)
    if rule.model == "described":
        alone = _crude_only(x, n, level, "one series, exact", rule.why)
        return replace(alone, model=_logit_of_one(x[0], n[0], level)) if 0 < x[0] < n[0] else alone
    if rule.model == "crude":
        return _crude_only(x, n, level, "crude total, exact", rule.why)
    found = maximum_likelihood(x, n)
    reason = not_estimable(found.settled, found.se, found.tau**2)
    if reason is not None:
        return replace(_unmodelled(x, n, level, GLMM, reason), reason=reason)
    return _modelled(x, n, level, found)


def _logit_of_one(x: float, n: float, level: float) -> Estimate:
    estimate, se = float(np.log(x / (n - x))), float(np.sqrt(1 / x + 1 / (n - x)))
    return Estimate("logit of one series", 1, level, estimate, se, *limits(estimate, se, level), tau2=0.0)


def _unmodelled(x: Vector, n: Vector, level: float, method: str, why: str | None = None) -> PooledProportion:
    """Totals, crude interval, range and flags: what can be said of any series; no estimate and no intervals."""
    none = Bounds(None, None, None, why)
    return PooledProportion(
        method, len(x), int(x.sum()), int(n.sum()), None, none, none, none, crude_pooled(x, n, level),
        lowest=float((x / n).min()), highest=float((x / n).max()), warnings=few(float(x.sum()), float(n.sum())),
    )  # fmt: skip


def _crude_only(x: Vector, n: Vector, level: float, method: str, note: str) -> PooledProportion:
    base, crude = _unmodelled(x, n, level, method, note), crude_pooled(x, n, level)
    exact = replace(crude.exact, note=note)
    said = (note, *(() if crude.note is None else (crude.note,)))
    return replace(base, estimate=crude.estimate, wald=exact, t=exact, warnings=(*said, *base.warnings))


def _modelled(x: Vector, n: Vector, level: float, found: Maximum) -> PooledProportion:
    base = _unmodelled(x, n, level, GLMM)
    model = as_estimate(found, GLMM, len(x), level, "tau² is 0: the common-effect logistic model")
    return replace(
        base, estimate=expit(found.mu), wald=_back(Bounds(model.ci_low, model.ci_high)),
        t=_back(Bounds(*limits(found.mu, found.se, level, len(x) - 1), len(x) - 1.0)),
        prediction=_back(prediction_interval(model)), model=model, log_likelihood=found.log_likelihood,
        warnings=(*model.warnings, *base.warnings),
    )  # fmt: skip


def _back(bounds: Bounds) -> Bounds:
    low, high = (None if one is None else expit(one) for one in (bounds.low, bounds.high))
    return Bounds(low, high, bounds.df, bounds.note)


def two_step(
    events: npt.ArrayLike, at_risk: npt.ArrayLike, measure: str = "logit", tau2_method: str = "REML",
    test: str = "hk-floor", level: float = 0.95,
) -> PooledProportion:  # fmt: skip
    """Sensitivity only: inverse variance of logits, or of Freeman–Tukey arcsines back-transformed at the harmonic mean.

    Source: Miller JJ. Am Stat 1978;32:138 (back-transformation); against it Schwarzer G, Chemaitelly H, Abu-Raddad LJ,
    Rücker G. Res Synth Methods 2019;10:476–483. `wald` and `t` hold the interval of `test`.
    """
    own = proportion(events, at_risk, measure)
    x, n = np.atleast_1d(np.asarray(events, dtype=float)), np.atleast_1d(np.asarray(at_risk, dtype=float))
    model = inverse_variance(own.effects, own.variances, tau2_method, test, level)
    method = f"{measure}, {model.method} ({SENSITIVITY})"
    if model.estimate is None or model.ci_low is None or model.ci_high is None:
        none = Bounds(None, None, None, model.reason)
        return PooledProportion(method, 0, 0, 0, None, none, none, none, None, model, reason=model.reason)
    mean = float(1 / np.mean(1 / n))

    def back(value: float) -> float:
        return expit(value) if measure == "logit" else freeman_tukey_back(value, mean)

    bounds = Bounds(back(model.ci_low), back(model.ci_high), model.df)
    ahead = prediction_interval(model)
    future = (
        ahead if ahead.low is None or ahead.high is None else replace(ahead, low=back(ahead.low), high=back(ahead.high))
    )
    base = _unmodelled(x, n, level, method)
    return replace(
        base, estimate=back(model.estimate), wald=bounds, t=bounds, prediction=future, model=model,
        warnings=(SENSITIVITY, *model.warnings, *base.warnings),
    )  # fmt: skip


def freeman_tukey_back(value: float, n: float) -> float:
    """Proportion whose double arcsine is `value` in a series of `n` (Miller 1978), 0 or 1 beyond its range."""
    least = 0.5 * float(np.arcsin(np.sqrt(1 / (n + 1))))
    most = 0.5 * float(np.arcsin(np.sqrt(n / (n + 1))) + np.pi / 2)
    if value <= least or value >= most:
        return 0.0 if value <= least else 1.0
    sine = float(np.sin(2 * value))
    inner = max(0.0, 1 - (sine + (sine - 1 / sine) / n) ** 2)
    return float(0.5 * (1 - np.sign(np.cos(2 * value)) * np.sqrt(inner)))
