"""What the client tells of each exchange: to the ledger and to the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from msc_harvest.errors import BadPayload, SourceError, SourceRefused, SourceUnreachable
from msc_harvest.http import Client
from msc_harvest.http.exchange import Exchange
from msc_harvest.http.spacing import STRETCH, Spacing
from msc_harvest.model import Exchanged, Request
from tests.http.conftest import BEGIN, Clock
from tests.standin import Asked, Fault, StandIn
from tests.standin.answers import Answer

MakeClient = Callable[..., Client]
KEY = "CANARY0123456789"


def well(asked: Asked) -> Answer:
    return Answer(200, "application/json", b'{"a":1}')


def ask(client: Client, service: StandIn, request: Request | None = None, identify: bool = True) -> None:
    client.fetcher(service.url, 1.0, identify=identify)(request or Request("/x", (("q", "a b"),)))


def test_one_good_request(make_client: MakeClient) -> None:
    told: list[Exchanged] = []
    with StandIn(handle=well) as service:
        ask(make_client(record=told.append, api_key=KEY), service)
    host = service.url.removeprefix("http://")
    assert told == [Exchanged(BEGIN, host, "GET", service.url + "/x?q=a%20b", 200, "ok", 1, 7, 0.0, 0.0)]


def test_every_try_is_told_with_its_reason_and_its_wait(make_client: MakeClient, clock: Clock) -> None:
    told: list[Exchanged] = []
    faults = [Fault("status", status=503, headers={"Retry-After": "7"}), Fault("reset"), Fault("cut")]
    with StandIn(handle=well, faults=faults) as service:
        ask(make_client(record=told.append), service, Request("/x", form=(("term", "hidden"),)))
    assert [(one.try_number, one.status, one.outcome.partition(":")[0], one.bytes) for one in told] == [
        (1, 503, "retry", 0),
        (2, None, "retry", 0),
        (3, None, "retry", 0),
        (4, 200, "ok", 7),
    ]
    assert "HTTP 503" in told[0].outcome and "cut" in told[2].outcome
    assert [one.method for one in told] == ["POST"] * 4
    assert not any("hidden" in one.url for one in told)
    assert sum(one.seconds_waited for one in told) == pytest.approx(sum(clock.naps))
    assert told[1].seconds_waited >= 7
    assert (told[-1].at - told[0].at).total_seconds() == pytest.approx(sum(clock.naps))


def test_a_redirect_is_a_request_of_the_same_try(make_client: MakeClient) -> None:
    told: list[Exchanged] = []
    with StandIn(handle=well, faults=[Fault("status", status=301, headers={"Location": "/y"})]) as service:
        ask(make_client(record=told.append), service, identify=False)
    assert [(one.status, one.outcome, one.try_number, one.url.partition("?")[0][-2:]) for one in told] == [
        (301, "ok", 1, "/x"),
        (200, "ok", 1, "/y"),
    ]


@pytest.mark.parametrize(
    ("fault", "kind", "told_last"),
    [
        (Fault("status", status=400, body=b"no such thing", times=9), SourceRefused, "failed: .*HTTP 400: no such"),
        (Fault("status", status=500, times=9), SourceUnreachable, "failed: HTTP 500"),
        (Fault("status", status=302, headers={"Location": "http://other.example/"}), SourceRefused, "failed: .*redir"),
        (Fault("bomb", size=300_000_000), BadPayload, "failed: .*larger than"),
    ],
    ids=["refused", "given up", "sent away", "too large"],
)
def test_the_last_one_says_why_it_failed(
    make_client: MakeClient, fault: Fault, kind: type[SourceError], told_last: str
) -> None:
    told: list[Exchanged] = []
    with StandIn(handle=well, faults=[fault]) as service, pytest.raises(kind):
        ask(make_client(record=told.append), service)
    assert len(told) == len(service.log)
    assert [one.outcome for one in told if one.outcome.startswith("failed")] == [told[-1].outcome]
    import re

    assert re.match(told_last, told[-1].outcome)


def test_an_answer_that_cannot_be_used_counts_its_bytes(make_client: MakeClient) -> None:
    def check(body: bytes) -> None:
        raise BadPayload("half of it is missing")

    told: list[Exchanged] = []
    with StandIn(handle=well) as service, pytest.raises(SourceUnreachable):
        ask(make_client(record=told.append), service, Request("/x", check=check))
    assert [one.outcome for one in told] == ["retry: half of it is missing"] * 5 + ["failed: half of it is missing"]
    assert {(one.status, one.bytes) for one in told} == {(200, 7)}


@pytest.mark.parametrize(
    ("problem", "outcome"), [(KeyboardInterrupt(), "failed: interrupted"), (ZeroDivisionError(), "failed: ZeroDiv")]
)
def test_what_is_broken_off_is_told_too(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, problem: BaseException, outcome: str
) -> None:
    def broken(*_: object) -> Answer:
        raise problem

    monkeypatch.setattr(Exchange, "run", broken)
    told: list[Exchanged] = []
    with StandIn(handle=well) as service, pytest.raises(type(problem)):
        ask(make_client(record=told.append), service)
    assert [one.status for one in told] == [None]
    assert told[0].outcome.startswith(outcome)


def test_the_ledger_and_the_counters_agree(make_client: MakeClient) -> None:
    told: list[Exchanged] = []
    with StandIn(handle=well, faults=[Fault("status", times=2), Fault("cut_gzip")]) as service:
        client = make_client(record=told.append)
        for _ in range(3):
            ask(client, service)
    (stats,) = client.stats.values()
    assert (stats.requests, stats.bytes) == (len(told), sum(one.bytes for one in told))
    assert stats.retries == sum(one.outcome.startswith("retry") for one in told) == 3
    assert stats.seconds_waited == pytest.approx(sum(one.seconds_waited for one in told))


def test_the_log_tells_each_try_and_warns_when_it_lasts(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "msc_harvest.http")
    faults = [Fault("status", times=4), Fault("status", status=429, headers={"Retry-After": "90"})]
    with StandIn(handle=well, faults=faults) as service:
        ask(make_client(api_key=KEY), service)
    told = [one for one in caplog.records if one.name == "msc_harvest.http"]
    retries = [one for one in told if getattr(one, "event", "") == "retry"]
    assert [one.levelname for one in retries] == ["INFO", "INFO", "WARNING", "WARNING", "WARNING"]
    assert "HTTP 503; asking again in" in retries[0].getMessage() and "(try 2)" in retries[0].getMessage()
    assert "in 90.0 s" in retries[-1].getMessage()
    requests = [one for one in told if getattr(one, "event", "") == "request"]
    assert len(requests) == 6 and all(one.levelname == "DEBUG" for one in requests)
    assert "GET http://127.0.0.1" in requests[0].getMessage() and "status 503" in requests[0].getMessage()
    assert vars(requests[-1])["status"] == 200 and vars(requests[-1])["bytes"] == 7
    assert KEY not in caplog.text


def test_without_a_listener_nothing_is_printed(
    make_client: MakeClient, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python prints warnings of loggers that nobody configured."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with StandIn(handle=well, faults=[Fault("status", times=4)]) as service:
        ask(make_client(), service)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("rate", [1.0, 3.0, 10.0])
@pytest.mark.parametrize("under_way", [0.0, 0.06, 0.2, 0.9])
def test_no_second_is_too_full_whenever_requests_arrive(
    tmp_path: Path, clock: Clock, rate: float, under_way: float
) -> None:
    """One in three requests takes long to arrive: the service sees it when it is answered, the others when they leave."""
    spacing = Spacing(tmp_path, clock.sleep, clock.monotonic)
    seen = []
    for place in range(45):
        turn = spacing.wait("a", rate)
        clock.now += under_way if place % 3 == 0 else 0.0
        seen.append(clock.now)
        spacing.settle("a", rate, turn)
    assert max(sum(1 for other in seen if moment <= other < moment + 1.0) for moment in seen) <= rate
    assert rate * (STRETCH / rate) > 1.0


def test_a_request_long_under_way_pushes_only_what_is_not_given_away(tmp_path: Path, clock: Clock) -> None:
    spacing = Spacing(tmp_path, clock.sleep, clock.monotonic)
    late = spacing.wait("a", 3.0)
    others = [spacing.wait("a", 3.0) for _ in range(3)]
    spacing.settle("a", 3.0, late)
    assert spacing.wait("a", 3.0).moment == pytest.approx(others[-1].moment + STRETCH / 3)
    assert [one.number for one in (late, *others)] == [0, 1, 2, 3]
