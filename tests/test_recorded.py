"""Both connectors through the real client, on recorded exchanges; and nothing in a cassette that should not be there."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml  # type: ignore[import-untyped]

from msc_harvest.archive import Archive
from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from msc_harvest.connectors.pubmed import PubMed
from msc_harvest.errors import SourceError
from msc_harvest.http import Client
from msc_harvest.model import Fetch, Notice, Reading, Received, Request
from msc_harvest.paths import Home
from tests import recorded
from tests.record_cassettes import FROM_STAND_IN, record, stand_in
from tests.recorded import CANARY_KEY, CANARY_MAIL, FOLDER, Cassette

ALL = recorded.cassettes()
MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
MAIN_TABLE = {"clinicaltrials_gov": "core.trial", "pubmed": "core.publication"}

each_cassette = pytest.mark.parametrize("cassette", ALL, ids=lambda cassette: cassette.path.stem)


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[Callable[[Cassette], Fetch]]:
    """A fetch that only knows the cassette: no socket is opened, and nothing sleeps."""
    opened = ExitStack()

    def start(cassette: Cassette) -> Fetch:
        base_url = cassette.connector.base_url
        player = recorded.recorder(base_url, base_url, (CANARY_KEY, CANARY_MAIL))
        opened.enter_context(player.use_cassette(str(cassette.path), record_mode="none"))
        client = Client(
            user_agent="msc-harvest/replay",
            state=tmp_path / "state",
            sleep=lambda _: None,
            monotonic=lambda: 0.0,
            wall_clock=lambda: MOMENT,
            contact=CANARY_MAIL,
            api_key=CANARY_KEY,
        )
        opened.enter_context(client)
        return client.fetcher(base_url, 3.0, identify=cassette.connector.wants_identity)

    with opened:  # tapes are taken out in the reverse order, or the patches under them would stay
        yield start


def read(fetch: Fetch, cassette: Cassette, reading: Reading) -> tuple[list[Received], dict[str, list[str]]]:
    """One reading of a cassette's search: its records, and the details of its notices by kind."""
    items = list(cassette.connector.search(fetch, cassette.strategy, reading))
    notices: dict[str, list[str]] = {}
    for item in items:
        if isinstance(item, Notice):
            notices.setdefault(item.kind, []).append(item.detail)
    return [item for item in items if isinstance(item, Received)], notices


