"""`StandIn`: both services behind one address, with a plan of faults and reloads, and a book of what passed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from tests.standin import eutils, registry
from tests.standin.answers import Answer, as_json
from tests.standin.faults import Fault, FaultPlan
from tests.standin.reloads import Reload, ReloadPlan
from tests.standin.traffic import Asked, Traffic
from tests.standin.wire import Server


class StandIn:
    """Serves both services until the block ends. `log` holds every request in order of arrival.

    `rate_limit`: answer 429 as the E-utilities do when more than so many requests for one of the two services arrived
    within a second. `reload`: data sets that change in the middle. `handle` replaces both services by a function of
    the request. `journal`: a file that gets a line after each request (see `Traffic`).
    """

    def __init__(
        self,
        *,
        studies: registry.Registry | Sequence[bytes] = (),
        articles: eutils.Eutils | Sequence[bytes] = (),
        faults: Sequence[Fault] = (),
        rate_limit: int | None = None,
        reload: Reload | Sequence[Reload] = (),
        handle: Callable[[Asked], Answer] | None = None,
        journal: Path | None = None,
    ) -> None:
        self.registry = studies if isinstance(studies, registry.Registry) else registry.Registry(studies)
        self.eutils = articles if isinstance(articles, eutils.Eutils) else eutils.Eutils(articles)
        self.traffic = Traffic(journal)
        self.plan = FaultPlan(faults)
        self.reloads = ReloadPlan([reload] if isinstance(reload, Reload) else reload, self.registry, self.eutils)
        self._rate_limit = rate_limit
        self._handle = handle
        self._server = Server(("127.0.0.1", 0), self)

    def __enter__(self) -> StandIn:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.closing.set()
        self.traffic.close(1.0)

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def ctgov_url(self) -> str:
        """For MSC_HARVEST_CTGOV_URL."""
        return self.url + registry.ROOT

    @property
    def eutils_url(self) -> str:
        """For MSC_HARVEST_EUTILS_URL."""
        return self.url + eutils.ROOT

    @property
    def log(self) -> list[Asked]:
        """Every request, in order of arrival."""
        return self.traffic.log

    @property
    def bytes_sent(self) -> int:
        """Bytes of all bodies sent, as packed."""
        return self.traffic.bytes_of()

    def bytes_of(self, path_prefix: str) -> int:
        """Bytes of the bodies sent for paths that begin so, as packed."""
        return self.traffic.bytes_of(path_prefix)

    def busiest_second(self, path_prefix: str = "") -> int:
        """Most requests for paths that begin so in any second, its beginning included and its end not."""
        return self.traffic.busiest_second(path_prefix)

    def answer(self, asked: Asked) -> Answer:
        """What the service answers when it is well."""
        if self._handle is not None:
            return self._handle(asked)
        root = next((root for root in (registry.ROOT, eutils.ROOT) if asked.path.startswith(root + "/")), None)
        if root is None:
            return Answer(404, "text/plain; charset=UTF-8", b"")
        if self._rate_limit is not None:
            recent = self.traffic.within_a_second(asked, root)
            if recent > self._rate_limit:
                excess = {"error": "API rate limit exceeded", "api-key": "192.0.2.1", "count": str(recent)}
                return as_json({**excess, "limit": str(self._rate_limit)}, status=429)
        if root == registry.ROOT:
            return self.registry.answer(asked.path.removeprefix(root), asked.params)
        return self.eutils.answer(asked.path.removeprefix(root), asked.params + asked.form)
