"""Scope, organ and cell source against trials that people read and labelled, and against trials of other fields."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from msc_harvest.dictionary import tables
from msc_harvest.warehouse.derive import load_signed_files
from msc_harvest.warehouse.sql_files import in_build_order, read_folder
from msc_harvest.warehouse.tables import RowBuffer, create_all
from tests.sql.bench import QUERIES, ROOT

NOT_IN_THE_FILE = {"NCT01841632"}
"""Labelled from another source than the registry file that lies beside the checkout."""

Label = dict[str, str]


@pytest.fixture(scope="module")
def labels(shared: Path) -> dict[str, Label]:
    """NCT number → labels."""
    with (shared / "data" / "gold" / "screening_open.csv").open(encoding="utf-8", newline="") as lines:
        return {row["nct_id"]: row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def warehouse(shared: Path, labels: dict[str, Label]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The concepts of the labelled trials and of 496 trials of other fields."""
    connection = duckdb.connect()
    create_all(connection)
    load_signed_files(connection, ROOT)
    buffer = RowBuffer(connection, tables("core_trial"))
    connector = ClinicalTrialsGov()
    for name, wanted in (("msc_trials_v2_shape", labels.keys()), ("v2_records", None)):
        with gzip.open(shared / "data" / "ctgov" / f"{name}.jsonl.gz", "rb") as lines:
            for line in lines:
                nct_id = json.loads(line)["protocolSection"]["identificationModule"]["nctId"]
                if wanted is None or nct_id in wanted:
                    buffer.add(connector.parse(line).rows)
    buffer.flush()
    for file in in_build_order(read_folder(QUERIES, ("concept",))):
        connection.execute(f"CREATE TABLE {file.name} AS\n{file.text}")
    yield connection
    connection.close()


def _decisions(warehouse: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(
        warehouse.execute(
            "SELECT nct_id, CASE WHEN is_in_scope THEN 'include' WHEN is_borderline THEN 'borderline' ELSE 'exclude' END "
            "FROM concept.trial_scope"
        ).fetchall()
    )


def test_every_labelled_trial_is_decided_as_people_did(
    warehouse: duckdb.DuckDBPyConnection, labels: dict[str, Label]
) -> None:
    """No include is missed, no exclude is taken in, and borderline trials stay borderline."""
    decided = _decisions(warehouse)
    held = {nct_id: label for nct_id, label in labels.items() if nct_id in decided}
    assert labels.keys() - held.keys() == NOT_IN_THE_FILE
    assert len(held) == 109
    assert {nct_id: decided[nct_id] for nct_id in held} == {nct_id: label["decision"] for nct_id, label in held.items()}


def test_no_trial_of_another_field_is_taken_in(warehouse: duckdb.DuckDBPyConnection, labels: dict[str, Label]) -> None:
    """Oncology, spine and headache trials are neither in scope nor borderline."""
    others = {nct_id: decision for nct_id, decision in _decisions(warehouse).items() if nct_id not in labels}
    assert len(others) >= 490
    assert set(others.values()) == {"exclude"}


@pytest.mark.parametrize(
    ("table", "column", "label"),
    [("trial_organ", "organ_code", "organs"), ("trial_cell_source", "cell_source_code", "cell_source")],
)
def test_values_of_included_trials(
    warehouse: duckdb.DuckDBPyConnection, labels: dict[str, Label], table: str, column: str, label: str
) -> None:
    """Organ and cell source of each included trial are those of the labels, unless the label itself is unsure."""
    found = dict(
        warehouse.execute(
            f"SELECT nct_id, string_agg({column}, ';' ORDER BY {column}) FROM concept.{table} GROUP BY nct_id"
        ).fetchall()
    )
    wanted = {
        nct_id: row[label]
        for nct_id, row in labels.items()
        if row["decision"] == "include" and label not in row["unsure_fields"] and nct_id not in NOT_IN_THE_FILE
    }
    assert len(wanted) >= 15
    assert {nct_id: found.get(nct_id) for nct_id in wanted} == wanted


def test_reasons_agree_in_nine_of_ten_exclusions(
    warehouse: duckdb.DuckDBPyConnection, labels: dict[str, Label]
) -> None:
    """Reasons overlap where a trial has two; the rules give the labelled one in at least 90 % of exclusions."""
    given = dict(warehouse.execute("SELECT nct_id, reason_code FROM concept.trial_scope").fetchall())
    excluded = [row for row in labels.values() if row["decision"] == "exclude"]
    agree = sum(given[row["nct_id"]] == row["reason_code"] for row in excluded)
    assert len(excluded) == 89
    assert agree >= 0.9 * len(excluded)
