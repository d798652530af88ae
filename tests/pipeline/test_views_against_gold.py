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


_VIEWS = (
    "SELECT DISTINCT organ_code, outcome_code, arm_role, n_studies_reporting, n_events, n_at_risk FROM ("
    "SELECT * FROM out.safety_by_organ UNION ALL BY NAME SELECT * FROM out.efficacy_by_organ) WHERE n_events IS NOT NULL"
)
_SUMS = (
    "SELECT organ_code, outcome_code, arm_role, count(DISTINCT study_id), sum(n_events), sum(n_at_risk) "
    "FROM evidence.counted_outcome INNER JOIN vocab.organ USING (organ_code) "
    "WHERE stratum = 'msc_alone' AND organ.is_in_review_scope AND {kind} GROUP BY ALL"
)


def _sums(connection: duckdb.DuckDBPyConnection, query: str) -> dict[Key, tuple[int, int, int]]:
    rows = connection.execute(query).fetchall()
    found = {(organ, code, role): (studies, events, people) for organ, code, role, studies, events, people in rows}
    assert len(found) == len(rows)
    return found


def test_what_people_read_agrees_with_the_reviewed_table(checkout: Path, shared: Path, sample_warehouse: Path) -> None:
    """The counted values of people's reading are exactly those of the reviewed table, whatever rules read beside."""
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        found = _sums(connection, _SUMS.format(kind="evidence_kind = 'curated'"))
    assert found == _expected(checkout, shared)
    assert len(found) > 25


def test_both_views_are_the_reviewed_table_and_what_rules_read_beside(sample_warehouse: Path) -> None:
    """Each figure of the views is the sum of people's readings and of rules' readings, and nothing else."""
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        shown = _sums(connection, _VIEWS)
        people = _sums(connection, _SUMS.format(kind="evidence_kind = 'curated'"))
        rules = _sums(connection, _SUMS.format(kind="evidence_kind != 'curated'"))
    summed = {
        key: tuple(map(sum, zip(people.get(key, (0, 0, 0)), rules.get(key, (0, 0, 0)), strict=True)))
        for key in people.keys() | rules.keys()
    }
    assert shown == summed


def test_what_rules_count_adds_to_no_study_that_people_read(sample_warehouse: Path) -> None:
    """A study's outcome and side is counted from people's reading or from a rule's, never from both; and it is shown."""
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        twice = connection.execute(
            "SELECT study_id, organ_code, outcome_code, arm_role FROM evidence.counted_outcome "
            "GROUP BY ALL HAVING count(DISTINCT evidence_kind) > 1"
        ).fetchall()
        added = connection.execute(
            "SELECT counted.value_id, value.quote, value.json_pointer, value.record_sha256, value.value_text, "
            "substring(text.abstract_text, value.span_start + 1, value.span_end - value.span_start), text.abstract_text "
            "FROM evidence.counted_outcome AS counted INNER JOIN evidence.arm_outcome AS value USING (value_id) "
            "LEFT JOIN core.publication_abstract AS text ON text.pmid = value.record_id "
            "WHERE counted.evidence_kind != 'curated'"
        ).fetchall()
    assert twice == []
    for value_id, quote, pointer, sha256, value_text, words, text in added:
        assert sha256, value_id
        if pointer:
            assert pointer.startswith("/"), value_id
        else:
            assert value_text == words and quote in text, value_id


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
            "SELECT counted.* FROM evidence.counted_outcome AS counted LEFT JOIN out.provenance USING (value_id) "
            "WHERE provenance.citation IS NULL OR provenance.locator IS NULL"
        ).fetchall()
        assert lost == []
        held = connection.execute(
            "SELECT count(*) FILTER (WHERE record_sha256 IS NOT NULL), count(*) FROM out.provenance WHERE source = 'pubmed'"
        ).fetchall()[0]
    assert held[0] == held[1] > 20
