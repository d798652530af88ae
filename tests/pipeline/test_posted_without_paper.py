"""A trial whose results are posted and whose paper is not there: it stands in the tables, and compares at a common time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.labelled import warehouse_of
from tests.pipeline.posted import posted_study

Rows = list[tuple[Any, ...]]
OUTCOME = "heart.acute_rejection.msc_alone"


@pytest.fixture(scope="module")
def heart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The written trial in heart transplantation, an organ without any other report: rejection at 12 months in both
    arms, at 24 months in the arm with cells alone."""
    study = posted_study()
    protocol = study["protocolSection"]
    protocol["identificationModule"]["briefTitle"] = "MSC in Heart Transplantation, a made-up trial"
    protocol["conditionsModule"]["conditions"] = ["Heart Transplantation"]
    protocol["designModule"]["designInfo"]["allocation"] = "RANDOMIZED"
    rejection = study["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    rejection["classes"] = [_class("Month 12", "1", "3"), _class("Month 24", "4", "NA")]
    home = warehouse_of(tmp_path_factory.mktemp("heart"), [json.dumps(study).encode()])
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection


def _class(title: str, msc: str, control: str) -> dict[str, Any]:
    measurements = [{"groupId": "OG000", "value": msc}, {"groupId": "OG001", "value": control}]
    return {"title": title, "categories": [{"measurements": measurements}]}


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Rows:
    return connection.execute(query).fetchall()


def test_the_study_is_among_those_with_a_report(heart: duckdb.DuckDBPyConnection) -> None:
    """Posted results are a report: studies that give a number never outnumber those that could."""
    assert _rows(
        heart,
        "SELECT arm_role, n_studies_with_report, n_studies_reporting, n_studies_silent, n_events, n_at_risk "
        "FROM out.safety_by_organ WHERE organ_code = 'heart' AND outcome_code = 'serious_adverse_event' ORDER BY ALL",
    ) == [("control", 1, 1, 0, 4, 11), ("msc", 1, 1, 0, 3, 10)]
    assert _rows(heart, "SELECT min(n_studies_silent) FROM evidence.organ_outcome") == [(0,)]
    assert _rows(heart, "SELECT n_studies_with_report FROM out.summary_by_organ WHERE organ_name = 'Heart'") == [(1,)]


def test_both_sides_are_compared_at_the_last_time_they_share(heart: duckdb.DuckDBPyConnection) -> None:
    """The comparison is of 12 months and says so; what happened after the cells is told at 24."""
    ((msc, control, estimate, warnings, statement),) = _rows(
        heart,
        "SELECT n_events_msc, n_events_control, round(estimate, 3), warnings, statement FROM synth.pooled_effect "
        f"WHERE estimate_id = '{OUTCOME}.randomised.risk_ratio'",
    )
    assert (msc, control, estimate) == (1, 3, 0.367)
    said = (
        "compared at 12 months, the last time counted on both sides (MSC are last counted at 24 months, controls at 12"
    )
    assert said in warnings and said in statement and "Follow-up: 12 months." in statement
    ((events, statement),) = _rows(
        heart,
        f"SELECT n_events_msc, statement FROM synth.pooled_effect WHERE estimate_id = '{OUTCOME}.msc_arms.proportion'",
    )
    assert events == 4 and "Follow-up: 24 months." in statement and "compared" not in statement.split("whatever")[0]


def test_what_is_only_compared_walks_home(heart: duckdb.DuckDBPyConnection) -> None:
    """The count of 12 months of the MSC arm stands in no sum by organ, and is listed with the record it is from."""
    assert _rows(
        heart,
        "SELECT timepoint_months, out_views, record_sha256 IS NOT NULL FROM out.provenance "
        "WHERE organ_code = 'heart' AND outcome_code = 'acute_rejection' AND arm_role = 'msc' ORDER BY 1",
    ) == [(12.0, "pooled_effect_by_organ", True), (24.0, "efficacy_by_organ", True)]
    assert _rows(
        heart,
        "SELECT timepoint_months, is_counted, is_compared FROM out.arm_outcome WHERE organ_code = 'heart' "
        "AND outcome_code = 'acute_rejection' AND arm_role = 'msc' AND n_events IS NOT NULL ORDER BY 1",
    ) == [(12.0, False, True), (24.0, True, False)]
