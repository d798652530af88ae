"""What must hold of any tables (statistics page, section 6.2): more than 10,000 random 2 × 2 tables in every test.

The tables are drawn once, from a fixed seed, in sets of one to eight studies with arms of 1–60 and risks that are often
0 and sometimes 1. Only the exact model of proportions, which is slow, goes through FEW sets. Where a test fails,
`test_properties_shrunk.py` asks hypothesis for the smallest example.
"""

from __future__ import annotations

import dataclasses
import math
from functools import cache
from typing import Any

import numpy as np

from msc_harvest.synthesis.effect_sizes import Tables, binary, tables
from msc_harvest.synthesis.exact_odds import exact_odds
from msc_harvest.synthesis.heterogeneity import q_profile
from msc_harvest.synthesis.mantel_haenszel import mantel_haenszel
from msc_harvest.synthesis.peto import peto
from msc_harvest.synthesis.proportion import clopper_pearson
from msc_harvest.synthesis.random_effects import inverse_variance, prediction_interval
from msc_harvest.synthesis.single_arm import binomial_normal

SETS, FEW, PROPORTIONS = 2_500, 120, 20_000
SEED = 20261121
MEASURES = ("RR", "OR", "RD")


@cache
def sets() -> tuple[Tables, ...]:
    """The random sets."""
    rng = np.random.default_rng(SEED)
    found = []
    for k in rng.integers(1, 9, SETS):
        n = rng.integers(1, 61, (2, k))
        risk = rng.beta(0.6, 2.0, (2, k))
        edge = rng.random((2, k))
        risk = np.where(edge < 0.3, 0.0, np.where(edge > 0.96, 1.0, risk))
        x = rng.binomial(n, risk)
        found.append(tables(x[0], n[0], x[1], n[1]))
    return tuple(found)


def near(one: float | None, other: float | None, rel: float = 1e-8) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=rel, abs_tol=1e-9)


def negative(value: float | None) -> float | None:
    return None if value is None else -value


def dl(t: Tables, measure: str) -> Any:
    own = binary(t, measure)
    return inverse_variance(own.effects, own.variances, "DL", "hk-floor")


