"""The public way to a pooled answer about two arms, means, or given effects: the rule decides, one model is run, and
the result is told on the natural scale with its alternatives. Single arms and rates: `pooling_single`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from msc_harvest.synthesis import decision, effect_sizes
from msc_harvest.synthesis.decision import Decision
from msc_harvest.synthesis.effect_sizes import StudyEffects, Tables
from msc_harvest.synthesis.exact_odds import ExactOdds, exact_odds
from msc_harvest.synthesis.left_out import left_out, places
from msc_harvest.synthesis.mantel_haenszel import mantel_haenszel, weights
from msc_harvest.synthesis.peto import peto, peto_effects
from msc_harvest.synthesis.presenting import alternative, answer, by_score, taking_in, within_bounds, without_answer
from msc_harvest.synthesis.proportion import score_difference
from msc_harvest.synthesis.random_effects import (
    NO_VARIANCE,
    inverse_variance,
    poolable,
    sample_size_weighted,
    widened,
)
from msc_harvest.synthesis.results import Alternative, Estimate, Excluded, Pooled

CORRECTED = "0.5 added to every cell, because one is empty"
CORRECTED_BY_ARM = "treatment-arm correction, because a cell is empty"
SILENT = "the same outcome in everybody of both arms of every study"
NOT_REPORTED = "events or number at risk not reported in an arm"


def pool_two_arm(
    events_1: npt.ArrayLike, n_1: npt.ArrayLike, events_0: npt.ArrayLike, n_0: npt.ArrayLike, measure: str = "RR",
    model: str = "default", tau2: str = "REML", test: str = "hk-floor", correction: str = "half",
    prediction: str = "k-1", level: float = 0.95,
) -> Pooled:  # fmt: skip
    """Treated (1) against control (0) arms: risk ratio (RR), odds ratio (OR) or risk difference (RD).

    `model`: "default" follows `decision.two_arm`, its interval widened where numbers are sparse (`decision.sparse`;
    not where another `test` is asked for); or "random" (inverse variance, `tau2` REML, PM or DL, `test`
    hk-floor, hk, t or z), "common", "mantel-haenszel" (never corrected), "peto" and "exact" (both odds ratios, whatever
    `measure`). `correction` of empty cells ("half" or "treatment-arm") touches inverse variance only. `prediction`
    names the degrees of freedom of the prediction interval. A study with an arm not reported (NaN, or nobody at risk)
    is left out with the reason. What cannot be pooled comes back with `note`. Raises ValueError for unknown names and
    impossible counts.
    """
    if model not in decision.MODELS or measure not in effect_sizes.BINARY:
        raise ValueError(f"measure must be one of {effect_sizes.BINARY}, model one of {decision.MODELS}")
    counts, kept, excluded = _usable(events_1, n_1, events_0, n_0)
    rule = decision.two_arm(counts, measure)
    if model in ("peto", "exact") and measure != "OR":
        rule = decision.two_arm(counts, "OR")
    if rule.model not in ("none", "described") and model != "default":
        rule = _asked(model)
    own = effect_sizes.binary(counts, measure, correction)
    label = CORRECTED if correction == "half" else CORRECTED_BY_ARM
    found = _two_arm_by(rule, counts, own, measure, tau2, test, prediction, level, label)
    if model == "default" and test == "hk-floor":
        by_size = _by_size(counts, measure, tau2, level)
        why = decision.sparse(counts, measure, rule.model, by_size.tau2 or 0.0)
        found = found if why is None else taking_in(found, by_size, prediction, why)
    if measure == "RD":
        found = _as_difference(found, counts, level)
    others = () if rule.model == "none" else _alternatives(counts, own, measure, level)
    moved = _renumbered(found, kept, excluded)
    flags = decision.few(float((counts.events1 + counts.events2).sum()), float(counts.total.sum()))
    return replace(
        moved, k=counts.k, n=int(counts.total.sum()), events=int((counts.events1 + counts.events2).sum()),
        alternatives=others, warnings=(*moved.warnings, *flags),
    )  # fmt: skip


def _asked(model: str) -> Decision:
    return Decision(model, f"model asked for: {model}")


def _two_arm_by(
    rule: Decision, counts: Tables, own: StudyEffects, measure: str, tau2: str, test: str, prediction: str,
    level: float, label: str,
) -> Pooled:  # fmt: skip
    if rule.model == "none":
        silent = own.excluded or tuple(Excluded(one, SILENT) for one in range(counts.k))
        return without_answer(measure, rule, level, silent)
    if rule.model == "exact":
        return _exact(rule, counts, measure, level)
    if rule.model in ("random", "common", "described"):
        test = "z" if rule.model in ("common", "described") else test
        fit = inverse_variance(own.effects, own.variances, "FE" if rule.model == "common" else tau2, test, level)
        share = 1 / (own.variances + (fit.tau2 or 0.0))
        return answer(fit, measure, rule, own, share, label, prediction)
    if rule.model == "peto":
        single = peto_effects(counts)
        return answer(peto(counts, level), "OR", rule, single, 1 / single.variances, None, None)
    used = counts.take(np.asarray(own.studies, dtype=int))
    fit = mantel_haenszel(counts, measure, level)
    if rule.why != _asked("mantel-haenszel").why:
        fit = widened(fit)
    return answer(fit, measure, rule, own, weights(used, measure), CORRECTED, None)


def _as_difference(found: Pooled, counts: Tables, level: float) -> Pooled:
    """A risk difference within its bounds; one study alone with its score interval, which agrees with its ratios where
    the large-sample one would not."""
    if found.pooled or found.estimate is None:
        return within_bounds(found)
    one = counts.take(counts.bearing("RD"))
    low, high = score_difference(one.events1, one.n1, one.events2, one.n2, level)
    return by_score(
        found, float(one.events1[0] / one.n1[0] - one.events2[0] / one.n2[0]), float(low[0]), float(high[0])
    )


def _exact(rule: Decision, counts: Tables, measure: str, level: float) -> Pooled:
    """Exact conditional odds ratio as an answer; asked for a risk ratio, it says that it is none."""
    found = exact_odds(counts, level)
    own = effect_sizes.binary(counts, "OR")
    shown = effect_sizes.binary(counts, measure) if measure == "RR" else own
    instead = {
        "RR": ("an odds ratio is given: the risk ratio has no finite estimate or bound",),
        "RD": ("an odds ratio is given: the exact model has no risk difference",),
    }.get(measure, ())
    fit = Estimate(found.method, found.k, level, p_value=found.p_value, excluded=found.excluded)
    base = answer(fit, "OR", rule, shown, None, CORRECTED, None)
    log = {name: _log(value) for name, value in _bounds(found).items()}
    return replace(
        base, pooled=True, estimate=found.estimate, ci_low=found.ci_low, ci_high=found.ci_high,
        interval="exact conditional (two one-sided tails)", scaled_estimate=log["estimate"], scaled_ci_low=log["low"],
        scaled_ci_high=log["high"], note=None if found.estimate is not None else found.note,
        warnings=(*base.warnings, *instead, *(() if found.note is None else (found.note,))),
        pi_note="no prediction interval from a common odds ratio",
    )  # fmt: skip


def _bounds(found: ExactOdds) -> dict[str, float | None]:
    return {"estimate": found.estimate, "low": found.ci_low, "high": found.ci_high}


def _log(value: float | None) -> float | None:
    return None if value is None or value <= 0 else float(np.log(value))


def _by_size(counts: Tables, measure: str, tau2: str, level: float) -> Estimate:
    """Mean of the effects weighted by the effective sizes of their studies; why so corrected: head of `decision`."""
    own = effect_sizes.binary(counts, measure, "treatment-arm")
    size = (counts.n1 * counts.n2 / counts.total)[list(own.studies)]
    found = sample_size_weighted(own.effects, own.variances, size, tau2, level, leaning=measure == "RD")
    return replace(found, method=f"{found.method}; {CORRECTED_BY_ARM}") if own.corrected else found


def _alternatives(counts: Tables, own: StudyEffects, measure: str, level: float) -> tuple[Alternative, ...]:
    """The same studies by the other usual models, so that a reader sees whether the verdict hangs on the choice."""
    scale = "identity" if measure == "RD" else "log"
    found = [alternative(mantel_haenszel(counts, measure, level), scale)]
    for tau2, test in (("REML", "hk-floor"), ("REML", "z"), ("PM", "hk-floor"), ("DL", "z"), ("FE", "z")):
        found.append(alternative(inverse_variance(own.effects, own.variances, tau2, test, level), scale))
    found.append(alternative(_by_size(counts, measure, "REML", level), scale))
    if measure == "RD":
        return tuple(found)
    by_arm = effect_sizes.binary(counts, measure, "treatment-arm")
    one = alternative(inverse_variance(by_arm.effects, by_arm.variances, level=level), scale)
    found.append(replace(one, method=f"{one.method}; {CORRECTED_BY_ARM} (sensitivity)"))
    kept = effect_sizes.binary(counts, measure, keep_double_zero=True)
    one = alternative(inverse_variance(kept.effects, kept.variances, level=level), scale)
    found.append(replace(one, method=f"{one.method}; double zeros kept with 0.5 (sensitivity)"))
    if measure == "OR":
        exact = exact_odds(counts, level)
        found.append(alternative(peto(counts, level), scale))
        found.append(Alternative(exact.method, exact.estimate, exact.ci_low, exact.ci_high))
    return tuple(found)


def pool_means(
    mean_1: npt.ArrayLike, sd_1: npt.ArrayLike, n_1: npt.ArrayLike,
    mean_0: npt.ArrayLike, sd_0: npt.ArrayLike, n_0: npt.ArrayLike,
    measure: str = "MD", model: str = "default", tau2: str = "REML", test: str = "hk-floor", prediction: str = "k-1",
    level: float = 0.95,
) -> Pooled:  # fmt: skip
    """Treated (1) against control (0) arms: mean difference (MD) or Hedges' standardised mean difference (SMD).

    Random effects, Hartung–Knapp with floor, by default; "common" for one effect. Studies without spread or with fewer
    than two in an arm are left out with the reason. Raises ValueError for unknown names.
    """
    own = effect_sizes.continuous(mean_1, sd_1, n_1, mean_0, sd_0, n_0, measure)
    total = np.atleast_1d(np.asarray(n_1, dtype=float)) + np.atleast_1d(np.asarray(n_0, dtype=float))
    found = _inverse(own, measure, model, tau2, test, prediction, level)
    return replace(found, n=int(total[list(own.studies)].sum()) if own.studies else 0)


def pool_generic(
    effect: npt.ArrayLike, variance: npt.ArrayLike, measure: str = "generic", model: str = "default",
    tau2: str = "REML", test: str = "hk-floor", prediction: str = "k-1", level: float = 0.95,
) -> Pooled:  # fmt: skip
    """Given effects with their sampling variances, on the scale of the analysis.

    A `measure` of RR, OR, HR or IRR means logarithms, which are shown as ratios; anything else stays as it is. Effects
    without a finite, positive variance are left out with the reason. Raises ValueError for unequal lengths.
    """
    y, v = (np.atleast_1d(np.asarray(one, dtype=float)) for one in (effect, variance))
    if y.shape != v.shape:
        raise ValueError("one variance per effect is needed")
    keep = poolable(y, v)
    own = StudyEffects(measure, places(keep), y[keep], v[keep], (), left_out(~keep, NO_VARIANCE))
    return _inverse(own, measure, model, tau2, test, prediction, level)


def _inverse(
    own: StudyEffects, measure: str, model: str, tau2: str, test: str, prediction: str, level: float
) -> Pooled:
    if model not in ("default", "random", "common"):
        raise ValueError("model must be default, random or common")
    rule = decision.generic(len(own.studies))
    if rule.model == "none":
        return without_answer(measure, rule, level, own.excluded)
    if rule.model == "random" and model != "default":
        rule = _asked(model)
    common = rule.model in ("common", "described")
    fit = inverse_variance(own.effects, own.variances, "FE" if rule.model == "common" else tau2,
                           "z" if common else test, level)  # fmt: skip
    return answer(fit, measure, rule, own, 1 / (own.variances + (fit.tau2 or 0.0)), None, prediction)


def _usable(
    events_1: npt.ArrayLike, n_1: npt.ArrayLike, events_0: npt.ArrayLike, n_0: npt.ArrayLike
) -> tuple[Tables, tuple[int, ...], tuple[Excluded, ...]]:
    """Studies with both arms reported, their places in the input, and the others with the reason."""
    given = [np.atleast_1d(np.asarray(one, dtype=float)) for one in (events_1, n_1, events_0, n_0)]
    a, n1, c, n0 = np.broadcast_arrays(*given)
    keep = np.isfinite(a + n1 + c + n0) & (n1 >= 1) & (n0 >= 1)
    return effect_sizes.tables(a[keep], n1[keep], c[keep], n0[keep]), places(keep), left_out(~keep, NOT_REPORTED)


def _renumbered(found: Pooled, kept: tuple[int, ...], excluded: tuple[Excluded, ...]) -> Pooled:
    """Places among the usable studies as places in the input."""
    studies = tuple(replace(one, study=kept[one.study]) for one in found.studies)
    both = (*excluded, *(replace(one, study=kept[one.study]) for one in found.excluded))
    return replace(found, studies=studies, excluded=tuple(sorted(both, key=lambda one: one.study)))
