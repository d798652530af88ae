"""The accounts of weaning: each in a known study, none more than the sources were verified to say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

Row = dict[str, str]


@pytest.fixture(scope="module")
def accounts(checkout: Path) -> list[Row]:
    """Rows of warehouse/curated/weaning_case.csv."""
    with (checkout / "warehouse" / "curated" / "weaning_case.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_an_earlier_account_points_to_a_later_one_of_the_same_study(accounts: list[Row]) -> None:
    """Two accounts of one person never look like two people."""
    by_id = {row["case_id"]: row for row in accounts}
    later = [(row, by_id[row["same_person_as"]]) for row in accounts if row["same_person_as"]]
    assert later
    assert all(row["study_id"] == other["study_id"] and not other["same_person_as"] for row, other in later)


def test_plans_and_attempts_claim_no_success(accounts: list[Row]) -> None:
    """What was only planned or tried has no successes, no months and no graft function."""
    silent = [row for row in accounts if row["basis"] in ("planned", "attempted")]
    assert silent
    assert not any(row["n_success"] or row["months_off_drugs"] or row["graft_function"] for row in silent)


def test_months_without_drugs_belong_to_people_off_all_drugs(accounts: list[Row]) -> None:
    """Whoever still takes a drug has no month without drugs; one person only is off everything."""
    assert all(row["is_off_all_drugs"] == "true" for row in accounts if row["months_off_drugs"])
    assert [row["n_people"] for row in accounts if row["is_off_all_drugs"] == "true"] == ["1"]


def test_every_row_says_where_it_stands(accounts: list[Row]) -> None:
    """Citation, place, person and day of each account."""
    assert all(row["citation"] and row["locator"] and row["entered_by"] and row["entered_on"] for row in accounts)
    assert {row["basis"] for row in accounts} <= {"reported", "attempted", "planned"}
