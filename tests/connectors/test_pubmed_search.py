"""What the PubMed connector asks, and what it makes of every kind of answer. No network: answers are handed in."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from msc_harvest.connectors.eutilities import check_search, own_pmid, read_articles, read_search
from msc_harvest.connectors.pubmed import BATCH, PubMed, is_transient
from msc_harvest.errors import BadPayload, RecordRejected, SourceError, SourceRefused, SourceUnreachable
from msc_harvest.model import Connector, Notice, Received, Request, Response, Strategy

STRATEGY = Strategy("clinical", "pubmed", "kidney[tiab]\nAND graft[tiab]", "0" * 64)
EMPTY_SET = b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD x//EN" "https://x/y.dtd">\n<PubmedArticleSet>\n\n</PubmedArticleSet>'


def article(pmid: str, inner: str = "") -> bytes:
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>{inner}</MedlineCitation></PubmedArticle>'
    ).encode()


def article_set(*records: bytes, tail: bytes = b"") -> bytes:
    return b'<?xml version="1.0" ?>\n<PubmedArticleSet>\n' + b"\n".join(records) + tail + b"\n</PubmedArticleSet>\n"


class Service:
    """A fetch that answers as the service does, retries what `check` turns down, and keeps every request."""

    tries = 3

    def __init__(self, ids: list[str], days: dict[str, date] | None = None, window: int = 9_999) -> None:
        self.ids, self.days, self.window = ids, days or {}, window
        self.search: dict[str, Any] = {}
        self.records = {pmid: article(pmid) for pmid in ids}
        self.asked: list[dict[str, str]] = []
        self.spoil: Callable[[dict[str, str], bytes], bytes] = lambda _form, body: body

    def __call__(self, request: Request) -> Response:
        assert request.form is not None, "long queries and id lists do not fit a GET"
        form = dict(request.form)
        assert not {"tool", "email", "api_key"} & form.keys()
        fault = ""
        for _ in range(self.tries):
            self.asked.append({"path": request.path, **form})
            body = self.spoil({"path": request.path, **form}, self._answer(request.path, form))
            try:
                if request.check:
                    request.check(body)
            except BadPayload as problem:
                fault = str(problem)
                continue
            return Response(f"https://example.org/{request.path}", "text/xml", body)
        raise SourceUnreachable(f"no usable answer: {fault}")

    def _answer(self, path: str, form: dict[str, str]) -> bytes:
        if path == "efetch.fcgi":
            return article_set(*(self.records[pmid] for pmid in form["id"].split(",") if pmid in self.records))
        found = self.ids
        if "mindate" in form:
            assert form["datetype"] in ("edat", "pdat")
            low, high = (tuple(map(int, form[name].split("/"))) for name in ("mindate", "maxdate"))
            found = [pmid for pmid in found if pmid in self.days and low <= self.days[pmid].timetuple()[:3] <= high]
        size = min(int(form["retmax"]), self.window)
        return json.dumps({"esearchresult": {"count": str(len(found)), "idlist": found[:size], **self.search}}).encode()


def run(service: Service, text: str | None = None) -> tuple[list[str], list[tuple[str, str]]]:
    items = list(PubMed().search(service, STRATEGY if text is None else Strategy("clinical", "pubmed", text, "0" * 64)))
    received = [item.record_id for item in items if isinstance(item, Received)]
    return received, [(item.kind, item.detail) for item in items if isinstance(item, Notice)]


def test_the_class_states_the_facts_of_its_source() -> None:
    connector: Connector = PubMed()
    assert connector.name == "pubmed" and connector.dictionary == "core_publication"
    assert connector.base_url == "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
    assert (connector.requests_per_second, connector.requests_per_second_with_key) == (3.0, 10.0)
    assert connector.wants_identity
    for line in ("Source:", "Documentation:", "Identifiers:", "Update rhythm:", "Caveats:"):
        assert line in (PubMed.__doc__ or "")


def test_all_records_come_byte_for_byte_in_batches() -> None:
    service = Service([str(n) for n in range(1, 2 * BATCH + 51)])
    items = list(PubMed().search(service, STRATEGY))
    received = [item for item in items if isinstance(item, Received)]
    assert [item.record_id for item in received] == service.ids
    assert all(item.body == service.records[item.record_id] and item.media_type == "text/xml" for item in received)
    assert [item for item in items if isinstance(item, Notice)] == [Notice("expected", "450")]
    sizes = [len(form["id"].split(",")) for form in service.asked if form["path"] == "efetch.fcgi"]
    assert sizes == [200, 200, 50]
    assert all(
        form["retmode"] == "xml" and "rettype" not in form for form in service.asked if form["path"] == "efetch.fcgi"
    )


def test_line_breaks_of_a_strategy_are_sent_as_blanks() -> None:
    service = Service(["1"])
    run(service)
    assert service.asked[0]["term"] == "kidney[tiab] AND graft[tiab]"
    assert service.asked[0]["retmode"] == "json" and service.asked[0]["db"] == "pubmed"


def test_nothing_found_asks_for_nothing() -> None:
    service = Service([])
    assert run(service) == ([], [("expected", "0")])
    assert len(service.asked) == 1


def test_an_empty_strategy_is_refused_before_it_is_sent() -> None:
    service = Service(["1"])
    with pytest.raises(SourceRefused):
        run(service, "  \n ")
    assert not service.asked


def test_a_query_beyond_the_window_is_sliced_by_date() -> None:
    ids = [str(n) for n in range(1, 501)]
    days = {pmid: date(1990 + int(pmid) % 30, 1 + int(pmid) % 12, 1 + int(pmid) % 28) for pmid in ids}
    service = Service(ids, days, window=50)
    received, notices = run(service)
    assert received == ids
    assert notices == [("expected", "500")]
    slices = [(form["mindate"], form["maxdate"]) for form in service.asked if "mindate" in form]
    assert slices[0][0] <= "1800/12/31" and slices[0][1] >= "2500"
    assert len(slices) < 200


def test_slices_that_do_not_add_up_are_reported_and_lose_nothing_listed() -> None:
    ids = [str(n) for n in range(1, 101)]
    days = {pmid: date(2000, 1, 1 + int(pmid) % 28) for pmid in ids if int(pmid) > 10}
    service = Service(ids, days, window=8)
    received, notices = run(service)
    assert received == [pmid for pmid in ids if int(pmid) <= 8 or int(pmid) > 10]
    assert ("warning", "PubMed counts 100 records and lists 98") in notices


def test_one_day_with_more_records_than_can_be_listed_ends_the_search_in_words() -> None:
    ids = [str(n) for n in range(1, 30)]
    with pytest.raises(SourceError, match="2001/05/06"):
        run(Service(ids, dict.fromkeys(ids, date(2001, 5, 6)), window=10))


def test_missing_records_are_asked_for_once_more_and_then_named() -> None:
    service = Service([str(n) for n in range(1, 8)])
    del service.records["3"], service.records["6"]
    received, notices = run(service)
    assert received == ["1", "2", "4", "5", "7"]
    assert notices[1:] == [("missing", "3"), ("missing", "6")]
    assert [form["id"] for form in service.asked if form["path"] == "efetch.fcgi"] == ["1,2,3,4,5,6,7", "3,6"]


def test_a_record_late_by_one_round_is_not_missing() -> None:
    service = Service(["1", "2", "3"])
    service.spoil = lambda form, body: article_set(article("1"), article("3")) if form.get("id") == "1,2,3" else body
    assert run(service) == (["1", "3", "2"], [("expected", "3")])


def test_records_that_are_all_unknown_are_missing_and_no_failure() -> None:
    service = Service(["1", "2"])
    service.records.clear()
    received, notices = run(service)
    assert received == [] and notices[1:] == [("missing", "1"), ("missing", "2")]
    assert sum(form["path"] == "efetch.fcgi" for form in service.asked) == Service.tries + 1


def test_the_same_pmid_twice_is_one_and_an_unasked_one_is_left_out() -> None:
    service = Service(["1", "2"])
    service.spoil = lambda form, body: (
        article_set(article("1"), article("1"), article("2"), article("99")) if form["path"] == "efetch.fcgi" else body
    )
    received, notices = run(service)
    assert received == ["1", "2"]
    warnings = [detail for kind, detail in notices if kind == "warning"]
    assert len(warnings) == 2 and "1 more than once" in warnings[0] and "99" in warnings[1]


def test_withdrawn_pmids_are_told_and_not_called_missing() -> None:
    service = Service(["1", "2"])
    tail = b'<DeleteCitation><PMID Version="1">2</PMID></DeleteCitation>'
    service.spoil = lambda form, body: article_set(article("1"), tail=tail) if form["path"] == "efetch.fcgi" else body
    received, notices = run(service)
    assert received == ["1"] and notices[1:] == [("deleted", "2")]


def test_a_record_without_a_pmid_of_its_own_is_kept_under_its_digest() -> None:
    nameless = b"<PubmedArticle><MedlineCitation><CommentsCorrectionsList><CommentsCorrections><PMID>7</PMID></CommentsCorrections></CommentsCorrectionsList></MedlineCitation></PubmedArticle>"
    service = Service(["1"])
    service.spoil = lambda form, body: article_set(nameless) if form["path"] == "efetch.fcgi" else body
    received, notices = run(service)
    assert len(received) == 1 and received[0].startswith("sha256-")
    assert notices[-1] == ("missing", "1") and notices[1][0] == "warning"
    with pytest.raises(RecordRejected):
        PubMed().parse(nameless)


def test_a_malformed_record_reaches_the_archive_beside_its_sound_neighbours() -> None:
    service = Service(["1", "2", "3"])
    service.records["2"] = article("2", "<Article><Journal></Article>")
    assert run(service)[0] == ["1", "2", "3"]
    with pytest.raises(RecordRejected):
        PubMed().parse(service.records["2"])


def test_warnings_of_the_service_are_passed_on() -> None:
    service = Service(["1"])
    service.search = {
        "errorlist": {"phrasesnotfound": ["aaa"], "fieldsnotfound": ["zzz"]},
        "warninglist": {
            "phrasesignored": ["the"],
            "quotedphrasesnotfound": ['"body battery"[tiab]'],
            "outputmessages": ["No items found."],
        },
    }
    warnings = [detail for kind, detail in run(service)[1] if kind == "warning"]
    for words in ("aaa", "zzz", "the", '"body battery"[tiab]', "No items found."):
        assert any(words in warning for warning in warnings), words


# --- answers as recorded or quoted -------------------------------------------------------------------------------

REFUSED = {"quoted_esearch_200_empty_term.json", "esearch_200_ventana-superada.json.raw"}
SEARCH_FAULTS = {
    "documented_rate_limit.json", "quoted_429_rate_limit_bioutils16.json", "quoted_429_rate_limit_no_key_rentrez132.json",
    "quoted_429_rate_limit_primerTree33.json", "quoted_5xx_html.html", "quoted_esearch_200_db_not_supported.xml",
    "quoted_esearch_200_expired_webenv.json", "quoted_unable_to_route.txt", "quoted_esummary_json_too_many_uids.json",
    "recorded_esearch_200_phrase_not_found.xml", "recorded_esummary_414.html",
}  # fmt: skip


def test_every_recorded_body_is_taken_for_what_it_is_as_a_search_answer(shared: Path) -> None:
    counts: dict[str, int] = {}
    outcome: dict[str, set[str]] = {"refused": set(), "again": set()}
    for path in sorted((shared / "data" / "pubmed" / "error_bodies").iterdir()):
        if path.name == "INDEX.tsv":
            continue
        try:
            counts[path.name] = read_search(path.read_bytes()).count
        except SourceRefused:
            outcome["refused"].add(path.name)
        except BadPayload as fault:
            outcome["again"].add(path.name)
            assert "192.0.2" not in str(fault), "the address of the caller does not belong into a message"
    assert outcome["refused"] == REFUSED
    assert outcome["again"] >= SEARCH_FAULTS
    assert all(name.startswith("esearch_200_") for name in counts)
    assert counts["esearch_200_cero-legitimo.json"] == 0
    assert counts["esearch_200_restricciones-ajustadas.json"] == 195_441
    assert len(counts) == 14


def test_no_recorded_body_passes_for_a_set_of_articles(shared: Path) -> None:
    for path in sorted((shared / "data" / "pubmed" / "error_bodies").iterdir()):
        body = path.read_bytes()
        if path.name == "recorded_efetch_200_unknown_pmids_empty_set.xml":
            assert read_articles(body).records == {}
            continue
        with pytest.raises(BadPayload):
            read_articles(body)


def test_error_words_of_efetch_are_told(shared: Path) -> None:
    folder = shared / "data" / "pubmed" / "error_bodies"
    for name, words in (
        ("recorded_efetch_200_empty_id.xml", "Supplied id parameter is empty"),
        ("quoted_efetch_unable_to_obtain_query.xml", "Unable to obtain query #1"),
    ):
        with pytest.raises(BadPayload, match=words):
            read_articles((folder / name).read_bytes())


def test_a_400_is_transient_only_when_it_is_a_time_out(shared: Path) -> None:
    folder = shared / "data" / "pubmed" / "error_bodies"
    assert is_transient(400, (folder / "recorded_efetch_400.xml").read_bytes())
    assert is_transient(400, (folder / "quoted_efetch_timeout_manubot374.xml").read_bytes())
    assert not is_transient(400, (folder / "quoted_efetch_400_history_out_of_range.xml").read_bytes())
    assert not is_transient(404, b"Timeout")
    assert not is_transient(400, b"bad request")


def test_search_vectors_are_read_with_their_warnings(shared: Path) -> None:
    vectors = json.loads((shared / "data" / "pubmed" / "esearch_json_vectors.json").read_text(encoding="utf-8"))
    for name, vector in vectors.items():
        if "raw" in vector:
            with pytest.raises(SourceRefused, match="retstart"):
                check_search(vector["raw"].encode())
            continue
        answer = read_search(json.dumps(vector).encode())
        assert answer.count == int(vector["esearchresult"]["count"]), name
        listed = vector["esearchresult"].get("warninglist", {}).get("quotedphrasesnotfound", [])
        assert all(any(phrase in warning for warning in answer.warnings) for phrase in listed), name
    dropped = read_search(json.dumps(vectors["termino-descartado-con-resultados"]).encode())
    assert dropped.count == 5 and dropped.warnings == ('warning: quotedphrasesnotfound: "body battery"[tiab]',)
    assert (
        read_search(json.dumps(vectors["frase-ignorada-the"]).encode()).warnings[0] == "not found: phrasesnotfound: the"
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{}", b'{"esearchresult": {}}', b'{"esearchresult": {"count": null}}', b'{"esearchresult": {"count": "-1"}}',
     b'{"esearchresult": {"count": "3", "idlist": ["x"]}}', b'{"esearchresult": {"count": "3", "idlist": "12"}}', b"\xff\xfe", b'{"esearchresult": ["a"]}',
     b'{"esearchresult": {"ERROR": "Search Backend failed: Database is not supported: pubmed"}}', b'{"error": "API rate limit exceeded"}'],
)  # fmt: skip
def test_an_answer_without_a_count_is_never_zero(body: bytes) -> None:
    with pytest.raises(BadPayload):
        read_search(body)


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"Service unavailable",
        b"<html><body>sorry</body></html>",
        b'<!DOCTYPE html PUBLIC "a" "b"><html/>',
        b'{"error":"API rate limit exceeded"}',
        article_set(article("1"), article("2"))[:-30],
        article_set(article("1"))[:60],
        b'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "b">]>' + article_set(article("1"))[22:],
        b'<?xml version="1.0" encoding="ISO-8859-1"?><PubmedArticleSet>' + article("1") + b"</PubmedArticleSet>",
        b"<PubmedArticleSet><PubmedArticle><PubmedArticle></PubmedArticle></PubmedArticleSet>",
        b"<eFetchResult><ERROR>Supplied id parameter is empty.</ERROR></eFetchResult>",
    ],
)
def test_incomplete_article_sets_are_asked_for_again(spoilt: bytes) -> None:
    with pytest.raises(BadPayload):
        read_articles(spoilt)
    service = Service(["1"])
    answers: Iterator[bytes] = iter([spoilt])
    service.spoil = lambda form, body: next(answers, body) if form["path"] == "efetch.fcgi" else body
    assert run(service) == (["1"], [("expected", "1")])


def test_a_service_that_never_recovers_ends_the_search() -> None:
    service = Service(["1"])
    service.spoil = lambda form, body: b"<html></html>" if form["path"] == "efetch.fcgi" else body
    with pytest.raises(SourceUnreachable):
        run(service)


# --- cutting -----------------------------------------------------------------------------------------------------


def test_records_keep_their_bytes_whatever_surrounds_them() -> None:
    odd = b'<PubmedArticle\n  note="x">\n  <MedlineCitation>\n<!-- <PMID>8</PMID> --><PMID>5</PMID><Article><ArticleTitle><![CDATA[</PubmedArticle><PubmedArticle>]]></ArticleTitle></Article></MedlineCitation></PubmedArticle >'
    book = b"<PubmedBookArticle><BookDocument><PMID>6</PMID></BookDocument></PubmedBookArticle>"
    body = b"<!-- <PubmedArticle> -->" + article_set(article("4"), odd, book)[22:] + b"<!-- end -->"
    assert read_articles(body).records == {"4": article("4"), "5": odd, "6": book}
    one_line = b"<PubmedArticleSet>" + article("1") + article("2") + b"</PubmedArticleSet>"
    assert list(read_articles(one_line).records) == ["1", "2"]


def test_tags_that_do_not_pair_up_are_left_to_the_parser() -> None:
    body = b"<PubmedArticleSet><PubmedArticle/><PubmedArticle><MedlineCitation><PMID>3</PMID></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    records = read_articles(body).records
    assert "3" in records and len(records) == 2


def test_own_pmid_is_never_that_of_another_record() -> None:
    commented = b"<PubmedArticle><MedlineCitation><DateRevised/><PMID Version='1'> 12 </PMID><CommentsCorrectionsList><CommentsCorrections><PMID>7</PMID></CommentsCorrections></CommentsCorrectionsList></MedlineCitation></PubmedArticle>"
    assert own_pmid(commented) == "12"
    assert own_pmid(commented.replace(b"<PMID Version='1'> 12 </PMID>", b"")).startswith("sha256-")


def test_real_sets_are_cut_into_all_their_records(shared: Path) -> None:
    folder = shared / "data" / "pubmed"
    sample = read_articles(gzip.decompress((folder / "articles.xml.gz").read_bytes()))
    assert len(sample.records) == 469 and not sample.repeated and not sample.deleted
    update = read_articles(gzip.decompress((folder / "update_file_2026_with_deletes.xml.gz").read_bytes()))
    assert len(update.records) == 30
    assert update.deleted == ("41456105", "41557076", "41616784", "41618748", "41618749", "41618779")


def test_recorded_article_sets_are_read(shared: Path) -> None:
    lines = gzip.decompress((shared / "data" / "pubmed" / "http_exchanges.jsonl.gz").read_bytes()).splitlines()
    read = []
    for exchange in map(json.loads, lines):
        if exchange["util"] == "efetch" and "<PubmedArticleSet" in exchange["body"]:
            asked = re.findall(r"id=(\d+)", exchange["request_body"])
            assert list(read_articles(exchange["body"].encode()).records) == asked
            read += asked
    assert len(read) > 10


def test_indentation_does_not_change_the_content(shared: Path) -> None:
    lines = gzip.decompress((shared / "data" / "pubmed" / "http_exchanges.jsonl.gz").read_bytes()).splitlines()
    bodies = {one["id"]: one["body"].encode() for one in map(json.loads, lines) if one["util"] == "efetch"}
    old, new = (read_articles(bodies[name]).records["26430984"] for name in ("7a2fcc256b70", "b901790c93b2"))
    assert old != new and len(old) > 1.5 * len(new)
    content = PubMed().content
    assert abs(len(content(old)) - len(content(new))) < 500
    spread = re.sub(rb"><", b">\n    <", new)
    assert content(spread) == content(new) == content(content(new))
    assert content(b"<a>x <b>y</b> <i>z</i></a>") == b"<a>x <b>y</b> <i>z</i></a>"
