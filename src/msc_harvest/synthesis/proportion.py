"""Intervals for one proportion, and for the difference of two."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

Vector = npt.NDArray[np.float64]


def clopper_pearson(events: npt.ArrayLike, at_risk: npt.ArrayLike, level: float = 0.95) -> tuple[Vector, Vector]:
    """Exact (Clopper–Pearson) two-sided interval for `events` out of `at_risk`, elementwise.

    Source: Clopper CJ, Pearson ES. Biometrika 1934;26:404–413; computed through beta quantiles (Brown, Cai, DasGupta.
    Stat Sci 2001;16:101–133). Bounds are 0 when there is no event and 1 when all have one; both are NaN-free for
    at_risk ≥ 1. Raises ValueError when an event count is negative or above its at-risk count, or at_risk is below 1.
    """
    x, n = _counts(events, at_risk)
    tail = (1 - level) / 2
    low = np.where(x == 0, 0.0, special.betaincinv(np.maximum(x, 0.5), n - x + 1, tail))
    high = np.where(x == n, 1.0, special.betaincinv(x + 1, np.maximum(n - x, 0.5), 1 - tail))
    return low, high


def wilson(events: npt.ArrayLike, at_risk: npt.ArrayLike, level: float = 0.95) -> tuple[Vector, Vector]:
    """Score interval (Wilson, without continuity correction) for `events` out of `at_risk`, elementwise.

    Source: Wilson EB. J Am Stat Assoc 1927;22:209–212. Shorter than the exact interval, with coverage near the level on
    average; for shares of records found, not for risks. Raises ValueError when an event count is negative or above its
    at-risk count, or at_risk is below 1.
    """
    x, n = _counts(events, at_risk)
    z = special.ndtri(1 - (1 - level) / 2)
    share = x / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.where(x == 0, 0.0, centre - half), np.where(x == n, 1.0, centre + half)


def score_difference(
    events1: npt.ArrayLike, n1: npt.ArrayLike, events2: npt.ArrayLike, n2: npt.ArrayLike, level: float = 0.95
) -> tuple[Vector, Vector]:
    """Score interval for the risk of group 1 less that of group 2, elementwise, from the two intervals by `wilson`.

    Source: Newcombe RG. Stat Med 1998;17:873–890, method 10. Needs no correction of empty cells, never leaves −1 to 1,
    and does not shrink to a point where nobody, or everybody, had the event, as the large-sample interval does. Raises
    ValueError when an event count is negative or above its at-risk count, or an at-risk count is below 1.
    """
    p1, p2 = (np.divide(*_counts(x, n)) for x, n in ((events1, n1), (events2, n2)))
    (low1, high1), (low2, high2) = wilson(events1, n1, level), wilson(events2, n2, level)
    return p1 - p2 - np.hypot(p1 - low1, high2 - p2), p1 - p2 + np.hypot(high1 - p1, p2 - low2)


def _counts(events: npt.ArrayLike, at_risk: npt.ArrayLike) -> tuple[Vector, Vector]:
    x, n = np.broadcast_arrays(np.asarray(events, dtype=float), np.asarray(at_risk, dtype=float))
    if np.any(n < 1) or np.any(x < 0) or np.any(x > n):
        raise ValueError("events must lie between 0 and at_risk, and at_risk must be 1 or more")
    return x, n
