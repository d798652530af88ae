"""Record the exchanges that the tests replay: `python -m tests.record_cassettes [--live]`.

Without `--live` the answers come from the local stand-in over records of the embedded sample. With it they come from the
services at MSC_HARVEST_CTGOV_URL and MSC_HARVEST_EUTILS_URL (default: the public ones), asked with NCBI_API_KEY and
MSC_HARVEST_EMAIL when those are set. Either way the cassettes speak of the public hosts, so one kind replaces the other.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import requests

from msc_harvest.http import Client
from msc_harvest.http import client as client_module
from msc_harvest.http.exchange import new_session
from msc_harvest.model import Received
from tests.recorded import CANARY_KEY, CANARY_MAIL, PAPERS, TRIALS, Cassette, cassettes, recorder
from tests.standin import Eutils, Registry, StandIn

SAMPLE = Path(__file__).resolve().parent.parent / "warehouse" / "sample"
FROM_STAND_IN = (
    "# Made by tests/record_cassettes.py from the local stand-in over the embedded sample: not the live service.\n"
)


def main(arguments: list[str]) -> int:
    """Record every cassette anew; prints one line for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.record_cassettes", description=__doc__)
    parser.add_argument("--live", action="store_true", help="ask the live services instead of the local stand-in")
    live = parser.parse_args(arguments).live
    with _services(live) as addresses:
        for cassette in cassettes():
            found = record(cassette, addresses[cassette.connector.name], live)
            service = "the live service" if live else "the stand-in"
            print(f"{cassette.path.name}: {found[0]} records, then {found[1]} changed, from {service}")
    return 0


@contextmanager
def _services(live: bool) -> Iterator[dict[str, str]]:
    """Base URL of each source."""
    public = {cassette.connector.name: cassette.connector.base_url for cassette in cassettes()}
    if live:
        chosen = {"clinicaltrials_gov": "MSC_HARVEST_CTGOV_URL", "pubmed": "MSC_HARVEST_EUTILS_URL"}
        yield {name: (os.environ.get(chosen[name]) or url).rstrip("/") for name, url in public.items()}
        return
    with stand_in() as service:
        yield {"clinicaltrials_gov": service.ctgov_url, "pubmed": service.eutils_url}


def stand_in() -> StandIn:
    """The stand-in over the sample's records that the cassettes are about."""
    studies = [_on_one_line(SAMPLE / "clinicaltrials_gov" / f"{nct_id}.json") for nct_id in TRIALS]
    articles = [(SAMPLE / "pubmed" / f"{pmid}.xml").read_bytes().strip() for pmid in PAPERS]
    return StandIn(
        studies=Registry(studies),
        articles=Eutils(articles, matches=_named),
    )


def _on_one_line(path: Path) -> bytes:
    """A study of the sample as the registry would serve it."""
    return json.dumps(json.loads(path.read_bytes()), ensure_ascii=False, separators=(",", ":")).encode()


def _named(term: str, article: bytes) -> bool:
    """Whether a term of the form `1[uid] OR 2[uid]` names the article."""
    found = re.search(rb"<PMID[^>]*>(\d+)</PMID>", article)
    return found is not None and f"{found[1].decode()}[uid]" in term


def _unpacked_session(user_agent: str) -> requests.Session:
    """The client's session, asking for unpacked answers: VCR unpacks a gzip body and hands it on still labelled gzip."""
    session = new_session(user_agent)
    session.headers["Accept-Encoding"] = "identity"
    return session


def record(cassette: Cassette, address: str, live: bool) -> list[int]:
    """Run both readings of one search against `address` and write its cassette; returns how many records each brought."""
    contact = os.environ.get("MSC_HARVEST_EMAIL") if live else CANARY_MAIL
    api_key = os.environ.get("NCBI_API_KEY") if live else CANARY_KEY
    cassette.path.unlink(missing_ok=True)
    recording = recorder(address, cassette.connector.base_url, (contact, api_key, CANARY_MAIL, CANARY_KEY))
    with (
        mock.patch.object(client_module, "new_session", _unpacked_session),
        tempfile.TemporaryDirectory() as state,
        recording.use_cassette(str(cassette.path)),
    ):
        client = Client(
            user_agent="msc-harvest/recording",
            state=Path(state),
            sleep=time.sleep,
            monotonic=time.monotonic,
            wall_clock=lambda: datetime.now(UTC),
            contact=contact,
            api_key=api_key,
        )
        with client:
            connector = cassette.connector
            rate = connector.requests_per_second if live else 1000.0
            fetch = client.fetcher(address, rate, identify=connector.wants_identity)
            found = [
                sum(isinstance(item, Received) for item in connector.search(fetch, cassette.strategy, reading))
                for reading in cassette.readings
            ]
    origin = f"# Recorded from the live service on {datetime.now(UTC):%Y-%m-%d}.\n" if live else FROM_STAND_IN
    cassette.path.write_text(origin + cassette.path.read_text(encoding="utf-8"), encoding="utf-8")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
