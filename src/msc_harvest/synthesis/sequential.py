"""Boundaries for repeated looks at growing evidence. Not for conclusions: see the label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from msc_harvest.synthesis.distributions import Vector

LABEL = (
    "not for conclusions: the Cochrane Handbook (ch. 22) discourages sequential methods for the main result of a "
    "review, because nobody planned when the studies would stop"
)
KINDS = ("obrien-fleming", "pocock", "lan-demets")
NODES = 160


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Critical values of |z| at each look. `information`: share of the required information at each look."""

    method: str
    information: tuple[float, ...]
    critical: tuple[float, ...]
    warning: str = LABEL


def boundaries(
    information: Sequence[float], kind: str = "lan-demets", alpha: float = 0.05, spent_per_side: bool = True
) -> Boundaries:
    """Two-sided boundaries at the given information fractions (rising, the last at most 1).

    Source: O'Brien PC, Fleming TR. Biometrics 1979;35:549–556; Pocock SJ. Biometrika 1977;64:191–199; Lan KKG, DeMets
    DL. Biometrika 1983;70:659–663 (spending of O'Brien–Fleming type), by the recursion of Armitage P, McPherson CK,
    Rowe BC. J R Stat Soc A 1969;132:235–244. `spent_per_side`: Lan–DeMets spends alpha/2 on each side by its own
    function (as trial software does), else alpha on both together. Raises ValueError for an unknown kind or fractions
    that do not rise within (0, 1].
    """
    t = np.asarray(information, dtype=float)
    if kind not in KINDS or not len(t) or np.any(np.diff(t) <= 0) or t[0] <= 0 or t[-1] > 1 + 1e-12:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, and information must rise within (0, 1]")
    fractions = tuple(float(one) for one in t)
    if kind == "lan-demets":
        how = "alpha/2 spent per side" if spent_per_side else "alpha spent on both sides together"
        name = f"Lan–DeMets, O'Brien–Fleming type, two-sided alpha {alpha:g}, {how}"
        return Boundaries(name, fractions, _spending(t, alpha, spent_per_side))
    shape = np.ones(len(t)) if kind == "pocock" else np.sqrt(t[-1] / t)
    factor = _root(lambda c: _crossing(t, c * shape) - alpha, 1.0, 10.0)
    name = "Pocock" if kind == "pocock" else "O'Brien–Fleming"
    return Boundaries(f"{name}, two-sided alpha {alpha:g}", fractions, tuple(float(one) for one in factor * shape))


def _spending(t: Vector, alpha: float, per_side: bool) -> tuple[float, ...]:
    one = alpha / 2 if per_side else alpha
    spent = 2 * special.ndtr(special.ndtri(one / 2) / np.sqrt(t)) * (2 if per_side else 1)
    found: list[float] = []
    place, mass = np.zeros(1), np.ones(1)
    before, time = 0.0, 0.0
    for now, total in zip(t, spent, strict=True):
        step = np.sqrt(now - time)
        due = float(total) - before

        def excess(z: float, at: Vector = place, of: Vector = mass, by: float = step, until: float = now,
                   target: float = due) -> float:  # fmt: skip
            return _beyond(at, of, by, z * float(np.sqrt(until))) - target

        critical = _root(excess, 0.0, 40.0)
        found.append(critical)
        place, mass = _onward(place, mass, step, critical * float(np.sqrt(now)))
        before, time = float(total), float(now)
    return tuple(found)


def _crossing(t: Vector, critical: Vector) -> float:
    """Probability to cross at any look when there is no effect."""
    place, mass, time, total = np.zeros(1), np.ones(1), 0.0, 0.0
    for now, z in zip(t, critical, strict=True):
        step, edge = float(np.sqrt(now - time)), float(z * np.sqrt(now))
        total += _beyond(place, mass, step, edge)
        place, mass = _onward(place, mass, step, edge)
        time = float(now)
    return total


def _beyond(place: Vector, mass: Vector, step: float, edge: float) -> float:
    upper, lower = special.ndtr((place - edge) / step), special.ndtr((-edge - place) / step)
    return float((mass * (upper + lower)).sum())


def _onward(place: Vector, mass: Vector, step: float, edge: float) -> tuple[Vector, Vector]:
    """The density between the edges after the next look, on Gauss–Legendre nodes, as point masses."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    ahead = edge * nodes
    density = np.exp(-(((ahead[:, None] - place[None, :]) / step) ** 2) / 2) / (step * np.sqrt(2 * np.pi))
    return ahead, edge * weights * (density @ mass)


def _root(f: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(f, low, high, xtol=1e-12))
