"""The summaries by organ, recomputed in plain Python from the reviewed table of ../shared, agree with the views."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import duckdb

from tests.curated.test_curated_facts import (
    CODES,
    SURVIVAL,
    Row,
    _counted,
    _curated,
    _gold_print,
    _is_left_out,
    _print,
)

Key = tuple[str, str, str]
ORGANS = {"kidney", "liver", "heart", "lung", "small_bowel"}


def _is_summed(row: Row) -> bool:
    """A count of people, of MSC without blood-forming cells, that is no single case of a study counted otherwise."""
    return (
        bool(row["events"])
        and CODES[row["outcome"]] not in SURVIVAL
        and not row["study_id"].startswith("vanikar_")
        and row["study_id"] != "casiraghi_2020_case"
    )


def _expected(checkout: Path, shared: Path) -> dict[Key, tuple[int, int, int]]:
    """(studies, events, people at risk) by organ, outcome and role."""
    waiting = {_print(row) for row in _curated(checkout, "arm_outcome_pending")}
    by_study: dict[tuple[str, str, str, str], dict[float, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in _counted(shared):
        if _is_left_out(row) or _gold_print(row) in waiting or not _is_summed(row):
            continue
        study, organ, code, role, months, *_ = _gold_print(row)
        by_study[study, organ, code, role][float(months or -1)].append(row)
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (_, organ, code, role), times in by_study.items():
        arms = times[max(times)]
        total = sums[organ, code, role]
        total[0] += 1
        total[1] += sum(int(row["events"]) for row in arms)
        total[2] += sum(int(row["n"]) for row in arms)
    return {key: (one, two, three) for key, (one, two, three) in sums.items()}


def test_both_views_agree_with_the_reviewed_table(checkout: Path, shared: Path, sample_warehouse: Path) -> None:
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        rows = connection.execute(
            "SELECT DISTINCT organ_code, outcome_code, arm_role, n_studies_reporting, n_events, n_at_risk FROM ("
            "SELECT * FROM out.safety_by_organ UNION ALL BY NAME SELECT * FROM out.efficacy_by_organ) WHERE n_events IS NOT NULL"
        ).fetchall()
    found = {(organ, code, role): (studies, events, at_risk) for organ, code, role, studies, events, at_risk in rows}
    assert len(found) == len(rows)
    assert found == _expected(checkout, shared)
    assert len(found) > 25


def test_every_organ_stands_in_both_views(sample_warehouse: Path) -> None:
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        for view in ("safety_by_organ", "efficacy_by_organ", "landscape_by_organ"):
            assert {
                organ for (organ,) in connection.execute(f"SELECT DISTINCT organ_code FROM out.{view}").fetchall()
            } == ORGANS
        statements = connection.execute(
            "SELECT DISTINCT statement FROM out.safety_by_organ WHERE organ_code = 'heart'"
        ).fetchall()
        assert statements == [("no clinical report",)]


def test_every_summed_count_walks_home(sample_warehouse: Path) -> None:
    """out.provenance holds exactly the arms behind each count, with citation and locator."""
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        lost = connection.execute(
            "SELECT counted.* FROM evidence.counted_outcome AS counted LEFT JOIN out.provenance USING (study_id, outcome_code, arm_label, organ_code) "
            "WHERE provenance.citation IS NULL OR provenance.locator IS NULL"
        ).fetchall()
        assert lost == []
        held = connection.execute(
            "SELECT count(*) FILTER (WHERE record_sha256 IS NOT NULL), count(*) FROM out.provenance WHERE source = 'pubmed'"
        ).fetchall()[0]
    assert held[0] == held[1] > 20
