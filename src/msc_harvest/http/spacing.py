"""Space requests to one host over all threads and processes of this machine.

Services limit by address and key, not by process. The next free moment of each host therefore lies in a small file,
read and moved on under a file lock. A caller reserves the next slot under the lock and sleeps outside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

# Slots lie a little further apart than 1/rate, so that the first and the last of rate + 1 requests are more than a
# second apart even when one leaves late: with rate r they span r * STRETCH / r - LATE >= 1 second.
STRETCH = 1.07
LATE = 0.05

# The monotonic clock starts anew at boot; a file from before it may name a moment far ahead. Nobody waits longer.
FURTHEST = 300.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One reserved slot: its moment on the monotonic clock, its number in the row of this host's slots, and the
    seconds waited for it."""

    moment: float
    number: int
    waited: float


class Spacing:
    """Slots per host, shared through files in `state`.

    `monotonic` must count alike in all processes of the machine (`time.monotonic` does), `sleep` takes seconds.
    """

    def __init__(self, state: Path, sleep: Callable[[float], None], monotonic: Callable[[], float]) -> None:
        self._state = state
        self._sleep = sleep
        self._monotonic = monotonic
        state.mkdir(parents=True, exist_ok=True)

    def wait(self, host: str, requests_per_second: float) -> Turn:
        """Wait for the next free slot of `host`.

        A caller that wakes too late for its slot (a busy machine) leaves it empty and takes another: a late request
        close to the next one would break the rate.
        """
        began = self._monotonic()
        while True:
            slot, number, now = self._reserve(host, STRETCH / requests_per_second)
            if slot > now:
                self._sleep(slot - now)
            woke = self._monotonic()
            if woke - slot <= LATE:
                return Turn(slot, number, max(0.0, woke - began))

    def settle(self, host: str, requests_per_second: float, turn: Turn) -> None:
        """The request of `turn` has been answered, or given up: it reached the service now at the latest.

        A request that was long under way (a new connection, a slow service, a busy machine) may have arrived when
        later ones do. The slots not yet given away move on then, so that whatever moment it arrived at, no more than
        the allowed number falls into one second.
        """
        now = self._monotonic()
        if now - turn.moment <= STRETCH - 1.0:
            return
        path = self._path(host)
        with self._lock(path):
            free, number = self._next(path)
            allowed, given = max(1, int(requests_per_second)), number - turn.number - 1
            if 0 <= given < allowed:
                earliest = now + 1.0 - (allowed - 1 - given) * STRETCH / requests_per_second
                self._write(path, max(free, earliest), number)

    def hold(self, host: str, seconds: float) -> None:
        """Let nobody ask `host` for `seconds`: it said so itself (Retry-After)."""
        path = self._path(host)
        with self._lock(path):
            until = self._monotonic() + min(seconds, FURTHEST)
            free, number = self._next(path)
            self._write(path, max(until, free), number)

    def _reserve(self, host: str, interval: float) -> tuple[float, int, float]:
        path = self._path(host)
        with self._lock(path):
            now = self._monotonic()
            free, number = self._next(path, unreadable=now + interval)
            slot = max(now, free)
            self._write(path, slot + interval, number + 1)
        return slot, number, now

    def _next(self, path: Path, unreadable: float = 0.0) -> tuple[float, int]:
        """Moment and number of the next free slot; `unreadable` when a killed writer left the file half-written."""
        try:
            words = path.read_text(encoding="ascii").split()
            moment, number = float(words[0]), int(words[1]) if len(words) > 1 else 0
        except FileNotFoundError:
            return float("-inf"), 0
        except (ValueError, IndexError):
            return unreadable, 0
        return (moment if moment <= self._monotonic() + FURTHEST else float("-inf")), number

    @staticmethod
    def _write(path: Path, moment: float, number: int) -> None:
        path.write_text(f"{moment!r} {number}", encoding="ascii")

    def _path(self, host: str) -> Path:
        return self._state / (re.sub(r"[^a-z0-9.-]", "_", host.lower()) + ".slot")

    @staticmethod
    def _lock(path: Path) -> FileLock:
        return FileLock(path.with_suffix(".lock"), poll_interval=0.002)
