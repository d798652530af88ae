"""From the scale of an analysis to an answer: natural scale, study rows with weights, intervals named in words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from msc_harvest.synthesis import decision, heterogeneity
from msc_harvest.synthesis.decision import Decision
from msc_harvest.synthesis.distributions import Vector, expit, quantile
from msc_harvest.synthesis.effect_sizes import StudyEffects
from msc_harvest.synthesis.random_effects import prediction_interval
from msc_harvest.synthesis.results import Alternative, Bounds, Estimate, Excluded, Pooled, StudyResult

RATIOS = ("RR", "OR", "HR", "IRR")
LOG_RATES = ("rate",)
LARGEST = 700.0
WIDENED = "widened to take in sample-size weights"
LARGE_SAMPLE = "normal, on the scale of the analysis"
SCORE = "score interval (Newcombe 1998)"
CUT = "the interval went beyond what a difference of risks can be, and is cut at 100 percentage points"
BEYOND = "a limit of the interval is too large to be a number worth printing"


def scale_of(measure: str) -> str:
    """Scale on which `measure` is analysed: log for ratios and rates, logit for proportions, else as it is."""
    if measure in RATIOS or measure in LOG_RATES:
        return "log"
    return "logit" if measure == "proportion" else "identity"


def natural(value: float | None, scale: str) -> float | None:
    """`value` on the natural scale; None where it is missing or beyond what a number can hold."""
    if value is None or not math.isfinite(value):
        return None
    if scale == "log":
        return math.exp(value) if value < LARGEST else None
    return expit(value) if scale == "logit" else float(value)


def alternative(fit: Estimate, scale: str) -> Alternative:
    """A fit as one row of alternatives."""
    return Alternative(fit.method, *(natural(one, scale) for one in (fit.estimate, fit.ci_low, fit.ci_high)))


def without_answer(measure: str, rule: Decision, level: float, excluded: tuple[Excluded, ...] = ()) -> Pooled:
    """Nothing to pool, with the reason in words."""
    return Pooled(
        "none", measure, rule.why, False, 0, 0, level=level, scale=scale_of(measure), excluded=excluded,
        note=f"no pooled estimate: {rule.why}", pi_note="no prediction interval without a pooled estimate",
    )  # fmt: skip


def answer(
    fit: Estimate, measure: str, rule: Decision, own: StudyEffects, share: Vector | None, corrected: str | None,
    prediction: str | None,
) -> Pooled:  # fmt: skip
    """`fit` of the effects `own` as an answer about `measure`.

    `share`: weights of the studies, to any total; None where the method has none. `corrected` is noted at the studies
    whose empty cells were corrected. `prediction`: convention of its degrees of freedom, None where the model has no
    spread between studies.
    """
    scale = scale_of(measure)
    rows = study_results(own, share, scale, fit.level, corrected)
    low, middle, high = (natural(one, scale) for one in (fit.ci_low, fit.estimate, fit.ci_high))
    beyond = (BEYOND,) if fit.ci_high is not None and high is None else ()
    seen = [one.estimate for one in rows if one.estimate is not None]
    tau2 = _tau2_bounds(own, fit)
    ahead = _ahead(fit, prediction)
    ratio = measure in ("RR", "OR")
    left = (*own.excluded, *(one for one in fit.excluded if one not in own.excluded))
    return Pooled(
        fit.method if rule.model != "described" else f"one study, not pooled ({measure})", measure, rule.why,
        rule.model != "described" and fit.estimate is not None, len(own.studies), fit.k, None, None, middle, low, high,
        _interval(fit), fit.level, scale, fit.estimate, fit.se, fit.ci_low, fit.ci_high, fit.p_value, fit.tau2,
        tau2.low, tau2.high, fit.i2_percent, fit.i2_basis, fit.h2, fit.q, fit.q_df, fit.q_p,
        natural(ahead.low, scale), natural(ahead.high, scale), ahead.df, ahead.note,
        min(seen, default=None), max(seen, default=None), rows, (), left,
        (*fit.warnings, *beyond, *(decision.double_zeros(len(own.excluded)) if ratio else ())),
        rule.why if rule.model == "described" else fit.reason,
    )  # fmt: skip


def taking_in(shown: Pooled, other: Estimate, convention: str, why: str) -> Pooled:
    """`shown` with its intervals widened, where needed, to hold those of `other` (on the same scale) as well.

    Estimate, standard error, tau² and weights stay those of `shown`. p is the larger of the two, 1 where the estimates
    point in different directions, so that it agrees with the interval. `why` becomes a warning.
    """
    pairs = (shown.scaled_ci_low, other.ci_low), (shown.scaled_ci_high, other.ci_high)
    if shown.scaled_estimate is None or other.estimate is None or None in pairs[0] or None in pairs[1]:
        return shown
    low = min(one for one in pairs[0] if one is not None)
    high = max(one for one in pairs[1] if one is not None)
    above = natural(high, shown.scale)
    beyond = (BEYOND,) if above is None and BEYOND not in shown.warnings else ()
    base = "Mantel–Haenszel" if "Mantel–Haenszel" in shown.method else "Hartung–Knapp with floor"
    against = shown.scaled_estimate * other.estimate < 0
    ahead = _both_ahead(shown, other, convention)
    return replace(
        shown, method=f"{shown.method}; {WIDENED}", situation=f"{shown.situation}; sparse numbers: interval widened",
        interval=f"{base}, {WIDENED}; t with {other.df:g} degrees of freedom", ci_low=natural(low, shown.scale),
        ci_high=above, scaled_ci_low=low, scaled_ci_high=high, pi_low=ahead.low, pi_high=ahead.high,
        p_value=1.0 if against else max(shown.p_value or 0.0, other.p_value or 0.0),
        warnings=(*shown.warnings, *beyond, why),
    )  # fmt: skip


def by_score(shown: Pooled, middle: float, low: float, high: float) -> Pooled:
    """The risk difference of one study with `low` and `high` of its score interval in place of the large-sample one.

    The estimate is the difference as counted, since nothing was corrected; no p is given: it would be another method's.
    """
    rows = tuple(
        replace(one, estimate=middle, ci_low=low, ci_high=high, note=None, interval=SCORE) for one in shown.studies
    )
    return replace(
        shown, estimate=middle, ci_low=low, ci_high=high, interval=SCORE, scaled_estimate=middle, scaled_se=None,
        scaled_ci_low=low, scaled_ci_high=high, p_value=None, studies=rows, lowest=middle, highest=middle,
    )  # fmt: skip


def within_bounds(shown: Pooled) -> Pooled:
    """A pooled risk difference whose limits, on the natural scale, lie where a difference of risks can: −1 to 1.

    The limits on the scale of the analysis stay as the method gives them. A cut becomes a warning.
    """
    low, high, pi_low, pi_high = (
        None if one is None else min(1.0, max(-1.0, one))
        for one in (shown.ci_low, shown.ci_high, shown.pi_low, shown.pi_high)
    )
    is_cut = (low, high) != (shown.ci_low, shown.ci_high)
    warnings = (*shown.warnings, CUT) if is_cut else shown.warnings
    return replace(shown, ci_low=low, ci_high=high, pi_low=pi_low, pi_high=pi_high, warnings=warnings)


def _both_ahead(shown: Pooled, other: Estimate, convention: str) -> Bounds:
    """The prediction interval of `shown`, widened to hold that of `other`; none where `shown` has none."""
    found = prediction_interval(other, convention)
    low, high = natural(found.low, shown.scale), natural(found.high, shown.scale)
    if shown.pi_low is None or low is None:
        return Bounds(shown.pi_low, shown.pi_high)
    above = None if shown.pi_high is None or high is None else max(shown.pi_high, high)
    return Bounds(min(shown.pi_low, low), above)


def study_results(
    own: StudyEffects, share: Vector | None, scale: str, level: float, corrected: str | None = None
) -> tuple[StudyResult, ...]:
    """Each study's own estimate with its large-sample interval, and its share of `share` in per cent."""
    half = quantile(level) * np.sqrt(own.variances)
    total = None if share is None or not len(share) else float(np.sum(share))
    found = []
    for i, study in enumerate(own.studies):
        weight = None if share is None or not total else 100 * float(share[i]) / total
        places = (own.effects[i], own.effects[i] - half[i], own.effects[i] + half[i])
        middle, low, high = (natural(float(one), scale) for one in places)
        note = corrected if study in own.corrected else None
        found.append(StudyResult(study, middle, low, high, weight, note, LARGE_SAMPLE))
    return tuple(found)


