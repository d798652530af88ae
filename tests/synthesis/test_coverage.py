"""A small edition of the coverage simulation (`simulate.py`; the full table is in this folder's README), fixed seed.

With these seeds the figures never vary; the bounds allow for the Monte-Carlo error of so few draws all the same.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit, logit

from msc_harvest.synthesis.decision import two_arm
from msc_harvest.synthesis.pooling import pool_two_arm
from msc_harvest.synthesis.pooling_single import pool_single_arm
from tests.synthesis.simulate import (
    BASELINE_TAU,
    MOST_RISK,
    Cell,
    Coverage,
    cover,
    draw_single,
    draw_two,
    monte_carlo_error,
    stream,
    truth,
)
from tests.synthesis.simulate import single_intervals as single
from tests.synthesis.simulate import two_intervals as two

REPEATS = 80
GOAL = 0.93
SINGLE_CELLS = (Cell(0.02, 0.5, 5), Cell(0.05, 1.0, 8), Cell(0.1, 0.0, 3), Cell(0.1, 0.5, 8), Cell(0.3, 1.0, 5))
TWO_CELLS = (
    Cell(0.05, 0.5, 8, "OR", 0.5), Cell(0.1, 0.5, 5, "RR", 1.0), Cell(0.3, 1.0, 3, "OR", 1.0),
    Cell(0.3, 0.5, 8, "RR", 0.5),
)  # fmt: skip
SPARSE_CELLS = (Cell(0.1, 1.0, 8, "RR", 0.25), Cell(0.1, 1.0, 8, "OR", 0.25), Cell(0.05, 1.0, 8, "RD", 2.0))


def enough(found: Coverage) -> bool:
    return found.share >= GOAL - 2 * monte_carlo_error(found.given, GOAL)


def test_default_interval_of_a_pooled_proportion_covers() -> None:
    """The median of the series' true risks is covered; crude total and Wald interval fall short with spread."""
    found = [cover(cell, REPEATS) for cell in SINGLE_CELLS]
    assert all(enough(rows[0]) for rows in found)
    assert sum(rows[0].covered for rows in found) >= GOAL * sum(rows[0].given for rows in found)
    assert sum(rows[0].given for rows in found) >= 0.99 * REPEATS * len(found)
    spread = found[1]
    assert spread[2].share < 0.8 < spread[1].share < spread[0].share


def test_default_interval_of_a_ratio_covers() -> None:
    """The mean log ratio is covered; Mantel–Haenszel's normal interval falls short with spread."""
    found = [cover(cell, REPEATS) for cell in TWO_CELLS]
    shown = [rows[0] for rows in found]
    assert all(enough(one) for one in shown)
    assert sum(one.covered for one in shown) >= GOAL * sum(one.given for one in shown)
    assert found[2][4].share < 0.85


def test_where_numbers_are_sparse_the_widened_interval_covers_and_the_others_do_not() -> None:
    """Where Hartung–Knapp with floor fell to 81–89 %: the default holds, and is less than half as wide again."""
    found = [cover(cell, REPEATS) for cell in SPARSE_CELLS]
    assert all(enough(rows[0]) for rows in found)
    assert sum(rows[0].covered for rows in found) >= GOAL * sum(rows[0].given for rows in found)
    assert sum(rows[2].covered for rows in found) < 0.91 * sum(rows[2].given for rows in found)
    assert all(rows[0].widened > 0.9 and 1 <= rows[0].width < 1.5 for rows in found)


def test_the_truth_of_a_cut_risk_ratio_is_that_of_the_cut_trials() -> None:
    """Two million risks drawn give the same mean as the quadrature, within its error."""
    rng = np.random.default_rng(4)
    control = expit(logit(0.3) + BASELINE_TAU * rng.standard_normal(2_000_000))
    treated = np.minimum(control * np.exp(np.log(2) + rng.standard_normal(2_000_000)), MOST_RISK)
    drawn = float(np.mean(np.log(treated / control)))
    assert truth(Cell(0.3, 1.0, 8, "RR", 2.0)) == pytest.approx(drawn, abs=3e-3) and drawn < 0.5 < np.log(2)
    assert truth(Cell(0.05, 0.0, 8, "RR", 2.0)) == pytest.approx(np.log(2), abs=1e-6)


def test_a_true_risk_of_0_is_always_covered() -> None:
    """Nobody has the event: the interval is one-sided, from 0 to the exact bound of the total."""
    assert [one.share for one in cover(Cell(0.0, 0.0, 3), 20)] == [1.0, 1.0, 1.0]


def test_what_is_simulated_is_what_is_shown_for_one_arm() -> None:
    rng = stream(1, SINGLE_CELLS[0])
    for cell in (Cell(0.0, 0.0, 3), *SINGLE_CELLS):
        for _ in range(4):
            events, n = draw_single(rng, cell)
            shown, simulated = pool_single_arm(events, n), single(events, n)[0]
            assert (shown.ci_low, shown.ci_high) == (simulated.low, simulated.high)


@pytest.mark.parametrize(
    "cell", [Cell(0.02, 0.5, 4, "OR", 0.5), Cell(0.05, 1.0, 4, "RR", 0.5), *TWO_CELLS, *SPARSE_CELLS]
)
def test_what_is_simulated_is_what_is_shown_for_two_arms(cell: Cell) -> None:
    rng = stream(2, cell)
    for _ in range(6):
        t = draw_two(rng, cell)
        shown, simulated = pool_two_arm(t.events1, t.n1, t.events2, t.n2, cell.measure), two(t, cell.measure)[0]
        if two_arm(t, cell.measure).model in ("none", "described", "exact"):
            continue
        assert shown.scaled_ci_low is not None and shown.scaled_ci_high is not None
        assert simulated.low is not None and simulated.high is not None
        assert math.isclose(shown.scaled_ci_low, simulated.low, rel_tol=1e-9, abs_tol=1e-12)
        assert math.isclose(shown.scaled_ci_high, simulated.high, rel_tol=1e-9, abs_tol=1e-12)
        assert ("widened" in shown.method) == (simulated.df is not None)
