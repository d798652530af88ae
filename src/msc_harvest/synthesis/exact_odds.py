"""Exact conditional inference on a common odds ratio, for sparse tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from msc_harvest.synthesis.distributions import Vector
from msc_harvest.synthesis.effect_sizes import Tables, silent
from msc_harvest.synthesis.results import Excluded

TIE = 1 + 1e-7
FURTHEST = 700.0


@dataclass(frozen=True, slots=True)
class ExactOdds:
    """Conditional maximum-likelihood odds ratio (not its log) with exact bounds and p of an odds ratio of 1.

    `estimate` or `ci_high` is None where it has no finite value (all events, or none, in the treated arms); `note` says
    so. `estimate` 0 is a value: no event in the treated arms.
    """

    method: str
    k: int
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    note: str | None = None
    excluded: tuple[Excluded, ...] = ()
    reason: str | None = None


def exact_odds(counts: Tables, level: float = 0.95) -> ExactOdds:
    """Common odds ratio given all margins: exact bounds by two one-sided tails, p by the less likely outcomes.

    Source: Gart JJ. Biometrika 1970;57:471–475; Mehta CR, Patel NR, Gray R. J Am Stat Assoc 1985;80:969–973; for one
    table Fisher RA. J R Stat Soc 1935;98:39–54. Studies with one outcome only say nothing and are left out.
    """
    method = "exact conditional odds ratio"
    excluded, used = silent(counts), counts.take(counts.bearing("OR"))
    if used.k == 0:
        return ExactOdds(method, 0, excluded=excluded, reason="no estimate: no informative study")
    support, at_one = conditional_distribution(used)
    seen = float(used.events1.sum())
    tail = (1 - level) / 2
    log_weights = at_one if used.k == 1 else _seen_from(used, seen)
    estimate, note = _estimate(support, log_weights, seen)
    low = 0.0 if seen == support[0] else _solve(lambda at: _upper(support, log_weights, at, seen) - tail)
    high = None if seen == support[-1] else _solve(lambda at: tail - _lower(support, log_weights, at, seen))
    return ExactOdds(method, used.k, estimate, low, high, _p_value(at_one, support, seen), note, excluded)


def conditional_distribution(t: Tables) -> tuple[Vector, Vector]:
    """Possible totals of events in the treated arms and their log probabilities at an odds ratio of 1, all margins of
    all tables fixed (Gart 1970, see `exact_odds`)."""
    parts = _margins_fixed(t)
    logs = parts[0][1] if t.k == 1 else _together(own for _, own in parts)
    support: Vector = sum(first for first, _ in parts) + np.arange(len(logs), dtype=np.float64)
    return support, logs


def _seen_from(t: Tables, seen: float) -> Vector:
    """The same log weights with their digits where the seen total lies, up to a constant: far from an odds ratio of 1
    it may be less likely than the least number there is. The tables are joined at the odds ratio that expects the seen
    total, half an event inside the possible ones, and turned back."""
    tables = [(first + np.arange(len(own), dtype=np.float64), own) for first, own in _margins_fixed(t)]
    least, most = sum(own[0] for own, _ in tables), sum(own[-1] for own, _ in tables)
    aim = min(max(seen, least + 0.5), most - 0.5)
    log_odds = _root(lambda at: sum(float(own @ _tilted(own, logs, at)) for own, logs in tables) - aim)
    joined = _together(logs + log_odds * own - np.logaddexp.reduce(logs + log_odds * own) for own, logs in tables)
    found: Vector = joined - log_odds * np.arange(len(joined))
    return found


def _margins_fixed(t: Tables) -> list[tuple[float, Vector]]:
    return [_hypergeometric(float(t.events1[i] + t.events2[i]), float(t.n1[i]), float(t.n2[i])) for i in range(t.k)]


def _together(parts: Iterable[Vector]) -> Vector:
    """Log probabilities of the sum of independent totals, from those of each."""
    density = np.ones(1)
    for own in parts:
        density = np.convolve(density, np.exp(own))
    with np.errstate(divide="ignore"):  # what lies below 1e-308 counts for nothing
        found: Vector = np.log(density)
    return found


def _hypergeometric(events: float, n1: float, n2: float) -> tuple[float, Vector]:
    """Least possible number of events in the treated arm, and the log probabilities from there on at an odds ratio of
    1: from the ratios of neighbours, which keeps more digits than differences of log factorials."""
    first, last = max(0.0, events - n2), min(n1, events)
    a = np.arange(first, last)
    steps = np.log((n1 - a) * (events - a)) - np.log((a + 1) * (n2 - events + a + 1))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    logs -= logs.max()
    found: Vector = logs - np.log(np.exp(logs).sum())
    return first, found


def _tilted(support: Vector, log_weights: Vector, log_odds: float) -> Vector:
    logs = log_weights + log_odds * support
    mass = np.exp(logs - logs.max())
    found: Vector = mass / mass.sum()
    return found


def _upper(support: Vector, log_weights: Vector, log_odds: float, seen: float) -> float:
    return float(_tilted(support, log_weights, log_odds)[support >= seen].sum())


def _lower(support: Vector, log_weights: Vector, log_odds: float, seen: float) -> float:
    return float(_tilted(support, log_weights, log_odds)[support <= seen].sum())


def _estimate(support: Vector, log_weights: Vector, seen: float) -> tuple[float | None, str | None]:
    if seen == support[0]:
        return 0.0, "the treated arms have as few events as they could: the estimate is 0, read the upper bound"
    if seen == support[-1]:
        return None, "the treated arms have as many events as they could: no finite estimate, read the lower bound"
    return _solve(lambda at: float(support @ _tilted(support, log_weights, at)) - seen), None


def _solve(rising: Callable[[float], float]) -> float:
    """Odds ratio at which a function that rises with the log odds ratio is 0."""
    return float(np.exp(_root(rising)))


def _root(rising: Callable[[float], float]) -> float:
    """Log odds ratio at which a function that rises with it is 0."""
    from scipy.optimize import brentq

    reach = 1.0
    while rising(-reach) * rising(reach) > 0 and reach < FURTHEST:
        reach *= 2
    return float(brentq(rising, -reach, reach, xtol=1e-14, rtol=1e-14, maxiter=500))


def _p_value(log_weights: Vector, support: Vector, seen: float) -> float:
    mass = _tilted(support, log_weights, 0.0)
    at = mass[support == seen].sum()
    return min(1.0, float(mass[mass <= at * TIE].sum()))
