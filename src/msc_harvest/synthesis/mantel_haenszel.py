"""Mantel–Haenszel pooling of 2 × 2 tables, always without continuity correction."""

from __future__ import annotations

import numpy as np

from msc_harvest.synthesis import effect_sizes
from msc_harvest.synthesis.common_effect import common_effect
from msc_harvest.synthesis.distributions import Vector, chi2_upper
from msc_harvest.synthesis.effect_sizes import Tables
from msc_harvest.synthesis.results import Estimate, Tested


def mantel_haenszel(counts: Tables, measure: str, level: float = 0.95) -> Estimate:
    """Common log risk ratio (RR), log odds ratio (OR) or risk difference (RD), without any correction of empty cells.

    Source: Mantel N, Haenszel W. J Natl Cancer Inst 1959;22:719–748; Greenland S, Robins JM. Biometrics 1985;41:55–68
    (RR and its variance); Robins J, Breslow N, Greenland S. Biometrics 1986;42:311–323 (variance of OR); Sato T,
    Greenland S, Robins JM. Biometrics 1989;45:1323–1324 (variance of RD). Studies with one outcome only are left out of
    RR and OR and kept in RD. Where all events are in one arm the ratio has no finite estimate: None, and the reason. Q
    and I² are of the studies' own effects (0.5 added to their empty cells) around the pooled one. Raises ValueError for
    an unknown measure.
    """
    if measure not in effect_sizes.BINARY:
        raise ValueError("measure must be RR, OR or RD")
    method = f"Mantel–Haenszel {measure}, no continuity correction"
    excluded = effect_sizes.silent(counts, measure)
    used = counts.take(counts.bearing(measure)).in_order()
    if used.k == 0:
        return Estimate(method, 0, level, excluded=excluded, reason="no pooled estimate: no informative study")
    found = {"OR": _odds_ratio, "RR": _risk_ratio, "RD": _risk_difference}[measure](used)
    if found is None:
        return Estimate(method, used.k, level, excluded=excluded, reason=_why_none(used, measure))
    estimate, variance = found
    se = float(np.sqrt(max(variance, 0.0)))
    warnings = () if se > 0 else ("no interval: nobody had the event, or everybody, in either arm of all studies",)
    return common_effect(method, effect_sizes.binary(used, measure), estimate, se, level, excluded, warnings)


def _odds_ratio(t: Tables) -> tuple[float, float] | None:
    n = t.total
    b, d = t.n1 - t.events1, t.n2 - t.events2
    r, s = t.events1 * d / n, b * t.events2 / n
    p, q = (t.events1 + d) / n, (b + t.events2) / n
    top, bottom = r.sum(), s.sum()
    if top == 0 or bottom == 0:
        return None
    variance = (p * r).sum() / top**2 + (p * s + q * r).sum() / (top * bottom) + (q * s).sum() / bottom**2
    return float(np.log(top / bottom)), float(variance / 2)


def _risk_ratio(t: Tables) -> tuple[float, float] | None:
    n = t.total
    top, bottom = (t.events1 * t.n2 / n).sum(), (t.events2 * t.n1 / n).sum()
    if top == 0 or bottom == 0:
        return None
    spread = (t.n1 * t.n2 * (t.events1 + t.events2) / n**2 - t.events1 * t.events2 / n).sum()
    return float(np.log(top / bottom)), float(spread / (top * bottom))


def _risk_difference(t: Tables) -> tuple[float, float] | None:
    n, f1, f2 = t.total, t.n1 / t.total, t.n2 / t.total
    weight = (t.n1 * t.n2 / n).sum()
    estimate = ((t.events1 * t.n2 - t.events2 * t.n1) / n).sum() / weight
    first = (t.events2 * f1**2 - t.events1 * f2**2 + f1 * f2 * (t.n2 - t.n1) / 2).sum()
    second = (t.events1 * (t.n2 - t.events2) / n + t.events2 * (t.n1 - t.events1) / n).sum() / 2
    return float(estimate), float((estimate * first + second) / weight**2)


def _why_none(used: Tables, measure: str) -> str:
    scarce = "treated" if used.events1.sum() == 0 else "control" if used.events2.sum() == 0 else "one"
    what = "odds ratio" if measure == "OR" else "risk ratio"
    return f"no finite {what}: all events on one side ({scarce} arms at the edge); see the exact conditional odds ratio"


def cochran_mantel_haenszel(counts: Tables) -> Tested:
    """Cochran–Mantel–Haenszel test of no association, without continuity correction (Mantel & Haenszel 1959)."""
    used = counts.take(counts.bearing("OR"))
    method = "Cochran–Mantel–Haenszel test, no continuity correction"
    if used.k == 0:
        return Tested(method, 0, reason="no informative study")
    observed, expected, variance = hypergeometric(used)
    statistic = float((observed - expected).sum() ** 2 / variance.sum())
    return Tested(method, used.k, statistic, 1.0, chi2_upper(statistic, 1))


def hypergeometric(t: Tables) -> tuple[Vector, Vector, Vector]:
    """Observed events of the treated arm, expected ones and their variance with all margins fixed, per study."""
    n, events = t.total, t.events1 + t.events2
    variance = t.n1 * t.n2 * events * (n - events) / (n**2 * np.maximum(n - 1, 1))
    return t.events1, t.n1 * events / n, variance


def weights(counts: Tables, measure: str) -> Vector:
    """Mantel–Haenszel weight of each study (Greenland & Robins 1985), to any total."""
    n = counts.total
    if measure == "RD":
        found: Vector = counts.n1 * counts.n2 / n
        return found
    others = counts.n1 - counts.events1 if measure == "OR" else counts.n1
    found = others * counts.events2 / n
    return found
