"""Pooled estimates in other ways, and how precise they are: numbers against hand calculation and the package itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from msc_harvest.pipeline.estimating.imprecision_judgements import imprecision_judgements
from msc_harvest.pipeline.estimating.sensitivity_runs import pooled_as, sensitivity_runs
from msc_harvest.synthesis import pool_single_arm, pool_two_arm

# Three studies, one with an empty cell, one without any event.
STUDIES: Mapping[str, Sequence[int]] = {"a": (2, 20, 6, 20), "b": (0, 10, 3, 10), "c": (0, 8, 0, 8)}


def _members(studies: Mapping[str, Sequence[int]] = STUDIES) -> list[dict[str, Any]]:
    names = ("n_events_msc", "n_at_risk_msc", "n_events_control", "n_at_risk_control")
    return [{"study_id": study, **dict(zip(names, counts, strict=True))} for study, counts in studies.items()]


def _asked(**named: Any) -> dict[str, Any]:
    usual = {"measure": "RR", "model": "random", "tau2": "REML", "test": "hk-floor", "empty_cells": "half"}
    return {**usual, **named}


def _row(scenario: str, members: list[dict[str, Any]], **named: Any) -> dict[str, Any]:
    rest = {"left_out_study_id": None, "is_by_default_rule": False, "n_silent_studies": None, "n_silent_people": None}
    return {"estimate_id": "e", "scenario": scenario, **rest, "note": None, **_asked(**named), "members": members}


def _run(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return sensitivity_runs(pl.DataFrame(rows, infer_schema_length=None)).to_dicts()


def test_mantel_haenszel_is_that_of_the_hand() -> None:
    """2·20/40 against 6·20/40 + 3·10/20."""
    (found,) = _run(_row("mh", _members(), model="mantel-haenszel"))
    assert found["estimate"] == pytest.approx(1 / 4.5, rel=1e-11)
    assert (found["k"], found["k_informative"], found["n"]) == (3, 2, 76)


def test_without_correction_only_studies_without_an_empty_cell_stay() -> None:
    """Study a alone: 2/20 against 6/20, with the large-sample interval of its logarithm."""
    (found,) = _run(_row("none", _members(), empty_cells="left_out"))
    se = math.sqrt(1 / 2 - 1 / 20 + 1 / 6 - 1 / 20)
    assert found["estimate"] == pytest.approx(1 / 3)
    assert found["ci_high"] == pytest.approx(math.exp(math.log(1 / 3) + 1.959963984540054 * se))
    assert (found["k"], found["n"]) == (1, 40)


def test_double_zeros_count_only_where_they_are_kept() -> None:
    """Kept with 0.5, the study without events (its own ratio is 1) draws the estimate towards no difference."""
    left, kept = (pooled_as(_members(), _asked(empty_cells=one)) for one in ("half", "double_zeros_kept"))
    assert (left.k_informative, kept.k_informative) == (2, 3)
    assert left.estimate is not None and kept.estimate is not None
    assert left.estimate < kept.estimate < 1
    assert "double zeros kept" in kept.method


def test_the_treatment_arm_correction_is_the_one_of_the_package() -> None:
    """The same numbers as `pool_two_arm` with that correction, not those with 0.5."""
    a, n1, c, n0 = ([one[place] for one in STUDIES.values()] for place in range(4))
    wanted = pool_two_arm(a, n1, c, n0, measure="RR", model="random", correction="treatment-arm")
    found = pooled_as(_members(), _asked(empty_cells="treatment_arm"))
    assert (found.estimate, found.ci_low, found.ci_high) == (wanted.estimate, wanted.ci_low, wanted.ci_high)
    unequal = {"a": (2, 20, 6, 40), "b": (0, 10, 3, 30)}
    half, by_arm = (pooled_as(_members(unequal), _asked(empty_cells=one)) for one in ("half", "treatment_arm"))
    assert half.estimate != by_arm.estimate


@pytest.mark.parametrize(
    ("events", "sizes"),
    [([1, 0, 2, 3], [20, 30, 25, 40]), ([0, 0, 0], [9, 8, 7]), ([3], [10]), ([0], [10]), ([9, 0], [9, 9])],
)
def test_a_proportion_is_told_as_the_package_tells_it(events: list[int], sizes: list[int]) -> None:
    """The quick way gives what `pool_single_arm` gives, for models and for each fallback."""
    members = [
        {"study_id": str(place), "n_events_msc": x, "n_at_risk_msc": n}
        for place, (x, n) in enumerate(zip(events, sizes, strict=True))
    ]
    wanted = pool_single_arm(events, sizes)
    found = pooled_as(members, _asked(measure="proportion", model="default"))
    assert (found.estimate, found.ci_low, found.ci_high) == (wanted.estimate, wanted.ci_low, wanted.ci_high)
    assert (found.pooled, found.k) == (wanted.pooled, wanted.k)


def test_what_cannot_be_estimated_has_no_number_and_says_why() -> None:
    """No study left, and no event anywhere: words, no exception, no NaN."""
    nobody = {"a": (0, 20, 0, 20), "b": (0, 9, 0, 9)}
    found = _run(_row("none", _members(nobody), empty_cells="left_out"), _row("peto", _members(nobody), model="peto"))
    for row in found:
        assert (row["estimate"], row["ci_low"], row["ci_high"]) == (None, None, None)
        assert row["note"]


def test_rows_are_the_same_whatever_the_order_of_the_studies() -> None:
    """Rounded to 12 digits, the order in which studies come leaves no trace."""
    models = ("random", "common", "peto", "exact", "mantel-haenszel")
    one = _run(*(_row(model, _members(), model=model) for model in models))
    other = _run(*(_row(model, _members()[::-1], model=model) for model in reversed(models)))
    assert one == other


def test_no_row_asked_for_gives_none() -> None:
    """Empty tables keep their columns."""
    assert sensitivity_runs(pl.DataFrame(schema=dict.fromkeys(_row("x", []), pl.String))).is_empty()
    assert imprecision_judgements(pl.DataFrame(schema=dict.fromkeys(_threshold_row([]), pl.String))).is_empty()


def _threshold_row(members: list[dict[str, Any]], **named: float) -> dict[str, Any]:
    usual = {
        "small_per_1000": 50.0, "moderate_per_1000": 100.0, "large_per_1000": 200.0, "relative_risk_reduction": 0.25,
        "alpha": 0.05, "power": 0.8, "large_relative_effect": 0.3, "far_below_share": 0.5,
    }  # fmt: skip
    return {"estimate_id": "e", "measure": "RR", "threshold_code": "t", **usual, **named, "members": members}


def _judged(studies: Mapping[str, Sequence[int]], **named: float) -> dict[str, Any]:
    return imprecision_judgements(pl.DataFrame([_threshold_row(_members(studies), **named)])).to_dicts()[0]


def test_a_wide_interval_costs_levels_and_a_narrow_one_none() -> None:
    """Large trials: 30 % against 30 % within 50 per 1,000; small ones cross every threshold."""
    large = _judged({"a": (6000, 20000, 6000, 20000), "b": (6010, 20000, 6000, 20000)})
    assert (large["levels"], large["baseline_per_1000"]) == (0, 300)
    small = _judged({"a": (6, 20, 6, 20), "b": (5, 20, 6, 20)})
    assert small["levels"] == 3
    assert small["n"] == 80 < small["n_needed"]


def test_a_large_effect_in_few_people_costs_levels_by_its_information_size() -> None:
    """No threshold within the interval, but much found in 240 people, where a reduction by a tenth would need more."""
    studies = {"a": (4, 30, 24, 30), "b": (5, 30, 26, 30), "c": (4, 30, 25, 30), "d": (5, 30, 24, 30)}
    found = _judged(studies, large_per_1000=100.0, relative_risk_reduction=0.1)
    assert found["difference_high_per_1000"] < -200
    assert found["n"] < found["n_needed"]
    assert found["levels"] == (1 if found["information_pct"] >= 50 else 2)
    assert "optimal information size" in found["reason"]


def test_no_risk_without_the_treatment_gives_no_level() -> None:
    """0 of the controls: a ratio cannot be turned into people."""
    found = _judged({"a": (1, 20, 0, 20), "b": (2, 18, 0, 18)})
    assert found["levels"] is None
    assert "none of the 38 controls" in found["reason"]
    assert found["difference_per_1000"] is None
