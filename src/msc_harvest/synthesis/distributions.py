"""Quantiles and tail areas of the normal, t and chi-square distributions, as plain numbers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def finite(value: float | None) -> float | None:
    """`value` as a float, or None where it is missing, infinite or not a number: what may be shown."""
    return float(value) if value is not None and math.isfinite(value) else None


def quantile(level: float, df: float | None = None) -> float:
    """Upper quantile of a two-sided interval of `level`: of the normal distribution, or of t with `df` degrees."""
    upper = 1 - (1 - level) / 2
    return float(special.ndtri(upper) if df is None else special.stdtrit(df, upper))


def limits(middle: float, se: float, level: float, df: float | None = None) -> tuple[float, float]:
    """Both limits of the interval of `level` around `middle`: normal, or t with `df` degrees."""
    half = quantile(level, df) * se
    return middle - half, middle + half


def two_sided(statistic: float, df: float | None = None) -> float:
    """Two-sided p of a z statistic, or of t with `df` degrees of freedom."""
    lower = -abs(statistic)
    return float(2 * (special.ndtr(lower) if df is None else special.stdtr(df, lower)))


def chi2_upper(statistic: float, df: float) -> float:
    """Upper tail area of chi-square; 1 where there are no degrees of freedom."""
    return float(special.chdtrc(df, statistic)) if df > 0 else 1.0


def chi2_quantile(probability: float, df: float) -> float:
    """Quantile of chi-square with `df` degrees of freedom at lower tail area `probability`."""
    return float(special.chdtri(df, 1 - probability))


def f_upper(statistic: float, df_first: float, df_second: float) -> float:
    """Upper tail area of the F distribution."""
    return float(special.fdtrc(df_first, df_second, statistic))


def expit(value: float) -> float:
    """Proportion of a logit."""
    return float(special.expit(value))
