"""The E-utilities: dates of every kind, what EInfo tells, deleted ids, histories that expire, a reload in the middle."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests

from tests.standin import Eutils, Reload, StandIn
from tests.standin.article_dates import is_dated
from tests.standin.invented import article

ARTICLES = [
    article(101, 2016, revised="2024/05/01", published="<Year>2015</Year><Month>Dec</Month><Day>24</Day>"),
    article(102, 2024, published="<MedlineDate>1998 Dec-1999 Jan</MedlineDate>"),
    article(103, 2017, revised="2017/12/31", published="<Year>2017</Year>"),
]


def ask(service: StandIn, util: str, **form: str) -> requests.Response:
    return requests.post(f"{service.eutils_url}/{util}.fcgi", {"db": "pubmed", **form}, timeout=5)


def found(service: StandIn, **form: str) -> list[str]:
    ids: list[str] = ask(service, "esearch", term="x", retmode="json", **form).json()["esearchresult"]["idlist"]
    return ids


@pytest.mark.parametrize(
    ("kind", "low", "high", "expected"),
    [
        ("mdat", "2024/03/01", "3000/12/31", ["102", "101"]),  # 102 was never revised: the day it was entered counts
        ("mdat", "2024/03/10", "3000/12/31", ["101"]),
        ("mdat", "2017/12/31", "2017/12/31", ["103"]),
        ("edat", "2017", "2024/03/08", ["103"]),
        ("crdt", "2016/03/09", "2016/03/09", ["101"]),
        ("pdat", "2015/12/24", "2015/12/24", ["101"]),
        ("pdat", "1998", "1998", ["102"]),
    ],
)
def test_each_kind_of_date_is_looked_up_where_it_stands(kind: str, low: str, high: str, expected: list[str]) -> None:
    with StandIn(articles=ARTICLES) as service:
        assert found(service, datetype=kind, mindate=low, maxdate=high) == expected


def test_dates_in_the_term_and_in_the_parameters_both_apply() -> None:
    with StandIn(articles=ARTICLES) as service:
        term = '(x) AND ("2016"[edat] : "2017"[edat])'
        answer = ask(service, "esearch", term=term, retmode="json", datetype="mdat", mindate="2024", maxdate="3000")
    assert answer.json()["esearchresult"]["idlist"] == ["101"]


def test_an_article_without_other_dates_falls_back_to_its_publication() -> None:
    bare = b"<PubmedArticle><PMID>1</PMID><PubDate><Year>2002</Year><Month>Dec</Month></PubDate></PubmedArticle>"
    for kind in ("mdat", "edat", "crdt", "pdat"):
        assert is_dated(bare, "2002/12", "2002/12", kind)
        assert not is_dated(bare, "2002/01/01", "2002/11/30", kind)
    assert not is_dated(b"<PubmedArticle><PMID>1</PMID></PubmedArticle>", "1000", "3000", "edat")


def test_einfo_tells_build_count_and_update_in_json() -> None:
    with StandIn(articles=Eutils(ARTICLES, lastupdate="2026/10/01 07:15", dbbuild="Build-x")) as service:
        answer = ask(service, "einfo", retmode="json").json()
        databases = requests.get(service.eutils_url + "/einfo.fcgi", {"retmode": "json"}, timeout=5).json()
    assert answer["header"] == {"type": "einfo", "version": "0.3"}
    (told,) = answer["einforesult"]["dbinfo"]
    assert (told["dbname"], told["dbbuild"], told["count"], told["lastupdate"], told["description"]) == (
        "pubmed",
        "Build-x",
        "3",
        "2026/10/01 07:15",
        "PubMed bibliographic record",
    )
    assert databases["einforesult"] == {"dblist": ["pubmed"]}


def test_einfo_in_xml_begins_as_the_recorded_one() -> None:
    """Members and their order as recorded for another database on 2024-04-12."""
    with StandIn(articles=ARTICLES) as service:
        body = ask(service, "einfo").text
    names = re.findall(r"<(\w+)>", body)
    assert names == ["eInfoResult", "DbInfo", "DbName", "MenuName", "Description", "DbBuild", "Count", "LastUpdate"]
    assert "<DbBuild>Build-2026.09.11.09.05</DbBuild>" in body


def test_a_reload_changes_what_einfo_and_searches_tell() -> None:
    reload = Reload(after=1, path="esearch", articles=[*ARTICLES, article(104)], lastupdate="2026/09/12 10:00")
    with StandIn(articles=ARTICLES, reload=[reload]) as service:
        counts = [len(found(service)) for _ in range(2)]
        (told,) = ask(service, "einfo", retmode="json").json()["einforesult"]["dbinfo"]
    assert counts == [3, 4]
    assert (told["lastupdate"], told["dbbuild"]) == ("2026/09/12 10:00", "Build-2026.09.12.10.00")


def test_deleted_ids_come_as_the_last_child() -> None:
    with StandIn(articles=Eutils(ARTICLES, deleted=["102", "77"])) as service:
        assert "102" in found(service)
        some = ask(service, "efetch", id="101,102,77", retmode="xml").content
        none = ask(service, "efetch", id="101", retmode="xml").content
    end = b'<DeleteCitation><PMID Version="1">102</PMID><PMID Version="1">77</PMID></DeleteCitation></PubmedArticleSet>'
    assert some.endswith(end) and some.count(b"<PubmedArticle>") == 1
    assert b"DeleteCitation" not in none


def test_an_expired_history_is_unknown_to_every_tool(shared: Path) -> None:
    bodies = shared / "data" / "pubmed" / "error_bodies"
    with StandIn(articles=Eutils(ARTICLES, expire_history=True)) as service:
        webenv = ask(service, "esearch", term="x", retmode="json", usehistory="y").json()["esearchresult"]["webenv"]
        fetched = ask(service, "efetch", WebEnv=webenv, query_key="1")
        searched = ask(service, "esearch", WebEnv=webenv, query_key="1", term="x", retmode="json")
    assert (fetched.status_code, searched.status_code) == (200, 200)
    assert fetched.text.split() == (bodies / "quoted_efetch_unable_to_obtain_query.xml").read_text().split()
    assert searched.json() == json.loads((bodies / "quoted_esearch_200_expired_webenv.json").read_bytes())
