"""What the sentences say, and what they must never say."""

from __future__ import annotations

import pytest

from msc_harvest.synthesis import Names, Pooled, interpretation, pool_means, pool_rates, pool_single_arm, pool_two_arm

NAMES = Names("the cells", "acute rejection", "control", "recipients", less_is_better=True)
ALONE = Names("the cells", "death", population="recipients")
ODD = [
    pool_two_arm([0, 0], [12, 8], [0, 0], [11, 9]),
    pool_two_arm([0, 0], [9, 16], [2, 4], [10, 15]),
    pool_two_arm([2, 4], [10, 15], [0, 0], [9, 16]),
    pool_two_arm([1], [10], [3], [10]),
    pool_two_arm([3, 5, 12], [20, 30, 35], [6, 9, 15], [20, 30, 35]),
    pool_two_arm([0, 0, 1], [50, 60, 50], [2, 0, 3], [50, 60, 50], "RD"),
    pool_means([60, 55], [10, 12], [20, 20], [55, 50], [11, 10], [20, 20]),
    pool_single_arm([0, 0], [6, 10]),
    pool_single_arm([0, 15], [15, 15]),
    pool_single_arm([2], [15]),
    pool_single_arm([], []),
    pool_rates([0, 0], [10, 10]),
]


@pytest.mark.parametrize("found", ODD)
def test_every_result_has_a_sentence_without_none_or_nan(found: Pooled) -> None:
    told = interpretation(found, NAMES)
    assert told.endswith(".") and not any(word in told for word in ("None", "nan", "inf ", "..", "  "))
    for claim in ("is safe", "no effect", "equal", "proves", "significant", "is effective"):
        assert claim not in told


def test_an_interval_across_no_difference_is_not_called_alike() -> None:
    told = interpretation(ODD[4], NAMES)
    assert "does not show that the two are alike" in told and "favour" not in told


def test_an_interval_on_one_side_says_whose() -> None:
    found = pool_two_arm([10, 12, 9, 11, 30], [100] * 5, [40, 45, 38, 42, 70], [100] * 5)
    assert "in its favour" in interpretation(found, NAMES)
    turned = pool_two_arm([40, 45, 38, 42, 70], [100] * 5, [10, 12, 9, 11, 30], [100] * 5)
    assert "against it" in interpretation(turned, NAMES)
    assert "favour" not in interpretation(found, Names("the cells", "rejection", "control"))


def test_a_widened_interval_is_said_to_be_one() -> None:
    found = pool_two_arm([0, 5, 12, 1, 2], [20, 30, 35, 25, 48], [6, 9, 15, 16, 8], [20, 30, 35, 25, 22])
    assert "With numbers this sparse one method is not enough" in interpretation(found, NAMES)
    assert "sparse" not in interpretation(ODD[4], NAMES)


def test_nothing_seen_is_not_nothing_there() -> None:
    told = interpretation(ODD[7], ALONE)
    assert "seen in nobody (2 series, 0 events in 16 participants)" in told and "20.6 %" in told
    assert "does not mean that it does not happen" in told


def test_one_event_is_one_event() -> None:
    assert "1 event in 25 participants" in interpretation(pool_single_arm([1, 0], [10, 15]), ALONE)


def test_a_refusal_says_why() -> None:
    assert "lack of evidence" in interpretation(ODD[0], NAMES) and "0 of 20" in interpretation(ODD[0], NAMES)
    assert "range from 0.0 % to 100.0 %" in interpretation(ODD[8], ALONE)
    assert "One study alone settles nothing" in interpretation(ODD[3], NAMES)
    assert "without an upper limit" in interpretation(ODD[2], NAMES)


def test_extreme_ratios_are_not_printed_in_full() -> None:
    told = interpretation(pool_two_arm([3, 8], [21, 105], [1, 11], [21, 51]), NAMES)
    assert "95 % interval below 0.01 to above 1000" in told and "0.00" not in told


def test_a_wide_difference_is_called_wide() -> None:
    told = interpretation(pool_two_arm([2], [21], [7], [21], "RD"), NAMES)
    assert "-46.2 percentage points to +1.4 percentage points" in told and "the interval is wide" in told
    close = interpretation(pool_two_arm([40], [400], [42], [400], "RD"), NAMES)
    assert "includes no difference" in close and "wide" not in close
