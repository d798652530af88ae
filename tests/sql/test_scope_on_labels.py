"""Scope and organ against trials that people read and labelled, and against records of other fields (../shared)."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from msc_harvest.paths import Home
from msc_harvest.pipeline.evaluation import Evaluation, evaluate, read_labels
from msc_harvest.warehouse.connect import open_sealed
from msc_harvest.warehouse.sql_files import read_folder
from tests.labelled import msc_home, unrelated_home
from tests.sql.bench import QUERIES

__all__ = ["msc_home", "unrelated_home"]

NOT_IN_THE_FILE = ("NCT01841632",)
"""Labelled from another source than the registry file that lies beside the checkout."""


@pytest.fixture(scope="module")
def sheet(shared: Path) -> Path:
    """The labelled sample."""
    return shared / "data" / "gold" / "screening_open.csv"


@pytest.fixture(scope="module")
def scored(msc_home: Home, sheet: Path) -> Evaluation:
    """The labelled sample against the rules."""
    return evaluate(msc_home.warehouse, sheet)


def _ask(home: Home, query: str) -> list[tuple[object, ...]]:
    with open_sealed(home.warehouse) as connection:
        return connection.execute(query).fetchall()


def test_every_labelled_trial_is_decided_as_people_did(scored: Evaluation) -> None:
    """No include is missed, no exclude is taken in, and borderline trials stay borderline."""
    assert scored.unknown == NOT_IN_THE_FILE
    told = {pair: n for pair, n in scored.confusion.items() if n}
    assert told == {("include", "include"): 18, ("borderline", "borderline"): 2, ("exclude", "exclude"): 89}


def test_reasons_agree_in_nineteen_of_twenty_exclusions(scored: Evaluation) -> None:
    assert scored.reasons.n_records == 89
    assert scored.reasons.n_agreeing >= 0.95 * 89


def test_organs_of_labelled_trials(scored: Evaluation) -> None:
    result = next(one for one in scored.concepts if one.concept == "organ")
    assert result.n_records >= 18
    assert result.tally.f1.value is not None and result.tally.f1.value >= 0.90


def test_no_other_of_the_registry_s_msc_trials_is_taken_in(msc_home: Home, sheet: Path) -> None:
    """Of 1,463 records those in scope are the labelled ones, each with the words that put it there. A new one must be
    read, and labelled or the rule mended."""
    rows = _ask(
        msc_home, "SELECT nct_id, matched_text, matched_field, span_start FROM concept.trial_scope WHERE is_in_scope"
    )
    labelled = {nct_id for nct_id, label in read_labels(sheet).items() if label["decision"] == "include"}
    assert {row[0] for row in rows} == labelled - set(NOT_IN_THE_FILE)
    assert all(None not in row for row in rows)


def test_nothing_of_other_fields_is_taken_in(unrelated_home: Home) -> None:
    """Oncology, spine and headache trials and papers are neither in scope nor borderline."""
    for table, least in (("trial_scope", 490), ("publication_scope", 465)):
        n, n_in = _ask(
            unrelated_home,
            f"SELECT count(*), count(*) FILTER (WHERE is_in_scope OR is_borderline) FROM concept.{table}",
        )[0]
        assert isinstance(n, int) and n >= least
        assert n_in == 0


@pytest.mark.parametrize("name", ["msc_home", "unrelated_home"])
def test_every_span_holds_its_words(name: str, request: pytest.FixtureRequest) -> None:
    """Read with the shipped check, on real texts."""
    home: Home = request.getfixturevalue(name)
    check = (QUERIES / "check" / "fail_span_does_not_match.sql").read_text(encoding="utf-8")
    assert _ask(home, check) == []


def test_the_check_of_spans_leaves_no_concept_out(msc_home: Home) -> None:
    """A concept table with a field and a span must stand in fail_span_does_not_match, or be a projection of one that does."""
    check = (QUERIES / "check" / "fail_span_does_not_match.sql").read_text(encoding="utf-8")
    rows = _ask(
        msc_home,
        "SELECT table_name FROM duckdb_columns() WHERE schema_name = 'concept' AND column_name IN ('matched_field', 'span_start') "
        "AND regexp_matches(table_name, '^(trial|publication|record)_') GROUP BY table_name HAVING count(*) = 2",
    )
    assert len(rows) > 6
    files = read_folder(QUERIES)
    shared = {file.name: re.sub(r"concept\.(trial|publication)_", "concept.record_", file.name) for file in files}
    projections = {file.name for file in files if file.reads == {shared[file.name]}}
    asked = {shared[name] if name in projections else name for name in (f"concept.{name}" for (name,) in rows)}
    assert len(projections) > 10
    assert [name for name in sorted(asked) if f"FROM {name}" not in check] == []


def test_lower_case_keeps_every_letter_s_place() -> None:
    """Spans found in lower-cased text hold in the text as stored: lower() maps each character of Unicode to one."""
    with duckdb.connect() as connection:
        lost = connection.execute(
            "SELECT count(*) FROM (SELECT unnest(range(1, 55296) || range(57344, 1114112)) AS code) "
            "WHERE length(lower(chr(code::INTEGER))) IS DISTINCT FROM 1"
        ).fetchall()
    assert lost == [(0,)]
