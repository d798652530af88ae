"""The recall self-test: strategies cut into terms, the score interval, and what a built warehouse tells of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from msc_harvest.errors import WarehouseError
from msc_harvest.pipeline import strategies, strategy_terms
from msc_harvest.pipeline.building import score_interval
from msc_harvest.warehouse.connect import open_sealed
from msc_harvest.warehouse.recall import read_recall


def test_blocks_begin_at_operators_outside_brackets() -> None:
    """AND and NOT within brackets part nothing; the block after NOT excludes; operators within quotes are words."""
    expression = '(one OR "two AND three"[tiab] OR (four AND five*[tiab])) AND six seven NOT ("A"[Mesh] NOT "B"[Mesh])'
    assert [(term.text, term.block, term.is_excluding) for term in strategy_terms.terms(expression)] == [
        ("one", 1, False),
        ('"two AND three"[tiab]', 1, False),
        ("four", 1, False),
        ("five*[tiab]", 1, False),
        ("six seven", 2, False),
        ('"A"[Mesh]', 3, True),
        ('"B"[Mesh]', 3, True),
    ]


def test_settings_that_ask_for_no_words_have_no_terms() -> None:
    """Of a list of settings only the queries are read."""
    expression = "filter.ids = NCT00000001,NCT00000002\nquery.term = (one\n  OR two)\n  AND three"
    assert [(term.text, term.block) for term in strategy_terms.terms(expression)] == [
        ("one", 1),
        ("two", 1),
        ("three", 2),
    ]


def test_every_word_of_the_shipped_strategies_is_in_a_term(checkout: Path) -> None:
    """Nothing is lost and nothing is left over when the shipped strategies are cut."""
    for one in strategies.load(checkout / "queries"):
        found = " ".join(term.text for term in strategy_terms.terms(one.text))
        kept = [piece for piece in _words(one.text) if piece not in ("AND", "OR", "NOT", "query.term", "=")]
        assert _words(found) == kept


def _words(text: str) -> list[str]:
    return text.replace("(", " ").replace(")", " ").split()


def test_score_interval_agrees_with_published_values() -> None:
    """Newcombe RG. Stat Med 1998;17:857-872, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    pairs = pl.DataFrame({"n_found": [81, 15, 0, 1], "n_known": [263, 148, 20, 29]})
    result = score_interval(pairs)
    assert result["prop_ci_low"].to_list() == pytest.approx([0.2553, 0.0624, 0.0, 0.0061], abs=5e-5)
    assert result["prop_ci_high"].to_list() == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)


def test_without_a_warehouse_there_is_no_recall(tmp_path: Path) -> None:
    """A missing file is told as such."""
    with pytest.raises(WarehouseError):
        read_recall(tmp_path / "none.duckdb")


def test_the_sample_tells_recall_and_the_terms_that_found(sample_warehouse: Path) -> None:
    """No share without a known record, none below its interval; each record found has a term for every block asked."""
    recall = read_recall(sample_warehouse)
    assert recall.height and recall.filter(pl.col("n_known") < 1).is_empty()
    assert all(low <= prop <= high for low, prop, high in recall.select("prop_ci_low", "prop", "prop_ci_high").rows())
    with open_sealed(sample_warehouse) as connection:
        unexplained = connection.execute(
            "SELECT record_id FROM out.known_study_found WHERE is_found AND n_blocks_explained < n_blocks"
        ).fetchall()
        assert (
            connection.execute("SELECT sum(n_known) FROM out.recall_by_organ").fetchall()
            == connection.execute("SELECT count(*) FROM curated.known_studies").fetchall()
        )
    assert unexplained == []
