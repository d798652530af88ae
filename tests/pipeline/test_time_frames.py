"""Time frames of posted results: one moment or none, whatever the text."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msc_harvest.paths import assets
from msc_harvest.pipeline.time_frames import FrameWords, frame_months, is_only_time


@cache
def words() -> FrameWords:
    """The words of the vocabulary."""
    kinds: dict[str, list[str]] = defaultdict(list)
    with (assets() / "warehouse" / "vocab" / "registry_word.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            kinds[row["kind"]].append(row["pattern"])
    joined = {kind: "|".join(patterns) for kind, patterns in kinds.items()}
    units = tuple((unit, joined[unit]) for unit in ("minute", "hour", "day", "week", "month", "year"))
    names = ("range", "not_a_moment", "other_start", "open_end", "bounded", "cycle", "baseline", "time_filler")
    return FrameWords(units, *(joined[name] for name in names))


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("12 months", 12.0), ("Month 12", 12.0), ("1 year post-transplant", 12.0), ("12th month from surgery", 12.0),
        ("six months", 6.0), ("up to 5 years", 60.0), ("Week 24", 5.5195), ("within 30 days after transplantation", 0.9856),
        ("Day 1 through Day 29", 0.9528), ("Month 1 through Month 6", 6.0), ("6-12 months", 12.0), ("Days 0-7", 0.23),
        ("Baseline (Week 0), Week 4", 0.9199), ("12 months (52 weeks)", 12.0), ("baseline", 0.0),
        ("until 90 days after the final dose (max 18 months)", 18.0), ("Years 1 to 3", 36.0), ("1.5 years", 18.0),
    ],
)  # fmt: skip
def test_one_moment(text: str, months: float) -> None:
    assert frame_months(text, words())[0] == months


@pytest.mark.parametrize(
    "text",
    [
        "", "through study completion", "Months 1, 3, 6 and 12", "6 months and 2 years", "Cycle 1 Day 8", "C1D1, C2D1",
        "every 3 months", "30 days after the last dose", "6 months after stopping of the drug", "on average 2 years",
        "from randomisation until death, about 3 years of recruitment", "8% of patients", "participants aged 18 years",
        "in 2019 and 2020", "3 year and 9 months period", "the last 2 weeks",
    ],
)  # fmt: skip
def test_no_single_moment(text: str) -> None:
    assert frame_months(text, words())[0] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Month 12", True),
        ("At 6 months post-transplant", True),
        ("Baseline", True),
        ("Month 12, grade 2", False),
        ("Mild", False),
    ],
)
def test_a_title_that_is_only_a_time(text: str, expected: bool) -> None:
    assert is_only_time(text, words()) is expected


@given(st.text(alphabet="0123456789 ,.-()dayweksmonthr–/and", max_size=60))
def test_any_text_is_read_without_a_crash_and_never_before_the_start(text: str) -> None:
    months, rule = frame_months(text, words())
    assert rule
    assert months is None or months >= 0
