"""What the views about sensitivity, imprecision and planned evidence say of the embedded sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from msc_harvest.warehouse.adhoc import select


@pytest.fixture(scope="module")
def rows(sample_warehouse: Path) -> Any:
    """Runs a query over the sample's warehouse."""
    return lambda query: select(sample_warehouse, query).to_dicts()


def test_every_default_estimate_of_several_studies_is_reckoned_in_other_ways(rows: Any) -> None:
    """Each study is left out once, and every scenario has a verdict."""
    wanted = rows(
        "SELECT estimate_id, k FROM synth.pooled_effect WHERE is_default AND subgroup_by IS NULL AND k >= 2 ORDER BY 1"
    )
    left_out = rows(
        "SELECT estimate_id, count(DISTINCT left_out_study_id) AS k FROM out.sensitivity "
        "WHERE left_out_study_id IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    assert wanted and wanted == left_out
    assert not rows(
        "SELECT 1 FROM out.sensitivity WHERE verdict IS NULL OR default_verdict IS NULL OR note LIKE '%nan%'"
    )


def test_the_default_method_asked_by_name_is_the_result_shown(rows: Any) -> None:
    """Without silent studies to set, the rule of the program gives the very numbers of synth.pooled_effect."""
    same = rows(
        "SELECT estimate IS NOT DISTINCT FROM default_estimate AND ci_low IS NOT DISTINCT FROM default_ci_low "
        "AND ci_high IS NOT DISTINCT FROM default_ci_high AS is_same FROM out.sensitivity "
        "WHERE n_silent_studies = 0 AND measure = default_measure"
    )
    assert same and all(row["is_same"] for row in same)


def test_best_and_worst_case_lie_on_both_sides(rows: Any) -> None:
    """Setting silent studies to their best never gives a larger risk than setting them to their worst."""
    pairs = rows(
        "SELECT best.estimate AS best, worst.estimate AS worst FROM out.sensitivity AS best "
        "INNER JOIN out.sensitivity AS worst ON worst.estimate_id = best.estimate_id "
        "AND worst.scenario = replace(best.scenario, 'best', 'worst') "
        "INNER JOIN vocab.outcome ON outcome.outcome_code = best.outcome_code AND outcome.direction = 'harm' "
        "WHERE best.scenario LIKE '%best' AND best.n_silent_studies > 0"
    )
    assert pairs
    assert all(pair["best"] <= pair["worst"] for pair in pairs)


def test_imprecision_has_a_level_or_says_why_not(rows: Any) -> None:
    """0 to 3 for comparisons with an estimate, words for all; proportions have no level."""
    found = rows("SELECT levels, reason, is_comparison, difference_per_1000, statement FROM out.grade_imprecision")
    assert found
    for row in found:
        assert row["reason"] and row["statement"].endswith(".")
        assert row["levels"] in ((0, 1, 2, 3) if row["difference_per_1000"] is not None else (None,))
        assert row["is_comparison"] or row["levels"] is None
        assert "certainty" not in row["statement"] or "GRADE rates the certainty" in row["statement"]


def test_planned_evidence_has_every_organ_and_late_trials_are_marked(rows: Any) -> None:
    """An organ without a trial says so; a month is late only after its last day; text dates keep their form."""
    organs = rows("SELECT organ_code FROM vocab.organ WHERE is_in_review_scope")
    found = rows("SELECT * FROM out.planned_evidence")
    assert {row["organ_code"] for row in found} == {row["organ_code"] for row in organs}
    for row in found:
        assert row["is_overdue"] == (
            row["last_possible_date"] is not None
            and not row["is_primary_completed"]
            and row["last_possible_date"] < row["reference_date"]
        )
        assert row["primary_completion_date_precision"] == "day" or row["primary_completion_date"] is None
        assert row["nct_id"] or row["statement"].startswith("No trial")
