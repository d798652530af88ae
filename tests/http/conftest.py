"""A clock that only moves when somebody sleeps, and clients that live by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from msc_harvest.http import Client

BEGIN = datetime(2026, 2, 28, 23, 59, 0, tzinfo=UTC)


class Clock:
    """Time as the code under test sees it; `naps` are the seconds of every sleep, in order."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> datetime:
        return BEGIN + timedelta(seconds=self.now - 1000.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_client(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Client]]:
    """Makes clients whose back-off is always the longest possible; closes them at the end."""
    made: list[Client] = []

    def make(**replaced: Any) -> Client:
        settings: dict[str, Any] = {
            "user_agent": "msc-harvest/0.test",
            "state": tmp_path / "state",
            "sleep": clock.sleep,
            "monotonic": clock.monotonic,
            "wall_clock": clock.wall,
            "jitter": lambda: 1.0,
        }
        made.append(Client(**{**settings, **replaced}))
        return made[-1]

    yield make
    for client in made:
        client.close()
