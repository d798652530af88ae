"""What a pooled estimate says beside its numbers: times, remarks on single studies, studies that compare nothing."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from msc_harvest.pipeline.estimating.pool_words import statement, warnings_of
from msc_harvest.pipeline.estimating.pooled_effects import NO_CONTROLS, pooled_effects
from msc_harvest.pipeline.estimating.pools import SUBGROUPS, pool_one

Row = dict[str, Any]
NAMES: Row = {"treatment": "MSC", "outcome_name": "Infection", "organ_name": "Kidney", "direction": "harm"}


def _member(study: str, months: float | None, **more: Any) -> Row:
    return {"study_id": study, "n_events_msc": 1, "n_at_risk_msc": 10, "timepoint_months": months, **more}


def _said(*members: Row) -> str:
    return statement(pool_one(members, "proportion"), NAMES, members, {})


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ([0], "Follow-up: day 0."),
        ([0.5], "Follow-up: 0.5 months."),
        ([1], "Follow-up: 1 month."),
        ([12.0164], "Follow-up: 12 months."),
        ([0, 12], "Follow-up: 0 to 12 months."),
        ([11.96, 12], "Follow-up: 12 months."),
        ([1, None], "Follow-up: 1 month, in 1 not stated."),
        ([None], "Follow-up: not stated."),
    ],
)
def test_times_are_said_as_people_say_them(months: list[float | None], words: str) -> None:
    assert words in _said(*(_member(f"s{place}", one) for place, one in enumerate(months)))


def test_a_remark_on_a_study_is_said_and_warned_of() -> None:
    """Another time than the last, or a part of the people: a reader must know."""
    members = [_member("a", 12, remark="1 of the 4 people given MSC are in the count"), _member("b", 1)]
    assert "a: 1 of the 4 people given MSC are in the count." in _said(*members)
    found = warnings_of(pool_one(members, "proportion"), members)
    assert "a: 1 of the 4 people given MSC are in the count" in found
    assert "followed for different times: 1 month (b), 12 months (a)" in found


def test_measured_values_without_controls_are_not_said_to_be_compared() -> None:
    """No comparison is announced where there is nothing to compare with."""
    row = {
        **dict.fromkeys(SUBGROUPS),
        **NAMES,
        "stratum": "msc_alone", "organ_code": "lung", "outcome_code": "fev1", "design_class": "uncontrolled",
        "measure": "mean_difference", "code_of_synthesis": "MD", "is_default": True, "study_id": "a",
        "design_phrase": "studies without controls", "has_controls": False,
        "exclusion_reason": "no control group is reported for this outcome",
    }  # fmt: skip
    (told,) = pooled_effects(pl.DataFrame([row])).to_dicts()
    assert told["note"] == NO_CONTROLS and told["k"] == 0
    assert NO_CONTROLS in told["statement"] and "against controls" not in told["statement"]
