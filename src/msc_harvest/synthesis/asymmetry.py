"""Small-study effects: tests of funnel asymmetry for comparative effects, never for single-arm proportions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from msc_harvest.synthesis.decision import LEAST_FOR_ASYMMETRY
from msc_harvest.synthesis.distributions import Vector, two_sided
from msc_harvest.synthesis.effect_sizes import Tables, binary
from msc_harvest.synthesis.mantel_haenszel import hypergeometric
from msc_harvest.synthesis.regression import meta_regression
from msc_harvest.synthesis.results import Tested


def egger(effects: npt.ArrayLike, variances: npt.ArrayLike, minimum_k: int = LEAST_FOR_ASYMMETRY) -> Tested:
    """Regression of effects on their standard errors, weighted by inverse variance; t with k − 2 degrees.

    For continuous effects; for odds ratios use `harbord` or `peters`. Source: Egger M, Davey Smith G, Schneider
    M, Minder C. BMJ 1997;315:629–634. Refused below `minimum_k` studies (Cochrane Handbook, section 13.3.5.4) or when
    all studies are equally precise.
    """
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    return _regression_test("Egger's test", y, np.sqrt(v), 1 / v, minimum_k)


def egger_random_effects(
    effects: npt.ArrayLike, variances: npt.ArrayLike, minimum_k: int = LEAST_FOR_ASYMMETRY
) -> Tested:
    """Meta-regression (REML, normal test) on the standard error. Source: Sterne JAC, Egger M, in Rothstein, Sutton &
    Borenstein (ed.), Publication Bias in Meta-Analysis, 2005, ch. 6. Refused as `egger`."""
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    method = "Egger's test, random effects"
    refused = _refused(method, len(y), np.sqrt(v), minimum_k)
    if refused is not None:
        return refused
    found = meta_regression(y, v, np.sqrt(v), ["standard error"], "REML", "z", forced=True)
    if found.reason is not None:
        return Tested(method, len(y), reason=found.reason)
    slope = found.coefficients[1]
    return Tested(method, len(y), slope.statistic, None, slope.p_value, slope.estimate, slope.se, found.warnings)


def harbord(counts: Tables, minimum_k: int = LEAST_FOR_ASYMMETRY) -> Tested:
    """Score test for odds ratios: efficient score over information, regressed on its standard error.

    Source: Harbord RM, Egger M, Sterne JAC. Stat Med 2006;25:3443–3457. Refused below `minimum_k` informative studies.
    """
    used = counts.take(counts.bearing("OR"))
    observed, expected, information = hypergeometric(used)
    return _regression_test(
        "Harbord's test", (observed - expected) / information, 1 / np.sqrt(information), information, minimum_k
    )


def peters(counts: Tables, minimum_k: int = LEAST_FOR_ASYMMETRY) -> Tested:
    """Log odds ratio on the reciprocal of the study's size, weighted by events and non-events.

    Source: Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L. JAMA 2006;295:676–680. Refused below `minimum_k`
    informative studies.
    """
    used = counts.take(counts.bearing("OR"))
    events = used.events1 + used.events2
    weights = 1 / (1 / events + 1 / (used.total - events))
    return _regression_test("Peters' test", binary(used, "OR").effects, 1 / used.total, weights, minimum_k)


def _refused(method: str, k: int, predictor: Vector, minimum_k: int) -> Tested | None:
    if k < max(minimum_k, 3):
        return Tested(method, k, reason=f"not tested: {k} studies, at least {max(minimum_k, 3)} are needed")
    if float(np.ptp(predictor)) <= 1e-12 * float(np.max(np.abs(predictor))):
        return Tested(method, k, reason="not tested: all studies are equally precise")
    return None


def _regression_test(method: str, y: Vector, predictor: Vector, weights: Vector, minimum_k: int) -> Tested:
    """Weighted least squares of y on the predictor; the test of its slope."""
    refused = _refused(method, len(y), predictor, minimum_k)
    if refused is not None:
        return refused
    x = np.column_stack([np.ones(len(y)), predictor])
    covariance = np.linalg.inv(x.T @ (weights[:, None] * x))
    beta = covariance @ (x.T @ (weights * y))
    df = len(y) - 2
    spread = float((weights * (y - x @ beta) ** 2).sum() / df)
    se = float(np.sqrt(spread * covariance[1, 1]))
    if spread * df <= 1e-24 * float((weights * y**2).sum()):
        return Tested(method, len(y), reason="not tested: the effects lie on one line")
    statistic = float(beta[1]) / se
    return Tested(method, len(y), statistic, float(df), two_sided(statistic, df), float(beta[1]), se)
