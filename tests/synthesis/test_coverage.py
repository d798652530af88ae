"""A small edition of the coverage simulation (`simulate.py`; the full table is in this folder's README), fixed seed.

With these seeds the figures never vary. Two arms: thousands of draws a cell, so that what is asserted is the goal itself;
one arm: few, and the bounds allow for their Monte-Carlo error.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from msc_harvest.synthesis.pooling import pool_two_arm
from msc_harvest.synthesis.pooling_single import pool_single_arm
from tests.synthesis.many import FAR, intervals
from tests.synthesis.simulate import (
    BASELINE_TAU,
    LARGEST,
    MOST_RISK,
    SMALLEST,
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

REPEATS, MANY = 80, 4000
GOAL = 0.93
SINGLE_CELLS = (Cell(0.02, 0.5, 5), Cell(0.05, 1.0, 8), Cell(0.1, 0.0, 3), Cell(0.1, 0.5, 8), Cell(0.3, 1.0, 5))
TWO_CELLS = (
    Cell(0.05, 0.5, 8, "OR", 0.5), Cell(0.1, 0.5, 5, "RR", 1.0), Cell(0.3, 1.0, 3, "OR", 1.0),
    Cell(0.3, 0.5, 8, "RR", 0.5),
)  # fmt: skip
SPARSE_CELLS = (Cell(0.1, 1.0, 8, "RR", 0.25), Cell(0.1, 1.0, 8, "OR", 0.25), Cell(0.05, 1.0, 8, "RD", 2.0))
UNLIKE_ARMS = (Cell(0.1, 1.0, 8, "RR", 0.25, 1 / 3), Cell(0.1, 1.0, 8, "OR", 0.25, 1 / 3))
SKEWED = (Cell(0.05, 1.0, 8, "RD", 2.0), Cell(0.05, 1.0, 8, "RD", 2.0, 2.0))


def enough(found: Coverage) -> bool:
    return found.share >= GOAL - 2 * monte_carlo_error(found.given, GOAL)


def surely(found: Coverage) -> bool:
    """At the goal, by more than twice the Monte-Carlo error."""
    return found.share - 2 * monte_carlo_error(found.given, found.share) >= GOAL


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
    found = [cover(cell, MANY) for cell in TWO_CELLS]
    assert all(surely(rows[0]) for rows in found)
    assert found[2][4].share < 0.85


def test_where_numbers_are_sparse_the_widened_interval_covers_and_the_others_do_not() -> None:
    """Where Hartung–Knapp with floor fell to 83–89 %: the default holds, and is less than half as wide again."""
    found = [cover(cell, MANY) for cell in SPARSE_CELLS]
    assert all(surely(rows[0]) for rows in found)
    assert all(rows[2].share < 0.91 for rows in found)
    assert all(rows[0].widened > 0.9 and 1 <= rows[0].width < 1.5 for rows in found)


def test_arms_of_unlike_size_are_covered() -> None:
    """One treated for three controls, where 0.5 in every cell hides a part of the effect: half of them without."""
    found = [cover(cell, 2000) for cell in UNLIKE_ARMS]
    assert all(surely(rows[0]) and rows[0].width < 1.6 for rows in found)
    assert all(rows[2].share < 0.8 for rows in found)


@pytest.mark.parametrize("cell", SKEWED)
def test_skewed_differences_are_covered_for_their_skewness_is_allowed_for(cell: Cell) -> None:
    """What t without it misses, it misses on one side; its price is a tenth of the width."""
    shown, goal = intervals(draw_two(stream(3, cell), cell, MANY), "RD"), truth(cell)
    default, straight = shown.default, shown.straight
    above, below = np.mean(straight.high < goal), np.mean(straight.low > goal)
    assert above > 8 * below and above > 0.05
    held, before = (np.mean((one.low <= goal) & (goal <= one.high)) for one in (default, straight))
    assert held - 2 * monte_carlo_error(MANY, float(held)) >= GOAL and held > before + 0.01
    assert np.mean(default.high - default.low) < 1.1 * np.mean(straight.high - straight.low)
    assert np.all(default.low <= straight.low) and np.all(default.high >= straight.high)


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


@pytest.mark.parametrize("cell", [Cell(0.02, 0.5, 4, "OR", 0.5), *TWO_CELLS, *SPARSE_CELLS, *UNLIKE_ARMS, *SKEWED])
def test_what_is_simulated_is_what_is_shown_for_two_arms(cell: Cell) -> None:
    """The same limits from `pool_two_arm`, draw by draw; nothing where nothing is pooled; p agrees with the interval."""
    drawn = draw_two(stream(2, cell), cell, 20)
    simulated = intervals(drawn, cell.measure)
    for i in range(20):
        shown = pool_two_arm(drawn.events1[i], drawn.n1[i], drawn.events2[i], drawn.n2[i], cell.measure)
        assert shown.pooled != bool(np.isnan(simulated.default.low[i]))
        if not shown.pooled:
            continue
        low = -FAR if shown.scaled_ci_low is None else shown.scaled_ci_low
        high = FAR if shown.scaled_ci_high is None else shown.scaled_ci_high
        assert (low, high) == pytest.approx((simulated.default.low[i], simulated.default.high[i]), rel=1e-7, abs=1e-9)
        assert ("widened" in shown.method) == simulated.widened[i]
        assert shown.p_value is not None and (low <= 0 <= high) == (shown.p_value >= 0.05)


def test_arms_are_drawn_as_the_cell_says() -> None:
    free, three = (draw_two(stream(1, one), one, 500) for one in (Cell(0.1, 1.0, 5, "RD"), UNLIKE_ARMS[0]))
    assert np.all(three.n2 == 3 * three.n1) and np.mean(free.n1) == pytest.approx(np.mean(free.n2), rel=0.05)
    assert min(free.n1.min(), three.n1.min()) == SMALLEST and max(free.n2.max(), three.n2.max()) <= LARGEST
