"""GRADE's question of imprecision: the absolute effect per 1,000 against thresholds, then the information size.

Source: GRADE Guidance 34. J Clin Epidemiol 2022;150:216–224 (its abstract was read): first whether the interval of the
absolute effect crosses thresholds (two or three levels where it does so by far); where it does not and the relative
effect is large, whether the optimal information size is reached (more than one level where it is far from it). How many
thresholds make how many levels, what counts as large and as far below is not fixed in the abstract; the values here are
arguments with these defaults. Only imprecision is judged, never the overall certainty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from msc_harvest.synthesis.distributions import quantile
from msc_harvest.synthesis.results import Pooled

MOST_LEVELS = 3
LARGE_RELATIVE = 0.30
FAR_BELOW = 0.5
PER = 1000
ABSOLUTE = ("RR", "OR", "RD")


@dataclass(frozen=True, slots=True)
class Absolute:
    """Difference in events per 1,000 treated, negative for fewer, with its interval; None where a bound is missing."""

    baseline_per_1000: float
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Imprecision:
    """Levels to go down for imprecision (0–3), the reason in words, the absolute effect and the information size.

    `crossed`: thresholds inside the interval, per 1,000. `needed`: participants of the optimal information size;
    `information_percent` what share of it the studies hold. `levels` is None where nothing can be judged.
    """

    levels: int | None
    reason: str
    absolute: Absolute | None = None
    crossed: tuple[float, ...] = ()
    needed: int | None = None
    information_percent: float | None = None


def absolute_effect(pooled: Pooled, baseline_risk: float) -> Absolute:
    """Effect per 1,000 at a risk without treatment of `baseline_risk` (0–1), from a risk ratio, odds ratio or risk
    difference. Risks stay within 0 and 1. Raises ValueError for another measure or a risk outside (0, 1)."""
    if pooled.measure not in ABSOLUTE or not 0 < baseline_risk < 1:
        raise ValueError("absolute effects need RR, OR or RD and a baseline risk between 0 and 1")
    low, middle, high = (
        _difference(one, pooled.measure, baseline_risk) for one in (pooled.ci_low, pooled.estimate, pooled.ci_high)
    )
    return Absolute(PER * baseline_risk, middle, low, high)


def _difference(value: float | None, measure: str, baseline: float) -> float | None:
    if value is None:
        return None
    if measure == "RR":
        risk = baseline * value
    elif measure == "OR":
        risk = baseline * value / (1 - baseline + baseline * value)
    else:
        risk = baseline + value
    return PER * (min(1.0, max(0.0, risk)) - baseline)


def optimal_information_size(
    baseline_risk: float, relative_reduction: float = 0.25, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Participants, both arms together, of one trial that would find a relative reduction of the baseline risk.

    Two proportions, normal approximation, two-sided `alpha`; as GRADE guideline 6 (Guyatt GH, Oxman AD, Kunz R, et
    al. J Clin Epidemiol 2011;64:1283–1293) asks for. Raises ValueError for a risk or reduction outside (0, 1).
    """
    if not 0 < baseline_risk < 1 or not 0 < relative_reduction < 1:
        raise ValueError("baseline risk and relative reduction must lie between 0 and 1")
    treated = baseline_risk * (1 - relative_reduction)
    z = quantile(1 - alpha) + quantile(2 * power - 1)
    spread = baseline_risk * (1 - baseline_risk) + treated * (1 - treated)
    return 2 * math.ceil(z**2 * spread / (baseline_risk - treated) ** 2)


def grade_imprecision(
    pooled: Pooled, baseline_risk: float, thresholds: Sequence[float] = (), relative_reduction: float = 0.25,
    alpha: float = 0.05, power: float = 0.8, large_relative: float = LARGE_RELATIVE, far_below: float = FAR_BELOW,
) -> Imprecision:  # fmt: skip
    """Levels down for imprecision of a risk ratio, odds ratio or risk difference.

    `thresholds`: differences per 1,000 that matter (each counts for benefit and for harm); none: any difference, so
    that no effect is the threshold. One threshold within the interval: one level, two: two, more: three. None within,
    and a relative effect of `large_relative` or more: one level where the studies hold fewer participants than the
    optimal information size, two where fewer than `far_below` of it.
    """
    if pooled.estimate is None or pooled.measure not in ABSOLUTE:
        return Imprecision(None, "not judged: there is no pooled risk ratio, odds ratio or risk difference")
    found = absolute_effect(pooled, baseline_risk)
    needed = optimal_information_size(baseline_risk, relative_reduction, alpha, power)
    share = None if pooled.n is None else 100 * pooled.n / needed
    if found.low is None or found.high is None or found.difference is None:
        why = "three levels: the interval has no finite limit on one side"
        return Imprecision(MOST_LEVELS, why, found, (), needed, share)
    marks = sorted({sign * abs(one) for one in thresholds for sign in (-1, 1)}) or [0.0]
    crossed = tuple(one for one in marks if found.low < one < found.high)
    if crossed:
        levels = min(MOST_LEVELS, len(crossed))
        return Imprecision(levels, _crossing(found, crossed, levels), found, crossed, needed, share)
    levels, why = _by_size(pooled, baseline_risk, found, needed, large_relative, far_below)
    return Imprecision(levels, why, found, (), needed, share)


def _crossing(found: Absolute, crossed: tuple[float, ...], levels: int) -> str:
    what = ", ".join(_signed(one) for one in crossed)
    span = f"from {_signed(found.low or 0.0)} to {_signed(found.high or 0.0)} per 1,000"
    return f"{_levels(levels)}: the interval of the absolute effect, {span}, crosses {what}"


def _by_size(
    pooled: Pooled, baseline: float, found: Absolute, needed: int, large: float, far_below: float
) -> tuple[int, str]:
    change = abs(found.difference or 0.0) / (PER * baseline)
    if change < large:
        return 0, "no level: the interval of the absolute effect crosses no threshold, and the effect is not large"
    if pooled.n is None:
        return 1, "one level: a large effect from an unknown number of participants"
    held = f"{pooled.n} participants, {needed} needed (optimal information size)"
    if pooled.n >= needed:
        return 0, f"no level: no threshold is crossed, and the information suffices: {held}"
    levels = 2 if pooled.n < far_below * needed else 1
    return levels, f"{_levels(levels)}: no threshold is crossed, but the effect is large for so few: {held}"


def _levels(number: int) -> str:
    return {1: "one level", 2: "two levels", 3: "three levels"}[number]


def _signed(value: float) -> str:
    return "no difference" if value == 0 else f"{abs(value):.0f} {'fewer' if value < 0 else 'more'}"
