"""Concepts of the trials that people read and labelled: agreement counted over (trial, code), unsure labels left out.

The texts of every third labelled trial were not read while the rules were written (their labels had been seen).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from msc_harvest.paths import Home
from tests.labelled import msc_home

__all__ = ["msc_home"]

CODED = {
    "cell_source": ("trial_cell_source", "cell_source_code"),
    "cell_origin": ("trial_cell_origin", "cell_origin_code"),
    "timing": ("trial_timing", "timing_code"),
    "route": ("trial_route", "route_code"),
    "purpose": ("trial_purpose", "purpose_code"),
    "target": ("trial_target", "target_code"),
    "intervention_role": ("trial_product_role", "product_role_code"),
}
DOSES = {
    "dose_per_kg_min_1e6": "dose_min_million_per_kg",
    "dose_per_kg_max_1e6": "dose_max_million_per_kg",
    "dose_abs_min_1e6": "dose_min_million",
    "dose_abs_max_1e6": "dose_max_million",
}
Values = dict[str, set[str]]
Label = dict[str, str]


@pytest.fixture(scope="module")
def labels(shared: Path) -> list[Label]:
    """Labelled trials on the subject that the file of registry records holds."""
    with (shared / "data" / "gold" / "screening_open.csv").open(encoding="utf-8", newline="") as lines:
        on_subject = [row for row in csv.DictReader(lines) if row["decision"] != "exclude"]
    for place, row in enumerate(on_subject):
        row["is_held_out"] = str(place % 3 == 2)
    return [row for row in on_subject if row["source"].startswith("v1")]


@pytest.fixture(scope="module")
def warehouse(msc_home: Home) -> duckdb.DuckDBPyConnection:
    """The warehouse of all registry records of MSC trials."""
    return duckdb.connect(str(msc_home.warehouse), read_only=True)


def _f1(labels: list[Label], field: str, column: str, found: Values) -> float:
    right = wrong = missed = 0
    for row in labels:
        if field in row["unsure_fields"].split(";"):
            continue
        wanted = {value for value in row[column].split(";") if value}
        right += len(wanted & found[row["nct_id"]])
        wrong += len(found[row["nct_id"]] - wanted)
        missed += len(wanted - found[row["nct_id"]])
    return 2 * right / (2 * right + wrong + missed)


def _found(warehouse: duckdb.DuckDBPyConnection, table: str, column: str) -> Values:
    values: Values = defaultdict(set)
    for nct_id, value in warehouse.execute(f"SELECT nct_id, {column} FROM concept.{table}").fetchall():
        if value is not None:
            values[nct_id].add(str(value))
    return values


@pytest.mark.parametrize("field", CODED)
def test_codes_agree_with_the_labels(warehouse: duckdb.DuckDBPyConnection, labels: list[Label], field: str) -> None:
    """At least 0.90 over all; what was held out is not much worse than what was looked at."""
    found = _found(warehouse, *CODED[field])
    assert _f1(labels, field, field, found) >= 0.90
    assert _f1([row for row in labels if row["is_held_out"] == "True"], field, field, found) >= 0.70


def test_doses_agree_within_one_percent(warehouse: duckdb.DuckDBPyConnection, labels: list[Label]) -> None:
    """Bounds per kilogram and absolute, each a number of its own; no number is read where none is labelled."""
    right = wrong = missed = 0
    for label_column, column in DOSES.items():
        found = _found(warehouse, "trial_dose", column)
        for row in labels:
            if "dose" in row["unsure_fields"].split(";"):
                continue
            wanted = row[label_column]
            read = {float(value) for value in found[row["nct_id"]]}
            agrees = bool(wanted) and any(abs(value - float(wanted)) <= 0.01 * float(wanted) for value in read)
            right, wrong, missed = right + agrees, wrong + (bool(read) > agrees), missed + (bool(wanted) > agrees)
    assert wrong == 0
    assert 2 * right / (2 * right + wrong + missed) >= 0.90


def test_numbers_of_infusions_agree(warehouse: duckdb.DuckDBPyConnection, labels: list[Label]) -> None:
    """A number is read only where it is plain."""
    stated = [row for row in labels if row["n_infusions"] != "not_stated"]
    assert _f1(stated, "n_infusions", "n_infusions", _found(warehouse, "trial_infusion", "n_infusions")) >= 0.90


def test_control_groups_are_seen(warehouse: duckdb.DuckDBPyConnection, labels: list[Label]) -> None:
    """Whether there are people without the cells is told as people told it."""
    seen = dict(
        warehouse.execute(
            "SELECT nct_id, bool_or(is_control) FROM concept.trial_comparator INNER JOIN vocab.comparator "
            "USING (comparator_code) GROUP BY nct_id"
        ).fetchall()
    )
    sure = [row for row in labels if "has_control_arm" not in row["unsure_fields"].split(";")]
    agreeing = sum(seen[row["nct_id"]] == (row["has_control_arm"] == "y") for row in sure)
    assert agreeing / len(sure) >= 0.90
