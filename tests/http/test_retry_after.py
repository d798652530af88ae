"""Retry-After in all its shapes, on a clock that only sleeps move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from msc_harvest.errors import SourceUnreachable
from msc_harvest.http import Client
from msc_harvest.http.retry import retry_after
from msc_harvest.model import Request
from tests.http.conftest import Clock
from tests.standin import Asked, Fault, StandIn
from tests.standin.answers import Answer

NOW = datetime(2026, 2, 28, 23, 59, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("abc", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0.0),
        ("7", 7.0),
        (" 30 ", 30.0),
        ("86400", 86400.0),
        ("Sun, 01 Mar 2026 00:00:30 GMT", 90.0),
        ("Sat, 28 Feb 2026 23:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2026 00:00:30", 90.0),
        ("Sun, 99 Foo 2026 00:00:30 GMT", None),
        ("9" * 400, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def well(_: Asked) -> Answer:
    return Answer(200, "application/json", b"{}")


@pytest.mark.parametrize(
    ("header", "waits_at_least"),
    [("100", 100.0), ("Sun, 01 Mar 2026 00:00:30 GMT", 85.0), ("abc", 2.0), ("Sat, 28 Feb 2026 23:00:00 GMT", 2.0)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_asked_for_is_kept(
    make_client: Callable[..., Client], clock: Clock, status: int, header: str, waits_at_least: float
) -> None:
    fault = Fault("status", status=status, headers={"Retry-After": header})
    with StandIn(handle=well, faults=[fault]) as service:
        make_client().fetcher(service.url, 1.0, identify=False)(Request("/x"))
    assert len(service.log) == 2
    assert waits_at_least <= clock.now - 1000.0 <= waits_at_least + 10


def test_a_wait_beyond_the_cap_stops_at_once_and_names_it(make_client: Callable[..., Client], clock: Clock) -> None:
    fault = Fault("status", status=429, headers={"Retry-After": "86400"}, times=9)
    complaint = pytest.raises(SourceUnreachable, match="asks to wait 86400 s")
    with StandIn(handle=well, faults=[fault]) as service, complaint:
        make_client().fetcher(service.url, 1.0, identify=False)(Request("/x"))
    assert len(service.log) == 1
    assert clock.naps == []


def test_others_hold_off_too_when_the_service_asks_one_to_wait(
    make_client: Callable[..., Client], clock: Clock
) -> None:
    fault = Fault("status", status=503, headers={"Retry-After": "50"}, times=1)
    with StandIn(handle=well, faults=[fault]) as service:
        first, second = make_client(sleep=lambda _: None), make_client()
        first.fetcher(service.url, 1.0, identify=False)(Request("/x"))
        second.fetcher(service.url, 1.0, identify=False)(Request("/x"))
    assert clock.now - 1000.0 >= 50


def test_a_busy_service_without_retry_after_gets_at_least_a_second(
    make_client: Callable[..., Client], clock: Clock
) -> None:
    with StandIn(handle=well, faults=[Fault("status", status=429)]) as service:
        make_client(jitter=lambda: 0.0).fetcher(service.url, 1000.0, identify=False)(Request("/x"))
    assert max(clock.naps) == 1.0


def test_the_whole_request_ends_within_its_time(make_client: Callable[..., Client], clock: Clock) -> None:
    fault = Fault("status", status=503, headers={"Retry-After": "119"}, times=99)
    with StandIn(handle=well, faults=[fault]) as service, pytest.raises(SourceUnreachable, match="after 6 tries"):
        make_client().fetcher(service.url, 1.0, identify=False)(Request("/x"))
    assert len(service.log) == 6
    assert clock.now - 1000.0 <= 600


def test_tries_that_take_long_end_it_sooner(make_client: Callable[..., Client], clock: Clock) -> None:
    def slow(_: Asked) -> Answer:
        clock.now += 170
        return Answer(502, "text/html", b"<html/>")

    with StandIn(handle=slow) as service, pytest.raises(SourceUnreachable, match="after 4 tries"):
        make_client().fetcher(service.url, 1000.0, identify=False)(Request("/x"))
    assert len(service.log) == 4


def test_back_off_is_drawn_from_the_full_range(make_client: Callable[..., Client], clock: Clock) -> None:
    draws = iter([0.0, 0.25, 0.5, 0.75, 1.0])
    with StandIn(handle=well, faults=[Fault("status", status=500, times=5)]) as service:
        client = make_client(jitter=lambda: next(draws))
        client.fetcher(service.url, 1000.0, identify=False)(Request("/x"))
    backoff = [nap for nap in clock.naps if nap > 0.01]
    assert backoff == [1.0, 4.0, 12.0, 32.0]
