"""What passed over the wire: requests as they arrived, and how many bytes went back."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.standin.answers import Pairs


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in. `at` is the moment on the monotonic clock when its first line had been read."""

    at: float
    method: str
    path: str
    params: Pairs
    form: Pairs
    headers: dict[str, str]


class Traffic:
    """Thread-safe. `journal`, when given, is a file that gets a JSON line after each request: the monotonic moment of
    its arrival, method, path, and the bytes of the body sent back. The clock is the machine's, one for all processes."""

    def __init__(self, journal: Path | None = None) -> None:
        self.log: list[Asked] = []
        self._bytes: Counter[str] = Counter()
        self._under_way = 0
        self._changed = threading.Condition()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._journal = os.open(journal, flags, 0o644) if journal else None

    def came_in(self, asked: Asked) -> None:
        """Note a request before it is answered."""
        with self._changed:
            self.log.append(asked)
            self._under_way += 1

    def goes_out(self, asked: Asked, count: int) -> None:
        """Note bytes of a body that are about to be sent: a client that has them can rely on their being counted."""
        with self._changed:
            self._bytes[asked.path] += count

    def is_done(self, asked: Asked, count: int) -> None:
        """Note that nothing more is sent for a request, and write its line into the journal."""
        line = {"at": asked.at, "method": asked.method, "path": asked.path, "bytes": count}
        with self._changed:
            if self._journal is not None:
                os.write(self._journal, json.dumps(line).encode() + b"\n")
            self._under_way -= 1
            self._changed.notify_all()

    def close(self, seconds: float) -> None:
        """Close the journal as soon as every request is done, but wait no longer than so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way == 0, seconds)
            if self._journal is not None:
                os.close(self._journal)
                self._journal = None

    def within_a_second(self, asked: Asked, path_prefix: str) -> int:
        """How many requests of these paths arrived in the second up to and including this one."""
        with self._changed:
            return sum(asked.at - 1.0 < one.at <= asked.at for one in self.log if one.path.startswith(path_prefix))

    def busiest_second(self, path_prefix: str = "") -> int:
        """Most requests that arrived in any second, its beginning included and its end not."""
        with self._changed:
            return most_in_a_second([one.at for one in self.log if one.path.startswith(path_prefix)])

    def bytes_of(self, path_prefix: str = "") -> int:
        """Bytes of bodies sent for these paths, as packed; headers and the frames of chunks not counted."""
        with self._changed:
            return sum(count for path, count in self._bytes.items() if path.startswith(path_prefix))


def most_in_a_second(moments: Sequence[float]) -> int:
    """Most of these moments (seconds, in any order) in one interval [t, t + 1)."""
    ordered = sorted(moments)
    most = first = 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