def wrong(value: Any) -> bool:
    """Whether NaN or an infinity hides anywhere in a result."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return any(wrong(getattr(value, one.name)) for one in dataclasses.fields(value))
    if isinstance(value, (tuple, list)):
        return any(wrong(one) for one in value)
    if isinstance(value, np.ndarray):
        return not bool(np.isfinite(value).all())
    return isinstance(value, (float, np.floating)) and not math.isfinite(value)


def test_there_are_enough_of_them() -> None:
    assert sum(t.k for t in sets()) >= 10_000
    empty = sum(int((t.events1 + t.events2 == 0).sum()) for t in sets())
    alone = sum(t.k == 1 for t in sets())
    assert empty > 1_000 and alone > 200, "the sets must be full of what goes wrong"


def test_swapping_the_arms_turns_the_sign() -> None:
    for t in sets():
        other = Tables(t.events2, t.n2, t.events1, t.n1)
        for measure in MEASURES:
            one, two = mantel_haenszel(t, measure), mantel_haenszel(other, measure)
            assert near(one.estimate, negative(two.estimate)) and near(one.ci_low, negative(two.ci_high))
        assert near(peto(t).estimate, negative(peto(other).estimate))
        assert near(dl(t, "RR").estimate, negative(dl(other, "RR").estimate))


def test_counting_the_others_inverts_the_odds_ratio() -> None:
    for t in sets():
        other = Tables(t.n1 - t.events1, t.n1, t.n2 - t.events2, t.n2)
        assert near(mantel_haenszel(t, "OR").estimate, negative(mantel_haenszel(other, "OR").estimate))
        assert near(peto(t).estimate, negative(peto(other).estimate))
        assert near(dl(t, "OR").estimate, negative(dl(other, "OR").estimate))


def test_the_order_of_studies_does_not_matter() -> None:
    """Equal to the last bit, which is more than the twelve digits asked for."""
    rng = np.random.default_rng(SEED + 1)
    for t in sets():
        other = t.take(rng.permutation(t.k))
        for measure in MEASURES:
            one, two = mantel_haenszel(t, measure), mantel_haenszel(other, measure)
            assert (one.estimate, one.se, one.q) == (two.estimate, two.se, two.q)
        one, two = peto(t), peto(other)
        assert (one.estimate, one.se, one.q) == (two.estimate, two.se, two.q)
        one, two = dl(t, "OR"), dl(other, "OR")
        assert (one.estimate, one.ci_low, one.tau2) == (two.estimate, two.ci_low, two.tau2)


def test_every_study_twice_halves_the_common_variance() -> None:
    for t in sets():
        own = binary(t, "OR")
        if not own.studies:
            continue
        once = inverse_variance(own.effects, own.variances, "FE", "z")
        twice = inverse_variance(np.tile(own.effects, 2), np.tile(own.variances, 2), "FE", "z")
        assert once.se is not None and twice.se is not None
        assert near(twice.se**2, once.se**2 / 2) and near(once.estimate, twice.estimate)


def test_a_double_zero_study_changes_no_ratio() -> None:
    rng = np.random.default_rng(SEED + 2)
    for t in sets():
        n1, n2 = rng.integers(1, 61, 2)
        more = Tables(*(np.append(a, b) for a, b in ((t.events1, 0), (t.n1, n1), (t.events2, 0), (t.n2, n2))))
        for one, two in (
            *((mantel_haenszel(t, m), mantel_haenszel(more, m)) for m in ("RR", "OR")),
            (peto(t), peto(more)),
        ):
            assert (one.estimate, one.se, one.ci_low) == (two.estimate, two.se, two.ci_low)


def nested(t: Tables, measure: str, method: str) -> None:
    """Floor around t around estimate, prediction around floor, tau² and I² within their ranges."""
    own = binary(t, measure)
    floor = inverse_variance(own.effects, own.variances, method, "hk-floor")
    plain = inverse_variance(own.effects, own.variances, method, "t")
    if floor.estimate is None:
        assert floor.reason and not own.studies
        return
    assert floor.ci_low is not None and floor.ci_high is not None and plain.ci_low is not None
    assert plain.ci_high is not None and floor.tau2 is not None and floor.i2_percent is not None
    slack = 1e-12 * max(1.0, abs(floor.estimate))
    assert floor.ci_low <= plain.ci_low + slack and plain.ci_high <= floor.ci_high + slack
    ahead = prediction_interval(floor, "test", minimum_k=1)
    if ahead.low is not None and ahead.high is not None:
        assert ahead.low <= floor.ci_low + slack and floor.ci_high <= ahead.high + slack
    assert floor.tau2 >= 0 and 0 <= floor.i2_percent < 100


def test_intervals_are_nested_and_heterogeneity_in_bounds() -> None:
    for t in sets():
        nested(t, "OR", "DL")


def test_the_same_for_iterative_estimators() -> None:
    for i, t in enumerate(sets()):
        nested(t, MEASURES[i % 3], "REML" if i % 2 else "PM")


def test_tau2_interval_is_ordered_and_holds_paule_mandel() -> None:
    for t in sets():
        own = binary(t, "OR")
        bounds = q_profile(own.effects, own.variances) if own.studies else None
        if bounds is None or bounds.low is None or bounds.high is None:
            continue
        middle = inverse_variance(own.effects, own.variances, "PM").tau2
        assert middle is not None and 0 <= bounds.low <= bounds.high
        assert bounds.high == 0 or bounds.low <= middle + 1e-9 <= bounds.high + 2e-9


def test_exact_interval_holds_the_mid_p_interval() -> None:
    """At the exact bounds the mid-P tails are 2.5 % or less, so the mid-P interval lies inside."""
    from scipy.stats import binom

    rng = np.random.default_rng(SEED + 3)
    n = rng.integers(1, 301, PROPORTIONS)
    x = rng.binomial(n, np.where(rng.random(PROPORTIONS) < 0.3, 0.0, rng.random(PROPORTIONS)))
    low, high = clopper_pearson(x, n)
    upper = binom.sf(x - 1, n, low) - 0.5 * binom.pmf(x, n, low)
    lower = binom.cdf(x, n, high) - 0.5 * binom.pmf(x, n, high)
    assert (upper[x > 0] <= 0.025 + 1e-9).all() and (lower[x < n] <= 0.025 + 1e-9).all()
    assert (low[x == 0] == 0).all() and (high[x == n] == 1).all()
    assert (low <= x / n).all() and (x / n <= high).all()


def test_exact_odds_ratio_lies_within_its_bounds() -> None:
    for t in sets():
        found = exact_odds(t)
        assert not wrong(found)
        if found.estimate is not None:
            assert found.ci_low is not None and found.ci_low <= found.estimate
            assert found.ci_high is None or found.estimate <= found.ci_high


def test_nothing_raises_and_nothing_is_nan_or_infinite() -> None:
    for t in sets():
        for measure in MEASURES:
            for found in (mantel_haenszel(t, measure), dl(t, measure)):
                assert not wrong(found), found
                assert (found.estimate is None) == (found.reason is not None)
        one_step = peto(t)
        assert not wrong(one_step) and (one_step.estimate is None) == (one_step.reason is not None)


def test_pooled_proportions_mirror_and_stay_within_0_and_1() -> None:
    for t in sets()[:FEW]:
        found, mirrored = binomial_normal(t.events1, t.n1), binomial_normal(t.n1 - t.events1, t.n1)
        assert not wrong(found)
        assert (found.reason is None) == (found.estimate is not None)
        if found.estimate is not None and mirrored.estimate is not None:
            assert 0 <= found.estimate <= 1 and math.isclose(found.estimate + mirrored.estimate, 1, abs_tol=1e-6)
            for bounds in (found.wald, found.t, found.prediction):
                assert bounds.low is None or bounds.high is None or 0 <= bounds.low <= bounds.high <= 1
