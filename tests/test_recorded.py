"""Both connectors through the real client, on recorded exchanges; and nothing in a cassette that should not be there."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from msc_harvest.archive import Archive
from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from msc_harvest.errors import SourceError
from msc_harvest.http import Client
from msc_harvest.model import Fetch, Notice, Received, Request
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


@each_cassette
def test_the_recorded_search_brings_every_record_whole(
    cassette: Cassette, replay: Callable[[Cassette], Fetch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a replay opened a socket"))
    items = list(cassette.connector.search(replay(cassette), cassette.strategy))
    records = [item for item in items if isinstance(item, Received)]
    notices = [item for item in items if isinstance(item, Notice)]
    assert sorted(each.record_id for each in records) == sorted(cassette.ids)
    assert [each.detail for each in notices if each.kind == "expected"] == [str(len(cassette.ids))]
    assert [each for each in notices if each.kind in ("missing", "deleted")] == []
    for each in records:
        rows = cassette.connector.parse(each.body).rows[MAIN_TABLE[cassette.connector.name]]
        assert [row[0] for row in rows] == [each.record_id]
        assert each.url.startswith(cassette.connector.base_url)
        assert CANARY_KEY not in each.url and CANARY_MAIL not in each.url


@each_cassette
def test_harvested_twice_nothing_is_added(
    cassette: Cassette, replay: Callable[[Cassette], Fetch], tmp_path: Path
) -> None:
    archive = Archive(Home(tmp_path / "home"))
    connector = cassette.connector
    changes = []
    for run_id in ("run-1", "run-2"):
        found = connector.search(replay(cassette), cassette.strategy)
        with archive.writer(run_id, connector.name, "clinical") as writer:
            changes.append(
                {writer.add(item, connector.content(item.body), MOMENT) for item in found if isinstance(item, Received)}
            )
    assert changes == [{"new"}, {"unchanged"}]
    assert len(archive.segments()) == 1


def test_a_request_that_was_not_recorded_is_refused(replay: Callable[[Cassette], Fetch]) -> None:
    fetch = replay(ALL[0])
    with pytest.raises(Exception, match=r"cannot|Can't") as failure:
        fetch(Request("studies", params=(("query.cond", "never asked"),)))
    assert not isinstance(failure.value, SourceError)


def test_the_registry_cassette_turns_pages() -> None:
    tape = yaml.safe_load((FOLDER / f"{ClinicalTrialsGov.name}.yaml").read_text(encoding="utf-8"))
    pages = [each["request"]["uri"] for each in tape["interactions"] if "/studies?" in each["request"]["uri"]]
    assert len(pages) == 3
    assert sum("pageToken=" in page for page in pages) == 2


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
    anew = Cassette(tmp_path / "anew.yaml", cassette.connector, cassette.strategy, cassette.ids)
    with stand_in() as service:
        address = {"clinicaltrials_gov": service.ctgov_url, "pubmed": service.eutils_url}[cassette.connector.name]
        assert record(anew, address, live=False) == len(cassette.ids)
    for asked in service.log:
        assert CANARY_MAIL in asked.headers["user-agent"]
        assert (("api_key", CANARY_KEY) in asked.form) == cassette.connector.wants_identity
    test_nothing_of_the_person_who_recorded_is_in_a_cassette(anew)
    if cassette.path.read_text(encoding="utf-8").startswith(FROM_STAND_IN):
        assert anew.path.read_bytes() == cassette.path.read_bytes()
