"""Published analyses of effects that come with an error, by author and year: what the paper prints.

**abstract**, **quoted** and **manual** as in `test_worked_examples.py`; the stories of the statistics page end the file.
"""

from __future__ import annotations

import numpy as np
import pytest

from msc_harvest.synthesis.effect_sizes import binary, proportion, tables
from msc_harvest.synthesis.exact_odds import exact_odds
from msc_harvest.synthesis.mantel_haenszel import mantel_haenszel
from msc_harvest.synthesis.peto import peto
from msc_harvest.synthesis.random_effects import inverse_variance
from msc_harvest.synthesis.regression import meta_regression
from msc_harvest.synthesis.single_arm import binomial_normal, two_step
from tests.synthesis import published
from tests.synthesis.test_worked_examples import ratio, show


def test_hackshaw_1997_passive_smoking() -> None:
    """Abstract: an excess risk of 24 % (13–36 %)."""
    low, high = np.log([row[1:] for row in published.PASSIVE_SMOKING]).T
    y = np.log([row[0] for row in published.PASSIVE_SMOKING])
    found = inverse_variance(y, ((high - low) / (2 * 1.959963984540054)) ** 2, "DL", "z")
    assert ratio(2, found.estimate, found.ci_low, found.ci_high) == "1.24 1.13 1.36"


def test_molloy_2014_adherence() -> None:
    """Abstract: r 0.15 (0.09–0.21), 16 studies."""
    r, n = np.asarray(published.ADHERENCE).T
    found = inverse_variance(np.arctanh(r), 1 / (n - 3), "REML", "z")
    bounds = (found.estimate, found.ci_low, found.ci_high)
    assert show(2, *(float(np.tanh(one or 0)) for one in bounds)) == "0.15 0.09 0.21" and found.k == 16


def test_rubin_1981_eight_schools() -> None:
    """Quoted (Gelman A et al., Bayesian Data Analysis, 2nd ed., section 5.5, by a reader who recomputed it): complete
    pooling 7.9 with variance 17.4, from Rubin's own digits; 7.7 and 16.6 from the rounded ones. No heterogeneity."""
    y, error = (np.asarray(column) for column in published.EIGHT_SCHOOLS)
    common = inverse_variance(y, error**2, "FE", "z")
    assert common.se is not None and show(1, common.estimate, common.se**2) == "7.9 17.4"
    whole = (np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18]))
    rounded = inverse_variance(whole[0], whole[1] ** 2, "REML", "z")
    assert rounded.se is not None and show(1, rounded.estimate, rounded.se**2, rounded.tau2) == "7.7 16.6 0.0"


def test_raudenbush_bryk_1985_expectancy() -> None:
    """Quoted (p. 83–92): tau² 0.019, mean 0.084 (0.083 in a later print), z 1.62, Q 35.85 (35.83 from the printed
    digits); with weeks of contact tau² 0, 0.407 − 0.157 per week, z 4.68 and −4.39, Q 16.58 (16.57)."""
    y, v = published.EXPECTANCY
    mean = inverse_variance(y, v, "REML", "z")
    assert show(3, mean.tau2, mean.estimate) == "0.019 0.084"
    assert show(2, mean.statistic, mean.q) == "1.62 35.83"
    found = meta_regression(y, v, published.EXPECTANCY_WEEKS, ["weeks"], "REML", "z")
    first, slope = found.coefficients
    assert show(3, found.tau2, first.estimate, slope.estimate) == "0.000 0.407 -0.157"
    assert show(2, first.statistic, slope.statistic, found.q) == "4.68 -4.39 16.57"


