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

from msc_harvest.connectors.eutilities import check_search, own_pmid, read_articles, read_database, read_search
from msc_harvest.connectors.pubmed import PubMed, is_transient
from msc_harvest.errors import BadPayload, RecordRejected, SourceError, SourceRefused, SourceUnreachable
from msc_harvest.model import Connector, Notice, Reading, Received, Request, Response, Strategy

STRATEGY = Strategy("clinical", "pubmed", "kidney[tiab]\nAND graft[tiab]", "0" * 64)
WHOLE = Reading()
SINCE = date(2026, 9, 4)
BUILD = b'{"einforesult":{"dbinfo":[{"dbname":"pubmed","dbbuild":"Build-2026.09.11.08.00","count":"9","lastupdate":"2026/09/11 08:00"}]}}'
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
        self.modified: dict[str, date] = {}
        self.build: bytes | Exception = BUILD
        self.search: dict[str, Any] = {}
        self.records = {pmid: article(pmid) for pmid in ids}
        self.asked: list[dict[str, str]] = []
        self.spoil: Callable[[dict[str, str], bytes], bytes] = lambda _form, body: body

    def __call__(self, request: Request) -> Response:
        assert request.form is not None, "long queries and id lists do not fit a GET"
        form = dict(request.form)
        assert not {"tool", "email", "api_key"} & form.keys()
        if request.path == "einfo.fcgi":
            self.asked.append({"path": request.path, **form})
            if isinstance(self.build, Exception):
                raise self.build
            return Response("https://example.org/einfo.fcgi", "application/json", self.build)
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
            days = {"edat": self.days, "mdat": self.modified}[form["datetype"]]
            low, high = (tuple(map(int, form[name].split("/"))) for name in ("mindate", "maxdate"))
            found = [pmid for pmid in found if pmid in days and low <= days[pmid].timetuple()[:3] <= high]
        size = min(int(form["retmax"]), self.window)
        return json.dumps({"esearchresult": {"count": str(len(found)), "idlist": found[:size], **self.search}}).encode()

    def sent(self, path: str) -> list[dict[str, str]]:
        return [form for form in self.asked if form["path"] == path]


def run(
    service: Service, text: str | None = None, reading: Reading = WHOLE, connector: PubMed | None = None
) -> tuple[list[str], list[tuple[str, str]]]:
    """Ids received, and what is told beside them: without the version and the landings, which have tests of their own."""
    strategy = STRATEGY if text is None else Strategy("clinical", "pubmed", text, "0" * 64)
    items = list((connector or PubMed()).search(service, strategy, reading))
    received = [item.record_id for item in items if isinstance(item, Received)]
    quiet = ("upstream", "watermark", "landed")
    return received, [(item.kind, item.detail) for item in items if isinstance(item, Notice) and item.kind not in quiet]


def test_the_class_states_the_facts_of_its_source() -> None:
    connector: Connector = PubMed()
    assert connector.name == "pubmed" and connector.dictionary == "core_publication"
    assert connector.base_url == "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
    assert (connector.requests_per_second, connector.requests_per_second_with_key) == (3.0, 10.0)
    assert connector.wants_identity
    for line in ("Source:", "Documentation:", "Identifiers:", "Update rhythm:", "Caveats:"):
        assert line in (PubMed.__doc__ or "")


def test_all_records_come_byte_for_byte_in_batches() -> None:
    service = Service([str(n) for n in range(1, 451)])
    items = list(PubMed().search(service, STRATEGY, WHOLE))
    received = [item for item in items if isinstance(item, Received)]
    assert [item.record_id for item in received] == service.ids
    assert all(item.body == service.records[item.record_id] and item.media_type == "text/xml" for item in received)
    assert [item for item in items if isinstance(item, Notice)] == [
        Notice("upstream", "Build-2026.09.11.08.00 lastupdate 2026/09/11 08:00"),
        Notice("watermark", "2026-09-11"),
        Notice("expected", "450"),
        Notice("landed", "200"),
        Notice("landed", "400"),
        Notice("landed", "450"),
    ]
    assert [len(form["id"].split(",")) for form in service.sent("efetch.fcgi")] == [200, 200, 50]
    assert all(form["retmode"] == "xml" and "rettype" not in form for form in service.sent("efetch.fcgi"))


def test_line_breaks_of_a_strategy_are_sent_as_blanks() -> None:
    service = Service(["1"])
    run(service)
    (search,) = service.sent("esearch.fcgi")
    assert search["term"] == "kidney[tiab] AND graft[tiab]"
    assert search["retmode"] == "json" and search["db"] == "pubmed"


def test_nothing_found_asks_for_nothing() -> None:
    service = Service([])
    assert run(service) == ([], [("expected", "0")])
    assert len(service.sent("esearch.fcgi")) == 1 and not service.sent("efetch.fcgi")


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
    assert notices == [("expected", "100"), ("gap", "PubMed counts 100 records and lists 98")]


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
    assert [form["id"] for form in service.sent("efetch.fcgi")] == ["1,2,3,4,5,6,7", "3,6"]


