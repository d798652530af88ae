"""Posted results of real records: every number is there once, as written, at the place its pointer names.

What is expected is worked out from the JSON in plain Python, apart from the tables of the warehouse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb
import pytest

from msc_harvest.paths import Home, assets
from tests.labelled import lines_of, unrelated_home, warehouse_of
from tests.pipeline.posted import posted_study

__all__ = ["unrelated_home"]

Record = dict[str, Any]
VALUE = "SELECT {} FROM evidence.registry_value WHERE {}"


@pytest.fixture(scope="module")
def records(shared: Path) -> dict[str, Record]:
    """The real records that have results, by id."""
    lines = lines_of(shared / "data" / "ctgov" / "v2_records.jsonl.gz")
    parsed = (json.loads(line) for line in lines)
    return {_nct_id(one): one for one in parsed if "resultsSection" in one}


@pytest.fixture(scope="module")
def real(unrelated_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of all 496 real records."""
    with _opened(unrelated_home) as connection:
        yield connection


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of one record on the subject, written for this test."""
    home = warehouse_of(tmp_path_factory.mktemp("written"), [json.dumps(posted_study()).encode()])
    with _opened(home) as connection:
        yield connection


def _opened(home: Home) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(home.warehouse), read_only=True)


def _nct_id(record: Record) -> str:
    return str(record["protocolSection"]["identificationModule"]["nctId"])


def _at(record: Record, pointer: str) -> Any:
    """What an RFC 6901 pointer leads to."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return reduce(lambda place, step: place[int(step)] if isinstance(place, list) else place[step], steps, record)


def _results(record: Record, module: str) -> Record:
    return dict(record["resultsSection"].get(module, {}))


def _measurements(record: Record) -> Iterator[tuple[str, str]]:
    """(pointer, text) of every measurement of the outcome measures and the baseline tables."""
    for module, name in (("outcomeMeasuresModule", "outcomeMeasures"), ("baselineCharacteristicsModule", "measures")):
        for m, measure in enumerate(_results(record, module).get(name, [])):
            for c, class_ in enumerate(measure.get("classes", [])):
                for k, category in enumerate(class_.get("categories", [])):
                    for i, one in enumerate(category.get("measurements", [])):
                        place = f"/resultsSection/{module}/{name}/{m}/classes/{c}/categories/{k}/measurements/{i}/value"
                        yield place, one["value"]


@pytest.mark.parametrize(("field", "rule"), [("serious", "serious"), ("deaths", "deaths"), ("other", "other")])
def test_people_affected_equal_the_totals_of_the_registry_in_every_record(
    records: dict[str, Record], real: duckdb.DuckDBPyConnection, field: str, rule: str
) -> None:
    expected = sorted(
        (nct_id, group["id"], group[f"{field}NumAffected"], group.get(f"{field}NumAtRisk", -1))
        for nct_id, record in records.items()
        for group in _results(record, "adverseEventsModule").get("eventGroups", [])
        if f"{field}NumAffected" in group
    )
    found = real.execute(
        VALUE.format("nct_id, group_id, n_events, coalesce(n_at_risk, -1)", f"rule_id = 'adverse_event_{rule}_total'")
    ).fetchall()
    assert sorted(found) == expected
    assert len(expected) > 60


def test_totals_carry_the_outcome_and_other_events_none(real: duckdb.DuckDBPyConnection) -> None:
    codes = real.execute(
        VALUE.format("DISTINCT rule_id, outcome_code", "rule_id LIKE 'adverse_event_%_total'") + " ORDER BY 1"
    ).fetchall()
    assert codes == [
        ("adverse_event_deaths_total", "patient_death"),
        ("adverse_event_other_total", None),
        ("adverse_event_serious_total", "serious_adverse_event"),
    ]


def test_every_measurement_has_one_row_with_its_raw_text(
    records: dict[str, Record], real: duckdb.DuckDBPyConnection
) -> None:
    expected = sorted((nct_id, *one) for nct_id, record in records.items() for one in _measurements(record))
    found = real.execute(
        VALUE.format("nct_id, json_pointer, value_text", "json_pointer LIKE '%/measurements/%'")
    ).fetchall()
    assert sorted(found) == expected
    assert len(expected) > 4000


