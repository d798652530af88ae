"""The data sets change while somebody reads them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from tests.standin.eutils import Eutils
from tests.standin.registry import Registry


@dataclass(frozen=True, slots=True)
class Reload:
    """New data before request `after` + 1 of those whose path holds `path` is answered.

    None leaves a service as it is. `data_timestamp` is what the register's /version tells from then on, `lastupdate`
    ("YYYY/MM/DD HH:MM") what EInfo tells.
    """

    after: int
    path: str = "/studies"
    studies: Sequence[bytes] | None = None
    data_timestamp: str = "2026-09-12T09:00:03"
    articles: Sequence[bytes] | None = None
    lastupdate: str = "2026/09/12 09:05"


class ReloadPlan:
    """Counts requests and reloads when the time has come. Thread-safe: no later request is answered from old data."""

    def __init__(self, reloads: Sequence[Reload], registry: Registry, eutils: Eutils) -> None:
        self._open = [(reload, 0) for reload in reloads]
        self._registry = registry
        self._eutils = eutils
        self._lock = threading.Lock()

    def arrived(self, path: str) -> None:
        """A request for `path` has come in and is not answered yet."""
        with self._lock:
            still_open = []
            for reload, met in self._open:
                met += reload.path in path
                if met > reload.after:
                    self._happen(reload)
                else:
                    still_open.append((reload, met))
            self._open = still_open

    def _happen(self, reload: Reload) -> None:
        if reload.studies is not None:
            self._registry.reload(reload.studies, reload.data_timestamp)
        if reload.articles is not None:
            self._eutils.reload(reload.articles, reload.lastupdate)
