"""The shipped vocabulary as words for the extractor."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from msc_harvest.evidence import Words, compile_words


@pytest.fixture(scope="session")
def words(checkout: Path) -> Words:
    """Words compiled from the shipped tables."""
    folder = checkout / "warehouse" / "vocab"
    with (folder / "evidence_word.csv").open(encoding="utf-8", newline="") as lines:
        evidence = [(row["kind"], row["pattern"]) for row in csv.DictReader(lines)]
    with (folder / "evidence_outcome_word.csv").open(encoding="utf-8", newline="") as lines:
        outcomes = [(row["outcome_code"], row["kind"], row["pattern"]) for row in csv.DictReader(lines)]
    return compile_words(evidence, outcomes)
