"""Absolute effects, information size, and the levels that an interval costs."""

from __future__ import annotations

import pytest

from msc_harvest.synthesis import absolute_effect, grade_imprecision, pool_generic, pool_two_arm
from msc_harvest.synthesis.imprecision import optimal_information_size
from msc_harvest.synthesis.results import Pooled


def ratio(low: float | None, middle: float | None, high: float | None, measure: str = "RR", n: int = 400) -> Pooled:
    return Pooled("by hand", measure, "", True, 5, 5, n, 50, middle, low, high)


def test_absolute_effects_by_hand() -> None:
    found = absolute_effect(ratio(0.5, 0.65, 0.9), 0.2)
    assert (found.low, found.difference, found.high) == pytest.approx((-100, -70, -20))
    odds = absolute_effect(ratio(0.25, 0.5, 1.0, "OR"), 0.2)
    assert odds.difference == pytest.approx(1000 * (0.1 / 0.9 - 0.2)) and odds.high == pytest.approx(0)
    assert absolute_effect(ratio(0.5, 1, 9), 0.2).high == pytest.approx(800)  # a risk does not pass 1


def test_information_size_of_a_classic_trial() -> None:
    """40 % against 30 %, alpha .05, power .8: 356 an arm without continuity correction (two proportions)."""
    assert optimal_information_size(0.4, 0.25) in (708, 710, 712)


@pytest.mark.parametrize(
    ("low", "middle", "high", "thresholds", "levels"),
    [
        (0.5, 0.9, 1.1, (), 1),  # no effect lies within
        (0.9, 1.0, 1.1, (50.0,), 0),  # -20 to +20: neither 50 fewer nor 50 more
        (0.5, 0.8, 1.1, (50.0,), 1),  # -100 to +20
        (0.5, 0.9, 1.5, (50.0,), 2),  # -100 to +100
        (0.2, 0.9, 3.0, (50.0, 150.0), 3),  # -160 to +400
    ],
)
def test_levels_by_thresholds(
    low: float, middle: float, high: float, thresholds: tuple[float, ...], levels: int
) -> None:
    found = grade_imprecision(ratio(low, middle, high), 0.2, thresholds)
    assert found.levels == levels and len(found.crossed) >= levels and found.reason


def test_a_large_effect_from_few_participants_costs_levels() -> None:
    few, some, many = (grade_imprecision(ratio(0.2, 0.4, 0.7, n=n), 0.2) for n in (100, 1500, 4000))
    assert (few.levels, some.levels, many.levels) == (2, 1, 0)
    assert "100 participants" in few.reason and few.information_percent == pytest.approx(100 * 100 / (few.needed or 1))


def test_what_cannot_be_judged_says_so() -> None:
    assert grade_imprecision(pool_two_arm([0], [9], [0], [8]), 0.2).levels is None
    assert grade_imprecision(pool_generic([1.0, 2.0], [0.1, 0.2]), 0.2).levels is None
    endless = grade_imprecision(ratio(1.2, None, None, "OR"), 0.2)
    assert endless.levels is None and "not judged" in endless.reason
    one_sided = grade_imprecision(ratio(1.2, 3.0, None, "OR"), 0.2)
    assert one_sided.levels == 3 and "no finite limit" in one_sided.reason
    with pytest.raises(ValueError, match="baseline"):
        absolute_effect(ratio(0.5, 0.6, 0.7), 0.0)
