"""The recorded exchanges: which searches they hold, and what may stand in a cassette.

A cassette holds requests as sent to the public host, without who asked (key, e-mail, tool, cookies, headers), and answers
with three headers at most. `python -m tests.record_cassettes` makes them; tests replay them without any network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import vcr  # type: ignore[import-untyped]

from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from msc_harvest.connectors.pubmed import PubMed
from msc_harvest.http import redact
from msc_harvest.model import Connector, Reading, Strategy

FOLDER = Path(__file__).resolve().parent / "cassettes"

# Recording and replay run with these, so that a filter that leaks is noticed by name.
CANARY_KEY = "canarykey0000000000000000000000000000"
CANARY_MAIL = "canary@mail.example"

TRIALS = ("NCT00658073", "NCT00734396", "NCT00752479", "NCT01166724", "NCT00659620")
PAPERS = ("22436957", "23349326", "23738760", "24386129", "25173397")

_KEPT_HEADERS = frozenset({"content-type", "location", "retry-after"})
_WHO_ASKS = frozenset({"tool", "email", "api_key"})
_MAIL = re.compile(rb"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class FewTrials(ClinicalTrialsGov):
    """The registry's connector with lists and batches of two studies, so that a short cassette still turns pages."""

    page_size = 2
    batch = 2


class FewPapers(PubMed):
    """PubMed's connector with two records in a batch, so that a short cassette still holds several."""

    batch = 2


@dataclass(frozen=True, slots=True)
class Cassette:
    """One recorded search, read twice: its file, the connector asked, its strategy, and the ids it is about.

    The first reading takes the whole answer. The second one follows it as the next night's harvest would: everything is
    held, and what changed from the day `since` on is read again.
    """

    path: Path
    connector: Connector
    strategy: Strategy
    ids: tuple[str, ...]
    since: date

    @property
    def readings(self) -> tuple[Reading, Reading]:
        """Both readings, in the order in which the cassette holds them."""
        return Reading(), Reading(frozenset(self.ids), self.since)


def cassettes() -> list[Cassette]:
    """All recorded searches. On the days named, some of the records had changed for the last time, others had not."""
    return [
        _cassette(FewTrials(), f"filter.ids = {'|'.join(TRIALS)}\n", TRIALS, date(2015, 1, 1)),
        _cassette(FewPapers(), " OR ".join(f"{pmid}[uid]" for pmid in PAPERS) + "\n", PAPERS, date(2013, 6, 1)),
    ]


def _cassette(connector: Connector, text: str, ids: tuple[str, ...], since: date) -> Cassette:
    strategy = Strategy("clinical", connector.name, text, sha256(text.encode()).hexdigest())
    return Cassette(FOLDER / f"{connector.name}.yaml", connector, strategy, ids, since)


def recorder(served_from: str, public: str, secrets: Iterable[str | None] = ()) -> Any:
    """A VCR whose cassettes speak of `public` (a base URL) where requests went to `served_from`, without `secrets`.

    It records when the cassette's file is absent; `use_cassette(…, record_mode="none")` only replays.
    """
    hidden = tuple(secret for secret in secrets if secret)
    return vcr.VCR(
        record_mode="once",
        decode_compressed_response=True,
        match_on=("method", "scheme", "host", "port", "path", "query", "body"),
        before_record_request=_request_filter(served_from, public, hidden),
        before_record_response=_response_filter(hidden),
    )


def _request_filter(served_from: str, public: str, hidden: tuple[str, ...]) -> Callable[[Any], Any]:
    def clean(request: Any) -> Any:
        request.uri = (
            public + request.uri.removeprefix(served_from) if request.uri.startswith(served_from) else request.uri
        )
        parts = urlsplit(request.uri)
        request.uri = redact(urlunsplit(parts._replace(query=_anonymous(parts.query))), hidden)
        if request.body:
            request.body = redact(_anonymous(request.body.decode()), hidden).encode()
        request.headers = {}
        return request

    return clean


def _anonymous(query: str) -> str:
    """A query string or form without who asks."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if name not in _WHO_ASKS])


def _response_filter(hidden: tuple[str, ...]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def clean(response: dict[str, Any]) -> dict[str, Any]:
        headers = {name: values for name, values in response["headers"].items() if name.lower() in _KEPT_HEADERS}
        body = response["body"]["string"]
        for secret in hidden:
            body = body.replace(secret.encode(), b"redacted")
        body = _MAIL.sub(b"redacted", body)  # authors and contacts print their addresses in records
        return {**response, "headers": headers, "body": {"string": body}}

    return clean
