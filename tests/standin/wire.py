"""The wire: a threaded HTTP/1.1 server on the loopback address, its answers and how they can be spoiled on the way."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from tests.standin.answers import Answer, Pairs
from tests.standin.faults import Fault, FaultPlan, garbled, instead
from tests.standin.reloads import ReloadPlan
from tests.standin.traffic import Asked, Traffic


class Service(Protocol):
    """What stands behind the wire."""

    traffic: Traffic
    plan: FaultPlan
    reloads: ReloadPlan

    @property
    def url(self) -> str:
        """Scheme, host and port."""

    def answer(self, asked: Asked) -> Answer:
        """What the service answers when it is well."""


class Server(ThreadingHTTPServer):
    """One thread for each connection. `closing` ends every wait of a fault."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], service: Service) -> None:
        super().__init__(address, _Handler)
        self.service = service
        self.closing = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the game."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server
    asked: Asked
    _arrived = 0.0
    _sent = 0

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: `StandIn.log` is the record."""

    def parse_request(self) -> bool:
        """Note the moment: the first line has been read, the rest of the request has not."""
        self._arrived = time.monotonic()
        return super().parse_request()

    def do_GET(self) -> None:
        self._serve(())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._serve(tuple(parse_qsl(body.decode(), keep_blank_values=True)))

    def _serve(self, form: Pairs) -> None:
        if self.server.closing.is_set():
            self.close_connection = True  # a connection kept open does not outlive the service
            return
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        params = tuple(parse_qsl(parts.query, keep_blank_values=True))
        self.asked = Asked(self._arrived, self.command, parts.path, params, form, headers)
        self._sent = 0
        service = self.server.service
        service.traffic.came_in(self.asked)
        try:
            service.reloads.arrived(self.asked.path)
            fault = service.plan.due(self.asked.path)
            with contextlib.suppress(ConnectionError):
                if fault is None:
                    self._send(service.answer(self.asked))
                else:
                    self._spoil(fault, service)
        finally:
            service.traffic.is_done(self.asked, self._sent)

    def _send(self, answer: Answer) -> None:
        if answer.as_is or answer.status == 204:
            self._head(answer, False, None, bare=True)
            self._body(answer.body)
            return
        body, packed = self._packed(answer.body)
        self._head(answer, packed, None if answer.chunked else len(body))
        if not answer.chunked:
            self._body(body)
            return
        for start in range(0, len(body), 8_192):
            piece = body[start : start + 8_192]
            self._body(piece, b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _body(self, piece: bytes, framed: bytes | None = None) -> None:
        """Write a piece of the body, in a frame if given, and count it without the frame."""
        self._sent += len(piece)
        self.server.service.traffic.goes_out(self.asked, len(piece))
        self.wfile.write(piece if framed is None else framed)

    def _packed(self, body: bytes) -> tuple[bytes, bool]:
        wants = "gzip" in self.headers.get("Accept-Encoding", "")
        return (gzip.compress(body, 6, mtime=0), True) if wants and body else (body, False)

    def _head(
        self, answer: Answer, packed: bool, length: int | None, *, close: bool = False, bare: bool = False
    ) -> None:
        self.send_response(answer.status)
        if answer.media_type:
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

    def _spoil(self, fault: Fault, service: Service) -> None:
        pairs = self.asked.params + self.asked.form
        if whole := instead(fault, pairs, self.path, service.url):
            self._send(whole)
        elif fault.kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault.kind == "stall":
            self.server.closing.wait(fault.seconds)
            self.close_connection = True
        elif fault.kind == "delay":
            self.server.closing.wait(fault.seconds)
            self._send(service.answer(self.asked))
        else:
            right = service.answer(self.asked)
            spoiled = garbled(fault.kind, right)
            if spoiled:
                self._send(spoiled)
            else:
                self._maim(fault, right)

    def _maim(self, fault: Fault, answer: Answer) -> None:
        """Answers that begin well."""
        if fault.kind == "drip_headers":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            self._drip(b"X-Slow: drop\r\n" * 50, fault.seconds, is_body=False)
        elif fault.kind == "drip":
            self._head(answer, False, len(answer.body))
            self._drip(answer.body, fault.seconds, is_body=True)
        elif fault.kind == "cut":
            self._head(answer, False, len(answer.body), close=True)
            self._body(answer.body[: len(answer.body) // 2])
        elif fault.kind == "cut_unannounced":
            self._head(answer, False, None, close=True)
            self._body(answer.body[: len(answer.body) // 2])
        else:
            packed = gzip.compress(answer.body, 6, mtime=0)
            self._head(answer, True, None, close=True)
            self._body(packed[: len(packed) // 2])

    def _drip(self, data: bytes, seconds: float, *, is_body: bool) -> None:
        write = self._body if is_body else self.wfile.write
        for place in range(len(data)):
            write(data[place : place + 1])
            self.wfile.flush()
            if self.server.closing.wait(seconds):
                raise ConnectionAbortedError
