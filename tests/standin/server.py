"""The wire: a threaded HTTP/1.1 server on the loopback address around `Registry` and `Eutils`."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from tests.standin import eutils, registry
from tests.standin.answers import Answer, Pairs, as_json
from tests.standin.faults import HTML, Fault, FaultPlan


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in. `at` is the moment on the monotonic clock when its first line had been read."""

    at: float
    method: str
    path: str
    params: Pairs
    form: Pairs
    headers: dict[str, str]


class StandIn:
    """Serves both services until the block ends. `log` holds every request in order of arrival.

    `rate_limit`: answer 429 as the E-utilities do when more than so many requests arrived within a second. `handle`
    replaces both services by a function of the request.
    """

    def __init__(
        self,
        *,
        studies: registry.Registry | Sequence[bytes] = (),
        articles: eutils.Eutils | Sequence[bytes] = (),
        faults: Sequence[Fault] = (),
        rate_limit: int | None = None,
        handle: Callable[[Asked], Answer] | None = None,
    ) -> None:
        self.registry = studies if isinstance(studies, registry.Registry) else registry.Registry(studies)
        self.eutils = articles if isinstance(articles, eutils.Eutils) else eutils.Eutils(articles)
        self.log: list[Asked] = []
        self.plan = FaultPlan(faults)
        self._rate_limit = rate_limit
        self._handle = handle
        self._server = _Server(("127.0.0.1", 0), self)

    def __enter__(self) -> StandIn:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

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

    def answer(self, asked: Asked) -> Answer:
        """What the service answers when it is well."""
        if self._handle is not None:
            return self._handle(asked)
        if self._rate_limit is not None:
            recent = sum(1 for earlier in list(self.log) if asked.at - 1.0 < earlier.at <= asked.at)
            if recent > self._rate_limit:
                excess = {"error": "API rate limit exceeded", "api-key": "192.0.2.1", "count": str(recent)}
                return as_json({**excess, "limit": str(self._rate_limit)}, status=429)
        if asked.path.startswith(registry.ROOT):
            return self.registry.answer(asked.path.removeprefix(registry.ROOT), asked.params)
        if asked.path.startswith(eutils.ROOT):
            return self.eutils.answer(asked.path.removeprefix(eutils.ROOT), asked.params + asked.form)
        return Answer(404, "text/plain; charset=UTF-8", b"")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], stand_in: StandIn) -> None:
        super().__init__(address, _Handler)
        self.stand_in = stand_in

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the game."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: `StandIn.log` is the record."""

    def do_GET(self) -> None:
        self._serve(())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._serve(tuple(parse_qsl(body.decode(), keep_blank_values=True)))

    def _serve(self, form: Pairs) -> None:
        at = time.monotonic()
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        params = tuple(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(at, self.command, parts.path, params, form, headers)
        stand_in = self.server.stand_in
        stand_in.log.append(asked)
        fault = stand_in.plan.due(asked.path)
        with contextlib.suppress(ConnectionError):
            if fault is None:
                self._send(stand_in.answer(asked))
            else:
                self._spoil(fault, stand_in, asked)

    def _send(self, answer: Answer) -> None:
        if answer.as_is:
            self._head(answer, False, None, bare=True)
            self.wfile.write(answer.body)
            return
        body, packed = self._packed(answer.body)
        self._head(answer, packed, None if answer.chunked else len(body))
        if not answer.chunked:
            self.wfile.write(body)
            return
        for start in range(0, len(body), 8_192):
            piece = body[start : start + 8_192]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _packed(self, body: bytes) -> tuple[bytes, bool]:
        wants = "gzip" in self.headers.get("Accept-Encoding", "")
        return (gzip.compress(body, 6, mtime=0), True) if wants and body else (body, False)

    def _head(
        self, answer: Answer, packed: bool, length: int | None, *, close: bool = False, bare: bool = False
    ) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if length is not None:
            self.send_header("Content-Length", str(length))
        elif not close and not bare:
            self.send_header("Transfer-Encoding", "chunked")
        if close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def _spoil(self, fault: Fault, stand_in: StandIn, asked: Asked) -> None:
        if fault.kind == "status":
            media_type = fault.headers.get("Content-Type", "text/plain; charset=UTF-8")
            headers = {name: value for name, value in fault.headers.items() if name != "Content-Type"}
            self._send(Answer(fault.status, media_type, fault.body, headers))
        elif fault.kind == "html":
            self._send(Answer(200, "text/html", HTML))
        elif fault.kind == "empty":
            self._send(Answer(200, "application/json", b""))
        elif fault.kind == "bomb":
            self._send(Answer(200, "application/json", bytes(fault.size)))
        elif fault.kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        else:
            self._maim(fault, stand_in.answer(asked))

    def _maim(self, fault: Fault, answer: Answer) -> None:
        """Answers that begin well."""
        if fault.kind == "drip_headers":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            self._drip(b"X-Slow: drop\r\n" * 50, fault.seconds)
        elif fault.kind == "drip":
            self._head(answer, False, len(answer.body))
            self._drip(answer.body, fault.seconds)
        elif fault.kind == "cut":
            self._head(answer, False, len(answer.body), close=True)
            self.wfile.write(answer.body[: len(answer.body) // 2])
        elif fault.kind == "cut_unannounced":
            self._head(answer, False, None, close=True)
            self.wfile.write(answer.body[: len(answer.body) // 2])
        else:
            packed = gzip.compress(answer.body, 6, mtime=0)
            self._head(answer, True, None, close=True)
            self.wfile.write(packed[: len(packed) // 2])

    def _drip(self, body: bytes, seconds: float) -> None:
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            time.sleep(seconds)