def test_a_record_late_by_one_round_is_not_missing() -> None:
    service = Service(["1", "2", "3"])
    service.spoil = lambda form, body: article_set(article("1"), article("3")) if form.get("id") == "1,2,3" else body
    assert run(service) == (["1", "3", "2"], [("expected", "3")])


def test_records_that_are_all_unknown_are_missing_and_no_failure() -> None:
    service = Service(["1", "2"])
    service.records.clear()
    received, notices = run(service)
    assert received == [] and notices[1:] == [("missing", "1"), ("missing", "2")]
    assert len(service.sent("efetch.fcgi")) == Service.tries + 1


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


# --- a reading of a part -------------------------------------------------------------------------------------------


class InPairs(PubMed):
    batch = 2


def told(service: Service, reading: Reading = WHOLE) -> list[str]:
    """Records as their ids, notices as `kind detail`, with two records in a batch and without the version."""
    items = list(InPairs().search(service, STRATEGY, reading))
    assert [item.kind for item in items[:2] if isinstance(item, Notice)] == ["upstream", "watermark"]
    return [item.record_id if isinstance(item, Received) else f"{item.kind} {item.detail}" for item in items[2:]]


def test_an_incremental_reading_fetches_what_is_new_or_changed_and_lists_the_rest() -> None:
    service = Service(["9", "10", "11", "12", "100"])
    service.modified = {"10": date(2026, 9, 4), "12": date(2026, 9, 3), "11": date(2026, 9, 11)}
    reading = Reading(frozenset({"9", "10", "11", "12", "77"}), SINCE)
    assert told(service, reading) == [
        "expected 5", "listed 9", "listed 12", "10", "11", "landed 11", "100", "landed 100",
    ]  # fmt: skip
    whole, changed = service.sent("esearch.fcgi")
    assert "datetype" not in whole
    assert (changed["datetype"], changed["mindate"], changed["maxdate"]) == ("mdat", "2026/09/04", "3000/12/31")
    assert changed["term"] == whole["term"]


def test_nothing_new_costs_no_fetch() -> None:
    service = Service(["1", "2"])
    assert told(service, Reading(frozenset({"1", "2"}), SINCE)) == ["expected 2", "listed 1", "listed 2"]
    assert not service.sent("efetch.fcgi")


def test_what_changed_is_not_asked_when_nothing_listed_is_held() -> None:
    service = Service(["1", "2"])
    assert run(service, reading=Reading(frozenset({"3"}), SINCE))[0] == ["1", "2"]
    assert len(service.sent("esearch.fcgi")) == 1


def test_a_whole_reading_fetches_what_is_held_too() -> None:
    assert run(Service(["1", "2"]), reading=Reading(frozenset({"1", "2"})))[0] == ["1", "2"]


def test_a_reading_broken_off_goes_on_behind_its_landing_in_the_order_of_numbers() -> None:
    service = Service(["8", "9", "10", "11"])
    service.modified = {"8": date(2026, 9, 10)}
    reading = Reading(frozenset({"8", "9", "11"}), SINCE, after="9")
    assert told(service, reading) == ["expected 4", "listed 9", "8", "10", "landed 10", "11", "landed 11"]


def test_what_only_the_list_of_changes_holds_is_read_too() -> None:
    service = Service(["1", "2"])
    service.records["3"] = article("3")
    service.spoil = lambda form, body: search_answer("2", "3") if form.get("datetype") == "mdat" else body
    assert told(service, Reading(frozenset({"1", "2", "3"}), SINCE)) == ["expected 2", "listed 1", "2", "3", "landed 3"]


def search_answer(*pmids: str) -> bytes:
    return json.dumps({"esearchresult": {"count": str(len(pmids)), "idlist": list(pmids)}}).encode()


def test_changes_beyond_the_window_are_sliced_by_the_day_of_the_change() -> None:
    ids = [str(n) for n in range(1, 101)]
    service = Service(ids, {pmid: date(2000, 1, 1 + int(pmid) % 28) for pmid in ids}, window=8)
    service.modified = {pmid: date(2026, 9, 1 + int(pmid) % 28) for pmid in ids}
    received, notices = run(service, reading=Reading(frozenset(ids), SINCE))
    assert received == [pmid for pmid in ids if service.modified[pmid] >= SINCE]
    assert [detail for kind, detail in notices if kind == "listed"] == [pmid for pmid in ids if pmid not in received]
    assert not [one for one in notices if one[0] in ("warning", "gap")]
    slices = [form for form in service.sent("esearch.fcgi") if form.get("datetype") == "mdat"]
    assert len(slices) < 80 and all(form["mindate"] >= "2026/09/04" for form in slices)