def _interval(fit: Estimate) -> str | None:
    if fit.ci_low is None:
        return None
    if fit.df is None:
        return "normal (Wald)"
    if fit.variance_factor is None or "hk" not in fit.method:
        return f"t with {fit.df:g} degrees of freedom"
    floor = " with floor" if "hk-floor" in fit.method else ""
    return f"Hartung–Knapp{floor}, t with {fit.df:g} degrees of freedom"


def _tau2_bounds(own: StudyEffects, fit: Estimate) -> Bounds:
    """Q-profile interval of tau² for inverse-variance fits of two studies or more."""
    if fit.k < 2 or not fit.method.startswith("inverse variance, random"):
        return Bounds(None, None)
    return heterogeneity.q_profile(own.effects, own.variances, level=fit.level)


def _ahead(fit: Estimate, convention: str | None) -> Bounds:
    """The prediction interval, hidden below five studies, its degrees of freedom named."""
    if convention is None or "common effect" in fit.method:
        return Bounds(None, None, None, "no prediction interval: the model has no spread between studies")
    return shown_ahead(prediction_interval(fit, convention), fit.k, convention)


def shown_ahead(found: Bounds, k: int, convention: str) -> Bounds:
    """A prediction interval as it is shown: not below five studies, and its degrees of freedom named."""
    if found.low is None:
        return found
    if k < decision.FEW_STUDIES:
        return Bounds(None, None, found.df, f"prediction interval not shown: {found.note}")
    return replace(found, note=f"t with {found.df:g} degrees of freedom ({convention})")
