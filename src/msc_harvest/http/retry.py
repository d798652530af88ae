"""When to ask again, and how long to wait before."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
import tenacity

from msc_harvest.http.exchange import Answer, TryAgain
from msc_harvest.http.limits import Limits

# Back-off before try n + 1 is drawn evenly from 0 to BASE * 2^(n-1) seconds, at most LONGEST ("full jitter"): clients
# that were turned away together do not come back together. A busy service (429) gets at least LEAST_WHEN_BUSY.
BASE = 2.0
LONGEST = 60.0
LEAST_WHEN_BUSY = 1.0

_ERROR_ELEMENT = re.compile(rb"<ERROR>\s*(.*?)\s*</ERROR>", re.DOTALL | re.IGNORECASE)


def is_passing(status: int) -> bool:
    """Whether a status says that the same request may succeed later."""
    return status in (408, 425, 429) or status >= 500


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds asked for by a Retry-After header (a count of seconds or an HTTP date), None when absent or malformed.

    A date in the past is 0. `now` is an aware datetime.
    """
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def own_words(answer: Answer, clean: Callable[[str], str] = str) -> str:
    """The service's own explanation, at most 200 characters on one line; "" when it sent a page or nothing.

    `clean` takes secrets out before the text is cut: half a key would not be recognised any more.
    """
    text = ""
    if answer.media_type == "text/plain":
        text = answer.body[:20_000].decode("utf-8", "replace")
    elif answer.media_type == "application/json":
        text = _error_member(answer.body)
    elif answer.media_type in ("text/xml", "application/xml") and (element := _ERROR_ELEMENT.search(answer.body)):
        text = element[1].decode("utf-8", "replace")
    printable = "".join(" " if unicodedata.category(sign).startswith(("C", "Z")) else sign for sign in clean(text))
    return " ".join(printable.split())[:200]


def _error_member(body: bytes) -> str:
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, str) else ""


class Patience:
    """How long one request may go on: the wait before each new try, and when to stop."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._jitter = jitter
        self._began = monotonic()
        self.tries = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the first try began."""
        return self._monotonic() - self._began

    @property
    def left(self) -> float:
        """Seconds the next try may take."""
        return max(0.1, min(self._limits.attempt_seconds, self._limits.overall_seconds - self.elapsed))

    def wait(self, state: tenacity.RetryCallState) -> float:
        """Seconds before the next try: the back-off, or what the service asked for when that is more."""
        failure = _failure(state)
        drawn = self._jitter() * min(LONGEST, BASE * 2.0 ** (state.attempt_number - 1))
        asked = failure.retry_after
        if asked is None:
            return max(drawn, LEAST_WHEN_BUSY) if failure.busy else drawn
        return max(drawn, asked)

    def is_over(self, state: tenacity.RetryCallState) -> bool:
        """Whether to give up: tries or time are used up, or the service asks for a longer wait than allowed."""
        limits = self._limits
        return (
            state.attempt_number >= limits.tries
            or (_failure(state).retry_after or 0.0) > limits.retry_after_seconds
            or self.elapsed + state.upcoming_sleep >= limits.overall_seconds
        )


def _failure(state: tenacity.RetryCallState) -> TryAgain:
    failure = state.outcome.exception() if state.outcome else None
    return failure if isinstance(failure, TryAgain) else TryAgain("")
