"""Misbehaviour on request: each fault spoils the next answers to the paths it names, then the service is well again."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["status", "reset", "cut", "cut_unannounced", "cut_gzip", "drip", "drip_headers", "html", "empty", "bomb"]

HTML = b"<!DOCTYPE html><html><head><title>500</title></head><body>Our apologies, the service is down.</body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault, for `times` answers, from the `after`-th matching request on.

    status: answer with `status`, `headers` and `body` · reset: close the connection with a TCP reset · cut: half of the
    body under the full Content-Length · cut_unannounced: half of it, no length, connection closed · cut_gzip: half of
    the gzip stream, no length · drip: one byte of the body every `seconds` · drip_headers: the same for header lines ·
    html: 200 with an HTML page · empty: 200 without a body · bomb: `size` zero bytes, packed.
    """

    kind: Kind
    path: str = ""
    times: int = 1
    after: int = 0
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.05
    size: int = 0


class FaultPlan:
    """Hands each request the fault that is due for it, if any. Counts requests per fault, thread-safe."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = list(faults)
        self._met = [0] * len(self._faults)
        self._lock = threading.Lock()

    def due(self, path: str) -> Fault | None:
        """The first fault due for a request of `path`."""
        with self._lock:
            chosen: Fault | None = None
            for place, fault in enumerate(self._faults):
                if fault.path not in path:
                    continue
                if chosen is None and fault.after <= self._met[place] < fault.after + fault.times:
                    chosen = fault
                    self._met[place] += 1
                elif self._met[place] < fault.after:
                    self._met[place] += 1
            return chosen
