"""Three sources, one chosen value: what must hold of the reconciled evidence of any build, shown on the sample's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from msc_harvest.pipeline.abstract_reading import read_abstracts

Rows = list[tuple[object, ...]]


@pytest.fixture
def sample(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample's warehouse, read-only."""
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        yield connection


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Rows:
    return connection.execute(query).fetchall()


def test_every_value_of_every_source_is_in_the_union_or_has_no_outcome(sample: duckdb.DuckDBPyConnection) -> None:
    """No value with an outcome, of a record that belongs to a study, is lost on the way to evidence.arm_outcome."""
    assert _rows(sample, "SELECT count(*), count(DISTINCT value_id) FROM evidence.arm_outcome") == _rows(
        sample, "SELECT count(*), count(DISTINCT value_id) FROM evidence.source_value"
    )
    lost = _rows(
        sample,
        "SELECT pmid, item FROM evidence.abstract_value WHERE outcome_code IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM evidence.arm_outcome WHERE ends_with(value_id, ' abstract ' || pmid || ' ' || item))",
    )
    assert lost == []
    assert _rows(sample, "SELECT count(*) FROM evidence.abstract_value")[0][0] > 5  # type: ignore[operator]


def test_each_group_has_exactly_one_chosen_value_and_of_the_best_source(sample: duckdb.DuckDBPyConnection) -> None:
    """Chosen is one value per group; nothing of a better source stands beside it, but for bare percentages."""
    assert (
        _rows(
            sample,
            "SELECT reconciled_id FROM evidence.value_choice GROUP BY ALL "
            "HAVING count(*) FILTER (WHERE choice_order = 1) != 1",
        )
        == []
    )
    better = _rows(
        sample,
        "SELECT chosen.value_id FROM evidence.value_choice AS chosen INNER JOIN evidence.value_choice AS other "
        "USING (reconciled_id) INNER JOIN evidence.arm_outcome AS a ON a.value_id = chosen.value_id "
        "INNER JOIN evidence.arm_outcome AS b ON b.value_id = other.value_id "
        "WHERE chosen.choice_order = 1 AND b.level < a.level AND (b.n_events IS NOT NULL OR a.n_events IS NULL)",
    )
    assert better == []


def test_what_agrees_with_people_stands_beside_their_value(sample: duckdb.DuckDBPyConnection) -> None:
    """The sample's abstracts were written from facts that people read too: the three arms' counts meet somewhere."""
    beside = _rows(
        sample,
        "SELECT count(*) FROM evidence.reconciled_outcome "
        "WHERE evidence_kind = 'curated' AND contains(evidence_kinds, 'abstract') AND NOT is_conflict",
    )
    assert beside[0][0] >= 1  # type: ignore[operator]


def test_nobody_stands_twice(sample: duckdb.DuckDBPyConnection) -> None:
    """One kind of evidence, one record of a rule, one time and each arm once, per study, organ, outcome and side."""
    kinds = "count(DISTINCT CASE evidence_kind WHEN 'curated' THEN evidence_kind ELSE evidence_kind || source || record_id END)"
    assert (
        _rows(
            sample,
            "SELECT study_id, outcome_code FROM evidence.counted_outcome GROUP BY study_id, organ_code, outcome_code, "
            f"arm_role HAVING {kinds} > 1 OR count(DISTINCT coalesce(timepoint_months, -1)) > 1 "
            "OR count(DISTINCT arm_label) < count(*)",
        )
        == []
    )


def test_low_certainty_is_seen_and_not_counted(sample: duckdb.DuckDBPyConnection) -> None:
    """What a rule was not sure of has a reason, stands in out.evidence_review, and in no table by organ."""
    shown = _rows(
        sample,
        "SELECT count(*) FILTER (WHERE exclusion_reason IS NULL) FROM evidence.arm_outcome "
        "WHERE evidence_kind = 'abstract' AND certainty = 'low'",
    )
    assert shown == [(0,)]
    unseen = _rows(
        sample,
        "SELECT record_id, span_start FROM evidence.arm_outcome AS value WHERE evidence_kind = 'abstract' "
        "AND exclusion_reason IS NOT NULL AND NOT EXISTS (SELECT 1 FROM out.evidence_review AS review "
        "WHERE review.pmid = value.record_id AND review.span_start = value.span_start)",
    )
    assert unseen == []


def test_an_excluded_value_is_in_no_group(sample: duckdb.DuckDBPyConnection) -> None:
    """A reason keeps a value out of the choice, so out of every table."""
    assert (
        _rows(
            sample,
            "SELECT value_id FROM evidence.value_choice INNER JOIN evidence.arm_outcome USING (value_id) "
            "WHERE exclusion_reason IS NOT NULL",
        )
        == []
    )


def test_a_registration_and_its_paper_are_compared(sample: duckdb.DuckDBPyConnection) -> None:
    """A difference has words, an agreement has none; enrolment is compared for several pairs of the sample."""
    rows = _rows(sample, "SELECT topic, is_different, difference IS NOT NULL FROM out.registry_vs_publication")
    assert all(different == told for _, different, told in rows)
    assert sum(topic == "enrolment" for topic, _, _ in rows) >= 3
    assert any(different for _, different, _ in rows)


def test_abstracts_are_read_with_the_words_of_the_first_row_only() -> None:
    """Words come once; without any row or word nothing is read and nothing fails."""
    words = {
        "evidence_words": [[{"kind": "people", "pattern": "patients?"}], None],
        "outcome_words": [[{"outcome_code": "x", "kind": "is", "pattern": "rashes"}], None],
    }
    text = "There were rashes in 2 of 10 patients (20%)."
    read = read_abstracts(pl.DataFrame({"pmid": ["1", "2"], "abstract_text": [text, text], **words}))
    counts = read.filter(pl.col("kind") == "value")
    assert counts.select("pmid", "outcome_code", "n_events", "n_at_risk", "value_text").rows() == [
        ("1", "x", 2, 10, "2"),
        ("2", "x", 2, 10, "2"),
    ]
    assert read_abstracts(pl.DataFrame(schema={"pmid": pl.String, "abstract_text": pl.String})).is_empty()
    nothing = pl.DataFrame(
        {"pmid": ["1"], "abstract_text": [text], "evidence_words": [None], "outcome_words": [None]},
        schema_overrides={"evidence_words": pl.List(pl.Struct({"kind": pl.String, "pattern": pl.String}))},
    )
    assert read_abstracts(nothing).filter(pl.col("outcome_code").is_not_null()).is_empty()
