"""The public face: which model is chosen, what is refused in words, and that nothing shown is NaN or infinite."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msc_harvest import synthesis
from msc_harvest.synthesis import (
    Pooled,
    decision,
    pool_generic,
    pool_means,
    pool_rates,
    pool_single_arm,
    pool_two_arm,
)
from msc_harvest.synthesis.exact_odds import exact_odds
from msc_harvest.synthesis.mantel_haenszel import mantel_haenszel
from msc_harvest.synthesis.presenting import CUT, SCORE, WIDENED, taking_in
from msc_harvest.synthesis.random_effects import inverse_variance, sample_size_weighted
from msc_harvest.synthesis.results import Estimate
from msc_harvest.synthesis.single_arm import binomial_normal
from tests.synthesis.published import BCG, NISSEN_INFARCTION
from tests.synthesis.test_reference_values import unshowable

NAN = float("nan")
TABLE = st.tuples(st.integers(1, 20), st.integers(1, 20)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


def whole(found: Pooled) -> Pooled:
    """`found`, after a look for what may not be shown."""
    assert not unshowable(dataclasses.asdict(found)), found
    assert (found.estimate is not None) or found.note or found.ci_low is not None, found
    if not found.pooled:
        assert found.note
    return found


def test_every_name_of_the_catalogue_can_be_loaded() -> None:
    for name in synthesis.__all__:
        assert getattr(synthesis, name) is not None
    with pytest.raises(AttributeError):
        _ = synthesis.nothing_of_the_kind


def test_no_informative_study_is_refused_in_words() -> None:
    found = whole(pool_two_arm([0, 0], [12, 8], [0, 0], [11, 9]))
    assert not found.pooled and found.estimate is None and "0 of 20 v. 0 of 20" in (found.note or "")
    assert (found.k, found.k_informative, found.n, found.events) == (2, 0, 40, 0)
    assert [one.study for one in found.excluded] == [0, 1]
    difference = whole(pool_two_arm([0, 0], [12, 8], [0, 0], [11, 9], "RD"))
    assert difference.estimate is None and difference.note


def test_one_informative_study_is_described_not_pooled() -> None:
    found = whole(pool_two_arm([1, 0, NAN], [10, 10, 5], [3, 0, 1], [10, 10, 5]))
    assert not found.pooled and found.estimate == pytest.approx(1 / 3) and "not pooled" in found.method
    assert (found.k, found.k_informative) == (2, 1)
    assert {one.study: "reported" in one.reason for one in found.excluded} == {1: False, 2: True}


def test_all_events_on_one_side_gives_the_exact_bound() -> None:
    found = whole(pool_two_arm([0, 0], [9, 16], [2, 4], [10, 15]))
    assert found.measure == "OR" and found.estimate == 0 and found.ci_high == pytest.approx(0.7574828, abs=1e-7)
    assert any("odds ratio is given" in one for one in found.warnings)
    other = whole(pool_two_arm([2, 4], [10, 15], [0, 0], [9, 16]))
    assert other.estimate is None and other.ci_high is None and other.ci_low == pytest.approx(1 / 0.7574828, abs=1e-6)


def test_rare_events_take_mantel_haenszel_without_correction() -> None:
    counts = ([1, 0, 6], [40, 35, 150], [3, 2, 1], [40, 33, 152])
    found = whole(pool_two_arm(*counts, "OR"))
    plain = mantel_haenszel(synthesis.pooling.effect_sizes.tables(*counts), "OR")
    assert found.method == f"{plain.method}, t interval; {WIDENED}" and found.scaled_estimate == plain.estimate
    assert found.interval == f"Mantel–Haenszel, {WIDENED}; t with 2 degrees of freedom"
    assert found.alternatives[0].method == plain.method and any(
        "sparse numbers: in 3 of 3" in x for x in found.warnings
    )
    asked = whole(pool_two_arm(*counts, "OR", "mantel-haenszel"))
    assert asked.interval == "normal (Wald)" and asked.scaled_ci_low == plain.ci_low
    assert sum(one.weight_percent or 0 for one in found.studies) == pytest.approx(100)
    assert any("exact conditional" in one.method for one in found.alternatives)


def test_frequent_events_take_random_effects_with_the_floor() -> None:
    counts = ([3, 5, 12, 9, 4], [20, 30, 35, 25, 22], [6, 9, 15, 16, 8], [20, 30, 35, 25, 22])
    found = whole(pool_two_arm(*counts))
    assert found.method == "inverse variance, random effects, REML, hk-floor"
    assert found.pi_low is not None and found.pi_low <= (found.ci_low or 0) and "k-1" in (found.pi_note or "")
    assert found.tau2_low is not None and found.i2_basis == "tau2" and found.h2 is not None
    assert len(found.alternatives) >= 7


def test_sparse_numbers_widen_the_default_to_hold_the_size_weighted_interval() -> None:
    counts = ([0, 5, 12, 1, 2], [20, 30, 35, 25, 48], [6, 9, 15, 16, 8], [20, 30, 35, 25, 22])
    t = synthesis.pooling.effect_sizes.tables(*counts)
    for measure in ("RR", "OR", "RD"):
        own = synthesis.pooling.effect_sizes.binary(t, measure, "treatment-arm")
        found, plain = whole(pool_two_arm(*counts, measure)), whole(pool_two_arm(*counts, measure, "random"))
        by_size = sample_size_weighted(own.effects, own.variances, t.n1 * t.n2 / t.total, leaning=measure == "RD")
        assert found.method == f"inverse variance, random effects, REML, hk-floor; {WIDENED}"
        assert found.interval == f"Hartung–Knapp with floor, {WIDENED}; t with 4 degrees of freedom"
        lows, highs = (plain.scaled_ci_low, by_size.ci_low), (plain.scaled_ci_high, by_size.ci_high)
        assert (found.scaled_ci_low, found.scaled_ci_high) == (min(lows), max(highs))  # type: ignore[type-var]
        assert (found.estimate, found.tau2, found.studies) == (plain.estimate, plain.tau2, plain.studies)
        assert (found.p_value or 0) == max(plain.p_value or 0, by_size.p_value or 0)
        assert (found.pi_low or 0) <= (found.ci_low or 0) and (found.pi_high or 0) >= (found.ci_high or 0)
        assert any("in 2 of 5 studies an arm has nobody or only one" in one for one in found.warnings)
        assert any("allowing for skewness" in one for one in found.warnings) == (measure == "RD")
        assert "sparse" in found.situation and not any("sparse" in one for one in plain.warnings)
    asked = whole(pool_two_arm(*counts, test="z"))
    assert asked.interval == "normal (Wald)" and WIDENED not in asked.method


def test_skewed_effects_move_one_limit_outward_and_p_goes_with_it() -> None:
    """By hand, four effects of equal weight: skewness of their mean g = (m3 / m2^1.5) / 2, limit t + g (2 z² + 1) / 6."""
    y, v, one = np.array([0.0, 0.0, 0.0, 1.0]), np.full(4, 1e-6), np.ones(4)
    se, g = math.sqrt(0.1875 / 3), (0.09375 / 0.1875**1.5) / 2
    plain, found = sample_size_weighted(y, v, one), sample_size_weighted(y, v, one, leaning=True)
    assert plain.se == pytest.approx(se, rel=1e-5) and found.ci_low == plain.ci_low
    assert found.ci_high == pytest.approx(0.25 + se * (3.182446 + g * (2 * 1.959964**2 + 1) / 6), rel=1e-4)
    assert found.p_value == plain.p_value  # 0 lies on the other side
    turned = sample_size_weighted(-y + 2, v, one, leaning=True)
    assert (turned.ci_high, turned.ci_low) == pytest.approx((2 - (found.ci_low or 0), 2 - (found.ci_high or 0)))
    for away in (0.3, 0.7, 1.0, 1.5, 4.0):  # p below 0.05 just where 0 is left out; never below that of t
        moved, same = (sample_size_weighted(y - 0.25 - away, v, one, leaning=lean) for lean in (True, False))
        assert moved.p_value is not None and same.p_value is not None and moved.p_value > same.p_value
        assert (moved.p_value < 0.05) == ((moved.ci_high or 0) < 0)
    for even in ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], [1.0, 5.0]):  # none in symmetry, nor can two effects tell
        pair = (sample_size_weighted(even, v[: len(even)], one[: len(even)], leaning=lean) for lean in (True, False))
        assert len({(fit.ci_low, fit.ci_high, fit.p_value) for fit in pair}) == 1


def test_what_is_sparse() -> None:
    tables = synthesis.pooling.effect_sizes.tables
    enough, single = tables([2, 9], [20, 20], [5, 18], [20, 20]), tables([2, 9], [20, 20], [5, 19], [20, 20])
    silent = tables([2, 9, 0], [20, 20, 9], [5, 18, 0], [20, 20, 9])
    assert decision.sparse(enough, "OR", "random", 0.3) is None and decision.sparse(single, "OR", "exact", 0.3) is None
    assert "1 of 2" in (decision.sparse(single, "OR", "random", 0.0) or "")
    assert decision.sparse(silent, "RR", "random", 0.0) is None
    assert "1 of 3" in (decision.sparse(silent, "RD", "mantel-haenszel", 0.0) or "")
    assert decision.sparse(single, "RR", "mantel-haenszel", 0.0) is None
    assert decision.sparse(single, "RR", "mantel-haenszel", 0.1) is not None


def test_no_correction_of_empty_cells_touches_rare_events_that_agree() -> None:
    """Nissen SE, Wolski K. N Engl J Med 2007;356:2457–2471: the verdict must not hang on 0.5 added to empty cells."""
    found = whole(pool_two_arm(*NISSEN_INFARCTION, "OR"))
    assert found.interval == "t with 37 degrees of freedom" and (found.ci_low or 0) > 1
    assert found.estimate == pytest.approx(1.427, abs=5e-4)


def test_rare_events_in_great_numbers_are_not_sparse() -> None:
    """The BCG trials: 3 % of participants, but at least 3 in every arm, and very different: random effects."""
    found = whole(pool_two_arm(*BCG, "OR"))
    assert found.method == "inverse variance, random effects, REML, hk-floor" and "rare, but" in found.situation


def test_estimates_in_opposite_directions_never_give_a_small_p() -> None:
    shown = pool_generic([1.0, 1.1, 0.9], [0.01, 0.01, 0.01], "RR")
    other = inverse_variance([-1.0, -1.1, -0.9], [0.01, 0.01, 0.01])
    found = whole(taking_in(shown, other, "k-1", "because"))
    assert found.p_value == 1 and (found.ci_low or 9) < 1 < (found.ci_high or 0) and found.warnings[-1] == "because"
    high = Estimate("far", 3, estimate=1.0, ci_low=0.5, ci_high=900.0, df=2.0, p_value=0.5)
    assert any("too large" in one for one in whole(taking_in(shown, high, "k-1", "because")).warnings)


def test_a_model_asked_for_is_used_and_named() -> None:
    counts = ([3, 5, 12], [20, 30, 35], [6, 9, 15], [20, 30, 35])
    assert "Peto" in whole(pool_two_arm(*counts, "OR", model="peto")).method
    exact = whole(pool_two_arm(*counts, "OR", model="exact"))
    assert exact.estimate == exact_odds(synthesis.pooling.effect_sizes.tables(*counts)).estimate
    assert "common effect" in whole(pool_two_arm(*counts, model="common")).method
    with pytest.raises(ValueError, match="model"):
        pool_two_arm(*counts, model="best")


def test_the_treatment_arm_correction_is_labelled_at_its_studies() -> None:
    counts = ([0, 5, 12], [20, 30, 35], [6, 9, 15], [20, 30, 35])
    for correction, words in (("half", "0.5"), ("treatment-arm", "treatment-arm")):
        found = whole(pool_two_arm(*counts, correction=correction))
        notes = [one.note for one in found.studies]
        assert words in (notes[0] or "") and notes[1:] == [None, None]


def test_single_arms() -> None:
    found = whole(pool_single_arm([1, 0, 2, 3, 0], [6, 10, 15, 20, 12]))
    plain = binomial_normal([1, 0, 2, 3, 0], [6, 10, 15, 20, 12])
    assert (found.ci_low, found.ci_high) == (plain.t.low, plain.t.high) and "t with 4" in (found.interval or "")
    assert {one.method.split(",")[0] for one in found.alternatives} >= {"crude total", "beta-binomial", "logit"}
    none = whole(pool_single_arm([0, 0, 0], [6, 10, 15]))
    assert none.estimate == 0 and none.ci_high == pytest.approx(0.11218875, abs=1e-7)
    assert any("one-sided" in one for one in none.warnings)
    alone = whole(pool_single_arm([2, NAN], [15, 4]))
    assert not alone.pooled and alone.estimate == pytest.approx(2 / 15) and alone.excluded[0].study == 1
    apart = whole(pool_single_arm([0, 15], [15, 15]))
    assert apart.estimate is None and (apart.lowest, apart.highest) == (0, 1) and "not estimable" in (apart.note or "")
    assert whole(pool_single_arm([], [])).note
    for model in ("crude", "logit", "freeman-tukey", "beta-binomial"):
        assert whole(pool_single_arm([1, 2, 3], [10, 10, 12], model)).estimate is not None


def test_given_effects_and_means() -> None:
    found = whole(pool_generic([0.1, 0.2, 0.3, NAN], [0.04, 0.05, 0.03, 1], "HR"))
    plain = inverse_variance([0.1, 0.2, 0.3], [0.04, 0.05, 0.03])
    assert found.estimate == pytest.approx(math.exp(plain.estimate or 0)) and found.excluded[0].study == 3
    assert found.pi_low is None and "not shown" in (found.pi_note or "")
    assert whole(pool_generic([], [])).note and not whole(pool_generic([0.1], [0.1])).pooled
    means = whole(pool_means([60, 55, 1], [10, 12, 0], [20, 20, 9], [55, 50, 1], [11, 10, 0], [20, 20, 9]))
    assert means.k_informative == 2 and means.n == 80 and means.excluded[0].study == 2


def test_rates() -> None:
    assert whole(pool_rates([1, 2, 8, 3, 2], [10, 10, 12, 20, 11])).k == 5
    none = whole(pool_rates([0, 0], [10, 10]))
    assert none.estimate == 0 and none.ci_high == pytest.approx(3.68888 / 20, abs=1e-5)
    assert not whole(pool_rates([3], [10])).pooled and whole(pool_rates([], [])).note
    assert "random effects" in whole(pool_rates([1, 2, 8], [10, 10, 12], "random")).method


def test_nothing_shown_is_ever_infinite() -> None:
    rng = np.random.default_rng(20)
    for _ in range(150):
        k = int(rng.integers(1, 6))
        n1, n0 = rng.integers(1, 30, k), rng.integers(1, 30, k)
        p = float(rng.choice([0.0, 0.03, 0.2, 0.9, 1.0]))
        a, c = rng.binomial(n1, p), rng.binomial(n0, rng.choice([p, 0.1]))
        for measure in ("RR", "OR", "RD"):
            for model in ("default", "random", "mantel-haenszel", "peto", "exact"):
                whole(pool_two_arm(a, n1, c, n0, measure, model))
        whole(pool_single_arm(a, n1))


def test_the_order_of_studies_changes_nothing_but_their_rows() -> None:
    counts: list[Any] = [[3, 5, 12, 9], [20, 30, 35, 25], [6, 9, 15, 16], [20, 31, 35, 25]]
    turned = [one[::-1] for one in counts]
    one, other = pool_two_arm(*counts), pool_two_arm(*turned)
    assert (one.estimate, one.ci_low, one.tau2, one.pi_note) == (
        other.estimate,
        other.ci_low,
        other.tau2,
        other.pi_note,
    )
    assert [row.estimate for row in one.studies] == [row.estimate for row in other.studies][::-1]


def test_one_difference_of_risks_has_its_score_interval() -> None:
    """2/21 against 7/21: the large-sample interval ends below no difference, those of both ratios do not; 0/16 against
    0/16: nothing is corrected."""
    found = pool_two_arm([2], [21], [7], [21], "RD")
    assert (found.ci_low, found.ci_high) == pytest.approx((-0.4618416, 0.0141821), abs=1e-7)
    assert found.interval == found.studies[0].interval == SCORE and found.p_value is None
    for measure in ("RR", "OR"):
        ratio = pool_two_arm([2], [21], [7], [21], measure)
        assert ratio.ci_low is not None and ratio.ci_high is not None and ratio.ci_low < 1 < ratio.ci_high
    none = pool_two_arm([0, 4], [16, float("nan")], [0, 2], [16, 9], "RD")
    assert (none.estimate, none.ci_low, none.ci_high) == pytest.approx((0, -0.1936076, 0.1936076), abs=1e-6)
    assert none.studies[0].note is None


@settings(deadline=None, max_examples=300)
@given(st.lists(TABLE, min_size=1, max_size=5))
def test_differences_of_risks_stay_where_they_can_be(rows: list[tuple[int, int, int, int]]) -> None:
    found = pool_two_arm(*(list(column) for column in zip(*rows, strict=True)), "RD")
    ends = [one for one in (found.ci_low, found.ci_high, found.pi_low, found.pi_high) if one is not None]
    assert all(-1 <= one <= 1 for one in ends)
    assert (CUT in found.warnings) == (
        found.pooled and any(one is not None and abs(one) > 1 for one in (found.scaled_ci_low, found.scaled_ci_high))
    )


def test_the_exact_model_asked_for_a_difference_gives_odds_ratios_throughout() -> None:
    """Also in the rows of the studies: 3/21 against 1/21 is an odds ratio of 3.33, not the exponent of +9.5 points."""
    found = pool_two_arm([3, 8], [21, 105], [1, 11], [21, 51], "RD", "exact")
    assert found.measure == "OR" and found.studies[0].estimate == pytest.approx(10 / 3)
    assert "an odds ratio is given: the exact model has no risk difference" in found.warnings


def test_what_says_nothing_is_counted_in_good_grammar() -> None:
    assert decision.double_zeros(1)[0].startswith("1 study with the same outcome in everybody says nothing")
    assert decision.double_zeros(2)[0].endswith("are left out") and decision.double_zeros(0) == ()
