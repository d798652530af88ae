"""Every SQL file answers its small cases, says what it is, and readers' columns stay as promised."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from msc_harvest.warehouse.sql_files import HEADER_KEYS, SqlFile
from tests.sql.bench import HERE, ROOT, Case, cases, empty_warehouse, outcome, sql_files

FILES = sql_files()
CASES = cases()
CHECKS = [name for name in FILES if name.startswith("check.")]
KEYWORDS = "select|from|where|group by|order by|left join|inner join|union all|case when|and|or|not|is null"


@pytest.fixture(scope="session")
def types() -> dict[str, dict[str, str]]:
    """Column types of every table and view."""
    return empty_warehouse()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.target}/{case.sentence}")
def test_case(case: Case, types: dict[str, dict[str, str]]) -> None:
    """The file returns exactly the rows its case expects."""
    expected, returned = outcome(case, FILES[case.target], types)
    assert returned == expected


@pytest.mark.parametrize("name", sorted(FILES))
def test_two_cases_at_least(name: str) -> None:
    """Each file has two cases; a check has one that passes and one that fires."""
    own = [case for case in CASES if case.target == name]
    assert len(own) >= 2
    if name in CHECKS:
        fires = {len((case.folder / "expect.csv").read_text(encoding="utf-8").splitlines()) > 1 for case in own}
        assert fires == {True, False}


def test_no_case_without_a_file() -> None:
    """A case folder that nothing reads is a mistake in its path."""
    assert {case.target for case in CASES} <= FILES.keys()


@pytest.mark.parametrize("file", FILES.values(), ids=lambda file: file.name)
def test_header_and_form(file: SqlFile) -> None:
    """Full header, one bare SELECT (read_folder proves that), no semicolon, keywords in capitals."""
    assert [key for key in HEADER_KEYS if file.header.get(key)] == list(HEADER_KEYS)
    body = "\n".join(line for line in file.text.splitlines() if not line.startswith("--"))
    assert body.startswith(("SELECT", "WITH "))
    assert ";" not in re.sub(r"'(?:[^']|'')*'", "", body)
    outside_text = re.sub(r"'(?:[^']|'')*'", "", body)
    assert not re.search(rf"\b({KEYWORDS})\b", outside_text), "keywords are written in capitals"
    assert "<>" not in outside_text and "!=" not in outside_text


def test_columns_of_readers_views(types: dict[str, dict[str, str]]) -> None:
    """The columns of the views are a promise: out_columns.csv lists them, in order, with type and meaning."""
    promised: dict[str, dict[str, str]] = {}
    with (HERE / "out_columns.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            assert row["meaning"], row
            promised.setdefault(row["view"], {})[row["column"]] = row["type"]
    actual = {name: columns for name, columns in types.items() if name.startswith("out.")}
    assert promised.keys() == actual.keys()
    for name, columns in actual.items():
        assert list(promised[name].items()) == list(columns.items()), name


@pytest.mark.parametrize("path", sorted((ROOT / "warehouse" / "vocab").glob("*.csv")), ids=lambda path: path.stem)
def test_vocabulary_is_signed(path: Path) -> None:
    """Each row of a code list says who answers for it, since when, and why or after whom."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    for row in rows:
        assert row["signed_by"] and date.fromisoformat(row["signed_on"])
        assert row.get("why") or row.get("source")


def test_patterns_compile_and_find_themselves(types: dict[str, dict[str, str]]) -> None:
    """Every expression of the vocabulary is valid and lower-case, so that it can meet lower-cased text."""
    for path in sorted((ROOT / "warehouse" / "vocab").glob("*_word.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                re.compile(row["pattern"])
                assert re.sub(r"\\.", "", row["pattern"]).islower(), row["pattern"]
