"""Searches of the registry: fields, dates, ids, order, and a reload in the middle."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.standin import Registry, Reload, StandIn, fields
from tests.standin.answers import Pairs
from tests.standin.expressions import NotUnderstood, Range, taken_apart
from tests.standin.invented import study

UPDATED = "AREA[LastUpdatePostDate]RANGE[2024-05-01,MAX]"
DATED = [
    study(1, "2020-03-01", "2024-05-01", briefTitle="one"),
    study(2, "2019-07-15", "2024-04-30"),
    study(3),
    study(4, "2018-01-31", "2026-09-10"),
]


def ids(service: StandIn, **params: str) -> list[str]:
    """Last digits of the studies on the first page of a search; dots of parameter names are written as `__`."""
    named = {name.replace("__", "."): value for name, value in params.items()}
    answer = requests.get(service.ctgov_url + "/studies", {"fields": "NCTId", **named}, timeout=5)
    assert answer.status_code == 200, answer.text
    return [one["protocolSection"]["identificationModule"]["nctId"][-1] for one in answer.json()["studies"]]


def test_fields_leave_nothing_else_of_a_study() -> None:
    with StandIn(studies=DATED) as service:
        url = service.ctgov_url + "/studies"
        number = requests.get(url, {"fields": "NCTId", "pageSize": "1"}, timeout=5).content
        dates = requests.get(url, {"fields": "LastUpdatePostDate|NCTId"}, timeout=5).json()["studies"]
        one = requests.get(url + "/NCT00000001", {"fields": "NCTId,BriefTitle"}, timeout=5).json()
    assert b'{"studies":[\n{"protocolSection":{"identificationModule":{"nctId":"NCT00000001"}}}\n]' in number
    assert dates[1]["protocolSection"]["statusModule"] == {"lastUpdatePostDateStruct": {"date": "2024-04-30"}}
    assert dates[2] == {"protocolSection": {"identificationModule": {"nctId": "NCT00000003"}}}
    assert one["protocolSection"] == {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "one"}}


@pytest.mark.parametrize("path", ["/studies", "/studies/NCT00000001"])
def test_an_unknown_field_is_refused(path: str) -> None:
    with StandIn(studies=DATED) as service:
        answer = requests.get(service.ctgov_url + path, {"fields": "NCTId,NctNumber"}, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=UTF-8")
    assert "contains invalid field name" in answer.text and "NctNumber" in answer.text


def test_the_table_of_fields_agrees_with_the_service(shared: Path) -> None:
    known: dict[str, fields.Path] = {}

    def walk(nodes: list[dict[str, Any]], above: fields.Path) -> None:
        for node in nodes:
            known[node["piece"]] = (*above, node["name"])
            walk(node.get("children", []), known[node["piece"]])

    with gzip.open(shared / "data" / "ctgov" / "studies_metadata.json.gz") as lines:
        walk(json.load(lines), ())
    assert {piece: known.get(piece) for piece in fields.PATHS} == fields.PATHS


@pytest.mark.parametrize("name", ["study_NCT00909532_reduced_fields", "study_NCT03278314"])
def test_a_recorded_choice_of_fields_comes_out_as_recorded(shared: Path, name: str) -> None:
    recorded = json.loads((shared / "data" / "ctgov" / "exchanges" / f"{name}.json").read_bytes())
    body = json.loads(recorded["text"])
    whole = json.loads(recorded["text"])
    whole["protocolSection"]["contactsLocationsModule"] = {"locations": [{"city": "Nowhere"}]}
    with StandIn(studies=[json.dumps(whole).encode()]) as service:
        nct_id = body["protocolSection"]["identificationModule"]["nctId"]
        answer = requests.get(f"{service.ctgov_url}/studies/{nct_id}", recorded["request"]["params"], timeout=5)
    assert answer.content == json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert answer.json() == body != whole


@pytest.mark.parametrize("name", ["search_nonsense_size3_page1", "study_NCT99999999", "version"])
def test_answers_are_those_of_the_recorded_exchanges(shared: Path, name: str) -> None:
    recorded = json.loads((shared / "data" / "ctgov" / "exchanges" / f"{name}.json").read_bytes())
    path = recorded["request"]["url"].partition("/api/v2")[2]
    with StandIn(studies=Registry(DATED, matches=lambda _query, _study: False)) as service:
        answer = requests.get(service.ctgov_url + path, recorded["request"]["params"], timeout=5)
    assert (answer.status_code, answer.text) == (recorded["status"], recorded["text"])
    assert answer.headers["Content-Type"] == recorded["headers"]["content-type"]


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        (UPDATED, ""),
        (f"AREA[Phase]PHASE2 AND {UPDATED}", "AREA[Phase]PHASE2"),
        (f"{UPDATED} AND AREA[Phase]PHASE2", "AREA[Phase]PHASE2"),
        (f"(AREA[Phase]PHASE2 OR AREA[Phase]PHASE3) AND {UPDATED}", "AREA[Phase]PHASE2 OR AREA[Phase]PHASE3"),
        (f'("sand AND OR (sea" AND (b)) AND {UPDATED}', '"sand AND OR (sea" AND (b)'),
        (f"(a) AND ({UPDATED}) AND (b OR c)", "(a) AND (b OR c)"),
        (f"(a AND {UPDATED}) AND b", "(a) AND b"),
        (f"(({UPDATED}))", ""),
    ],
)
def test_a_range_leaves_the_rest_as_it_was_without(expression: str, left: str) -> None:
    ranges, rest = taken_apart(expression)
    assert (ranges, rest) == ([Range("LastUpdatePostDate", "2024-05-01", "MAX")], left)


def test_an_expression_without_ranges_is_not_touched() -> None:
    for expression in ("", "(a OR b)", "((a) AND b)", "a  AND AREA[StartDate]RANGE[2020-01-01,MAX]"):
        assert taken_apart(expression) == ([], expression)


@pytest.mark.parametrize(
    "expression",
    [f"a OR {UPDATED}", f"{UPDATED} AND a OR b", f"NOT {UPDATED}", UPDATED.replace("2024-05-01", "05/01/24")],
)
def test_a_range_that_cannot_be_left_out_is_refused(expression: str) -> None:
    with pytest.raises(NotUnderstood):
        taken_apart(expression)
    with StandIn(studies=DATED) as service:
        answer = requests.get(service.ctgov_url + "/studies", {"filter.advanced": expression}, timeout=5)
    assert (answer.status_code, "filter.advanced" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ("2024-05-01", "MAX", ["1", "4"]),
        ("MIN", "2024-04-30", ["2"]),
        ("MIN", "MAX", ["1", "2", "4"]),
        ("2024-04", "2024-05", ["1", "2"]),
        ("2026-09-11", "MAX", []),
    ],
)
def test_ranges_of_the_last_update(low: str, high: str, found: list[str]) -> None:
    with StandIn(studies=DATED) as service:
        window = f"AREA[LastUpdatePostDate]RANGE[{low}, {high}]"
        assert ids(service, filter__advanced=window) == found
        assert ids(service, filter__advanced=f"{window} AND AREA[StudyFirstPostDate]RANGE[2020-01-01,MAX]") == [
            one for one in found if one == "1"
        ]


def test_an_incremental_search_matches_by_the_same_query() -> None:
    heard: list[Pairs] = []

    def matches(query: Pairs, _study: dict[str, Any]) -> bool:
        heard.append(query)
        return True

    with StandIn(studies=Registry(DATED, matches=matches)) as service:
        for advanced in ({"filter__advanced": "a OR b"}, {}):
            heard.clear()
            ids(service, query__term="x", **advanced)
            window = f"(a OR b) AND {UPDATED}" if advanced else UPDATED
            ids(service, query__term="x", filter__advanced=window)
            assert len(set(heard)) == 1 and len(heard) == 4 + 2


def test_ids_limit_a_query_and_stand_for_themselves_without_one() -> None:
    by_title = Registry(DATED, matches=lambda query, one: ("query.term", "x") in query and "briefTitle" in str(one))
    with StandIn(studies=by_title) as service:
        named = "NCT00000001|nct00000002"
        assert ids(service, filter__ids=named) == ["1", "2"]
        assert ids(service, filter__ids=named, query__term="x") == ["1"]
        assert ids(service, filter__ids=named, query__term="y") == []
        assert ids(service, filter__ids="NCT00000001,NCT00000002", filter__advanced=UPDATED) == ["1"]


def test_a_query_of_numbers_alone_switches_every_filter_off() -> None:
    with StandIn(studies=Registry(DATED, matches=lambda _query, _study: False)) as service:
        found = ids(
            service,
            query__cond="asthma",
            query__term="NCT00000002 OR NCT00000003",
            filter__ids="NCT00000001",
            filter__advanced=UPDATED,
        )
    assert found == ["2", "3"]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("StudyFirstPostDate:asc", ["4", "2", "1", "3"]),
        ("StudyFirstPostDate", ["1", "2", "4", "3"]),
        ("LastUpdatePostDate:desc,StudyFirstPostDate:desc", ["4", "1", "2", "3"]),
        ("@relevance", ["1", "2", "3", "4"]),
    ],
)
def test_order_by_date_leaves_the_undated_to_the_end(order: str, found: list[str]) -> None:
    with StandIn(studies=DATED) as service:
        assert ids(service, sort=order) == found


def test_a_reload_in_mid_crawl_forgets_tokens_and_changes_version_and_bodies() -> None:
    after = [study(1, "2020-03-01", "2026-09-12", briefTitle="changed"), *DATED[1:], study(5)]
    reload = Reload(after=2, path="/studies", studies=after, data_timestamp="2026-09-12T09:00:01")
    with StandIn(studies=DATED, reload=reload) as service:
        url = service.ctgov_url

        def page(**more: str) -> requests.Response:
            return requests.get(url + "/studies", {"pageSize": "1", "countTotal": "true", **more}, timeout=5)

        first = page().json()
        second = page(pageToken=first["nextPageToken"]).json()
        before = requests.get(url + "/version", timeout=5).json()
        lost = page(pageToken=second["nextPageToken"])
        version = requests.get(url + "/version", timeout=5).json()
        anew = page().json()
        still_lost = page(pageToken=first["nextPageToken"])
    assert (first["totalCount"], anew["totalCount"]) == (4, 5)
    assert (before["dataTimestamp"], version["dataTimestamp"]) == ("2026-09-11T09:00:04", "2026-09-12T09:00:01")
    assert (lost.status_code, lost.text) == (still_lost.status_code, still_lost.text) == (404, "Page token not found")
    assert lost.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert json.dumps(anew["studies"][0], separators=(",", ":")).encode() == after[0]