@each_cassette
def test_the_recorded_search_brings_every_record_whole(
    cassette: Cassette, replay: Callable[[Cassette], Fetch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a replay opened a socket"))
    records, notices = read(replay(cassette), cassette, cassette.readings[0])
    assert sorted(each.record_id for each in records) == sorted(cassette.ids)
    assert notices["expected"] == [str(len(cassette.ids))]
    assert notices["upstream"] and date.fromisoformat(notices["watermark"][0])
    assert notices["landed"][-1] == max(cassette.ids) and len(notices["landed"]) == 3
    assert not notices.keys() & {"missing", "deleted", "gap", "listed"}
    for each in records:
        rows = cassette.connector.parse(each.body).rows[MAIN_TABLE[cassette.connector.name]]
        assert [row[0] for row in rows] == [each.record_id]
        assert each.url.startswith(cassette.connector.base_url)
        assert CANARY_KEY not in each.url and CANARY_MAIL not in each.url


@each_cassette
def test_the_next_reading_brings_what_changed_and_lists_the_rest(
    cassette: Cassette, replay: Callable[[Cassette], Fetch]
) -> None:
    fetch = replay(cassette)
    read(fetch, cassette, cassette.readings[0])
    records, notices = read(fetch, cassette, cassette.readings[1])
    changed, listed = [each.record_id for each in records], notices.get("listed", [])
    assert sorted(changed + listed) == sorted(cassette.ids)
    assert notices["expected"] == [str(len(cassette.ids))]
    assert changed, "a cassette without a change shows nothing"
    if is_from_stand_in(cassette):
        assert listed, "neither does one where everything changed"


def is_from_stand_in(cassette: Cassette) -> bool:
    return cassette.path.read_text(encoding="utf-8").startswith(FROM_STAND_IN)


@each_cassette
def test_harvested_twice_nothing_is_added(
    cassette: Cassette, replay: Callable[[Cassette], Fetch], tmp_path: Path
) -> None:
    """The same night once more, then the next one's reading."""
    archive = Archive(Home(tmp_path / "home"))
    connector = cassette.connector
    first, next_night = cassette.readings
    changes = []
    for readings in ([first], [first, next_night]):
        fetch = replay(cassette)
        for reading in readings:
            records, _ = read(fetch, cassette, reading)
            with archive.writer(f"run-{len(changes) + 1}", connector.name, "clinical") as writer:
                changes.append({writer.add(item, connector.content(item.body), MOMENT) for item in records})
    assert changes == [{"new"}, {"unchanged"}, {"unchanged"}]
    assert len(archive.segments()) == 1


def test_a_request_that_was_not_recorded_is_refused(replay: Callable[[Cassette], Fetch]) -> None:
    fetch = replay(ALL[0])
    with pytest.raises(Exception, match=r"cannot|Can't") as failure:
        fetch(Request("studies", params=(("query.cond", "never asked"),)))
    assert not isinstance(failure.value, SourceError)


def asked(connector: str, path: str) -> list[dict[str, str]]:
    """Parameters and form of each recorded request for a path, in their order."""
    tape = yaml.safe_load((FOLDER / f"{connector}.yaml").read_text(encoding="utf-8"))
    found = []
    for request in (each["request"] for each in tape["interactions"]):
        parts = urlsplit(request["uri"])
        if parts.path.endswith(path):
            found.append(dict(parse_qsl(f"{parts.query}&{request['body'] or ''}")))
    return found


def test_the_registry_cassette_turns_pages_and_fetches_in_batches() -> None:
    studies = asked(ClinicalTrialsGov.name, "/studies")
    first_night = studies[:6]
    pages, batches = (
        [each for each in first_night if "fields" in each],
        [each for each in first_night if "fields" not in each],
    )
    assert ["pageToken" in each for each in pages] == [False, True, True]
    assert [len(each["filter.ids"].split("|")) for each in batches] == [2, 2, 1]
    changes = [each for each in studies[6:] if "RANGE[2015-01-01,MAX]" in each.get("filter.advanced", "")]
    assert changes and all(each["fields"] == "NCTId" for each in changes)
    assert len(asked(ClinicalTrialsGov.name, "/version")) == 4


def test_the_pubmed_cassette_fetches_in_batches_and_asks_for_changes() -> None:
    assert [len(each["id"].split(",")) for each in asked(PubMed.name, "/efetch.fcgi")][:3] == [2, 2, 1]
    whole, again, changes = asked(PubMed.name, "/esearch.fcgi")
    assert whole == again
    assert {**whole, "datetype": "mdat", "mindate": "2013/06/01", "maxdate": "3000/12/31"} == changes
    assert len(asked(PubMed.name, "/einfo.fcgi")) == 2


def test_every_cassette_is_known_and_says_how_it_was_made() -> None:
    assert sorted(FOLDER.glob("*")) == sorted(each.path for each in ALL)
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    for each in ALL:
        first = each.path.read_text(encoding="utf-8").partition("\n")[0] + "\n"
        assert first == FROM_STAND_IN or re.fullmatch(r"# Recorded from the live service on \d{4}-\d\d-\d\d\.\n", first)
        assert f"`cassettes/{each.path.name}`" in readme


@each_cassette
def test_nothing_of_the_person_who_recorded_is_in_a_cassette(cassette: Cassette) -> None:
    text = cassette.path.read_text(encoding="utf-8")
    assert CANARY_KEY not in text
    assert "canary" not in text.lower()
    assert "127.0.0.1" not in text and "localhost" not in text
    assert not re.search(r"[\w.+-]+(@|%40)[\w-]+\.[\w.]+", text)
    for interaction in yaml.safe_load(text)["interactions"]:
        asked, answered = interaction["request"], interaction["response"]
        assert asked["uri"].startswith(cassette.connector.base_url + "/")
        assert not re.search(r"\b(tool|email|api_key)=", f"{asked['uri']}&{asked['body'] or ''}")
        assert asked["headers"] == {}
        assert {name.lower() for name in answered["headers"]} <= {"content-type", "location", "retry-after"}


@each_cassette
def test_recording_hides_what_the_wire_carried(cassette: Cassette, tmp_path: Path) -> None:
    """Record anew from the stand-in: the key is on the wire, and not in the file; the file replays the same records."""
    anew = replace(cassette, path=tmp_path / "anew.yaml")
    with stand_in() as service:
        address = {"clinicaltrials_gov": service.ctgov_url, "pubmed": service.eutils_url}[cassette.connector.name]
        assert record(anew, address, live=False)[0] == len(cassette.ids)
    for sent in service.log:
        assert CANARY_MAIL in sent.headers["user-agent"]
        assert (("api_key", CANARY_KEY) in sent.form) == cassette.connector.wants_identity
    test_nothing_of_the_person_who_recorded_is_in_a_cassette(anew)
    if is_from_stand_in(cassette):
        assert anew.path.read_bytes() == cassette.path.read_bytes()