def test_every_pointer_leads_to_the_very_text(records: dict[str, Record], real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(VALUE.format("nct_id, json_pointer, value_text", "TRUE")).fetchall()
    wrong = [row for row in rows if str(_at(records[row[0]], row[1])) != row[2]]
    assert wrong == []
    assert len({row[:2] for row in rows}) == len(rows) > 10_000


def test_every_analysis_is_kept_as_stated(records: dict[str, Record], real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(
        "SELECT nct_id, json_pointer, p_value_text, estimate_text, ci_lower_limit_text, ci_upper_limit_text, p_value "
        "FROM evidence.registry_analysis"
    ).fetchall()
    names = ("pValue", "paramValue", "ciLowerLimit", "ciUpperLimit")
    for nct_id, pointer, *texts, p_value in rows:
        stated = _at(records[nct_id], pointer)
        assert texts == [stated.get(name) for name in names]
        assert p_value is None or not str(texts[0]).startswith(("<", ">"))
    n_stated = sum(
        len(measure.get("analyses", []))
        for record in records.values()
        for measure in _results(record, "outcomeMeasuresModule").get("outcomeMeasures", [])
    )
    assert len(rows) == n_stated > 80


def test_no_number_comes_from_a_text_that_states_none(real: duckdb.DuckDBPyConnection) -> None:
    (n_wrong,) = real.execute(
        VALUE.format(
            "count(*)", "(value IS NOT NULL OR n_events IS NOT NULL) AND NOT regexp_matches(value_text, '[0-9]')"
        )
    ).fetchall()[0]
    assert n_wrong == 0
    faults = real.execute(
        (assets() / "queries" / "check" / "fail_registry_value_without_text.sql").read_text(encoding="utf-8")
    )
    assert faults.fetchall() == []


def test_titles_that_differ_between_modules_are_one_arm(real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(
        "SELECT nct_id, group_title, arm_position, arm_method FROM evidence.registry_arm WHERE NOT is_total"
    ).fetchall()
    found = {(nct_id, title): (arm, method) for nct_id, title, arm, method in rows}
    assert found["NCT01126879", "Arm II - Placebo"] == (2, "arm_within_title")
    assert found["NCT02513394", "Palbociclib Plus Endocrine Therapy (Arm A)"] == (1, "arm_within_title")
    assert found["NCT02856893", "Gefitinib Till Progression Then Osimertinib"] == (3, "similar_title")
    assert found["NCT04974645", "Education"] == (2, "only_one_left_same_size")
    assert found["NCT01978912", "Cohort 3 KTP-001 50 μg/Disc"] == (3, "arm_within_title")
    assert found["NCT02671266", "Placebo"] == (None, None), "both sequences of a cross-over hold placebo"
    assert found["NCT00712335", "Normal Controls"] == (None, None), "arms named 1 to 5 tell nothing"


def test_groups_of_everybody_are_no_arm(real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(
        "SELECT DISTINCT group_title, arm_position FROM evidence.registry_arm WHERE is_total ORDER BY 1"
    ).fetchall()
    assert [title for title, _ in rows] == [
        "All Eligible Patients", "All Parents", "All Participants", "Migraine + Cluster Headache",
        "Number of Potentially Eligible Participants", "Total",
    ]  # fmt: skip
    assert {arm for _, arm in rows} == {None}


def test_trials_of_other_fields_have_no_arm_role(real: duckdb.DuckDBPyConnection) -> None:
    assert real.execute(VALUE.format("DISTINCT arm_role", "TRUE")).fetchall() == [(None,)]


def test_two_stretches_of_time_of_one_arm_may_share_people(real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(
        "SELECT group_title, may_share_people FROM evidence.registry_arm "
        "WHERE nct_id = 'NCT02397473' AND module IN ('flow', 'adverse_event')"
    ).fetchall()
    assert dict(rows) == {
        "Galcanezumab 300mg": False, "Placebo": False,
        "Galcanezumab 300mg - Treatment Phase": True, "Galcanezumab 300mg - Post Treatment Phase": True,
        "Placebo - Treatment Phase": True, "Placebo - Post Treatment Phase": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("nct_id", "condition", "n"),
    [
        ("NCT00203242", "missing_reason = 'not_posted' AND value_text = 'NOT_POSTED'", 2),
        ("NCT01126879", "missing_reason = 'no_measurement'", 4),
        ("NCT00399243", "TRUE", 0),
    ],
    ids=["not posted", "no classes", "no posted results section"],
)
def test_odd_records(real: duckdb.DuckDBPyConnection, nct_id: str, condition: str, n: int) -> None:
    rows = real.execute(VALUE.format("value, n_events", f"nct_id = '{nct_id}' AND {condition}")).fetchall()
    assert rows == [(None, None)] * n


def test_na_stays_without_a_number(records: dict[str, Record], real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(
        VALUE.format("nct_id, value_text, value, n_events, missing_reason IS NOT NULL", "value_text = 'NA'")
    ).fetchall()
    stated = [nct_id for nct_id, record in records.items() for _, text in _measurements(record) if text == "NA"]
    assert sorted(row[0] for row in rows) == sorted(stated)
    assert {row[1:] for row in rows} == {("NA", None, None, True)}


def test_bounds_that_are_na_stay_without_a_number(real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(VALUE.format("spread_text, spread_low, spread_high", "spread_text LIKE '%NA%'")).fetchall()
    assert rows
    assert all(low is None for text, low, _ in rows if text.startswith("NA"))
    assert all(high is None for text, _, high in rows if text.endswith("NA"))


def test_separators_of_thousands_are_part_of_the_number(real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(
        VALUE.format("nct_id, value_text, coalesce(value, n_events)", "value_text LIKE '%,%'")
    ).fetchall()
    assert all(float(text.replace(",", "")) == number for _, text, number in rows)
    assert ("NCT00712335", "26,300", 26300.0) in rows


def test_sd_is_only_ever_a_standard_deviation(records: dict[str, Record], real: duckdb.DuckDBPyConnection) -> None:
    rows = real.execute(VALUE.format("nct_id, json_pointer, sd", "sd IS NOT NULL")).fetchall()
    for nct_id, pointer, sd in rows:
        measure = _at(records[nct_id], "/".join(pointer.split("/")[:5]))
        assert measure["dispersionType"].lower().replace("_", " ") == "standard deviation"
        assert float(_at(records[nct_id], pointer.removesuffix("/value"))["spread"].replace(",", "")) == sd
    assert len(rows) > 800


def test_arms_of_a_record_on_the_subject_have_their_roles(written: duckdb.DuckDBPyConnection) -> None:
    rows = written.execute(
        "SELECT DISTINCT module, group_title, arm_position, arm_method, arm_role FROM evidence.registry_arm "
        "WHERE module IN ('flow', 'adverse_event')"
    ).fetchall()
    assert sorted(rows, key=str) == [
        ("adverse_event", "All Participants", None, None, None),
        ("adverse_event", "Arm A: MSC", 1, "arm_within_title", "msc"),
        ("adverse_event", "Comparison", 2, "only_one_left_same_size", "control"),
        ("flow", "Arm A", 1, "same_title", "msc"),
        ("flow", "Arm B", 2, "same_title", "control"),
    ]


def test_numbers_of_a_record_on_the_subject(written: duckdb.DuckDBPyConnection) -> None:
    """Counts, a mean written `.9`, an NA; CMV stands for itself only where no other term can add people."""
    rows = written.execute(
        VALUE.format(
            "outcome_code, arm_role, n_events, n_at_risk, value, sd, timepoint_months, rule_id",
            "outcome_code IS NOT NULL AND arm_role IS NOT NULL",
        )
    ).fetchall()
    assert sorted(rows, key=str) == sorted(
        [
            ("serious_adverse_event", "msc", 3, 10, None, None, 24.0, "adverse_event_serious_total"),
            ("serious_adverse_event", "control", 4, 11, None, None, 24.0, "adverse_event_serious_total"),
            ("patient_death", "msc", 0, 10, None, None, 24.0, "adverse_event_deaths_total"),
            ("cmv", "msc", 2, 10, None, None, 24.0, "adverse_event_term_other"),
            ("acute_rejection", "msc", 1, 10, None, None, 12.0, "outcome_whole_measure"),
            ("acute_rejection", "control", 3, 11, None, None, 12.0, "outcome_whole_measure"),
            ("creatinine", "msc", None, 10, 0.9, 0.2, 6.0, "outcome_class_moment"),
            ("creatinine", "control", None, 11, None, None, 6.0, "outcome_class_moment"),
        ],
        key=str,
    )


def test_the_sample_holds_the_numbers_its_facts_give(sample_warehouse: Path) -> None:
    """One record of the sample has a results section: three people started and completed, nothing else is posted."""
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        rows = connection.execute(
            VALUE.format("nct_id, arm_role, value_kind, value, n_at_risk", "module = 'flow'") + " ORDER BY 3"
        ).fetchall()
    assert [row[1:] for row in rows] == [
        ("msc", "completed", 3.0, 3), ("msc", "not_completed", 0.0, 3), ("msc", "started", 3.0, 3),
    ]  # fmt: skip
    assert len({row[0] for row in rows}) == 1
