"""Precision, recall and F1 with their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msc_harvest.synthesis.classification import Share, Tally, share


def test_all_of_nineteen_found() -> None:
    """Wilson's lower bound for all of n is n / (n + 1.96²)."""
    recall = Tally(19, 1, 0).recall
    assert (recall.n, recall.value, recall.ci_high) == (19, 1.0, 1.0)
    assert recall.ci_low == pytest.approx(19 / (19 + 1.959964**2), abs=1e-6)
    assert Tally(19, 1, 0).precision.value == pytest.approx(0.95)


def test_nothing_to_measure_is_not_zero() -> None:
    nothing = Share(0, None, None, None)
    tally = Tally(0, 0, 0)
    assert (tally.precision, tally.recall, tally.f1) == (nothing, nothing, nothing)
    assert Tally(0, 0, 3).recall.value == 0.0


def test_impossible_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and at_risk"):
        share(3, 2)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_f1_is_the_harmonic_mean_within_its_interval(both: int, found: int, labelled: int) -> None:
    tally = Tally(both, found, labelled)
    f1 = tally.f1
    if both + found + labelled == 0:
        assert f1.value is None
        return
    assert f1.value == pytest.approx(2 * both / (2 * both + found + labelled))
    assert f1.ci_low is not None and f1.ci_high is not None
    assert 0 <= f1.ci_low <= f1.value + 1e-12 and f1.value - 1e-12 <= f1.ci_high <= 1
