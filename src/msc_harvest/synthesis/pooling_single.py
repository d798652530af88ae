"""The public way to a pooled proportion of single-arm series, and to a pooled rate per person-time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from msc_harvest.synthesis import decision
from msc_harvest.synthesis.beta_binomial import beta_binomial
from msc_harvest.synthesis.decision import Decision
from msc_harvest.synthesis.distributions import Vector
from msc_harvest.synthesis.left_out import left_out, places
from msc_harvest.synthesis.presenting import alternative, answer, natural, shown_ahead, without_answer
from msc_harvest.synthesis.random_effects import inverse_variance
from msc_harvest.synthesis.rates import exact_rate, log_rates, poisson_normal
from msc_harvest.synthesis.results import Alternative, Bounds, Excluded, Pooled, StudyResult
from msc_harvest.synthesis.single_arm import PooledProportion, binomial_normal, crude_pooled, series, two_step

NOT_REPORTED = "events or number at risk not reported"
NO_TIME = "events or person-time not reported"
EXACT = "exact (Clopper–Pearson)"
EXACT_RATE = "exact (Poisson)"
GLMM = "t with {df:g} degrees of freedom, on the logit scale"


def pool_single_arm(events: npt.ArrayLike, n: npt.ArrayLike, model: str = "default", level: float = 0.95) -> Pooled:
    """Proportion with the event over single-arm series.

    `model`: "default" follows `decision.single_arm` (exact binomial-normal model with t interval; crude total with
    exact bounds where nobody or everybody had the event; one series described). "crude", "logit", "freeman-tukey" and
    "beta-binomial" are for sensitivity. `alternatives` hold the Wald interval, the crude total and those. A series not
    reported (NaN, nobody at risk) is left out with the reason. Raises ValueError for an unknown model and impossible
    counts.
    """
    if model not in decision.SINGLE_ARM_MODELS:
        raise ValueError(f"model must be one of {', '.join(decision.SINGLE_ARM_MODELS)}")
    x, size, kept, excluded = _usable(events, n)
    rule = decision.single_arm(x, size)
    if rule.model == "none":
        return replace(without_answer("proportion", rule, level, excluded), scale="logit", n=0, events=0)
    found = binomial_normal(x, size, level)
    if model == "default" or rule.model in ("described", "crude"):
        told = _told(found, rule, level)
    else:
        told = _asked(model, x, size, level)
    rows = tuple(_row(place, int(a), int(b), level) for place, a, b in zip(kept, x, size, strict=True))
    return replace(
        told, n=int(size.sum()), events=int(x.sum()), studies=rows, excluded=excluded,
        lowest=found.lowest, highest=found.highest, alternatives=_alternatives(found, x, size, level),
    )  # fmt: skip


def _told(found: PooledProportion, rule: Decision, level: float) -> Pooled:
    model = found.model if rule.model == "glmm" else None
    modelled = model is not None
    bounds = found.t if modelled else found.wald
    ahead = shown_ahead(found.prediction, found.k, "k-1")
    kind = EXACT if rule.model != "glmm" else GLMM.format(df=bounds.df) if bounds.df else None
    return Pooled(
        found.method, "proportion", rule.why, rule.model != "described" and found.estimate is not None, found.k,
        found.k,
        estimate=found.estimate, ci_low=bounds.low, ci_high=bounds.high, interval=kind, level=level, scale="logit",
        scaled_estimate=model.estimate if model else None, scaled_se=model.se if model else None,
        scaled_ci_low=_logit(bounds.low) if modelled else None,
        scaled_ci_high=_logit(bounds.high) if modelled else None, tau2=model.tau2 if model else None,
        pi_low=ahead.low, pi_high=ahead.high, pi_df=ahead.df, pi_note=ahead.note,
        warnings=found.warnings, note=rule.why if rule.model == "described" else found.reason,
    )  # fmt: skip


def _asked(model: str, x: Vector, n: Vector, level: float) -> Pooled:
    """A model asked for by name; all of them are for sensitivity."""
    rule = Decision(model, f"model asked for: {model}")
    base = Pooled(model, "proportion", rule.why, True, len(x), len(x), level=level, scale="logit",
                  warnings=decision.few(float(x.sum()), float(n.sum())))  # fmt: skip
    if model == "crude":
        one = crude_pooled(x, n, level)
        method = "crude total, exact; the spread between series is not allowed for"
        return replace(base, method=method, estimate=one.estimate, ci_low=one.exact.low, ci_high=one.exact.high,
                       interval=EXACT, pi_note="no prediction interval: the model has no spread")  # fmt: skip
    if model == "beta-binomial":
        fit = beta_binomial(x, n, level)
        low, middle, high = (natural(one, "logit") for one in (fit.ci_low, fit.estimate, fit.ci_high))
        return replace(base, method=fit.method, pooled=middle is not None, estimate=middle, ci_low=low, ci_high=high,
                       interval="normal (Wald), on the logit scale", note=fit.reason,
                       warnings=(*base.warnings, *fit.warnings), pi_note="no prediction interval offered")  # fmt: skip
    found = two_step(x, n, model, level=level)
    kind = "Hartung–Knapp with floor, back-transformed"
    return replace(
        base, method=found.method, estimate=found.estimate, ci_low=found.wald.low, ci_high=found.wald.high,
        interval=kind, scale="logit" if model == "logit" else "arcsine", warnings=found.warnings,
        pi_note="no prediction interval from a sensitivity analysis", tau2=found.model.tau2 if found.model else None,
    )  # fmt: skip


def _alternatives(found: PooledProportion, x: Vector, n: Vector, level: float) -> tuple[Alternative, ...]:
    crude = crude_pooled(x, n, level)
    rows = [Alternative("crude total, exact", crude.estimate, crude.exact.low, crude.exact.high)]
    if found.model is not None and len(x) > 1:
        rows.append(Alternative(f"{found.method}, normal (Wald)", found.estimate, found.wald.low, found.wald.high))
    if len(x) > 1:
        rows.append(alternative(beta_binomial(x, n, level), "logit"))
        for measure in ("logit", "freeman-tukey"):
            one = two_step(x, n, measure, level=level)
            rows.append(Alternative(one.method, one.estimate, one.wald.low, one.wald.high))
    return tuple(rows)


def _row(place: int, events: int, n: int, level: float) -> StudyResult:
    one = series(events, n, level)
    return StudyResult(place, one.estimate, one.exact.low, one.exact.high, None, one.note, EXACT)


def _logit(value: float | None) -> float | None:
    return None if value is None or not 0 < value < 1 else float(np.log(value / (1 - value)))


def _usable(events: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Vector, Vector, tuple[int, ...], tuple[Excluded, ...]]:
    x, size = (np.atleast_1d(np.asarray(one, dtype=float)) for one in (events, n))
    if x.shape != size.shape:
        raise ValueError("one number at risk per number of events is needed")
    keep = np.isfinite(x + size) & (size >= 1)
    if np.any(x[keep] < 0) or np.any(x[keep] > size[keep]):
        raise ValueError("events must lie between 0 and the number at risk")
    return x[keep], size[keep], places(keep), left_out(~keep, NOT_REPORTED)


def pool_rates(events: npt.ArrayLike, time: npt.ArrayLike, model: str = "default", level: float = 0.95) -> Pooled:
    """Events per unit of `time` (person-time) over single-arm series: Poisson-normal model, or the exact Poisson
    interval of the total where no event was seen or one series stands alone; "random": inverse variance of log rates,
    for sensitivity. A series not reported is left out with the reason. Raises ValueError for an unknown model."""
    if model not in ("default", "random"):
        raise ValueError("model must be default or random")
    x, t = (np.atleast_1d(np.asarray(one, dtype=float)) for one in (events, time))
    keep = np.isfinite(x + t) & (t > 0)
    kept, excluded = places(keep), left_out(~keep, NO_TIME)
    x, t = x[keep], t[keep]
    rule = decision.generic(len(x))
    if rule.model == "none":
        return replace(
            without_answer("rate", Decision("none", "no series with events and time"), level), excluded=excluded
        )
    told = _rate(x, t, rule, model, level)
    rows = tuple(
        StudyResult(place, float(a / b), *_pair(exact_rate(float(a), float(b), level)), interval=EXACT_RATE)
        for place, a, b in zip(kept, x, t, strict=True)
    )
    seen = [float(one) for one in x / t]
    return replace(told, events=int(x.sum()), studies=rows, excluded=excluded, lowest=min(seen), highest=max(seen),
                   k=len(x), k_informative=len(x))  # fmt: skip


def _rate(x: Vector, t: Vector, rule: Decision, model: str, level: float) -> Pooled:
    own = log_rates(x, t)
    if model == "random" and rule.model == "random":
        fit = inverse_variance(own.effects, own.variances, level=level)
        asked = Decision("random", "model asked for: random (sensitivity)")
        return answer(fit, "rate", asked, own, 1 / (own.variances + (fit.tau2 or 0.0)), None, "k-1")
    found = poisson_normal(x, t, level)
    if found.fit.estimate is None and "not estimable" not in (found.fit.reason or ""):
        base = answer(found.fit, "rate", rule, own, None, None, None)
        return replace(
            base, method="crude rate, exact Poisson", situation=found.fit.reason or rule.why, pooled=len(x) > 1,
            estimate=found.crude_rate, ci_low=found.crude.low, ci_high=found.crude.high, interval=EXACT_RATE,
            note=found.fit.reason if len(x) == 1 else None, warnings=(found.fit.reason or "",),
        )  # fmt: skip
    why = Decision("glmm", f"{len(x)} series with events: Poisson-normal model")
    return answer(found.fit, "rate", why, own, None, None, "k-1")


def _pair(bounds: Bounds) -> tuple[float | None, float | None]:
    return bounds.low, bounds.high
