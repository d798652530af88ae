"""The frozen shapes that cross a module boundary.

A record travels as `Received` (from a connector's search), as `RecordVersion` (in the archive) and as `Parsed`
(typed rows). Requests and answers travel as `Request` and `Response`, so that connectors never see an HTTP library;
what was asked goes into a run's ledgers as `Exchanged` and `HostStats`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a source, relative to the source's base URL.

    `params` go into the query string, `form` (when not None) into a POST body. `check` sees the body of a 200 answer
    and raises `BadPayload` when it is incomplete or an error in disguise: the fetcher then asks again. `is_transient`
    says whether a 4xx answer (status, body) is worth another try.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] | None = None
    check: Callable[[bytes], None] | None = None
    is_transient: Callable[[int, bytes], bool] | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer with HTTP status 200. `url` carries no secret and no address of a person."""

    url: str
    media_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Fetch = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class HostStats:
    """What one host was asked: requests sent (retries and redirects included), retries among them, bytes of body
    received after decompression, and seconds spent waiting for a slot or between tries."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0
    seconds_waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request that was sent, and what became of it.

    `at` is the aware UTC moment it was sent; `url` is the address with its query, without key, e-mail and form;
    `status` is None when no complete answer came. `outcome` is `ok`, `retry: <why>` (it was asked again) or
    `failed: <why>` (it was not). `try_number` counts from 1; redirects belong to the try that met them. `bytes` are
    those of a complete body after decompression, `seconds` the time from sending to the end of the body or the
    failure, `seconds_waited` the wait for its turn and between tries before it.
    """

    at: datetime
    host: str
    method: str
    url: str
    status: int | None
    outcome: str
    try_number: int
    bytes: int
    seconds: float
    seconds_waited: float


@dataclass(frozen=True, slots=True)
class Strategy:
    """One search strategy for one source: the words sent, verbatim, and the name of their folder."""

    name: str
    source: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How much of a strategy's answer is to be read.

    `held` are the record ids the archive holds of this strategy; an id in the answer that is not held is always
    fetched. `since` is the day from which on a changed record is fetched again; None reads the whole answer. `after`
    is the id up to which an interrupted reading of the whole answer had landed: ids behind it are fetched, those up
    to it only when they are not held or changed since.
    """

    held: AbstractSet[str] = frozenset()
    since: date | None = None
    after: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every record of the answer is fetched."""
        return self.since is None


@dataclass(frozen=True, slots=True)
class Received:
    """One record as a source delivered it, byte for byte."""

    record_id: str
    body: bytes
    url: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a search must report beside its records.

    `kind` is one of `expected` (how many records the source announces; `detail` is the number), `listed` (a record
    in the answer that needs no fetching; `detail` is its id), `landed` (every record up to this id, in the order they
    are fetched in, has been yielded), `missing` (a record asked for and not returned; `detail` is its id), `gap` (the
    list of the answer is not complete, so that nothing follows from what is not in it; `detail` says why), `warning`
    (the source's own words), `deleted` (a record the source withdraws; `detail` is its id), `upstream` (version of the
    source's data), `watermark` (the day, YYYY-MM-DD, up to which those data reach).
    """

    kind: str
    detail: str


Found = Iterator[Received | Notice]


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version of one record as the archive holds it.

    `body` is exactly what was received; `content_sha256` is taken over the content without its volatile parts, so that
    two versions differ only when the record does.
    """

    source: str
    record_id: str
    strategy: str
    url: str
    fetched_at: datetime
    run_id: str
    media_type: str
    body: bytes
    body_sha256: str
    content_sha256: str


Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """Typed rows of one record, and the source paths met that no dictionary row names.

    `rows` maps a qualified table name (`core.trial_arm`) to rows in the dictionary's column order. `drift` holds
    (path, what) pairs: an unknown path, or a value whose type is not the expected one.
    """

    rows: dict[str, list[Row]]
    drift: tuple[tuple[str, str], ...] = ()


class Connector(Protocol):
    """What the pipeline asks of a source. One file per source; facts as class attributes.

    `requests_per_second` is what the service allows an anonymous caller, `requests_per_second_with_key` one with a
    key (None: it knows no keys). `wants_identity` says that tool name, e-mail and key go with each request.
    `dictionary` names the file of warehouse/schema that declares the tables of its rows.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    base_url: ClassVar[str]
    requests_per_second: ClassVar[float]
    requests_per_second_with_key: ClassVar[float | None]
    wants_identity: ClassVar[bool]
    media_type: ClassVar[str]
    dictionary: ClassVar[str]

    def search(self, fetch: Fetch, strategy: Strategy, reading: Reading) -> Found:
        """List the strategy's whole answer, and yield the records that `reading` asks for, as received, and notices.

        Raises SourceError when it cannot go on.
        """

    def content(self, body: bytes) -> bytes:
        """The body without its volatile parts; equal content means nothing worth a new version."""

    def parse(self, body: bytes) -> Parsed:
        """Typed rows of one record. Pure. Raises RecordRejected when the record is malformed."""


class Progress(Protocol):
    """Where long work tells how far it is; the command line shows it as a bar or as plain lines."""

    def start(self, label: str, total: int | None) -> None:
        """A new piece of work of `total` units (None: not known) begins; the one before it ends."""

    def advance(self, units: int = 1) -> None:
        """So many units more are done."""

    def expect(self, total: int) -> None:
        """The total has become known."""

    def note(self, text: str) -> None:
        """One line worth telling, beside the progress."""
