"""Exact intervals against published and tabulated values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

from msc_harvest.synthesis.proportion import clopper_pearson, score_difference, wilson


def test_newcombe_1998_examples() -> None:
    """Newcombe RG. Stat Med 1998;17:857–872, Table I, method 5 (Clopper–Pearson)."""
    low, high = clopper_pearson([81, 15, 0, 1], [263, 148, 20, 29])
    assert np.round(low, 4).tolist() == [0.2527, 0.0578, 0.0, 0.0009]
    assert np.round(high, 4).tolist() == [0.3676, 0.1617, 0.1684, 0.1776]


def test_newcombe_1998_differences() -> None:
    """Newcombe RG. Stat Med 1998;17:873–890, Table II, method 10: all eight contrasts as printed (quoted, not read)."""
    given = np.array([[56, 70, 48, 80], [9, 10, 3, 10], [6, 7, 2, 7], [5, 56, 0, 29],
                      [0, 10, 0, 20], [0, 10, 0, 10], [10, 10, 0, 20], [10, 10, 0, 10]])  # fmt: skip
    low, high = score_difference(*given.T)
    assert np.round(low, 4).tolist() == [0.0524, 0.1705, 0.0582, -0.0381, -0.1611, -0.2775, 0.6791, 0.6075]
    assert np.round(high, 4).tolist() == [0.3339, 0.8090, 0.8062, 0.1926, 0.2775, 0.2775, 1.0, 1.0]


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_the_difference_agrees_with_statsmodels_and_turns_with_the_groups(
    n1: int, n2: int, data: st.DataObject
) -> None:
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    low, high = (float(bound) for bound in score_difference(x1, n1, x2, n2))
    theirs = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", compare="diff", alpha=0.05)
    assert (low, high) == pytest.approx(theirs, abs=1e-12)
    assert -1 <= low <= x1 / n1 - x2 / n2 <= high <= 1
    assert score_difference(x2, n2, x1, n1) == pytest.approx((-high, -low))


def test_no_event_and_all_events_touch_the_edge() -> None:
    low, high = clopper_pearson([0, 7], [7, 7])
    assert low[0] == 0.0 and high[1] == 1.0
    assert high[0] == pytest.approx(1 - 0.025 ** (1 / 7))


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_solve_the_binomial_tails(pair: tuple[int, int]) -> None:
    events, at_risk = pair
    low, high = (float(bound) for bound in clopper_pearson(events, at_risk))
    assert 0 <= low <= events / at_risk <= high <= 1
    if events:
        assert binom.sf(events - 1, at_risk, low) == pytest.approx(0.025, abs=1e-6)
    if events < at_risk:
        assert binom.cdf(events, at_risk, high) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize(("events", "at_risk"), [(-1, 3), (4, 3), (0, 0)])
def test_impossible_counts_are_refused(events: int, at_risk: int) -> None:
    with pytest.raises(ValueError, match="between 0 and at_risk"):
        clopper_pearson(events, at_risk)


def test_wilson_in_newcombe_1998() -> None:
    """Newcombe RG. Stat Med 1998;17:857–872, Table I, method 3 (Wilson score, no continuity correction)."""
    low, high = wilson([81, 15, 0, 1], [263, 148, 20, 29])
    assert np.round(low, 4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert np.round(high, 4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_bounds_solve_the_score_equation(pair: tuple[int, int]) -> None:
    events, at_risk = pair
    low, high = (float(bound) for bound in wilson(events, at_risk))
    assert 0 <= low <= events / at_risk <= high <= 1
    for bound in (low, high):
        if 0 < bound < 1:
            assert abs(events / at_risk - bound) == pytest.approx(
                1.959964 * np.sqrt(bound * (1 - bound) / at_risk), rel=1e-4
            )


@pytest.mark.parametrize(("events", "at_risk"), [(-1, 3), (4, 3), (0, 0)])
def test_wilson_refuses_impossible_counts(events: int, at_risk: int) -> None:
    with pytest.raises(ValueError, match="between 0 and at_risk"):
        wilson(events, at_risk)
