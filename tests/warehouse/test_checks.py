"""Checks that follow from the dictionary: what stops a build, and what is only told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from msc_harvest import dictionary
from msc_harvest.warehouse import checks


@pytest.fixture
def connection(empty: Callable[[str], Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(empty("w.duckdb"))) as connection:
        yield connection


def found(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    results = checks.run(connection, checks.from_dictionary(dictionary.every_table()))
    return {one.check.name: one.n_rows for one in results if one.n_rows}


def test_an_empty_warehouse_has_no_fault(connection: duckdb.DuckDBPyConnection) -> None:
    assert found(connection) == {}


def test_names_are_unique() -> None:
    names = [check.name for check in checks.from_dictionary(dictionary.every_table())]
    assert len(set(names)) == len(names)


def test_a_key_twice_stops_the_build(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO core.trial (nct_id) VALUES ('NCT1'), ('NCT1')")
    assert found(connection)["fail_duplicate_core_trial"] == 1


def test_a_child_without_its_trial_stops_the_build(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO core.trial_arm (nct_id, arm_position) VALUES ('NCT1', 1)")
    assert found(connection) == {"fail_orphan_core_trial_arm_nct_id": 1}


def test_a_missing_key_stops_the_build(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO raw.record_strategy (source, record_id) VALUES ('s', 'r')")
    assert "fail_missing_key_raw_record_strategy" in found(connection)


def test_a_value_that_a_source_left_out_is_told_and_stops_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO core.publication (pmid, title_is_translated, is_book) VALUES ('1', FALSE, FALSE)")
    connection.execute(
        "INSERT INTO core.publication_mesh (pmid, mesh_position, is_major, is_automatic) VALUES ('1', 1, FALSE, FALSE)"
    )
    assert found(connection) == {"warn_missing_value_core_publication_mesh": 1}


def test_the_first_fault_is_shown_in_words(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO core.trial (nct_id) VALUES ('NCT2'), ('NCT2'), ('NCT1'), ('NCT1')")
    results = checks.run(connection, checks.from_dictionary(dictionary.every_table()))
    duplicate = next(one for one in results if one.check.name == "fail_duplicate_core_trial")
    assert duplicate.example == "nct_id=NCT1, n_rows=2" and duplicate.check.severity == "fail"


def test_an_orphan_is_found_also_beside_a_parent_without_a_name(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO core.trial (nct_id) VALUES ('NCT2'), (NULL)")
    connection.execute("INSERT INTO core.trial_arm (nct_id, arm_position) VALUES ('NCT1', 1), ('NCT2', 1)")
    assert found(connection) == {"fail_missing_key_core_trial": 1, "fail_orphan_core_trial_arm_nct_id": 1}


def test_a_reference_that_is_not_given_is_no_orphan(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO curated.arm_outcome (count_basis) VALUES (NULL)")
    assert "fail_orphan_curated_arm_outcome_count_basis" not in found(connection)


def test_a_repeated_key_without_a_name_is_both_faults(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO raw.record_strategy (source, record_id) VALUES ('s', 'r'), ('s', 'r')")
    assert found(connection).keys() == {"fail_missing_key_raw_record_strategy", "fail_duplicate_raw_record_strategy"}
