"""Meta-regression: effects of studies on their properties, with residual heterogeneity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from msc_harvest.synthesis import heterogeneity
from msc_harvest.synthesis.decision import STUDIES_PER_COVARIATE
from msc_harvest.synthesis.distributions import Vector, chi2_upper, f_upper, limits, two_sided
from msc_harvest.synthesis.random_effects import TESTS, degrees_and_factor, poolable


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient with its error, interval and test; of a mean on the scale of the effects."""

    name: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Regression:
    """Coefficients (first the intercept), residual tau² with Q, I² and H², and the test of all but the intercept.

    `model_statistic` is chi-square with `model_df` degrees, or F with `df` second degrees where a t test was asked for.
    """

    method: str
    k: int
    coefficients: tuple[Coefficient, ...] = ()
    df: float | None = None
    tau2: float | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    i2_percent: float | None = None
    h2: float | None = None
    variance_factor: float | None = None
    model_statistic: float | None = None
    model_df: int | None = None
    model_p: float | None = None
    warnings: tuple[str, ...] = ()
    reason: str | None = None


def meta_regression(
    effects: npt.ArrayLike, variances: npt.ArrayLike, covariates: npt.ArrayLike, names: Sequence[str],
    tau2_method: str = "REML", test: str = "hk-floor", level: float = 0.95, forced: bool = False,
) -> Regression:  # fmt: skip
    """Mixed-effects meta-regression on `covariates` (studies × named columns, without intercept).

    Source: Thompson SG, Higgins JPT. Stat Med 2002;21:1559–1573; test and interval after Knapp G, Hartung J. Stat Med
    2003;22:2693–2710. Refused, with the reason, below 10 studies per covariate unless `forced`, and where columns
    repeat one another or no degree of freedom is left. Raises ValueError when rows and columns do not match.
    """
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    z = np.asarray(covariates, dtype=float).reshape(len(y), -1)
    if v.shape != y.shape or z.shape[1] != len(names) or test not in TESTS:
        raise ValueError("one variance per effect and one name per column are needed, and a known test")
    keep = poolable(y, v) & np.isfinite(z).all(axis=1)
    y, v, x = y[keep], v[keep], np.column_stack([np.ones(int(keep.sum())), z[keep]])
    method = f"meta-regression, {tau2_method}, {test}"
    if not forced and len(y) < STUDIES_PER_COVARIATE * len(names):
        needed = STUDIES_PER_COVARIATE * len(names)
        return Regression(
            method, len(y), reason=f"refused: {len(y)} studies, {needed} needed for {len(names)} covariates"
        )
    if len(y) <= x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        return Regression(method, len(y), reason="refused: too few studies, or covariates that repeat one another")
    return _regress(y, v, x, names, tau2_method, test, level, method)


def _regress(
    y: Vector, v: Vector, x: Vector, names: Sequence[str], tau2_method: str, test: str, level: float, method: str
) -> Regression:
    tau2 = heterogeneity.estimate(y, v, x, tau2_method)
    at = heterogeneity.fit(y, v, x, tau2.value)
    df, factor = degrees_and_factor(test, at.q, len(y), x.shape[1])
    covariance = factor * at.covariance
    spread = heterogeneity.describe(y, v, x, tau2.value, "Q" if tau2_method == "FE" else "tau2")
    statistic, p_value = _model_test(at.beta, covariance, df)
    labels = ("intercept", *names)
    rows = zip(labels, at.beta, np.diag(covariance), strict=True)
    return Regression(
        method, len(y), tuple(_coefficient(*one, df, level) for one in rows),
        df, tau2.value, spread.q, spread.q_df, spread.q_p, spread.i2_percent, spread.h2, factor, statistic,
        x.shape[1] - 1, p_value, tau2.warnings,
    )  # fmt: skip


def _model_test(beta: Vector, covariance: Vector, df: float | None) -> tuple[float | None, float | None]:
    number = len(beta) - 1
    block = covariance[1:, 1:]
    if number == 0 or np.linalg.matrix_rank(block) < number:
        return None, None
    chi2 = float(beta[1:] @ np.linalg.solve(block, beta[1:]))
    return (chi2, chi2_upper(chi2, number)) if df is None else (chi2 / number, f_upper(chi2 / number, number, df))


def _coefficient(name: str, value: float, variance: float, df: float | None, level: float) -> Coefficient:
    se = float(np.sqrt(variance))
    statistic = float(value) / se if se > 0 else None
    p_value = None if statistic is None else two_sided(statistic, df)
    return Coefficient(name, float(value), se, *limits(float(value), se, level, df), statistic, p_value)
