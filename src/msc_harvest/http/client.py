"""The client: joins session, spacing, retries and redaction into one `Fetch` per source."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import tenacity

from msc_harvest.errors import BadPayload, SourceError, SourceRefused, SourceUnreachable
from msc_harvest.http.account import Account, Record
from msc_harvest.http.body import TooLarge
from msc_harvest.http.exchange import Answer, Exchange, Pairs, TryAgain, new_session
from msc_harvest.http.limits import Limits
from msc_harvest.http.redaction import RedactingFilter, redact
from msc_harvest.http.retry import Patience, is_passing, own_words, retry_after
from msc_harvest.http.route import REDIRECTS, Route
from msc_harvest.http.spacing import Spacing
from msc_harvest.model import Fetch, HostStats, Request, Response

TOOL = "msc_harvest"
_WIRE_LOG = "urllib3.connectionpool"


class Client:
    """One polite HTTP client for all sources of a run.

    `user_agent` such as "msc-harvest/1.0"; `state` is a folder shared by all processes that ask from this machine;
    `contact` (e-mail) and `api_key` are for NCBI, the contact also ends the User-Agent. `sleep` takes seconds,
    `monotonic` returns seconds and counts alike in all processes, `wall_clock` returns an aware datetime, `jitter` a
    number from 0 to 1. `record` is called with every exchange once it has been judged; it must not raise. Safe to use
    from several threads. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        state: Path,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
        wall_clock: Callable[[], datetime],
        contact: str | None = None,
        api_key: str | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        jitter: Callable[[], float] = random.random,
        record: Record | None = None,
    ) -> None:
        self._secrets = (contact, api_key)
        self._identity: Pairs = tuple(
            (name, value) for name, value in (("tool", TOOL), ("email", contact), ("api_key", api_key)) if value
        )
        self._session = new_session(_signed(user_agent, contact))
        self._spacing = Spacing(state, sleep, monotonic)
        self._sleep, self._monotonic, self._wall_clock, self._jitter = sleep, monotonic, wall_clock, jitter
        self._limits, self._record = limits, record
        self._counted: dict[str, HostStats] = {}
        self._counting = threading.Lock()
        self._log_filter = RedactingFilter(self._secrets)
        logging.getLogger(_WIRE_LOG).addFilter(self._log_filter)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the session's connections."""
        self._session.close()
        logging.getLogger(_WIRE_LOG).removeFilter(self._log_filter)

    @property
    def stats(self) -> dict[str, HostStats]:
        """What each host (`host` or `host:port`) was asked so far."""
        with self._counting:
            return dict(self._counted)

    def redact(self, text: str) -> str:
        """`text` without this client's key and e-mail."""
        return redact(text, self._secrets)

    def fetcher(self, base_url: str, requests_per_second: float, identify: bool) -> Fetch:
        """A `Fetch` for one source: requests relative to `base_url`, at most `requests_per_second` of them.

        `identify` adds tool, e-mail and key as NCBI asks for them. The fetch raises SourceRefused when the service says
        the request is wrong, SourceUnreachable when no usable answer came within the limits (asking again later may
        help), BadPayload when the answer is larger than the cap.
        """
        identity = self._identity if identify else ()

        def fetch(request: Request) -> Response:
            return self._fetch(Route.to(base_url, request, identity), request, requests_per_second)

        return fetch

    def _fetch(self, route: Route, request: Request, rate: float) -> Response:
        patience = Patience(self._limits, self._monotonic, self._jitter)
        with Account(self._record, self.redact, self._wall_clock, self._monotonic) as account:
            return self._asked(_Errand(route.host, request, rate, patience, account), route)

    def _asked(self, errand: _Errand, route: Route) -> Response:
        retrying = tenacity.Retrying(
            sleep=lambda seconds: self._pause(errand, seconds),
            wait=errand.patience.wait,
            stop=errand.patience.is_over,
            retry=tenacity.retry_if_exception_type(TryAgain),
            before_sleep=errand.tell_retry,
            reraise=True,
        )
        try:
            return retrying(self._once, errand, route)
        except (TryAgain, SourceError) as failure:
            errand.account.end(f"failed: {failure}")
            final = self._final(failure, errand.host, errand.patience)
        # Raised here, not in the handler: the exceptions behind it may quote the key, and would hang on as its context.
        raise final

    def _final(self, failure: TryAgain | SourceError, host: str, patience: Patience) -> SourceError:
        words = self.redact(str(failure))
        if isinstance(failure, SourceError):
            return type(failure)(words)
        asked = failure.retry_after or 0.0
        if asked > self._limits.retry_after_seconds:
            return SourceUnreachable(f"{host} asks to wait {asked:.0f} s ({words}); run again after that")
        tries = "1 try" if patience.tries == 1 else f"{patience.tries} tries"
        return SourceUnreachable(
            f"{host}: no usable answer after {tries} in {patience.elapsed:.0f} s (last: {words}); run again later"
        )

    def _once(self, errand: _Errand, route: Route) -> Response:
        errand.patience.tries += 1
        for _ in range(self._limits.redirects + 1):
            answer = self._exchange(errand, route)
            if answer.status not in REDIRECTS:
                response = self._judged(answer, route, errand.request)
                errand.account.end("ok")
                return response
            route = route.redirected(answer.status, answer.headers.get("location", ""))
            errand.account.end("ok")
        raise SourceRefused(f"{route.host} sent this request round more than {self._limits.redirects} redirects")

    def _exchange(self, errand: _Errand, route: Route) -> Answer:
        turn = self._spacing.wait(route.host, errand.rate)
        errand.account.waited(turn.waited)
        self._count(route.host, requests=1, seconds_waited=turn.waited)
        errand.account.begin(route.host, route.method, route.visible_url, errand.patience.tries)
        try:
            answer = Exchange(self._session, self._limits).run(route.message(), errand.patience.left)
        except TooLarge:
            raise
        except BadPayload as cut:
            raise TryAgain(str(cut)) from None
        finally:
            self._spacing.settle(route.host, errand.rate, turn)
        errand.account.received(answer.status, len(answer.body))
        self._count(route.host, bytes=len(answer.body))
        return answer

    def _judged(self, answer: Answer, route: Route, request: Request) -> Response:
        """The answer as a Response when it is usable; else TryAgain or SourceRefused."""
        if answer.status != 200:
            self._turn_down(answer, route, request)
        if not answer.body:
            raise TryAgain("the answer is empty")
        if request.check is not None:
            try:
                request.check(answer.body)
            except BadPayload as fault:
                raise TryAgain(str(fault)) from None
        headers = {name: self.redact(value) for name, value in answer.headers.items()}
        return Response(self.redact(route.visible_url), answer.media_type, answer.body, headers)

    def _turn_down(self, answer: Answer, route: Route, request: Request) -> None:
        words = f"HTTP {answer.status}"
        if explanation := own_words(answer, self.redact):
            words = f"{words}: {explanation}"
        again = is_passing(answer.status) or answer.status < 400
        if not again and request.is_transient is not None:
            again = request.is_transient(answer.status, answer.body)
        if not again:
            raise SourceRefused(f"{route.host} refused {route.path} ({words})")
        asked = retry_after(answer.headers.get("retry-after"), self._wall_clock())
        if asked is not None and asked <= self._limits.retry_after_seconds:
            self._spacing.hold(route.host, asked)
        raise TryAgain(words, asked, busy=answer.status == 429)

    def _pause(self, errand: _Errand, seconds: float) -> None:
        self._count(errand.host, retries=1, seconds_waited=seconds)
        errand.account.waited(seconds)
        self._sleep(seconds)

    def _count(
        self, host: str, *, requests: int = 0, retries: int = 0, bytes: int = 0, seconds_waited: float = 0.0
    ) -> None:
        with self._counting:
            so_far = self._counted.get(host, HostStats())
            self._counted[host] = replace(
                so_far,
                requests=so_far.requests + requests,
                retries=so_far.retries + retries,
                bytes=so_far.bytes + bytes,
                seconds_waited=so_far.seconds_waited + seconds_waited,
            )


@dataclass(frozen=True, slots=True)
class _Errand:
    """One request on its way, with what its tries share. `rate` is in requests per second."""

    host: str
    request: Request
    rate: float
    patience: Patience
    account: Account

    def tell_retry(self, state: tenacity.RetryCallState) -> None:
        """A try failed and another follows."""
        failure = state.outcome.exception() if state.outcome else None
        self.account.asks_again(self.host, str(failure), state.upcoming_sleep, self.patience.tries)


def _signed(user_agent: str, contact: str | None) -> str:
    """The User-Agent with the contact behind it, as far as a header may carry it."""
    if contact:
        with contextlib.suppress(UnicodeEncodeError):
            if contact.encode("ascii") and contact.isprintable():
                return f"{user_agent} (+mailto:{contact})"
    return user_agent
