"""The canary: a key and an e-mail that must not turn up in any text."""

from __future__ import annotations

import http.client
import io
import logging
import traceback
from collections.abc import Callable

import pytest

from msc_harvest.errors import BadPayload, SourceError, SourceRefused
from msc_harvest.http import Client, redact
from msc_harvest.http.exchange import TryAgain
from msc_harvest.model import Request
from tests.standin import Asked, Fault, StandIn
from tests.standin.answers import Answer, as_json, text

KEY = "cAnArY0123456789abcdef"
MAIL = "canary+tag@example.org"
MAIL_IN_URL = "canary%2Btag%40example.org"


def is_clean(words: str) -> bool:
    return not any(secret.lower() in words.lower() for secret in (KEY, MAIL, MAIL_IN_URL))


def everything(failure: BaseException | None) -> str:
    """An exception with its traceback, its repr, and all exceptions that hang on it."""
    if failure is None:
        return ""
    own = "".join(traceback.format_exception(failure)) + repr(failure) + repr(failure.args)
    return own + everything(failure.__cause__) + everything(failure.__context__)


def echo(asked: Asked) -> Answer:
    """A service that repeats all it was told, in body and headers."""
    said = " ".join(value for _, value in asked.params + asked.form)
    return Answer(200, "text/plain", said.encode(), {"X-Echo": said})


def refuse(_: str) -> Callable[[bytes], None]:
    def check(body: bytes) -> None:
        raise BadPayload("got " + body.decode())

    return check


@pytest.mark.parametrize("form", [None, ()], ids=["GET", "POST"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("reset", times=9),
        Fault("cut", times=9),
        Fault("cut_gzip", times=9),
        Fault("status", times=9, status=500),
        Fault("status", times=9, status=400, body=f"bad key {KEY} of {MAIL}".encode()),
        Fault("status", times=9, status=302, headers={"Location": f"https://elsewhere.example/?api_key={KEY}"}),
        Fault("status", times=9, status=302, headers={"Location": "http://[::1"}),
        Fault("html", times=9),
    ],
    ids=lambda fault: f"{fault.kind}{fault.status if fault.kind == 'status' else ''}",
)
def test_no_failure_shows_a_secret(
    make_client: Callable[..., Client], caplog: pytest.LogCaptureFixture, fault: Fault, form: tuple[()] | None
) -> None:
    caplog.set_level(logging.DEBUG)
    with StandIn(handle=echo, faults=[fault]) as service:
        client = make_client(contact=MAIL, api_key=KEY)
        with pytest.raises(SourceError) as failure:
            client.fetcher(service.url, 100.0, identify=True)(Request("x.fcgi", form=form, check=refuse("all")))
    assert is_clean(everything(failure.value))
    assert is_clean(caplog.text)
    assert KEY in str(service.log[0].params + service.log[0].form)


@pytest.mark.parametrize("form", [None, ()], ids=["GET", "POST"])
def test_an_answer_that_echoes_is_clean_but_for_its_body(
    make_client: Callable[..., Client], caplog: pytest.LogCaptureFixture, form: tuple[()] | None
) -> None:
    caplog.set_level(logging.DEBUG)
    with StandIn(handle=echo) as service:
        fetch = make_client(contact=MAIL, api_key=KEY).fetcher(service.url, 100.0, identify=True)
        answer = fetch(Request("x.fcgi", form=form))
    assert is_clean(answer.url)
    assert is_clean(str(answer.headers))
    assert is_clean(caplog.text)
    assert "x.fcgi" in caplog.text, "the wire log must have been on"


def test_a_check_that_refuses_for_good_is_cleaned_too(make_client: Callable[..., Client]) -> None:
    def check(body: bytes) -> None:
        raise SourceRefused("the service says: " + body.decode())

    with StandIn(handle=echo) as service:
        fetch = make_client(contact=MAIL, api_key=KEY).fetcher(service.url, 100.0, identify=True)
        with pytest.raises(SourceRefused, match="the service says") as failure:
            fetch(Request("x.fcgi", form=(), check=check))
    assert is_clean(everything(failure.value))
    assert len(service.log) == 1


def test_ncbis_own_words_about_a_bad_key_come_without_it(make_client: Callable[..., Client]) -> None:
    complaint = {"error": "API key invalid", "api-key": KEY, "type": "api-key", "status": "unknown"}
    with StandIn(handle=lambda _: as_json(complaint, status=400)) as service:
        fetch = make_client(api_key=KEY).fetcher(service.url, 100.0, identify=True)
        with pytest.raises(SourceRefused, match="HTTP 400: API key invalid"):
            fetch(Request("x.fcgi", form=()))


def test_a_password_in_the_address_is_not_shown(make_client: Callable[..., Client]) -> None:
    with StandIn(handle=lambda _: text(403, "no")) as service:
        address = service.url.replace("http://", "http://me:CANARYPASS@")
        with pytest.raises(SourceRefused) as failure:
            make_client().fetcher(address, 100.0, identify=False)(Request("/x"))
    assert "CANARYPASS" not in everything(failure.value)
    assert "authorization" not in service.log[0].headers


def test_the_log_filter_goes_with_its_client(make_client: Callable[..., Client]) -> None:
    logger = logging.getLogger("urllib3.connectionpool")
    before = len(logger.filters)
    client = make_client(api_key=KEY)
    assert len(logger.filters) == before + 1
    client.close()
    assert len(logger.filters) == before


def test_nothing_is_printed_by_the_http_library(
    make_client: Callable[..., Client], capsys: pytest.CaptureFixture[str]
) -> None:
    assert http.client.HTTPConnection.debuglevel == 0
    with StandIn(handle=echo) as service:
        make_client(api_key=KEY).fetcher(service.url, 100.0, identify=True)(Request("x", form=()))
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize(
    "words",
    [
        f"GET /x?db=pubmed&api_key={KEY}&email={MAIL_IN_URL} HTTP/1.1",
        f"key {KEY.upper()} mail {MAIL}",
        f'{{"api-key": "{KEY}"}}',
        "https://h/x?api_key=somebodyelses&email=other%40example.org",
        '{"error":"API rate limit exceeded","api-key":"192.0.2.77","count":"4"}',
    ],
)
def test_redact(words: str) -> None:
    clean = redact(words, (KEY, MAIL, None, ""))
    assert is_clean(clean)
    assert "<redacted>" in clean
    assert "somebodyelses" not in clean
    assert "192.0.2.77" not in clean


def test_redact_leaves_other_words_alone() -> None:
    assert redact("HTTP 503 from eutils (email missing)", (None,)) == "HTTP 503 from eutils (email missing)"


def test_try_again_holds_only_words() -> None:
    buffer = io.StringIO()
    traceback.print_exception(TryAgain("HTTP 500"), file=buffer)
    assert "HTTP 500" in buffer.getvalue()