def test_a_day_with_more_changes_than_can_be_listed_has_everything_read() -> None:
    """NLM revises a large part of PubMed at a stroke once a year; that must not stop every harvest after it."""
    ids = [str(n) for n in range(1, 30)]
    service = Service(ids, {pmid: date(2000, 1, 1 + int(pmid) % 28) for pmid in ids}, window=10)
    service.modified = dict.fromkeys(ids, date(2026, 9, 8))
    received, notices = run(service, reading=Reading(frozenset(ids), SINCE))
    assert received == ids
    (warning,) = [detail for kind, detail in notices if kind == "warning"]
    assert "2026/09/08" in warning and "all is read" in warning
    assert not [one for one in notices if one[0] == "gap"]


def test_a_list_that_does_not_add_up_leaves_a_gap() -> None:
    service = Service(["1", "2"])
    twice = json.dumps({"esearchresult": {"count": "2", "idlist": ["1", "1"]}}).encode()
    service.spoil = lambda form, body: twice if form["path"] == "esearch.fcgi" else body
    received, notices = run(service)
    assert received == ["1"] and notices == [("expected", "2"), ("gap", "PubMed counts 2 records and lists 1")]


# --- how far a reading has landed ----------------------------------------------------------------------------------


def test_each_batch_says_how_far_the_reading_has_landed() -> None:
    assert told(Service(["1", "2", "3"])) == ["expected 3", "1", "2", "landed 2", "3", "landed 3"]


def test_nothing_lands_behind_a_missing_record() -> None:
    service = Service([str(n) for n in range(1, 8)])
    del service.records["3"]
    assert told(service) == ["expected 7", "1", "2", "landed 2", "4", "5", "6", "7", "missing 3"]


def test_a_late_record_lets_the_reading_land_at_the_end() -> None:
    service = Service(["1", "2", "3"])
    service.spoil = lambda form, body: article_set(article("2")) if form.get("id") == "1,2" else body
    assert told(service) == ["expected 3", "2", "3", "1", "landed 3"]


def test_what_arrived_before_a_failure_has_been_handed_over_with_its_landing() -> None:
    service = Service(["1", "2", "3"])
    service.spoil = lambda form, body: b"<html></html>" if form.get("id") == "3" else body
    found = InPairs().search(service, STRATEGY, WHOLE)
    items = [next(found) for _ in range(6)]
    assert [item.record_id for item in items if isinstance(item, Received)] == ["1", "2"]
    assert items[-1] == Notice("landed", "2")
    with pytest.raises(SourceUnreachable):
        next(found)


# --- the version of the data ---------------------------------------------------------------------------------------


def test_the_version_is_asked_before_anything_is_listed() -> None:
    service = Service(["1"])
    run(service)
    assert [form["path"] for form in service.asked] == ["einfo.fcgi", "esearch.fcgi", "efetch.fcgi"]
    assert (service.asked[0]["db"], service.asked[0]["retmode"]) == ("pubmed", "json")


def info(**members: object) -> bytes:
    told = {"dbname": "pubmed", "dbbuild": "Build-2026.09.11.08.00", "lastupdate": "2026/09/11 08:00", **members}
    return json.dumps({"einforesult": {"dbinfo": [told]}}).encode()


@pytest.mark.parametrize(
    "build",
    [
        b"", b"<html></html>", b"[]", b"{}", b'{"einforesult":{}}', b'{"einforesult":{"dbinfo":[]}}', b'{"einforesult":{"dbinfo":"x"}}',
        b'{"einforesult":{"dbinfo":[[]]}}', b'{"error":"API rate limit exceeded"}', b'{"error":"Invalid db name specified: pubmed"}',
        info(lastupdate="2026/02/30 08:00"), info(lastupdate="yesterday"), info(lastupdate=None), info(lastupdate="2026/09/111"), b"[" * 100_000,
        SourceRefused("HTTP 404"), BadPayload("larger than 200 MB"),
    ],
    ids=lambda build: str(build)[:60],
)  # fmt: skip
def test_an_unreadable_version_costs_a_warning_and_the_watermark(build: bytes | Exception) -> None:
    service = Service(["1"])
    service.build = build
    items = list(PubMed().search(service, STRATEGY, WHOLE))
    kinds = [item.kind if isinstance(item, Notice) else item.record_id for item in items]
    assert kinds == ["warning", "expected", "1", "landed"]
    assert isinstance(items[0], Notice) and "does not tell its version" in items[0].detail
    assert "\n" not in items[0].detail


def test_a_service_that_cannot_be_reached_is_an_error_at_once() -> None:
    service = Service(["1"])
    service.build = SourceUnreachable("gone")
    with pytest.raises(SourceUnreachable):
        run(service)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("members", "day"),
    [
        ({}, date(2026, 9, 11)),
        ({"lastupdate": "2016/10/25"}, date(2016, 10, 25)),
        ({"lastupdate": "2026/9/1 02:06"}, date(2026, 9, 1)),
    ],
)
def test_the_version_is_read_as_build_and_day(members: dict[str, object], day: date) -> None:
    assert read_database(info(**members))[1] == day
    one = json.loads(info(**members))
    one["einforesult"]["dbinfo"] = one["einforesult"]["dbinfo"][0]
    assert read_database(json.dumps(one).encode()) == read_database(info(**members)), "a list of one, or the one"


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
