"""Give account of one request: each try told to the log and to the run's ledger, once it is known how it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from types import TracebackType

from msc_harvest.model import Exchanged

LOG = logging.getLogger("msc_harvest.http")
# Without the command line nobody has said where log lines go: then nowhere, not to Python's stopgap on stderr.
LOG.addHandler(logging.NullHandler())

Record = Callable[[Exchanged], None]

# A passing fault that goes away by itself is no warning; one that stays, or makes us wait, is.
_TRIES_WITHOUT_WARNING = 2
_SECONDS_WITHOUT_WARNING = 30.0


class Account:
    """The account of one request with all its tries and redirects. Use it as a context manager.

    `clean` takes the secrets out of a text, `record` gets every exchange, `wall_clock` and `monotonic` are the
    client's.
    """

    def __init__(
        self,
        record: Record | None,
        clean: Callable[[str], str],
        wall_clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._record, self._clean, self._wall_clock, self._monotonic = record, clean, wall_clock, monotonic
        self._open: Exchanged | None = None
        self._began = 0.0
        self._is_timed = False
        self._waited = 0.0

    def __enter__(self) -> Account:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """An exchange still open was broken off, by Ctrl-C or by a fault of this program."""
        if kind is not None:
            self.end("failed: interrupted" if issubclass(kind, KeyboardInterrupt) else f"failed: {kind.__name__}")

    def waited(self, seconds: float) -> None:
        """So long was waited before the exchange to come."""
        self._waited += seconds

    def begin(self, host: str, method: str, url: str, try_number: int) -> None:
        """A request is being sent."""
        self._open = Exchanged(
            self._wall_clock(), host, method, self._clean(url), None, "", try_number, 0, 0.0, round(self._waited, 6)
        )
        self._began, self._is_timed, self._waited = self._monotonic(), False, 0.0

    def received(self, status: int | None, size: int) -> None:
        """A complete answer of `size` bytes came, or (status None) it is known that none will."""
        if self._open is not None:
            seconds = round(max(0.0, self._monotonic() - self._began), 6)
            self._open, self._is_timed = replace(self._open, status=status, bytes=size, seconds=seconds), True

    def end(self, outcome: str) -> None:
        """The exchange was judged: `ok`, `retry: <why>` or `failed: <why>`."""
        if self._open is None:
            return
        if not self._is_timed:
            self.received(None, 0)
        exchanged = replace(self._open, outcome=self._clean(outcome))
        self._open = None
        _tell(exchanged)
        if self._record is not None:
            self._record(exchanged)

    def asks_again(self, host: str, why: str, seconds: float, try_number: int) -> None:
        """The exchange brought nothing usable and will be tried again after `seconds`."""
        self.end(f"retry: {why}")
        is_long = try_number > _TRIES_WITHOUT_WARNING or seconds >= _SECONDS_WITHOUT_WARNING
        why = self._clean(why)
        LOG.log(
            logging.WARNING if is_long else logging.INFO,
            "%s: %s; asking again in %.1f s (try %d)",
            host,
            why,
            seconds,
            try_number + 1,
            extra={"event": "retry", "host": host, "why": why, "seconds": seconds, "try_number": try_number + 1},
        )


def _tell(exchanged: Exchanged) -> None:
    fields = {name: value for name, value in asdict(exchanged).items() if name != "at"}
    LOG.debug(
        "%(method)s %(url)s: status %(status)s, %(bytes)d bytes in %(seconds).3f s (%(outcome)s)",
        fields,
        extra={**fields, "event": "request"},
    )
