"""Every way to misbehave: what a plain library sees of it, and that the service is well again afterwards."""

from __future__ import annotations

import json
import math
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.standin import Fault, StandIn
from tests.standin.invented import article, study

STUDIES = [study(number) for number in range(1, 4)]
ARTICLES = [article(number) for number in (101, 102)]


def standin(*faults: Fault) -> StandIn:
    return StandIn(studies=STUDIES, articles=ARTICLES, faults=faults)


def studies(service: StandIn) -> requests.Response:
    return requests.get(service.ctgov_url + "/studies", {"pageSize": "2"}, timeout=5, allow_redirects=False)


def fetch(service: StandIn) -> requests.Response:
    return requests.post(service.eutils_url + "/efetch.fcgi", {"id": "101,102"}, timeout=5)


def search(service: StandIn, retmode: str = "json") -> requests.Response:
    return requests.post(service.eutils_url + "/esearch.fcgi", {"term": "x", "retmode": retmode}, timeout=5)


def test_a_delayed_answer_is_the_right_one() -> None:
    with standin(Fault("delay", seconds=0.2)) as service:
        url = service.ctgov_url + "/version"
        with pytest.raises(requests.ReadTimeout):
            requests.get(url, timeout=(5, 0.05))
        assert requests.get(url, timeout=5).json()["apiVersion"] == "2.0.5"
    with standin(Fault("delay", seconds=0.01)) as service:
        assert studies(service).content.count(b"nctId") == 2


def test_a_stalled_connection_gives_not_one_byte() -> None:
    with standin(Fault("stall", seconds=0.05)) as service:
        parts = urlsplit(service.url)
        with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=5) as connection:
            connection.sendall(b"GET /api/v2/version HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(1) == b""
        assert studies(service).status_code == 200


def test_the_end_of_the_service_ends_a_stall() -> None:
    with standin(Fault("stall", seconds=600)) as service, pytest.raises(requests.ReadTimeout):
        requests.get(service.ctgov_url + "/version", timeout=(5, 0.05))


def test_half_of_a_page_of_json_is_well_delivered() -> None:
    with standin(Fault("garbage_json"), Fault("garbage_json")) as service:
        half, other, well = studies(service), fetch(service), studies(service)
    assert (half.status_code, half.headers["Content-Type"]) == (200, "application/json")
    assert b"NCT00000001" in half.content and len(half.content) == int(len(well.content) / 2)
    for answer in (half, other):
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    assert len(well.json()["studies"]) == 2


def test_half_of_a_set_of_articles_is_well_delivered() -> None:
    with standin(Fault("garbage_xml"), Fault("garbage_xml")) as service:
        half, other, well = fetch(service), studies(service), fetch(service)
    assert (half.status_code, half.headers["Content-Type"]) == (200, "text/xml; charset=UTF-8")
    assert b"<PubmedArticle>" in half.content and b"</PubmedArticleSet>" not in half.content
    assert other.content.startswith(b"<?xml") and b"</PubmedArticleSet>" not in other.content
    assert well.content.endswith(b"</PubmedArticleSet>")


@pytest.mark.parametrize("ask", [studies, search])
def test_nan_comes_with_every_key_twice(ask: object) -> None:
    assert callable(ask)
    with standin(Fault("nan_json")) as service:
        spoiled, well = ask(service), ask(service)
    pairs = json.loads(spoiled.content, object_pairs_hook=lambda pairs: pairs)
    names = [name for name, _ in pairs]
    assert names == [*well.json(), *well.json()]
    assert all(isinstance(value, float) and math.isnan(value) for _, value in pairs[len(names) // 2 :])


def test_the_words_of_a_429_come_behind_200(shared: Path) -> None:
    bodies = shared / "data" / "pubmed" / "error_bodies"
    with standin(Fault("rate_body")) as service:
        answer = fetch(service)
    quoted = json.loads((bodies / "quoted_429_rate_limit_no_key_rentrez132.json").read_bytes())
    assert (answer.status_code, list(answer.json())) == (200, list(quoted))
    assert answer.json()["error"] == quoted["error"]


def test_no_content_has_no_body_and_keeps_the_connection() -> None:
    with standin(Fault("no_content")) as service, requests.Session() as session:
        empty = session.get(service.ctgov_url + "/version", timeout=5)
        well = session.get(service.ctgov_url + "/version", timeout=5)
    assert (empty.status_code, empty.content, well.status_code) == (204, b"", 200)
    assert {"Content-Type", "Content-Length", "Transfer-Encoding"}.isdisjoint(empty.headers)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("http://127.0.0.2:9/elsewhere", "http://127.0.0.2:9/elsewhere"),
        ("self:/api/v2/version", "{own}/api/v2/version"),
        ("self:", "{own}/api/v2/studies?pageSize=2"),
    ],
)
def test_redirects_go_where_told(location: str, told: str) -> None:
    with standin(Fault("redirect", headers={"Location": location, "X-More": "1"})) as service:
        answer = studies(service)
        assert (answer.status_code, answer.headers["Location"]) == (302, told.format(own=service.url))
        assert answer.headers["X-More"] == "1"


def test_a_redirect_to_itself_is_a_loop() -> None:
    with (
        standin(Fault("redirect", headers={"Location": "self:"}, times=999)) as service,
        requests.Session() as session,
    ):
        session.max_redirects = 4
        with pytest.raises(requests.TooManyRedirects):
            session.get(service.ctgov_url + "/version", params={"a": "b"}, timeout=5)
        assert {asked.params for asked in service.log} == {(("a", "b"),)}


def test_an_outage_is_told_behind_200(shared: Path) -> None:
    quoted = shared / "data" / "pubmed" / "error_bodies" / "quoted_esearch_200_db_not_supported.xml"
    with standin(Fault("outage", path="esearch", times=2)) as service:
        as_json, as_xml, well = search(service), search(service, "xml"), search(service)
    assert (as_json.status_code, as_xml.status_code) == (200, 200)
    assert as_xml.content == quoted.read_bytes()
    assert as_json.json()["esearchresult"]["ERROR"] in as_xml.text
    assert well.json()["esearchresult"]["count"] == "2"


def test_a_transient_400_is_the_recorded_one(shared: Path) -> None:
    recorded = shared / "data" / "pubmed" / "error_bodies" / "recorded_efetch_400.xml"
    with standin(Fault("transient_400", path="efetch")) as service:
        failed, well = fetch(service), fetch(service)
    assert (failed.status_code, failed.headers["Content-Type"]) == (400, "text/xml; charset=UTF-8")
    assert failed.text.split() == recorded.read_text(encoding="utf-8").split()
    assert (well.status_code, well.content.count(b"<PubmedArticle>")) == (200, 2)
