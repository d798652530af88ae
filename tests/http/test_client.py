"""The client against the stand-in: what goes over the wire, and what comes back under faults."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

import pytest

from msc_harvest.errors import BadPayload, SourceRefused, SourceUnreachable
from msc_harvest.http import Client, Limits
from msc_harvest.model import Request
from tests.http.conftest import Clock
from tests.standin import Asked, Fault, StandIn
from tests.standin.answers import Answer, text

BODY = b'{"studies":[\n' + b" " * 5_000 + b"\n]}"
MakeClient = Callable[..., Client]


def well(asked: Asked) -> Answer:
    return Answer(200, "application/json; charset=utf-8", BODY)


def test_get_sends_parameters_in_order_and_names_the_program(make_client: MakeClient) -> None:
    with StandIn(handle=well) as service:
        fetch = make_client().fetcher(service.url + "/api/v2", 1.0, identify=False)
        answer = fetch(Request("/studies", params=(("query.cond", 'a & "b" OR é'), ("pageSize", "5"))))
    asked = service.log[0]
    assert (asked.method, asked.path) == ("GET", "/api/v2/studies")
    assert asked.params == (("query.cond", 'a & "b" OR é'), ("pageSize", "5"))
    assert asked.headers["user-agent"] == "msc-harvest/0.test"
    assert asked.headers["accept-encoding"] == "gzip"
    assert answer.body == BODY
    assert answer.media_type == "application/json"
    assert answer.url == service.url + "/api/v2/studies?query.cond=a%20%26%20%22b%22%20OR%20%C3%A9&pageSize=5"


def test_post_sends_a_form_with_who_asks_in_the_body_only(make_client: MakeClient) -> None:
    with StandIn(handle=well) as service:
        client = make_client(contact="someone@example.org", api_key="CANARYKEY")
        answer = client.fetcher(service.url, 10.0, identify=True)(Request("esearch.fcgi", form=(("term", "x y"),)))
    asked = service.log[0]
    assert (asked.method, asked.path, asked.params) == ("POST", "/esearch.fcgi", ())
    assert asked.form == (
        ("term", "x y"),
        ("tool", "msc_harvest"),
        ("email", "someone@example.org"),
        ("api_key", "CANARYKEY"),
    )
    assert asked.headers["user-agent"] == "msc-harvest/0.test (+mailto:someone@example.org)"
    assert answer.url == service.url + "/esearch.fcgi"


def test_a_get_of_an_identified_source_carries_the_key_where_nobody_sees_it(make_client: MakeClient) -> None:
    with StandIn(handle=well) as service:
        client = make_client(contact="someone@example.org", api_key="CANARYKEY")
        answer = client.fetcher(service.url, 10.0, identify=True)(Request("einfo.fcgi", params=(("db", "pubmed"),)))
    assert ("api_key", "CANARYKEY") in service.log[0].params
    assert answer.url == service.url + "/einfo.fcgi?db=pubmed"


def test_no_cookie_is_kept_and_no_password_file_is_read(
    make_client: MakeClient, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("user") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password CANARY\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with StandIn(handle=lambda _: Answer(200, "text/xml", b"<x/>", {"Set-Cookie": "sid=1; Path=/"})) as service:
        fetch = make_client().fetcher(service.url, 1.0, identify=False)
        fetch(Request("/one"))
        fetch(Request("/two"))
    assert all("cookie" not in asked.headers and "authorization" not in asked.headers for asked in service.log)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=429),
        Fault("status", status=408),
        Fault("status", status=500),
        Fault("status", status=502),
        Fault("status", status=503),
        Fault("status", status=504),
        Fault("status", status=204),
        Fault("reset"),
        Fault("cut"),
        Fault("cut_gzip"),
        Fault("empty"),
    ],
    ids=lambda fault: f"{fault.kind}{fault.status if fault.kind == 'status' else ''}",
)
@pytest.mark.parametrize("form", [None, (("term", "x"),)], ids=["GET", "POST"])
def test_a_passing_fault_costs_one_retry(
    make_client: MakeClient, fault: Fault, form: tuple[tuple[str, str], ...] | None
) -> None:
    with StandIn(handle=well, faults=[fault]) as service:
        client = make_client()
        answer = client.fetcher(service.url, 1.0, identify=False)(Request("/studies", form=form))
    assert answer.body == BODY
    assert len(service.log) == 2
    (stats,) = client.stats.values()
    assert (stats.requests, stats.retries) == (2, 1)
    assert stats.bytes >= len(BODY)


@pytest.mark.parametrize("kind", ["html", "cut_unannounced"])
def test_what_only_the_reader_can_notice_is_asked_again(make_client: MakeClient, kind: str) -> None:
    def whole(body: bytes) -> None:
        if not body.endswith(b"]}"):
            raise BadPayload("the page has no end")

    with StandIn(handle=well, faults=[Fault(kind)]) as service:  # type: ignore[arg-type]
        answer = make_client().fetcher(service.url, 1.0, identify=False)(Request("/studies", check=whole))
    assert answer.body == BODY
    assert len(service.log) == 2


def test_a_payload_that_stays_bad_ends_in_one_line_with_the_reason(make_client: MakeClient) -> None:
    def never(body: bytes) -> None:
        raise BadPayload("HTML where JSON was asked for")

    with StandIn(handle=well) as service:
        fetch = make_client().fetcher(service.url, 1.0, identify=False)
        with pytest.raises(SourceUnreachable, match=r"after 6 tries .*HTML where JSON was asked for") as failure:
            fetch(Request("/studies", check=never))
    assert len(service.log) == 6
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 414])
def test_a_refusal_is_told_at_once_in_the_services_own_words(make_client: MakeClient, status: int) -> None:
    words = "NCT number NCT99999999 not found\x1b[31m\r\n\u202e and more " + "x" * 500
    with StandIn(handle=lambda _: text(status, words)) as service:
        fetch = make_client().fetcher(service.url + "/api/v2", 1.0, identify=False)
        with pytest.raises(SourceRefused, match=rf"HTTP {status}: NCT number NCT99999999 not found") as failure:
            fetch(Request("/studies/NCT99999999"))
    assert len(service.log) == 1
    assert str(failure.value).isprintable()
    assert len(str(failure.value)) < 300


def test_a_400_the_connector_calls_passing_is_asked_again(make_client: MakeClient) -> None:
    fault = Fault("status", status=400, body=b"Error: External viewer error: Status: Timeout")
    with StandIn(handle=well, faults=[fault]) as service:
        fetch = make_client().fetcher(service.url, 3.0, identify=False)
        answer = fetch(Request("efetch.fcgi", form=(), is_transient=lambda status, body: b"Timeout" in body))
    assert answer.body == BODY
    assert len(service.log) == 2


def test_nobody_there_is_told_after_all_tries(make_client: MakeClient, clock: Clock) -> None:
    with StandIn() as service:
        address = service.url
    with pytest.raises(
        SourceUnreachable, match=r"127\.0\.0\.1:\d+: no usable answer after 6 tries .*Connection refused"
    ):
        make_client().fetcher(address, 10.0, identify=False)(Request("/version"))
    assert [nap for nap in clock.naps if nap >= 1] == [2, 4, 8, 16, 32]


def test_an_alias_is_followed_on_the_same_host_with_its_parameters(make_client: MakeClient) -> None:
    def alias(asked: Asked) -> Answer:
        if asked.path.endswith("NCT07048704"):
            return Answer(301, "text/html", b"<html>Moved</html>", {"Location": "/api/v2/studies/NCT07280598"})
        return well(asked)

    with StandIn(handle=alias) as service:
        client = make_client()
        fetch = client.fetcher(service.url + "/api/v2", 1.0, identify=False)
        answer = fetch(Request("/studies/NCT07048704", params=(("fields", "NCTId"),)))
    assert service.log[1].path == "/api/v2/studies/NCT07280598"
    assert service.log[1].params == (("fields", "NCTId"),)
    assert answer.url.endswith("/api/v2/studies/NCT07280598?fields=NCTId")
    assert next(iter(client.stats.values())).requests == 2


def test_a_redirect_to_another_host_is_not_followed(make_client: MakeClient) -> None:
    elsewhere = Answer(302, "text/plain", b"", {"Location": "http://localhost:1/x"})
    complaint = pytest.raises(SourceRefused, match="redirects to localhost:1; only its own pages")
    with StandIn(handle=lambda _: elsewhere) as service, complaint:
        make_client(api_key="K" * 8).fetcher(service.url, 1.0, identify=True)(Request("/x", form=()))
    assert len(service.log) == 1


def test_an_endless_round_of_redirects_ends(make_client: MakeClient) -> None:
    again = Answer(302, "text/plain", b"", {"Location": "/round"})
    with StandIn(handle=lambda _: again) as service, pytest.raises(SourceRefused, match="more than 3 redirects"):
        make_client().fetcher(service.url, 1.0, identify=False)(Request("/round"))
    assert len(service.log) == 4


def test_a_bomb_is_refused_at_the_cap_and_not_asked_for_again(make_client: MakeClient) -> None:
    with StandIn(faults=[Fault("bomb", size=30_000_000)]) as service:
        client = make_client(limits=Limits(body_bytes=2_000_000))
        with pytest.raises(BadPayload, match="larger than 2 MB"):
            client.fetcher(service.url, 1.0, identify=False)(Request("/x"))
    assert len(service.log) == 1


@pytest.mark.parametrize("kind", ["drip", "drip_headers"])
def test_a_dripping_answer_meets_the_deadline(make_client: MakeClient, kind: str) -> None:
    with StandIn(handle=well, faults=[Fault(kind, seconds=0.02, times=9)]) as service:  # type: ignore[arg-type]
        client = make_client(limits=Limits(tries=1, attempt_seconds=0.2, read_seconds=5))
        began = time.monotonic()
        with pytest.raises(SourceUnreachable, match=r"after 1 try .*no complete answer within"):
            client.fetcher(service.url, 1.0, identify=False)(Request("/x"))
    assert time.monotonic() - began < 1.0


def test_silence_meets_the_read_limit(make_client: MakeClient) -> None:
    with StandIn(handle=well, faults=[Fault("drip", seconds=0.6, times=1)]) as service:
        client = make_client(limits=Limits(tries=1, read_seconds=0.1))
        with pytest.raises(SourceUnreachable, match="no data for"):
            client.fetcher(service.url, 1.0, identify=False)(Request("/x"))


def test_a_packed_answer_of_two_members_is_read_whole(make_client: MakeClient) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}

    class Unpacked(StandIn):
        """Sends the body as it stands."""

    with Unpacked(handle=lambda _: Answer(200, "text/plain", packed, headers, as_is=True)) as service:
        assert make_client().fetcher(service.url, 1.0, identify=False)(Request("/x")).body == b"one two"


def test_an_encoding_nobody_asked_for_is_a_bad_payload(make_client: MakeClient) -> None:
    answer = Answer(200, "text/plain", b"?", {"Content-Encoding": "br", "Content-Length": "1"}, as_is=True)
    with StandIn(handle=lambda _: answer) as service, pytest.raises(SourceUnreachable, match="packed as 'br'"):
        make_client(limits=Limits(tries=2)).fetcher(service.url, 1.0, identify=False)(Request("/x"))
    assert len(service.log) == 2


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://[::1", "http://h:x", "relative/path"]
)
def test_an_address_that_is_none_is_refused(make_client: MakeClient, url: str) -> None:
    with pytest.raises(SourceRefused, match="not an http"):
        make_client().fetcher(url, 1.0, identify=False)(Request("/x"))


def test_a_name_no_host_can_have_is_refused(make_client: MakeClient) -> None:
    with pytest.raises(SourceRefused, match="names no host"):
        make_client().fetcher("http://.example", 1.0, identify=False)(Request("/x"))
