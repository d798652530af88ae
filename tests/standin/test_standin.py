"""The stand-in behaves as the services are known to behave. If it did not, the tests built on it would prove nothing."""

from __future__ import annotations

import gzip
import json
import time

import pytest
import requests

from tests.standin import Eutils, Fault, Registry, StandIn
from tests.standin.invented import article, study

STUDIES = [study(number) for number in range(1, 6)]
ARTICLES = [article(100 + number, 2015 + number) for number in range(8)]


def search(service: StandIn, **form: str) -> dict[str, object]:
    answer = requests.post(service.eutils_url + "/esearch.fcgi", {"db": "pubmed", "retmode": "json", **form}, timeout=5)
    result: dict[str, object] = json.loads(answer.content, strict=False)["esearchresult"]
    return result


def test_pages_end_at_the_missing_token_only() -> None:
    with StandIn(studies=Registry(STUDIES, empty_pages=[2])) as service:
        pages, token = [], ""
        while True:
            params = {"query.cond": "x", "pageSize": "2", **({"pageToken": token} if token else {"countTotal": "true"})}
            pages.append(requests.get(service.ctgov_url + "/studies", params, timeout=5).json())
            token = pages[-1].get("nextPageToken", "")
            if not token:
                break
    assert [len(page["studies"]) for page in pages] == [2, 0, 2, 1]
    assert [page.get("totalCount") for page in pages] == [5, None, None, None]


def test_one_study_a_line_and_none_at_all() -> None:
    nothing = Registry(STUDIES, matches=lambda query, _: ("query.cond", "x") in query)
    with StandIn(studies=nothing) as service:
        full = requests.get(service.ctgov_url + "/studies", {"query.cond": "x"}, timeout=5)
        empty = requests.get(service.ctgov_url + "/studies", {"query.cond": "y", "countTotal": "true"}, timeout=5)
    assert full.content.split(b"\n")[1:6] == [*[one + b"," for one in STUDIES[:4]], STUDIES[4]]
    assert full.headers["Content-Encoding"] == "gzip"
    assert empty.content == b'{"totalCount":0,"studies":[\n\n]}'


