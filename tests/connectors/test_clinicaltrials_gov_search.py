"""What the ClinicalTrials.gov connector asks, and what it makes of every kind of answer. No network: answers are handed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from msc_harvest.connectors.study_list import since_update
from msc_harvest.errors import BadPayload, SourceError, SourceRefused, SourceUnreachable
from msc_harvest.model import Reading, Strategy
from tests.connectors.register import (
    SINCE,
    STRATEGY,
    WINDOW,
    InBatches,
    Register,
    ids,
    listed,
    nct,
    numbers,
    of,
    page,
    run,
    study,
    whole,
    words,
)

# The list


def test_pages_follow_the_token_and_repeat_every_parameter() -> None:
    register = Register([numbers(1, 2, token="tok-1", total=3), numbers(3)])
    received, notices = run(register)
    assert ids(received) == nct(1, 2, 3)
    assert [one.body for one in received] == [study(1), study(2), study(3)]
    repeated = [
        ("query.term", "MSC"),
        ("filter.overallStatus", "COMPLETED"),
        ("fields", "NCTId"),
        ("sort", "StudyFirstPostDate:asc"),
        ("pageSize", "1000"),
    ]
    assert register.lists == [[*repeated, ("countTotal", "true")], [*repeated, ("pageToken", "tok-1")]]
    assert notices == [
        ("upstream", words(11)),
        ("watermark", "2026-09-11"),
        ("expected", "3"),
        ("landed", "NCT00000003"),
    ]
    assert received[0].media_type == "application/json"


def test_version_is_asked_before_and_after() -> None:
    register = Register([whole()])
    run(register)
    assert [request.path for request in register.asked] == ["version", "studies", "version"]


def test_an_empty_page_is_not_the_end() -> None:
    pages = [numbers(1, token="a", total=2), numbers(token="b"), numbers(token="c"), numbers(2)]
    received, notices = run(Register(pages))
    assert ids(received) == nct(1, 2)
    assert not of("warning", notices) and not of("gap", notices)


def test_no_hit_is_an_answer() -> None:
    register = Register([b'{"totalCount":0,"studies":[\n\n]}'])
    assert run(register) == ([], [("upstream", words(11)), ("watermark", "2026-09-11"), ("expected", "0")])
    assert not register.wished


def test_the_same_study_twice_is_one() -> None:
    register = Register([numbers(1, 2, token="a", total=2), numbers(2, 1)])
    received, notices = run(register)
    assert ids(received) == nct(1, 2)
    assert register.wished == [nct(1, 2)]
    assert not of("warning", notices) and not of("gap", notices)


def test_a_repeated_token_ends_the_search_with_an_error() -> None:
    with pytest.raises(SourceError, match="circles after 3 studies"):
        run(Register([numbers(1, token="a", total=9), numbers(2, token="b"), numbers(3, token="a")]))


def test_endless_pages_without_anything_new_end_with_an_error() -> None:
    with pytest.raises(SourceError, match="circles after 1 studies"):
        run(Register([numbers(1, token=f"t{serial}", total=9) for serial in range(300)]))


def test_a_token_that_is_lost_begins_the_list_anew() -> None:
    lost = SourceRefused("HTTP 404: Page token not found")
    register = Register([numbers(1, 5, token="a", total=3), lost, numbers(1, 2, token="b", total=3), numbers(3)])
    received, notices = run(register)
    assert ids(received) == nct(1, 2, 3), "what the list broken off held does not count"
    assert of("warning", notices) == [
        "the list of studies is read anew: it broke off after 2 studies: HTTP 404: Page token not found"
    ]
    assert of("expected", notices) == ["3"] and not of("gap", notices)
    assert [one[-1] for one in register.lists] == [
        ("countTotal", "true"), ("pageToken", "a"), ("countTotal", "true"), ("pageToken", "b"),
    ]  # fmt: skip


def test_a_token_lost_again_and_again_ends_the_search_with_an_error() -> None:
    register = Register([numbers(1, token="a", total=3), SourceRefused("HTTP 400: gone")] * 9)
    with pytest.raises(SourceError, match="broke off after 1 studies: HTTP 400: gone; run again later"):
        run(register)
    assert len(register.lists) == 6


def test_a_search_that_is_refused_is_no_lost_token() -> None:
    register = Register([SourceRefused("HTTP 400: Invalid value")])
    with pytest.raises(SourceRefused, match="Invalid value"):
        run(register)
    assert len(register.lists) == 1


def test_a_list_of_another_length_than_announced_is_read_anew() -> None:
    register = Register([numbers(1, token="a", total=3), numbers(3), whole(1, 2, 3)])
    received, notices = run(register)
    assert ids(received) == nct(1, 2, 3)
    assert of("warning", notices) == ["the list of studies is read anew: the register announced 3 studies and listed 2"]
    assert not of("gap", notices)


def test_a_gap_between_announced_and_listed_is_told() -> None:
    short = [numbers(1, token="a", total=120), numbers(2)]
    received, notices = run(Register(short * 3))
    assert ids(received) == nct(1, 2)
    assert of("expected", notices) == ["120"]
    assert notices[-1] == ("gap", "the register announced 120 studies and listed 2")


def test_lists_that_never_add_up_are_taken_together() -> None:
    pages = [numbers(1, 2, total=4), numbers(2, 3, total=4), numbers(3, 1, total=4)]
    received, notices = run(Register(pages))
    assert ids(received) == nct(1, 2, 3)
    assert of("gap", notices) == ["the register announced 4 studies and listed 3"]
    received, notices = run(Register([numbers(1, 2, total=3), numbers(2, 3, total=3), numbers(3, 1, total=3)]))
    assert ids(received) == nct(1, 2, 3)
    assert not of("gap", notices)


def test_a_list_without_an_announcement_proves_nothing() -> None:
    received, notices = run(Register([numbers(1)]))
    assert ids(received) == nct(1)
    assert not of("expected", notices)
    assert of("gap", notices) == ["the register did not announce how many studies and listed 1"]


def test_an_entry_without_a_number_is_told_with_its_place() -> None:
    odd = [listed(1), b"{}", b'{"protocolSection":{"identificationModule":{"nctId":5}}}', b"7"]
    received, notices = run(Register([page(odd, None, 4)]))
    assert ids(received) == nct(1)
    places = "page 1, study 2; page 1, study 3; page 1, study 4"
    assert of("gap", notices) == [f"3 entries of the list have no NCT number: {places}"]
    _, notices = run(Register([page([b"{}"] * 7, None, 7)]))
    assert of("gap", notices)[0].endswith("page 1, study 5; …"), "a thousand of them make no longer line"


@pytest.mark.parametrize(
    "odd",
    [
        study(2, ',"briefTitle":"two\nlines\x01"'),
        study(2, ',"x":NaN'),
        b'{"protocolSection":{"identificationModule":{"nctId":"NCT00000002","t":"\xff"}}}',
        study(2, ',"t":"\\ud800"'),
    ],
    ids=["control characters", "NaN", "stray byte", "unpaired surrogate"],
)
def test_a_page_that_is_not_strict_json_still_gives_its_studies(odd: bytes) -> None:
    register = Register([b"\xef\xbb\xbf" + page([listed(1), odd, listed(3)], "a", 3), page([])])
    register.spoil = lambda _: b"\xef\xbb\xbf" + page([study(1), odd, study(3)])
    received, notices = run(register)
    assert [one.body for one in received] == [study(1), odd, study(3)]
    assert ids(received) == nct(1, 2, 3)
    assert ("expected", "3") in notices
    assert ClinicalTrialsGov().parse(received[1].body).rows["core.trial"]


PAGE_FAULTS = [
    b"", b"NCT number NCT99999999 not found", b"Invalid value in parameter `overallStatus`: `X`", b"<html><body>busy</body></html>", b"[]", b"null", b"{}",
    b'{"totalCount":1}', b'{"studies":{}}', b'{"studies":null}', b'{"studies":[],"nextPageToken":5}', b'{"studies":[],"totalCount":"many"}', b'{"studies":"\x01"}',
    page([study(1), study(2)], "a", 2)[:-1], page([study(1)])[:60], page([study(1)]) + b"{}", page([study(1, ',"t":"\x01"')])[:-3], b'{"studies":[' + b"[" * 100_000, b'{"studies":[\x01]}',
    b'{"studies":[],"nextPageToken":5,"t":"\x01"}', b'{"studies":[] "a":"\x01"}', b'{"t":"\x01"}',
]  # fmt: skip


@pytest.mark.parametrize("body", PAGE_FAULTS)
@pytest.mark.parametrize("place", ["list", "studies"])
def test_what_is_no_page_is_bad_payload_already_for_the_client(body: bytes, place: str) -> None:
    register = Register([body if place == "list" else whole(1)])
    register.spoil = lambda _: body
    with pytest.raises(SourceUnreachable) as problem:
        run(register)
    assert isinstance(problem.value.__cause__, BadPayload)
    assert "\n" not in str(problem.value)


# The studies


def test_studies_are_asked_for_by_number_in_batches_in_their_order() -> None:
    register = Register([numbers(5, 3, 1, token="a", total=5), numbers(4, 2)])
    received, notices = run(register, connector=InBatches())
    assert register.wished == [nct(1, 2), nct(3, 4), nct(5)]
    assert ids(received) == nct(1, 2, 3, 4, 5)
    assert of("landed", notices) == nct(2, 4, 5)
    asked = [list(one.params) for one in register.asked if one.path == "studies"][2]
    assert asked == [("filter.ids", "NCT00000001|NCT00000002"), ("pageSize", "1000")]
    assert received[0].url == received[1].url != received[2].url


def test_a_batch_of_the_usual_size_fits_into_an_address() -> None:
    register = Register([whole(*range(1, 251))])
    received, _ = run(register)
    assert [len(wished) for wished in register.wished] == [100, 100, 50]
    assert len(received) == 250


def test_bytes_of_a_study_stay_exactly_as_they_came() -> None:
    odd = b'{ "protocolSection" : {"identificationModule":{"nctId":"NCT00000009"  , "briefTitle":"caf\\u00e9 caf\xc3\xa9 \\/"}},\n "x":[1.0, 1e3] }'
    register = Register([whole(1, 9)])
    register.records["NCT00000009"] = odd
    received, _ = run(register)
    assert received[1].body == odd


def test_what_arrived_before_a_failure_has_been_handed_over() -> None:
    register = Register([whole(1, 2, 3)])
    register.spoil = lambda wished: SourceUnreachable("gone") if wished == nct(3) else None
    found = InBatches().search(register, STRATEGY, Reading())
    kinds = [next(found).__class__.__name__ for _ in range(6)]
    assert kinds == ["Notice", "Notice", "Notice", "Received", "Received", "Notice"]
    with pytest.raises(SourceUnreachable):
        next(found)


def test_a_study_that_does_not_come_is_asked_for_once_more_and_then_named() -> None:
    register = Register([whole(1, 2, 3, 4, 5)])
    del register.records["NCT00000003"]
    received, notices = run(register, connector=InBatches())
    assert ids(received) == nct(1, 2, 4, 5)
    assert register.wished == [nct(1, 2), nct(3, 4), nct(5), nct(3)]
    assert of("missing", notices) == nct(3)
    assert of("landed", notices) == nct(2), "nothing lands behind a missing one"


def test_a_study_late_by_one_round_is_not_missing() -> None:
    register = Register([whole(1, 2, 3)])
    register.spoil = lambda wished: page([study(2)]) if wished == nct(1, 2) else None
    received, notices = run(register, connector=InBatches())
    assert ids(received) == nct(2, 3, 1)
    assert not of("missing", notices) and of("landed", notices) == nct(3)


def test_a_study_of_a_batch_twice_is_one_and_an_uninvited_one_is_left_out() -> None:
    register = Register([whole(1, 2)])
    register.spoil = lambda _: page([study(1), study(1), study(2), study(77)])
    received, notices = run(register)
    assert ids(received) == nct(1, 2)
    twice, uninvited = of("warning", notices)
    assert "NCT00000001 more than once" in twice and "NCT00000077" in uninvited


def test_a_study_without_a_number_is_kept_under_the_digest_of_its_content() -> None:
    def nameless(day: bytes) -> bytes:
        return b'{"derivedSection":{"miscInfoModule":{"versionHolder":"%s"}}}' % day

    names = []
    for day in (b"2026-09-11", b"2026-09-12"):
        register = Register([whole(1)])
        register.spoil = lambda wished, day=day: page([study(1), nameless(day)])  # type: ignore[misc]
        received, notices = run(register)
        assert received[1].body == nameless(day)
        assert "without an id" in of("warning", notices)[0] and not of("missing", notices)
        names.append(received[1].record_id)
    assert names[0] == names[1] and names[0].startswith("sha256-"), "the day of the data set makes no other record"


def test_an_alias_in_the_list_brings_the_study_it_has_become_part_of() -> None:
    register = Register([whole(1, 2)])
    register.spoil = lambda wished: page([study(1), study(8, ',"nctIdAliases":["NCT00000002"]')])
    received, notices = run(register)
    assert ids(received) == nct(1, 8)
    assert not of("missing", notices)
    assert of("warning", notices) == [
        "ClinicalTrials.gov returned NCT00000008 for NCT00000002, which has become part of it"
    ]
    assert of("landed", notices) == nct(2)


def test_an_alias_listed_beside_its_study_is_not_missing() -> None:
    register = Register([whole(1, 2)])
    register.spoil = lambda wished: page([study(1, ',"nctIdAliases":["NCT00000002"]')])
    received, notices = run(register)
    assert ids(received) == nct(1)
    assert not of("missing", notices) and len(register.wished) == 1


@pytest.mark.parametrize("aliases", ["5", "[5]", "{}", "null"])
def test_aliases_of_another_kind_are_none(aliases: str) -> None:
    register = Register([whole(1, 2)])
    register.records["NCT00000001"] = study(1, f',"nctIdAliases":{aliases}')
    del register.records["NCT00000002"]
    received, notices = run(register)
    assert ids(received) == nct(1) and of("missing", notices) == nct(2)


def refuse(*bad: str) -> Callable[[list[str]], Exception | None]:
    """One bad number rejects the whole request."""

    def spoil(wished: list[str]) -> Exception | None:
        hit = next((one for one in wished if one in bad), None)
        return SourceRefused(f"HTTP 400: Invalid value in parameter `filter.ids`: `{hit}`") if hit else None

    return spoil


@pytest.mark.parametrize("bad", [nct(1), nct(100), nct(50, 51), nct(7, 23, 64, 99), nct(2, 3, 4, 5, 6)])
def test_a_refused_number_costs_its_neighbours_nothing(bad: list[str]) -> None:
    register = Register([whole(*range(1, 101))])
    register.spoil = refuse(*bad)
    received, notices = run(register)
    assert ids(received) == [one for one in nct(*range(1, 101)) if one not in bad]
    assert of("missing", notices) == bad
    assert [one.split(":")[0] for one in of("warning", notices)] == [f"ClinicalTrials.gov refuses {one}" for one in bad]
    assert len(register.wished) <= 15 * len(bad)
    assert sum(wished == [bad[0]] for wished in register.wished) == 1, "a number refused by name is not asked for again"


def test_studies_that_are_too_many_bytes_together_are_asked_for_in_halves() -> None:
    register = Register([whole(1, 2, 3, 4)])
    register.spoil = lambda wished: BadPayload("larger than 200 MB") if len(wished) > 2 else None
    received, notices = run(register)
    assert ids(received) == nct(1, 2, 3, 4)
    assert register.wished == [nct(1, 2, 3, 4), nct(1, 2), nct(3, 4)]
    assert not of("warning", notices) and of("landed", notices) == nct(4)
    assert received[0].url != received[2].url, "each study names the answer it came with"


def test_a_service_that_refuses_everything_ends_the_search() -> None:
    register = Register([whole(*range(1, 301))])
    register.spoil = lambda _: SourceRefused("HTTP 403: go away")
    with pytest.raises(SourceRefused, match="go away"):
        run(register)
    assert len(register.wished) == 20


# A reading of a part


def test_an_incremental_reading_lists_everything_and_fetches_what_is_new_or_changed() -> None:
    register = Register([numbers(1, 2, token="a", total=4), numbers(3, 4), whole(2)])
    received, notices = run(register, Reading(frozenset(nct(1, 2, 3, 7)), SINCE))
    assert ids(received) == nct(2, 4)
    assert of("listed", notices) == nct(1, 3)
    assert of("expected", notices) == ["4"]
    assert ("filter.advanced", WINDOW) not in register.lists[1]
    assert register.lists[2] == [
        ("query.term", "MSC"),
        ("filter.overallStatus", "COMPLETED"),
        ("filter.advanced", WINDOW),
        ("fields", "NCTId"),
        ("sort", "StudyFirstPostDate:asc"),
        ("pageSize", "1000"),
        ("countTotal", "true"),
    ]


def test_nothing_new_costs_no_fetch() -> None:
    register = Register([whole(1, 2), whole()])
    received, notices = run(register, Reading(frozenset(nct(1, 2)), SINCE))
    assert not received and not register.wished
    assert of("listed", notices) == nct(1, 2) and not of("landed", notices)


def test_what_changed_is_not_asked_when_nothing_listed_is_held() -> None:
    register = Register([whole(1, 2)])
    received, _ = run(register, Reading(frozenset(nct(9)), SINCE))
    assert ids(received) == nct(1, 2) and len(register.lists) == 1


def test_a_reading_broken_off_goes_on_behind_its_landing() -> None:
    register = Register([whole(1, 2, 3, 4, 5), whole(1)])
    received, notices = run(register, Reading(frozenset(nct(1, 2, 4)), SINCE, after="NCT00000003"))
    assert ids(received) == nct(1, 3, 4, 5), "not held, changed since, or behind the landing"
    assert of("listed", notices) == nct(2)


def test_what_only_the_list_of_changes_holds_is_read_too() -> None:
    received, notices = run(Register([whole(1, 2), whole(2, 3)]), Reading(frozenset(nct(1, 2, 3)), SINCE))
    assert ids(received) == nct(2, 3)
    assert of("listed", notices) == nct(1)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ([numbers(2, total=2)] * 3, "announced 2 studies and listed 1"),
        ([numbers(2)], "did not announce"),
        ([SourceRefused("HTTP 400: Invalid value in parameter `filter.advanced`")], "filter.advanced"),
    ],
)
def test_when_it_is_not_sure_what_changed_everything_is_read(changes: list[bytes | Exception], why: str) -> None:
    """What is not read now lies before the next reading's day and would never be asked for again."""
    received, notices = run(Register([whole(1, 2, 3), *changes]), Reading(frozenset(nct(1, 2, 3)), SINCE))
    assert ids(received) == nct(1, 2, 3)
    (warning,) = [one for one in of("warning", notices) if "all is read" in one]
    assert "2026-09-04" in warning and why in warning
    assert not of("gap", notices), "what is in the answer is known"


def test_a_window_joins_an_expression_that_is_there_already() -> None:
    asked = (("query.term", "MSC"), ("filter.advanced", "AREA[Phase]PHASE1 OR AREA[Phase]PHASE2"), ("geoDecay", "x"))
    assert since_update(asked, SINCE) == (
        ("query.term", "MSC"),
        ("filter.advanced", f"(AREA[Phase]PHASE1 OR AREA[Phase]PHASE2) AND {WINDOW}"),
        ("geoDecay", "x"),
    )
    text = "query.term = MSC\nfilter.advanced = AREA[Phase]PHASE1\n  OR AREA[Phase]PHASE2\n"
    register = Register([whole(1), whole()])
    strategy = Strategy("clinical", "clinicaltrials_gov", text, "0" * 64)
    list(ClinicalTrialsGov().search(register, strategy, Reading(frozenset(nct(1)), SINCE)))
    given = [dict(one)["filter.advanced"] for one in register.lists]
    assert given == [
        "AREA[Phase]PHASE1 OR AREA[Phase]PHASE2",
        f"(AREA[Phase]PHASE1 OR AREA[Phase]PHASE2) AND {WINDOW}",
    ]
