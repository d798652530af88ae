"""A home in a temporary folder, and small records to put into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from msc_harvest.archive import Archive
from msc_harvest.model import Received
from msc_harvest.paths import Home

DAY_ONE = datetime(2026, 1, 10, 8, 30, 15, 250_000, tzinfo=UTC)


def day(number: int) -> datetime:
    """The moment of the nth harvest, counted from 1."""
    return DAY_ONE + timedelta(days=number - 1)


def record(record_id: str, words: str = "first") -> Received:
    """A record as received. Its content is `words`; the rest of the body is volatile."""
    body = f'{{"id":"{record_id}","words":"{words}","served":"2026-01-10"}}'.encode()
    return Received(record_id, body, f"https://registry.example/{record_id}", "application/json")


def fill(
    archive: Archive,
    run_id: str,
    when: datetime,
    words: dict[str, str],
    *,
    strategy: str = "clinical",
    rows: int = 1000,
) -> list[str]:
    """Harvest records (id → words) in one run; returns what became of each."""
    with archive.writer(run_id, "registry", strategy, rows) as writer:
        return [writer.add(record(one, text), text.encode(), when) for one, text in words.items()]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def archive(home: Home) -> Archive:
    return Archive(home)