@pytest.mark.parametrize(
    ("path", "params", "status", "words"),
    [
        ("/studies/NCT99999999", {}, 404, "NCT number NCT99999999 not found"),
        ("/studies/NCT00000000", {}, 400, "Parameter `nctId` has incorrect format"),
        ("/studies", {"pageToken": "stale"}, 404, "token"),
        ("/studies", {"filter.phase": "PHASE2"}, 400, "filter.phase"),
        ("/studies", {"pageSize": "many"}, 400, "Invalid value in parameter `pageSize`: `many`"),
        ("/studies", {"filter.ids": "NCT00000001|x"}, 400, "filter.ids"),
        ("/elsewhere", {}, 404, ""),
    ],
)
def test_errors_are_plain_text(path: str, params: dict[str, str], status: int, words: str) -> None:
    with StandIn(studies=STUDIES) as service:
        answer = requests.get(service.ctgov_url + path, params, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/plain; charset=UTF-8")
    assert words in answer.text


def test_a_token_wants_the_same_parameters_again() -> None:
    with StandIn(studies=STUDIES) as service:
        first = requests.get(service.ctgov_url + "/studies", {"query.cond": "x", "pageSize": "2"}, timeout=5).json()
        other = {"query.cond": "z", "pageSize": "2", "pageToken": first["nextPageToken"]}
        assert requests.get(service.ctgov_url + "/studies", other, timeout=5).status_code == 400


def test_an_alias_redirects_without_the_query() -> None:
    with StandIn(studies=[study(1, nctIdAliases=["NCT00000009"])]) as service:
        url = service.ctgov_url + "/studies/NCT00000009"
        answer = requests.get(url, {"fields": "NCTId"}, allow_redirects=False, timeout=5)
        listed = requests.get(service.ctgov_url + "/studies", {"filter.ids": "NCT00000009"}, timeout=5).json()
    assert (answer.status_code, answer.headers["Location"]) == (301, "/api/v2/studies/NCT00000001")
    assert len(listed["studies"]) == 1


def test_esearch_pages_newest_first_and_keeps_a_history() -> None:
    with StandIn(articles=ARTICLES) as service:
        found = search(service, term="x", retmax="3", usehistory="y")
        assert (found["count"], found["idlist"]) == ("8", ["107", "106", "105"])
        history = {"db": "pubmed", "WebEnv": str(found["webenv"]), "query_key": str(found["querykey"])}
        fetched = requests.post(service.eutils_url + "/efetch.fcgi", {**history, "retstart": "6"}, timeout=5)
        beyond = requests.post(service.eutils_url + "/efetch.fcgi", {**history, "retstart": "8"}, timeout=5)
        expired = requests.post(service.eutils_url + "/efetch.fcgi", {"WebEnv": "MCID_gone"}, timeout=5)
    assert fetched.content.count(b"<PubmedArticle>") == 2
    assert fetched.content.endswith(b"</PubmedArticleSet>")
    assert b"<!DOCTYPE PubmedArticleSet" in fetched.content
    assert (beyond.status_code, b"OUT OF RANGE" in beyond.content) == (400, True)
    assert (expired.status_code, b"Unable to obtain query #1" in expired.content) == (200, True)


def test_the_window_cuts_pages_and_ends_in_unreadable_json() -> None:
    with StandIn(articles=Eutils(ARTICLES, window=6)) as service:
        cut = search(service, term="x", retstart="4", retmax="4")
        url = service.eutils_url + "/esearch.fcgi"
        beyond = requests.post(url, {"term": "x", "retstart": "6", "retmax": "2"}, timeout=5)
    assert (cut["count"], cut["idlist"]) == ("8", ["103", "102"])
    assert "start and count adjusted to 4, 2" in json.dumps(cut["warninglist"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(beyond.content)
    assert beyond.status_code == 200


def test_dates_limit_a_search_in_parameters_and_in_the_term() -> None:
    with StandIn(articles=ARTICLES) as service:
        form = {"term": "x", "mindate": "2016", "maxdate": "2017/03/09", "datetype": "edat"}
        assert search(service, **form)["idlist"] == ["102", "101"]
        term = "(x) AND (2016/03/10[edat] : 2018[edat])"
        assert search(service, term=term)["idlist"] == ["103", "102"]


def test_unknown_ids_are_simply_absent() -> None:
    with StandIn(articles=Eutils(ARTICLES, lost=["101"])) as service:
        url = service.eutils_url + "/efetch.fcgi"
        some = requests.post(url, {"id": "100,101,999"}, timeout=5)
        none = requests.post(url, {"id": "999"}, timeout=5)
        empty = requests.post(url, {"id": ""}, timeout=5)
    assert some.content.count(b"<PubmedArticle>") == 1
    assert (none.status_code, none.content.count(b"<PubmedArticle>")) == (200, 0)
    assert (empty.status_code, b"<ERROR>Supplied id parameter is empty.</ERROR>" in empty.content) == (200, True)


def test_the_rate_limit_answers_as_ncbi_does() -> None:
    with StandIn(articles=ARTICLES, rate_limit=3) as service:
        statuses = [requests.get(service.eutils_url + "/einfo.fcgi", timeout=5).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_faults_come_in_their_turn_and_pass() -> None:
    faults = [Fault("status", path="/version", status=503, after=1, times=2), Fault("html", path="/studies")]
    with StandIn(studies=STUDIES, faults=faults) as service:
        versions = [requests.get(service.ctgov_url + "/version", timeout=5).status_code for _ in range(4)]
        pages = [requests.get(service.ctgov_url + "/studies", timeout=5).headers["Content-Type"] for _ in range(2)]
    assert versions == [200, 503, 503, 200]
    assert pages == ["text/html", "application/json"]


def test_a_cut_packed_answer_looks_whole_to_the_library() -> None:
    """The reason why the client counts and unpacks by itself."""
    with StandIn(studies=STUDIES, faults=[Fault("cut_gzip")]) as service:
        answer = requests.get(service.ctgov_url + "/studies", timeout=5, stream=True)
        packed = answer.raw.read(decode_content=False)
    assert answer.status_code == 200
    with pytest.raises(EOFError):
        gzip.decompress(packed)


def test_the_log_says_what_was_asked_and_when() -> None:
    with StandIn(studies=STUDIES) as service:
        before = time.monotonic()
        requests.get(service.ctgov_url + "/version", {"a": "b c"}, timeout=5)
    (asked,) = service.log
    assert (asked.method, asked.path, asked.params) == ("GET", "/api/v2/version", (("a", "b c"),))
    assert before <= asked.at <= time.monotonic()
