"""Agreement of two readers beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two readers' agreement over `n` items: shares observed and expected by chance, and kappa with its interval.

    Kappa and its bounds are None where chance alone would agree always (both readers used one and the same category).
    """

    n: int
    observed_prop: float
    expected_prop: float
    kappa: float | None
    kappa_se: float | None
    kappa_ci_low: float | None
    kappa_ci_high: float | None


def cohen_kappa(first: Sequence[str], second: Sequence[str], level: float = 0.95) -> Agreement:
    """Unweighted kappa of two readers' categories, item by item.

    Source: Cohen J. Educ Psychol Meas 1960;20:37–46; large-sample standard error for an interval after Fleiss JL, Cohen
    J, Everitt BS. Psychol Bull 1969;72:323–327, formula 13. The interval is cut at -1 and 1. Raises ValueError when the
    readers judged different numbers of items, or none.
    """
    if len(first) != len(second) or not first:
        raise ValueError("both readers must have judged the same items, at least one")
    categories = sorted({*first, *second})
    place = {category: number for number, category in enumerate(categories)}
    table = np.zeros((len(categories), len(categories)))
    for one, other in zip(first, second, strict=True):
        table[place[one], place[other]] += 1
    return kappa_of_table(table, level)


def kappa_of_table(table: np.typing.ArrayLike, level: float = 0.95) -> Agreement:
    """The same from a square table of counts, rows the first reader's categories, columns the second's."""
    from scipy.stats import norm

    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.sum() < 1 or np.any(counts < 0):
        raise ValueError("a square table of counts is needed, with at least one item")
    n = counts.sum()
    share = counts / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, expected = float(np.trace(share)), float(rows @ columns)
    if np.isclose(expected, 1.0):
        return Agreement(int(n), observed, expected, None, None, None, None)
    kappa = (observed - expected) / (1 - expected)
    error = _standard_error(share, rows, columns, observed, expected, n)
    half = float(norm.ppf(1 - (1 - level) / 2)) * error
    return Agreement(int(n), observed, expected, kappa, error, max(-1.0, kappa - half), min(1.0, kappa + half))


def _standard_error(
    share: np.ndarray, rows: np.ndarray, columns: np.ndarray, observed: float, expected: float, n: float
) -> float:
    """Fleiss, Cohen and Everitt 1969, formula 13."""
    agreed = np.diag(share) @ ((1 - expected) - (rows + columns) * (1 - observed)) ** 2
    # weight of cell (i, j): second reader's share of category i plus first reader's share of category j
    weights = (columns[:, None] + rows[None, :]) ** 2
    apart = (1 - observed) ** 2 * (np.sum(share * weights) - np.diag(share) @ np.diag(weights))
    inner = agreed + apart - (observed * expected - 2 * expected + observed) ** 2
    return float(np.sqrt(max(inner, 0.0) / n) / (1 - expected) ** 2)
