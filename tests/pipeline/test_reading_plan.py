"""What to read follows from what earlier runs did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from msc_harvest.archive import Harvested, Manifest, SegmentEntry
from msc_harvest.model import Strategy
from msc_harvest.pipeline.reading_plan import FULL_EVERY, OVERLAP, Plan, plan

NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)
STRATEGY = Strategy("clinical", "registry", "words", "a" * 64)
HELD = {"1": "x", "2": "y"}


def run(days_ago: float, **facts: Any) -> Manifest:
    began = NOW - timedelta(days=days_ago)
    given = {"status": "finished", "read": "full", "watermark": began.date(), "strategy_sha256": STRATEGY.sha256}
    search = Harvested(source="registry", strategy="clinical", query_text="words", **{**given, **facts})
    return Manifest(f"run-{days_ago:05}", search.status, began, "0", began, (search,))


def planned(tmp_path: Path, *runs: Manifest, whole: bool = False) -> Plan:
    return plan(runs, STRATEGY, HELD, tmp_path, NOW, whole=whole)


def test_the_first_reading_is_whole(tmp_path: Path) -> None:
    first = planned(tmp_path)
    assert (first.read, first.reading.since, first.reading.after) == ("full", None, None)
    assert first.why == "not read to its end before" and not first.is_same_question


def test_the_next_one_begins_a_week_before_the_watermark(tmp_path: Path) -> None:
    assert timedelta(days=7) <= OVERLAP
    next_one = planned(tmp_path, run(3), run(1, read="incremental"))
    assert (next_one.read, next_one.reading.since) == ("incremental", date(2026, 2, 28) - OVERLAP)
    assert next_one.reading.held == {"1", "2"}


def test_a_reading_that_did_not_finish_moves_no_watermark(tmp_path: Path) -> None:
    for status in ("failed", "interrupted", "running"):
        after = planned(tmp_path, run(9), run(1, read="incremental", status=status))
        assert after.reading.since == date(2026, 2, 20) - OVERLAP


def test_a_finished_reading_without_a_watermark_keeps_the_older_one(tmp_path: Path) -> None:
    after = planned(tmp_path, run(9), run(1, read="incremental", watermark=None))
    assert after.reading.since == date(2026, 2, 20) - OVERLAP


@pytest.mark.parametrize(
    ("runs", "whole", "why"),
    [
        ([run(1)], True, "asked for with --full"),
        ([run(1, strategy_sha256="b" * 64)], False, "the search strategy has changed"),
        ([run(1, status="failed")], False, "not read to its end before"),
        ([run(1, watermark=None)], False, "never told how far"),
        ([run(FULL_EVERY.days + 1), run(1, read="incremental")], False, "31 days old"),
        ([run(1, segments=(SegmentEntry("raw/gone-00001.parquet", 1, 1, "0"),))], False, "gone-00001.parquet is gone"),
    ],
)
def test_reasons_to_read_everything(tmp_path: Path, runs: list[Manifest], whole: bool, why: str) -> None:
    chosen = planned(tmp_path, *runs, whole=whole)
    assert (chosen.read, chosen.reading.since) == ("full", None) and why in chosen.why


def test_a_lost_segment_is_made_good_once(tmp_path: Path) -> None:
    lost = SegmentEntry("raw/gone-00001.parquet", 1, 1, "0")
    again = planned(tmp_path, run(3, segments=(lost,)))
    assert again.made_good == (lost.path,)
    assert planned(tmp_path, run(3, segments=(lost,)), run(1, made_good=again.made_good)).read == "incremental"
    failed = run(1, made_good=again.made_good, status="failed")
    assert planned(tmp_path, run(3, segments=(lost,)), failed).read == "full"


def test_a_whole_reading_that_broke_off_goes_on_where_it_had_landed(tmp_path: Path) -> None:
    broken = run(1, status="interrupted", landed="700", watermark=date(2026, 2, 28))
    on = planned(tmp_path, broken)
    assert (on.read, on.reading.after, on.reading.since) == ("full", "700", date(2026, 2, 28) - OVERLAP)
    assert on.watermark == date(2026, 2, 28), "what was read first is no younger than that"
    assert planned(tmp_path, broken, whole=True).reading.after == "700"


@pytest.mark.parametrize(
    "facts", [{"landed": None}, {"landed": "7", "watermark": None}, {"landed": "7", "strategy_sha256": "c"}]
)
def test_what_cannot_be_continued_begins_anew(tmp_path: Path, facts: dict[str, Any]) -> None:
    on = planned(tmp_path, run(1, status="interrupted", **facts))
    assert (on.read, on.reading.after) == ("full", None)


def test_an_incremental_reading_that_broke_off_is_simply_asked_again(tmp_path: Path) -> None:
    on = planned(tmp_path, run(2), run(1, read="incremental", status="interrupted", landed="7"))
    assert (on.read, on.reading.after) == ("incremental", None)


def test_other_searches_do_not_count(tmp_path: Path) -> None:
    other = run(1)
    other = Manifest(
        other.run_id,
        "finished",
        other.started_at,
        "0",
        None,
        (Harvested("pubmed", "clinical", "finished", "w", STRATEGY.sha256, watermark=date(2026, 2, 28)),),
    )
    assert planned(tmp_path, other).why == "not read to its end before"
