"""The public face under random and odd input: it never raises on possible counts, never shows NaN or infinity, and says
in words why a number is missing."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from msc_harvest.synthesis.pooling import pool_generic, pool_means, pool_two_arm
from msc_harvest.synthesis.pooling_single import pool_rates, pool_single_arm
from tests.synthesis.test_properties import MEASURES, SEED, sets, wrong

TWO_ARM_SETS, SINGLE_SETS = 60, 6
MODELS = ("random", "common", "mantel-haenszel", "peto", "exact")


def checked(found: Any) -> Any:
    """A result without NaN, with an estimate inside its interval or a note in words; the same again when asked again."""
    assert not wrong(found), found
    assert dataclasses.is_dataclass(found)
    assert found.estimate is not None or found.note, found
    if found.estimate is not None and found.ci_low is not None:
        assert found.ci_low <= found.estimate * (1 + 1e-9) + 1e-9
    if found.estimate is not None and found.ci_high is not None:
        assert found.estimate <= found.ci_high * (1 + 1e-9) + 1e-9
    return found


def test_two_arms() -> None:
    for i, t in enumerate(sets()[:TWO_ARM_SETS]):
        found = checked(pool_two_arm(t.events1, t.n1, t.events2, t.n2, MEASURES[i % 3]))
        assert found.k == t.k and found.events == int((t.events1 + t.events2).sum())
        assert {one.study for one in found.studies} | {one.study for one in found.excluded} == set(range(t.k))
        for model in MODELS:
            checked(pool_two_arm(t.events1, t.n1, t.events2, t.n2, "OR", model))


def test_one_arm() -> None:
    for t in sets()[:SINGLE_SETS]:
        found = checked(pool_single_arm(t.events1, t.n1))
        assert found.ci_low is None or 0 <= found.ci_low <= found.ci_high <= 1
        assert found.estimate is None or 0 <= found.estimate <= 1
        checked(pool_single_arm(t.events1, t.n1, "crude"))


def test_nobody_had_the_event() -> None:
    found = checked(pool_single_arm([0, 0, 0], [6, 10, 15]))
    assert found.estimate == 0 and found.ci_low == 0 and found.ci_high == pytest.approx(0.112, abs=5e-4)


def test_what_is_not_reported_is_left_out_by_name_never_read_as_0() -> None:
    found = checked(pool_two_arm([1, np.nan, 2, 3], [20, 20, np.nan, 25], [2, 2, 2, 6], [20, 20, 20, 24], "RR"))
    assert [one.study for one in found.excluded] == [1, 2] and found.k == 2
    alone = checked(pool_single_arm([np.nan, 2], [10, 12]))
    assert [one.study for one in alone.excluded] == [0] and not alone.pooled and "not pooled" in (alone.note or "")


def test_nothing_at_all_is_words() -> None:
    nothing = (
        pool_two_arm([], [], [], []), pool_single_arm([], []), pool_generic([], []), pool_rates([], []),
        pool_means([], [], [], [], [], []), pool_two_arm([0, 0], [9, 9], [0, 0], [9, 9]),
    )  # fmt: skip
    for found in nothing:
        assert checked(found).estimate is None and found.note and not found.pooled


def test_effects_means_and_rates() -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(40):
        k = int(rng.integers(1, 9))
        y, v = rng.normal(0, 1, k), rng.choice([0.0, 1e-6, 0.1, 4.0, 1e6, np.inf, np.nan], k)
        checked(pool_generic(y, v))
        sd = rng.choice([0.0, 1.0, 30.0, np.nan], (2, k))
        n = rng.integers(1, 40, (2, k))
        checked(pool_means(y, sd[0], n[0], y[::-1], sd[1], n[1], "SMD" if k % 2 else "MD"))
        checked(pool_rates(rng.poisson(0.6, k), rng.uniform(0.1, 30, k)))
