"""The same numbers from two other libraries, where the statistics page (section 5) says that they agree.

PyMARE: DerSimonian–Laird, restricted likelihood, normal, Hartung–Knapp and floored intervals, Q-profile. statsmodels: Q
and its p, Paule–Mandel, Mantel–Haenszel odds ratio with error and interval and risk ratio, Clopper–Pearson and Wilson.
Where it says that they are wrong (untruncated DerSimonian–Laird in statsmodels), that is shown. Data: the published
sets, and random ones from a fixed seed. Both libraries come with the extra `dev`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from msc_harvest.synthesis.effect_sizes import Tables, binary, tables
from msc_harvest.synthesis.heterogeneity import q_profile
from msc_harvest.synthesis.mantel_haenszel import mantel_haenszel
from msc_harvest.synthesis.proportion import clopper_pearson, wilson
from msc_harvest.synthesis.random_effects import inverse_variance
from tests.synthesis import published

pytestmark = pytest.mark.filterwarnings("ignore")  # the libraries' own
TESTS = {"wald": "z", "knapp-hartung": "hk", "knapp-hartung-conservative": "hk-floor"}
RANDOM_SETS = 40


@cache
def counted() -> tuple[Tables, ...]:
    """Published and random 2 × 2 tables."""
    classics = (
        published.BCG, published.NISSEN_INFARCTION, published.NISSEN_DEATH, published.YUSUF_TABLE_6, published.LIDOCAINE,
        published.CRINS_REJECTION, published.PREECLAMPSIA, published.CATHETER, published.MAGNESIUM, published.CLASP,
        published.ACUPUNCTURE, published.REBLEEDING, published.TOLBUTAMIDE, published.SPERMICIDE,
    )  # fmt: skip
    rng = np.random.default_rng(5)
    found = [tables(*one) for one in classics]
    for k in rng.integers(3, 12, RANDOM_SETS):
        n = rng.integers(8, 80, (2, k))
        x = rng.binomial(n, rng.beta(1, 4, (2, k)))
        found.append(tables(x[0], n[0], x[1], n[1]))
    return tuple(found)


def with_errors() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Effects and variances: of the tables on three measures, and sets published with errors."""
    for i, t in enumerate(counted()):
        own = binary(t, ("OR", "RR", "RD")[i % 3])
        if len(own.studies) > 2:
            yield own.effects, own.variances
    y, error = (np.asarray(one) for one in published.EIGHT_SCHOOLS)
    yield y, error**2
    for y, v in (published.EXPECTANCY, published.VIECHTBAUER_1, published.VIECHTBAUER_2):
        yield np.asarray(y), np.asarray(v)


def close(ours: float | None, theirs: Any, rel: float = 1e-6, absolute: float = 1e-9) -> bool:
    return ours is not None and ours == pytest.approx(float(np.asarray(theirs).ravel()[0]), rel=rel, abs=absolute)


@pytest.mark.parametrize("correction", TESTS)
def test_pymare_dersimonian_laird_and_every_interval(correction: str) -> None:
    pymare = pytest.importorskip("pymare")
    compared = 0
    for y, v in with_errors():
        estimator = pymare.estimators.DerSimonianLaird(small_sample_correction=correction)
        theirs = estimator.fit_dataset(pymare.Dataset(y=y, v=v)).summary()
        row = theirs.get_fe_stats()
        ours = inverse_variance(y, v, "DL", TESTS[correction])
        assert close(ours.tau2, theirs.tau2) and close(ours.estimate, row["est"]) and close(ours.se, row["se"])
        assert close(ours.ci_low, row["ci_l"]) and close(ours.ci_high, row["ci_u"])
        compared += 1
    assert compared >= 50


def test_pymare_restricted_likelihood() -> None:
    """With their search tightened the same tau²; and our likelihood is nowhere below theirs."""
    from msc_harvest.synthesis.heterogeneity import ones, restricted_log_likelihood

    pymare = pytest.importorskip("pymare")
    agreed = total = 0
    for y, v in with_errors():
        estimator = pymare.estimators.VarianceBasedLikelihoodEstimator(
            method="REML", small_sample_correction="wald", xtol=1e-14
        )
        theirs = estimator.fit_dataset(pymare.Dataset(y=y, v=v)).summary()
        ours = inverse_variance(y, v, "REML", "z")
        value = float(np.asarray(theirs.tau2).ravel()[0])
        assert ours.tau2 is not None
        height = [restricted_log_likelihood(y, v, ones(y), one) for one in (ours.tau2, value)]
        assert height[0] >= height[1] - 1e-8
        total += 1
        agreed += abs(ours.tau2 - value) <= 1e-5 * float(np.median(v) + value)
    assert agreed == total >= 50


