"""Misbehaviour on request: each fault spoils the next answers to the paths it names, then the service is well again."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tests.standin.answers import Answer, Pairs, as_json, first
from tests.standin.eutils import fetch_error

Kind = Literal[
    "status", "reset", "cut", "cut_unannounced", "cut_gzip", "drip", "drip_headers", "html", "empty", "bomb",
    "delay", "stall", "garbage_json", "garbage_xml", "nan_json", "rate_body", "no_content", "redirect", "outage",
    "transient_400",
]  # fmt: skip

HTML = b"<!DOCTYPE html><html><head><title>500</title></head><body>Our apologies, the service is down.</body></html>"
_JSON, _XML = "application/json", "text/xml; charset=UTF-8"
_OUTAGE = "Search Backend failed: Database is not supported: pubmed"
_TIMEOUT = " Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout"
_RATE = {"error": "API rate limit exceeded", "api-key": "192.0.2.1", "count": "26", "limit": "3"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault, for `times` answers, from the `after`-th matching request on.

    On the wire. reset: close the connection with a TCP reset · cut: half of the body under the full Content-Length ·
    cut_unannounced: half of it, no length, connection closed · cut_gzip: half of the gzip stream, no length · drip: one
    byte of the body every `seconds` · drip_headers: the same for header lines · delay: the right answer after
    `seconds` · stall: nothing for `seconds`, then the end of the connection.

    In the answer. status: `status`, `headers` and `body` · html: 200 with an HTML page · empty: 200 without a body ·
    bomb: `size` zero bytes, packed · garbage_json, garbage_xml: 200, well delivered, the first half of the right
    answer · nan_json: 200, the right answer with every member given a second time as NaN · rate_body: 200 with the
    words of a 429 · no_content: 204 · redirect: 302 to `headers["Location"]`; `self:` stands for the stand-in's own
    address, and alone for the address asked · outage: ESearch's 200 for a database that is away · transient_400:
    EFetch's 400 for a time-out behind it.
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


def instead(fault: Fault, pairs: Pairs, asked: str, own: str) -> Answer | None:
    """What a fault that needs no right answer sends whole; None for every other kind.

    `pairs` are the parameters asked with, `asked` the address with its query, `own` the stand-in's base address.
    """
    others = {name: value for name, value in fault.headers.items() if name not in ("Content-Type", "Location")}
    if fault.kind == "status":
        media_type = fault.headers.get("Content-Type", "text/plain; charset=UTF-8")
        headers = {name: value for name, value in fault.headers.items() if name != "Content-Type"}
        return Answer(fault.status, media_type, fault.body, headers)
    if fault.kind == "redirect":
        target = fault.headers["Location"]
        if target.startswith("self:"):
            target = own + (target.removeprefix("self:") or asked)
        return Answer(302, "text/html", b"", {**others, "Location": target})
    fixed = {
        "html": Answer(200, "text/html", HTML),
        "empty": Answer(200, _JSON, b""),
        "bomb": Answer(200, _JSON, bytes(fault.size)),
        "rate_body": as_json(_RATE),
        "no_content": Answer(204, "", b""),
        "transient_400": fetch_error(400, _TIMEOUT),
        "outage": _outage(first(pairs, "retmode") == "json"),
    }
    return fixed.get(fault.kind)


def garbled(kind: Kind, right: Answer) -> Answer | None:
    """A right answer spoiled by garbage_json, garbage_xml or nan_json, yet delivered whole; None for other kinds."""
    half = right.body[: len(right.body) // 2]
    if kind == "garbage_json":
        return Answer(200, _JSON, half if right.media_type == _JSON else b'{"studies":[\n{"protocolSection":')
    if kind == "garbage_xml":
        is_xml = right.media_type.startswith("text/xml")
        return Answer(200, _XML, half if is_xml else b'<?xml version="1.0" ?>\n<PubmedArticleSet>\n<PubmedArt')
    if kind == "nan_json":
        members = list(json.loads(right.body, strict=False)) if right.media_type == _JSON else []
        again = b",".join(b"%s:NaN" % json.dumps(member).encode() for member in members)
        end = right.body.rstrip()[:-1] + b"," + again + b"}"
        return Answer(200, _JSON, end if members else b'{"count":1,"count":NaN}')
    return None


def _outage(as_json_body: bool) -> Answer:
    if as_json_body:
        return as_json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": {"ERROR": _OUTAGE}})
    return Answer(200, _XML, f"<eSearchResult><ERROR>{_OUTAGE}</ERROR></eSearchResult>".encode())
