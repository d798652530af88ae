"""The register's version, and reloads of its data while they are read. No network: answers are handed in."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from msc_harvest.errors import BadPayload, SourceRefused, SourceUnreachable
from msc_harvest.model import Notice, Reading, Received, Request, Response
from tests.connectors.register import (
    SINCE,
    STRATEGY,
    URL,
    VERSION,
    Register,
    ids,
    nct,
    numbers,
    of,
    page,
    run,
    study,
    version,
    whole,
    words,
)
from tests.standin import Registry


def reloaded(*days: int) -> list[bytes]:
    return [version(day) for day in days]


def test_a_reload_during_the_search_is_told_and_what_it_brought_is_read() -> None:
    register = Register([whole(1, 2, 3), whole(1, 2, 3, 4), whole(2, 4)], reloaded(11, 12, 12))
    received, notices = run(register)
    assert ids(received) == nct(1, 2, 3, 2, 4)
    assert ("warning", f"reloaded during the search, read on: {words(11)}, {words(12)}") in notices
    assert dict(register.lists[2])["filter.advanced"] == "AREA[LastUpdatePostDate]RANGE[2026-09-10,MAX]"
    assert of("expected", notices) == ["3"]
    assert of("landed", notices) == nct(3), "the second look lands nowhere"
    assert [request.path for request in register.asked].count("version") == 3


def test_the_new_day_is_told_when_all_of_its_data_have_been_read() -> None:
    register = Register([whole(1, 2), whole(1, 2), whole(2)], reloaded(11, 12, 12))
    found = list(ClinicalTrialsGov().search(register, STRATEGY, Reading()))
    places = {item.detail: place for place, item in enumerate(found) if isinstance(item, Notice)}
    last_study = max(place for place, item in enumerate(found) if isinstance(item, Received))
    assert places["2026-09-11"] < last_study < places["2026-09-12"]
    assert [item.detail for item in found if isinstance(item, Notice) and item.kind == "upstream"] == [
        words(11),
        words(12),
    ]


def test_a_repair_that_fails_leaves_the_day_before() -> None:
    register = Register([whole(1, 2), whole(1, 2), SourceUnreachable("gone")], reloaded(11, 12))
    notices = []
    with pytest.raises(SourceUnreachable):
        for item in ClinicalTrialsGov().search(register, STRATEGY, Reading()):
            notices += [(item.kind, item.detail)] if isinstance(item, Notice) else []
    assert of("watermark", notices) == ["2026-09-11"] and of("landed", notices) == nct(2)


def test_each_reload_is_followed_by_another_look() -> None:
    register = Register([whole(1), whole(1, 2), whole(), whole(1, 2, 3), whole(1)], reloaded(11, 12, 13, 13))
    received, notices = run(register)
    assert ids(received) == nct(1, 2, 1, 3)
    assert of("watermark", notices) == ["2026-09-11", "2026-09-12", "2026-09-13"]
    assert dict(register.lists[4])["filter.advanced"] == "AREA[LastUpdatePostDate]RANGE[2026-09-11,MAX]"
    assert not of("gap", notices)


def test_a_register_that_reloads_again_and_again_ends_with_a_gap() -> None:
    register = Register([whole(1), *[whole(1), whole()] * 9], reloaded(*range(11, 30)))
    received, notices = run(register)
    assert ids(received) == nct(1)
    assert of("gap", notices) == ["the register reloaded 4 times during the search; run again later"]
    assert of("watermark", notices)[-1] == "2026-09-14", "the version before the last look, not the one after it"
    assert len(register.lists) == 7


def test_a_list_that_a_reload_ran_through_counts_no_longer_when_the_next_one_is_whole() -> None:
    register = Register([*[numbers(1, total=3)] * 3, whole(1, 2, 3), whole()], reloaded(11, 12, 12))
    received, notices = run(register)
    assert ids(received) == nct(1, 2, 3)
    assert not of("gap", notices)
    register = Register([whole(1), *[numbers(1, total=3)] * 3, whole()], reloaded(11, 12, 12))
    assert of("gap", run(register)[1]) == ["the register announced 3 studies and listed 1"]


def test_an_empty_first_list_is_the_only_one_that_says_how_many() -> None:
    received, notices = run(Register([whole(), whole(1, 2)], reloaded(11, 12, 12)))
    assert ids(received) == nct(1, 2)
    assert of("expected", notices) == ["0"] and not of("landed", notices)


def test_what_vanished_with_the_reload_is_told() -> None:
    register = Register([whole(1, 2), whole(1), whole(), whole(1), whole()], reloaded(11, 12, 13, 13))
    register.spoil = lambda wished: page([study(1)])  # the second was gone before it could be fetched
    received, notices = run(register)
    assert ids(received) == nct(1)
    assert of("warning", notices).count("no longer in the answer after the reload: NCT00000002") == 1
    assert not of("missing", notices), "it left the answer"


def test_a_list_with_a_gap_makes_nothing_vanish() -> None:
    gapped = [whole(1, 2), *[numbers(1, total=2)] * 3, whole()]
    register = Register(gapped, reloaded(11, 12, 12))
    del register.records["NCT00000002"]
    _, notices = run(register)
    assert of("missing", notices) == nct(2) and not [one for one in of("warning", notices) if "no longer" in one]
    register = Register([*gapped, whole(1), whole()], reloaded(11, 12, 13, 13))
    del register.records["NCT00000002"]
    _, notices = run(register)
    assert not of("missing", notices) and [one for one in of("warning", notices) if "no longer" in one]


def test_what_was_missing_is_asked_for_again_after_a_reload() -> None:
    register = Register([whole(1, 2), whole(1, 2), whole()], reloaded(11, 12, 12))
    register.spoil = lambda wished: page([study(1)]) if register.wished.count(nct(2)) < 2 else None
    received, notices = run(register)
    assert ids(received) == nct(1, 2)
    assert not of("missing", notices)


def test_what_is_missing_in_both_looks_is_named_once() -> None:
    register = Register([whole(1, 2), whole(1, 2), whole(2)], reloaded(11, 12, 12))
    del register.records["NCT00000002"]
    assert of("missing", run(register)[1]) == nct(2)


def test_a_reload_during_a_partial_reading_lists_nothing_twice() -> None:
    register = Register([whole(1, 2, 3), whole(3), whole(1, 2, 3), whole(2)], reloaded(11, 12, 12))
    received, notices = run(register, Reading(frozenset(nct(1, 2, 3)), SINCE))
    assert ids(received) == nct(3, 2)
    assert of("listed", notices) == nct(1, 2)


def test_an_older_data_set_afterwards_is_read_from_its_own_day() -> None:
    """Two machines behind one address: one has reloaded, the other has not."""
    register = Register([whole(1), whole(1), whole(1)], reloaded(12, 11, 11))
    _, notices = run(register)
    assert dict(register.lists[2])["filter.advanced"] == "AREA[LastUpdatePostDate]RANGE[2026-09-10,MAX]"
    assert of("watermark", notices)[-1] == "2026-09-11"


@pytest.mark.parametrize(
    "versions",
    [
        (b"not found", VERSION),
        (SourceRefused("404"), VERSION),
        (BadPayload("too large"), VERSION),
        (VERSION, b"{}"),
        (VERSION, SourceUnreachable("gone")),
        (VERSION, b'{"apiVersion":"2.0.5","dataTimestamp":"soon"}'),
        (b"\xff", b"\xff"),
        (b"[" * 100_000, VERSION),
    ],
    ids=str,
)
def test_an_unreadable_version_costs_a_warning_only(versions: tuple[bytes | Exception, bytes | Exception]) -> None:
    received, notices = run(Register([whole(1)], versions))
    assert len(received) == 1
    assert len([detail for detail in of("warning", notices) if "version" in detail]) == 1
    assert of("watermark", notices) == (["2026-09-11"] if versions[0] == VERSION else [])
    assert not of("gap", notices)


def test_an_unreachable_register_is_an_error_at_once() -> None:
    register = Register([whole(1)], (SourceUnreachable("gone"),))
    with pytest.raises(SourceUnreachable):
        run(register)
    assert len(register.asked) == 1


# Whatever happens at whatever moment


class Small(ClinicalTrialsGov):
    page_size = 2
    batch = 2


#: When a study was last updated: long ago, since the reading before, with the reload.
DAYS = {1: "2026-08-20", 2: "2026-09-08", 3: "2026-09-10"}


def posted(number: str, revision: int) -> bytes:
    status = {
        "studyFirstPostDateStruct": {"date": f"2026-07-{number[-2:]}"},
        "lastUpdatePostDateStruct": {"date": DAYS[revision]},
    }
    sections = {"identificationModule": {"nctId": number}, "statusModule": status}
    return json.dumps({"protocolSection": sections}, separators=(",", ":")).encode()


#: Of each study: whether it is held, which revision the answer holds before the reload and after it (0: none).
fates = st.fixed_dictionaries(
    {
        number: st.tuples(st.booleans(), st.sampled_from((0, 1, 2)), st.sampled_from((0, 1, 3))).map(
            lambda fate: (fate[0], fate[1], max(fate[1], fate[2]) if fate[2] else 0)
        )
        for number in nct(*range(1, 7))
    }
)


@settings(max_examples=300, deadline=None)
@given(fates=fates, moment=st.integers(1, 16), reading_since=st.sampled_from((None, SINCE)))
def test_a_reload_at_any_moment_loses_nothing(
    fates: dict[str, tuple[bool, int, int]], moment: int, reading_since: date | None
) -> None:
    before = {number: posted(number, fate[1]) for number, fate in fates.items() if fate[1]}
    after = {number: posted(number, fate[2]) for number, fate in fates.items() if fate[2]}
    register = Registry(list(before.values()), data_timestamp="2026-09-10T09:00:00")
    met = 0

    def fetch(request: Request) -> Response:
        nonlocal met
        met += 1
        if met == moment:
            register.reload(list(after.values()), "2026-09-11T09:00:00")
        answer = register.answer("/" + request.path, request.params)
        if answer.status != 200:
            raise SourceRefused(f"HTTP {answer.status}: {answer.body.decode()}")
        return Response(URL, "application/json", answer.body)

    archive = {number: posted(number, 1) for number, fate in fates.items() if fate[0]}
    reading = Reading(frozenset(archive), reading_since)
    items = list(Small().search(fetch, STRATEGY, reading))
    notices = [(item.kind, item.detail) for item in items if isinstance(item, Notice)]
    received = {item.record_id: item.body for item in items if isinstance(item, Received)}
    truth = after if of("watermark", notices)[-1] == "2026-09-11" else before
    assert {number: (archive | received).get(number) for number in truth} == truth
    assert truth.keys() <= received.keys() | set(of("listed", notices)), "nothing looks as if it had left the answer"
    assert not of("missing", notices) and not of("gap", notices)