def test_pymare_q_profile() -> None:
    pymare = pytest.importorskip("pymare")
    compared = 0
    for y, v in with_errors():
        theirs = pymare.estimators.DerSimonianLaird().fit_dataset(pymare.Dataset(y=y, v=v)).summary().get_re_stats()
        ours = q_profile(y, v)
        scale = 1e-4 * float(np.median(v))
        assert close(ours.low, theirs["ci_l"], 1e-4, scale) and close(ours.high, theirs["ci_u"], 1e-4, scale)
        compared += 1
    assert compared >= 50


def test_statsmodels_q_and_paule_mandel() -> None:
    meta = pytest.importorskip("statsmodels.stats.meta_analysis")
    for y, v in with_errors():
        theirs = meta.combine_effects(y, v, method_re="iterated")
        common, random = inverse_variance(y, v, "FE", "z"), inverse_variance(y, v, "PM", "z")
        assert close(common.q, theirs.q) and close(common.q_p, theirs.test_homogeneity().pvalue)
        assert close(common.estimate, theirs.mean_effect_fe)
        assert close(random.tau2, theirs.tau2, 1e-3, 1e-4 * float(np.median(v)))


def test_statsmodels_does_not_truncate_dersimonian_laird() -> None:
    """The reason why it is no oracle there: eight schools, −44.6 where tau² cannot be below 0 (rounded data)."""
    meta = pytest.importorskip("statsmodels.stats.meta_analysis")
    y, v = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18]) ** 2
    assert round(float(meta.combine_effects(y, v, method_re="dl").tau2), 1) == -44.6
    assert inverse_variance(y, v, "DL", "z").tau2 == 0
    agreed = 0
    for y, v in with_errors():
        theirs = float(meta.combine_effects(y, v, method_re="dl").tau2)
        assert close(inverse_variance(y, v, "DL", "z").tau2, max(0.0, theirs), 1e-6, 1e-9)
        agreed += theirs > 0
    assert agreed >= 20


def test_statsmodels_mantel_haenszel() -> None:
    """Odds ratio with error and interval, and risk ratio, over the informative tables without correction."""
    contingency = pytest.importorskip("statsmodels.stats.contingency_tables")
    compared = 0
    for t in counted():
        used = t.take(~t.one_outcome_only)
        stacked = np.array([[used.events1, used.n1 - used.events1], [used.events2, used.n2 - used.events2]])
        theirs = contingency.StratifiedTable(stacked)
        odds, risk = mantel_haenszel(t, "OR"), mantel_haenszel(t, "RR")
        if odds.estimate is None or risk.estimate is None:
            continue
        low, high = theirs.logodds_pooled_confint()
        assert close(odds.estimate, theirs.logodds_pooled) and close(odds.se, theirs.logodds_pooled_se)
        assert close(odds.ci_low, low) and close(odds.ci_high, high)
        assert close(float(np.exp(risk.estimate)), theirs.riskratio_pooled)
        compared += 1
    assert compared >= 50


def test_statsmodels_intervals_of_a_proportion() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    n = np.repeat(np.arange(1, 41), 41)
    x = np.tile(np.arange(41), 40)
    x, n = x[x <= n], n[x <= n]
    for method, ours in (("beta", clopper_pearson(x, n)), ("wilson", wilson(x, n))):
        low, high = proportion.proportion_confint(x, n, method=method)
        assert np.allclose(ours[0], low, rtol=1e-9, atol=1e-12) and np.allclose(ours[1], high, rtol=1e-9, atol=1e-12)


def test_scipy_conditional_odds_ratio() -> None:
    """One table: scipy's conditional maximum likelihood and exact interval."""
    from scipy.stats.contingency import odds_ratio

    from msc_harvest.synthesis.exact_odds import exact_odds

    for t in counted():
        for i in np.where(~t.one_outcome_only)[0][:3]:
            one = t.take([i])
            a, b, c, d = (int(v[0]) for v in (one.events1, one.n1 - one.events1, one.events2, one.n2 - one.events2))
            if 0 in (a, b, c, d) or one.total[0] > 2000:
                continue
            theirs = odds_ratio([[a, b], [c, d]], kind="conditional")
            bounds = theirs.confidence_interval(0.95)
            ours = exact_odds(one)
            assert close(ours.estimate, theirs.statistic) and close(ours.ci_low, bounds.low)
            assert close(ours.ci_high, bounds.high)