@pytest.mark.parametrize(
    ("method", "test", "printed"),
    [
        ("FE", "z", "0.000 0.060 0.036 1.655 -0.011 0.132"),
        ("REML", "z", "0.019 0.084 0.052 1.621 -0.018 0.185"),
        ("DL", "z", "0.026 0.089 0.056 1.601 -0.020 0.199"),
        ("FE", "hk", "0.000 0.060 0.051 1.173 -0.048 0.168"),
        ("REML", "hk", "0.019 0.084 0.062 1.359 -0.046 0.213"),
        ("DL", "hk", "0.026 0.089 0.064 1.405 -0.044 0.223"),
    ],
)
def test_raudenbush_2009_table_16_3(method: str, test: str, printed: str) -> None:
    """Quoted (p. 309): tau², mean, error, statistic and interval, plain and after Knapp and Hartung."""
    y, v = published.EXPECTANCY
    found = inverse_variance(y, v, method, test)
    assert show(3, found.tau2, found.estimate, found.se, found.statistic, found.ci_low, found.ci_high) == printed


def test_viechtbauer_2005_estimators() -> None:
    """Quoted (p. 271, 272): tau², I², H² of two examples by DL and REML."""
    printed = {
        ("DL", 1): "0.277 80.44 5.11", ("REML", 1): "0.223 76.84 4.32",
        ("DL", 2): "0.013 27.53 1.38", ("REML", 2): "0.016 32.02 1.47",
    }  # fmt: skip
    for (method, which), values in printed.items():
        y, v = (published.VIECHTBAUER_1, published.VIECHTBAUER_2)[which - 1]
        found = inverse_variance(y, v, method, "z")
        assert f"{show(3, found.tau2)} {show(2, found.i2_percent, found.h2)}" == values


def test_miller_1978_back_transformed_arcsine() -> None:
    """Quoted (p. 138; his arcsines are twice ours): 1.1391, 1.2888, 1.5253, 0.9515 with variances 0.0870, 0.0571, 0.0465,
    0.1538; weighted mean 1.3093, as a proportion 0.3595."""
    own = proportion(*published.MILLER, "freeman-tukey")
    assert show(4, *(2 * own.effects)) == "1.1391 1.2888 1.5253 0.9515"
    assert show(4, *(4 * own.variances)) == "0.0870 0.0571 0.0465 0.1538"
    found = two_step(*published.MILLER, "freeman-tukey", "FE", "z")
    assert found.model is not None and show(4, 2 * (found.model.estimate or 0), found.estimate) == "1.3093 0.3595"


def test_three_series_without_event() -> None:
    """0/31: exact 0 (0–11.2 %); Freeman–Tukey's 6.1 % is too narrow and labelled so."""
    found = binomial_normal([0, 0, 0], [6, 10, 15])
    assert found.estimate == 0 and found.model is None and found.wald.high == pytest.approx(0.112, abs=5e-4)
    arcsine = two_step([0, 0, 0], [6, 10, 15], "freeman-tukey", test="z")
    assert arcsine.wald.high == pytest.approx(0.061, abs=5e-4) and "sensitivity only" in arcsine.method


def test_opposite_extremes_are_not_estimable() -> None:
    found = binomial_normal([0, 15], [15, 15])
    assert found.estimate is None and "not estimable" in (found.reason or "")
    assert (found.lowest, found.highest) == (0, 1)


def test_all_events_in_the_control_arms() -> None:
    t = tables([0, 0], [9, 16], [2, 4], [10, 15])
    common = mantel_haenszel(t, "OR")
    assert common.estimate is None and "no finite odds ratio" in (common.reason or "")
    exact = exact_odds(t)
    assert exact.estimate == 0 and exact.ci_high == pytest.approx(0.76, abs=5e-3)
    own = binary(t, "OR")
    floor = inverse_variance(own.effects, own.variances)
    assert ratio(0, floor.ci_high) == "165487"


def test_nothing_informative_is_words_not_an_exception() -> None:
    t = tables([0], [12], [0], [11])
    own = binary(t, "RR")
    for found in (mantel_haenszel(t, "RR"), peto(t), exact_odds(t), inverse_variance(own.effects, own.variances)):
        assert found.estimate is None and found.reason
    difference = mantel_haenszel(t, "RD")
    assert difference.estimate == 0 and difference.ci_low is None and difference.warnings
