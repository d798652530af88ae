"""One try: send one request, read its whole answer, all within a deadline.

A socket's own time limit starts again with each byte, so a server that drips never meets it. The try therefore runs on
a thread of its own, and the caller stops waiting at the deadline, whatever hangs: name look-up, handshake, headers or
body.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass

import requests
import urllib3

from msc_harvest import interruption
from msc_harvest.errors import BadPayload, SourceRefused
from msc_harvest.http.body import read_body
from msc_harvest.http.limits import Limits

Pairs = tuple[tuple[str, str], ...]

LOOK_UP_SECONDS = 0.25


class TryAgain(Exception):
    """This try brought no usable answer; another may. `retry_after` is the wait the service asked for, in seconds."""

    def __init__(self, words: str, retry_after: float | None = None, busy: bool = False) -> None:
        super().__init__(words)
        self.retry_after = retry_after
        self.busy = busy


@dataclass(frozen=True, slots=True)
class Message:
    """What goes over the wire: `url` with its query, and `form` for a POST body (None: GET)."""

    url: str
    form: Pairs | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and complete body of one answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; "" when the service sent none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def new_session(user_agent: str) -> requests.Session:
    """A session that names this program, takes gzip and reads no password file."""
    session = requests.Session()
    session.headers.clear()
    session.headers.update({"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "gzip"})
    session.auth = _no_password
    return session


def _no_password(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stands where requests would otherwise look a password up in the user's .netrc."""
    return prepared


class Exchange:
    """One try of one message on one session."""

    def __init__(self, session: requests.Session, limits: Limits) -> None:
        self._session = session
        self._limits = limits
        self._response: requests.Response | None = None
        self._given_up = False

    def run(self, message: Message, seconds: float) -> Answer:
        """The complete answer. Raises TryAgain when none came within `seconds`, BadPayload for a damaged one (TooLarge
        for one beyond the size cap), SourceRefused for a URL no host can have."""
        outcome: Future[Answer | Exception] = Future()
        threading.Thread(target=self._fulfil, args=(outcome, message), daemon=True).start()
        try:
            answer = _awaited(outcome, seconds)
        finally:
            if not outcome.done():
                self._let_go()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _fulfil(self, outcome: Future[Answer | Exception], message: Message) -> None:
        try:
            outcome.set_result(self._send(message))
        except BaseException as stranger:  # the caller must never wait for a thread that died
            outcome.set_exception(stranger)

    def _send(self, message: Message) -> Answer | Exception:
        try:
            self._response = response = self._open(message)
            with response:
                return self._receive(response)
        except BadPayload as cut:
            return cut
        except requests.exceptions.InvalidURL:
            return SourceRefused("the address asked for names no host; check the MSC_HARVEST_*_URL settings")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as failure:
            return TryAgain(in_words(failure, self._limits))

    def _open(self, message: Message) -> requests.Response:
        """Send, and read no further than the headers.

        The session's own `send` would read the body of a redirect whole, without a cap, so its adapter is asked.
        """
        form = None if message.form is None else list(message.form)
        asked = requests.Request("GET" if form is None else "POST", message.url, data=form)
        prepared = self._session.prepare_request(asked)
        url = prepared.url or message.url
        settings = self._session.merge_environment_settings(url, {}, True, None, None)
        timeout = (self._limits.connect_seconds, self._limits.read_seconds)
        # None would mean "not said"; the safe reading is to verify.
        verify = True if settings["verify"] is None else settings["verify"]
        adapter = self._session.get_adapter(url)
        return adapter.send(
            prepared, stream=True, timeout=timeout, verify=verify, cert=settings["cert"], proxies=settings["proxies"]
        )

    def _receive(self, response: requests.Response) -> Answer:
        if self._given_up:
            raise BadPayload("the answer came after its deadline")
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = read_body(
            lambda size: response.raw.read(size, decode_content=False) or b"",
            encoding=headers.get("content-encoding", "").strip().lower(),
            length=headers.get("content-length"),
            cap=self._limits.body_bytes,
        )
        return Answer(response.status_code, headers, body)

    def _let_go(self) -> None:
        """End the read of a thread that nobody waits for any more."""
        self._given_up = True
        if self._response is not None:
            with contextlib.suppress(ValueError, RuntimeError, OSError, AttributeError):
                self._response.raw.shutdown()


def _awaited(outcome: Future[Answer | Exception], seconds: float) -> Answer | Exception:
    """What comes within `seconds`. Looks up now and then: a signal may have been taken by another thread."""
    left = seconds
    while left > 0:
        with contextlib.suppress(TimeoutError):
            return outcome.result(timeout=min(left, LOOK_UP_SECONDS))
        interruption.check()
        left -= LOOK_UP_SECONDS
    return TryAgain(f"no complete answer within {seconds:.0f} s")


def in_words(failure: BaseException, limits: Limits) -> str:
    """What went wrong, without the library's own text: that one quotes the URL."""
    if isinstance(failure, requests.exceptions.ConnectTimeout):
        return f"no connection within {limits.connect_seconds:.0f} s"
    if isinstance(failure, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)):
        return f"no data for {limits.read_seconds:.0f} s"
    if isinstance(failure, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
        return "no safe connection: TLS failed"
    reason = _system_words(failure)
    if isinstance(failure, (requests.exceptions.ConnectionError, requests.exceptions.ProxyError)):
        return f"no connection: {reason}" if reason else "the connection broke off"
    return f"the answer was cut: {reason}" if reason else "the answer was cut"


def _system_words(failure: BaseException | None, depth: int = 8) -> str:
    """The operating system's words (such as `Connection refused`) at the root of `failure`, or ""."""
    if failure is None or depth == 0:
        return ""
    if isinstance(failure, OSError) and failure.strerror:
        return str(failure.strerror)[:100]
    inner = [part for part in (*failure.args, getattr(failure, "reason", None)) if isinstance(part, BaseException)]
    for part in (*inner, failure.__cause__, failure.__context__):
        if words := _system_words(part, depth - 1):
            return words
    return ""
