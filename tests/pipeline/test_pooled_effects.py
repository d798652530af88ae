"""Pools of the sample agree with the package synthesis called on the curated sheet in plain Python, and mislead nobody."""

from __future__ import annotations

import csv
import math
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from msc_harvest.pipeline.estimating.pooled_effects import pooled_effects, study_effects
from msc_harvest.pipeline.estimating.pools import digest, kept, pool_one
from msc_harvest.pipeline.estimating.subgroup_tests import subgroup_tests
from msc_harvest.synthesis import Pooled, pool_single_arm, pool_two_arm

Row = dict[str, Any]
Counts = tuple[int, int]
Side = dict[str, Counts]

CLASSES = {
    "randomised": "randomised",
    "controlled_nonrandomised": "concurrent_control",
    "historical_control": "historical_control",
    "single_arm": "uncontrolled",
}


def _sheet(checkout: Path, name: str) -> list[dict[str, str]]:
    with (checkout / "warehouse" / "curated" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _sides(checkout: Path) -> dict[tuple[str, str], dict[str, Side]]:
    """(organ, outcome) → study → role → (events, people), arms of one role added up at the last time."""
    cases = {
        (row["study_id"], row["record_id"])
        for row in _sheet(checkout, "study_record")
        if row["record_role"] == "case_report"
    }
    arms: dict[tuple[str, str, str, str], dict[float, list[Counts]]] = defaultdict(lambda: defaultdict(list))
    for row in _sheet(checkout, "arm_outcome"):
        if row["n_events"] and row["n_at_risk"] and (row["study_id"], row["record_id"]) not in cases:
            key = row["organ_code"], row["outcome_code"], row["study_id"], row["arm_role"]
            arms[key][float(row["timepoint_months"] or -1)].append((int(row["n_events"]), int(row["n_at_risk"])))
    found: dict[tuple[str, str], dict[str, Side]] = defaultdict(lambda: defaultdict(dict))
    for (organ, outcome, study, role), times in arms.items():
        last = times[max(times)]
        found[organ, outcome][study][role] = (sum(one[0] for one in last), sum(one[1] for one in last))
    return found


def _rows(warehouse: Path, query: str) -> list[Row]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return pl.DataFrame(connection.sql(query)).to_dicts()


def _candidates(warehouse: Path, checkout: Path) -> pl.DataFrame:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return pl.DataFrame(connection.sql((checkout / "queries/synth/pooled_effect.sql").read_text(encoding="utf-8")))


def _same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else math.isclose(one, other, rel_tol=1e-11)


def test_comparisons_agree_with_the_curated_sheet(checkout: Path, sample_warehouse: Path) -> None:
    """Every pool of a comparison whose studies are those of the sheet has the numbers that the package gives for it."""
    designs = {row["study_id"]: (row["stratum"], CLASSES.get(row["design"])) for row in _sheet(checkout, "study")}
    seen = 0
    for row in _rows(sample_warehouse, "FROM synth.pooled_effect WHERE measure = 'risk_ratio' AND subgroup_by IS NULL"):
        sides = _sides(checkout)[row["organ_code"], row["outcome_code"]]
        mine = sorted(
            study
            for study, side in sides.items()
            if designs[study] == (row["stratum"], row["design_class"]) and len(side) == 2
        )
        if ";".join(mine) != (row["study_ids"] or ""):
            continue
        if not mine:
            assert (row["estimate"], row["k"]) == (None, 0)
            continue
        (e1, n1), (e0, n0) = (zip(*(sides[one][role] for one in mine), strict=True) for role in ("msc", "control"))
        found = pool_two_arm(e1, n1, e0, n0, "RR")
        assert found.measure == "RR"
        _assert_is(row, found)
        assert (row["n"], row["n_events_msc"], row["n_events_control"]) == (sum(n1) + sum(n0), sum(e1), sum(e0))
        seen += 1
    assert seen >= 8


def test_proportions_agree_with_the_curated_sheet(checkout: Path, sample_warehouse: Path) -> None:
    """MSC arms of all designs, together."""
    designs = {row["study_id"]: row["stratum"] for row in _sheet(checkout, "study")}
    seen = 0
    for row in _rows(
        sample_warehouse, "FROM synth.pooled_effect WHERE design_class = 'msc_arms' AND subgroup_by IS NULL"
    ):
        sides = _sides(checkout)[row["organ_code"], row["outcome_code"]]
        mine = sorted(one for one, side in sides.items() if designs[one] == row["stratum"] and "msc" in side)
        if mine and ";".join(mine) == row["study_ids"]:
            events, at_risk = zip(*(sides[one]["msc"] for one in mine), strict=True)
            _assert_is(row, pool_single_arm(events, at_risk))
            seen += 1
    assert seen >= 15


def _assert_is(row: Row, found: Pooled) -> None:
    for name in ("estimate", "ci_low", "ci_high", "tau2", "q"):
        assert _same(row[name], getattr(found, name)), (row["estimate_id"], name)
    assert (row["k"], row["k_informative"], row["is_pooled"]) == (found.k, found.k_informative, found.pooled)


def test_the_shared_control_of_two_arms_stands_once(sample_warehouse: Path) -> None:
    """Tan 2012 has two arms with cells and one control group of 51."""
    (row,) = _rows(
        sample_warehouse,
        "FROM synth.pool_member WHERE study_id = 'tan_2012' AND outcome_code = 'acute_rejection'",
    )
    counts = (row["n_events_msc"], row["n_at_risk_msc"], row["n_events_control"], row["n_at_risk_control"])
    assert (*counts, row["n_arms_msc"], row["n_arms_control"]) == (8, 105, 11, 51, 2, 1)


def test_every_number_is_finite_and_every_sentence_whole(sample_warehouse: Path) -> None:
    for view in ("pooled_effect_by_organ", "subgroup_effect"):
        for row in _rows(sample_warehouse, f"FROM out.{view}"):
            floats = {name: value for name, value in row.items() if isinstance(value, float)}
            assert all(math.isfinite(value) for value in floats.values()), row
            assert all(value == float(f"{value:.12g}") for value in floats.values()), row
            told = row["statement"] or "."
            assert not any(word in f" {told} " for word in (" nan ", " inf ", "None", "  ", "..")), told
            if row.get("is_pooled"):
                assert row["k"] >= 2 and row["method"] and row["note"] is None


def test_every_organ_has_its_rows_and_the_empty_ones_say_why(sample_warehouse: Path) -> None:
    rows = _rows(sample_warehouse, "FROM out.pooled_effect_by_organ")
    assert {row["organ_code"] for row in rows} == {"kidney", "liver", "heart", "lung", "small_bowel"}
    heart = [row for row in rows if row["organ_code"] == "heart"]
    assert heart and all("there is no clinical report" in row["statement"] for row in heart)
    for row in rows:
        assert row["statement"]
        if not row["is_pooled"]:
            assert row["note"], row["estimate_id"]
            if row["measure"] is None or (row["k"] == 0 and row["measure"] != "proportion"):
                assert "not evidence of no difference" in row["statement"]
    names = [row["estimate_id"] for row in rows]
    assert len(set(names)) == len(names)


def test_what_is_not_randomised_says_so_and_what_compares_nothing_too(sample_warehouse: Path) -> None:
    for row in _rows(sample_warehouse, "FROM out.pooled_effect_by_organ WHERE design_class IS NOT NULL"):
        told = row["statement"]
        if row["design_class"] == "randomised":
            assert "randomised studies" in told
        elif row["design_class"] == "msc_arms":
            assert "it compares nothing" in told and "ratio" not in told
        elif row["design_class"] == "concurrent_control":
            assert "Nobody was allotted by chance" in told
        elif row["design_class"] == "uncontrolled":
            assert "Without controls" in told


def test_the_order_of_rows_changes_nothing(checkout: Path, sample_warehouse: Path) -> None:
    rows = _candidates(sample_warehouse, checkout)
    turned = rows.reverse()
    assert pooled_effects(rows).equals(pooled_effects(turned))
    assert study_effects(rows).equals(study_effects(turned))
    assert subgroup_tests(rows).equals(subgroup_tests(turned))


def test_the_synthesis_of_the_sample_takes_seconds(checkout: Path, sample_warehouse: Path) -> None:
    rows = _candidates(sample_warehouse, checkout)
    start = time.process_time()
    pooled_effects(rows)
    study_effects(rows)
    subgroup_tests(rows)
    assert time.process_time() - start < 5


def test_no_row_makes_no_row() -> None:
    columns = ("stratum", "organ_code", "outcome_code", "design_class", "measure", "study_id")
    nothing = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    assert [one(nothing).height for one in (pooled_effects, study_effects, subgroup_tests)] == [0, 0, 0]


def test_of_studies_that_share_people_the_larger_is_kept() -> None:
    """Two small studies share people with a large one, not with each other: the large one stands alone."""
    members = [
        {"study_id": "small", "n_at_risk_msc": 5, "n_events_msc": 1, "shares_people_with": "large"},
        {"study_id": "tiny", "n_at_risk_msc": 3, "n_events_msc": 1, "shares_people_with": "large"},
        {"study_id": "large", "n_at_risk_msc": 20, "n_events_msc": 4, "shares_people_with": "small;tiny"},
        {"study_id": "apart", "n_at_risk_msc": 9, "n_events_msc": 0},
    ]
    left, excluded = kept(members)
    assert [one["study_id"] for one in left] == ["apart", "large"]
    assert set(excluded) == {"small", "tiny"} and all("shares people with large" in why for why in excluded.values())
    assert digest(left, "proportion") == digest(left[::-1], "proportion") != digest(left[:1], "proportion")


def test_means_in_another_unit_are_left_out() -> None:
    base: Row = {"mean_msc": 1.5, "sd_msc": 0.5, "n_at_risk_msc": 10, "mean_control": 1.0, "sd_control": 0.5,
                 "n_at_risk_control": 10}  # fmt: skip
    members = [{"study_id": name, "unit": unit, **base} for name, unit in (("a", "x"), ("b", "x"), ("c", "y"))]
    left, excluded = kept(members)
    assert [one["study_id"] for one in left] == ["a", "b"] and "another unit (y)" in excluded["c"]
    found = pool_one(left, "MD")
    assert found.estimate == pytest.approx(0.5) and found.pooled


def test_every_stratum_of_studies_has_its_words(checkout: Path) -> None:
    """A stratum without words would lose its rows."""
    folder = checkout / "warehouse" / "vocab"
    with (folder / "stratum.csv").open(encoding="utf-8", newline="") as lines:
        strata = {row["stratum"] for row in csv.DictReader(lines) if row["applies_to"] == "study"}
    with (folder / "stratum_phrase.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["stratum"] for row in csv.DictReader(lines)} == strata
    with (folder / "study_design.csv").open(encoding="utf-8", newline="") as lines:
        designs = {row["design"] for row in csv.DictReader(lines)} - {"registered_only"}
    with (folder / "design_class.csv").open(encoding="utf-8", newline="") as lines:
        told = [one for row in csv.DictReader(lines) for one in row["designs"].split(";") if one]
    assert sorted(told) == sorted(designs)
