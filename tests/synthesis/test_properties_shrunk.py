"""The properties of `test_properties.py` once more, on few examples, so that a failure is shrunk to its smallest table."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from msc_harvest.synthesis.binomial_normal import maximum_likelihood
from msc_harvest.synthesis.effect_sizes import Tables, tables
from msc_harvest.synthesis.exact_odds import exact_odds
from msc_harvest.synthesis.mantel_haenszel import mantel_haenszel
from msc_harvest.synthesis.peto import peto
from msc_harvest.synthesis.single_arm import binomial_normal
from tests.synthesis.test_properties import MEASURES, dl, near, negative, nested, wrong

STUDY = st.integers(1, 40).flatmap(
    lambda n: st.integers(1, 40).flatmap(
        lambda m: st.tuples(st.integers(0, n), st.just(n), st.integers(0, m), st.just(m)),
    )
)
SOME = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def counts(draw: st.DrawFn) -> Tables:
    return tables(*zip(*draw(st.lists(STUDY, min_size=1, max_size=6)), strict=True))


@SOME
@given(counts())
def test_symmetries(t: Tables) -> None:
    swapped = Tables(t.events2, t.n2, t.events1, t.n1)
    others = Tables(t.n1 - t.events1, t.n1, t.n2 - t.events2, t.n2)
    for measure in MEASURES:
        estimate = mantel_haenszel(t, measure).estimate
        assert near(estimate, negative(mantel_haenszel(swapped, measure).estimate))
        assert near(dl(t, measure).estimate, negative(dl(swapped, measure).estimate))
    for turned in (swapped, others):
        assert near(mantel_haenszel(t, "OR").estimate, negative(mantel_haenszel(turned, "OR").estimate))
        assert near(peto(t).estimate, negative(peto(turned).estimate))
        assert near(dl(t, "OR").estimate, negative(dl(turned, "OR").estimate))


@SOME
@given(counts(), st.integers(1, 40), st.integers(1, 40))
def test_a_double_zero_study_changes_nothing(t: Tables, n1: int, n2: int) -> None:
    more = Tables(*(np.append(a, b) for a, b in ((t.events1, 0), (t.n1, n1), (t.events2, 0), (t.n2, n2))))
    for measure in ("RR", "OR"):
        assert mantel_haenszel(t, measure).ci_high == mantel_haenszel(more, measure).ci_high
    assert peto(t).ci_high == peto(more).ci_high and exact_odds(t).ci_high == exact_odds(more).ci_high


@SOME
@given(counts())
def test_nesting_and_finite_numbers(t: Tables) -> None:
    for method in ("DL", "PM", "REML"):
        nested(t, "OR", method)
    results = (*(mantel_haenszel(t, m) for m in MEASURES), peto(t), exact_odds(t), binomial_normal(t.events1, t.n1))
    assert not any(wrong(one) for one in results)


def test_a_big_sample_finds_its_mean() -> None:
    top = maximum_likelihood(np.full(6, 200.0), np.full(6, 1000.0))
    assert top.at_boundary and abs(top.mu - np.log(0.25)) < 1e-9
