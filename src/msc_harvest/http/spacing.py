"""Space requests to one host over all threads and processes of this machine.

Services limit by address and key, not by process. The next free moment of each host therefore lies in a small file,
read and moved on under a file lock. A caller reserves the next slot under the lock and sleeps outside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

# Slots lie a little further apart than 1/rate, so that the first and the last of rate + 1 requests are more than a
# second apart even when one leaves late: with rate r they span r * STRETCH / r - LATE >= 1 second.
STRETCH = 1.07
LATE = 0.05

# The monotonic clock starts anew at boot; a file from before it may name a moment far ahead. Nobody waits longer.
FURTHEST = 300.0


class Spacing:
    """Slots per host, shared through files in `state`.

    `monotonic` must count alike in all processes of the machine (`time.monotonic` does), `sleep` takes seconds.
    """

    def __init__(self, state: Path, sleep: Callable[[float], None], monotonic: Callable[[], float]) -> None:
        self._state = state
        self._sleep = sleep
        self._monotonic = monotonic
        state.mkdir(parents=True, exist_ok=True)

    def wait(self, host: str, requests_per_second: float) -> float:
        """Wait for the next free slot of `host`; returns the seconds waited.

        A caller that wakes too late for its slot (a busy machine) leaves it empty and takes another: a late request
        close to the next one would break the rate.
        """
        began = self._monotonic()
        while True:
            slot, now = self._reserve(host, STRETCH / requests_per_second)
            if slot > now:
                self._sleep(slot - now)
            woke = self._monotonic()
            if woke - slot <= LATE:
                return max(0.0, woke - began)

    def hold(self, host: str, seconds: float) -> None:
        """Let nobody ask `host` for `seconds`: it said so itself (Retry-After)."""
        path = self._path(host)
        with self._lock(path):
            until = self._monotonic() + min(seconds, FURTHEST)
            path.write_text(repr(max(until, self._next(path))), encoding="ascii")

    def _reserve(self, host: str, interval: float) -> tuple[float, float]:
        path = self._path(host)
        with self._lock(path):
            now = self._monotonic()
            slot = max(now, self._next(path, unreadable=now + interval))
            path.write_text(repr(slot + interval), encoding="ascii")
        return slot, now

    def _next(self, path: Path, unreadable: float = 0.0) -> float:
        """The next free moment; `unreadable` when a killed writer left the file half-written."""
        try:
            moment = float(path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return float("-inf")
        except ValueError:
            return unreadable
        return moment if moment <= self._monotonic() + FURTHEST else float("-inf")

    def _path(self, host: str) -> Path:
        return self._state / (re.sub(r"[^a-z0-9.-]", "_", host.lower()) + ".slot")

    @staticmethod
    def _lock(path: Path) -> FileLock:
        return FileLock(path.with_suffix(".lock"), poll_interval=0.002)
