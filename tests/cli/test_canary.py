"""The canary: a harvest with a key and an e-mail that must turn up nowhere (fault matrix F18)."""

from __future__ import annotations

import logging
import re
import socket
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from msc_harvest.archive import Archive, read_manifests
from msc_harvest.archive.request_log import RequestLog, read_requests
from msc_harvest.cli import main, network
from msc_harvest.connectors import connectors
from msc_harvest.errors import MscHarvestError
from msc_harvest.http import Client, Limits
from msc_harvest.model import Request
from msc_harvest.paths import Home, assets
from msc_harvest.pipeline import harvesting, strategies
from msc_harvest.settings import Settings
from tests.http.conftest import Clock
from tests.pipeline.conftest import Silent
from tests.standin import Asked, Eutils, Fault, StandIn
from tests.standin.answers import Answer, as_json, text
from tests.standin.records import articles_in, studies_in

KEY = "cAnArY0123456789abcdef"
MAIL = "canary.person+tag@example.org"

# Key and e-mail as they are, percent-encoded (also twice), escaped as in JSON or HTML; the parts of the e-mail too.
_FORMS = re.compile(r"canary0123456789abcdef|canary\.person|person(\+|%(25)*2b|\\u002b|&#43;)tag", re.IGNORECASE)

FOREVER = 10_000
ECHO = f"bad key {KEY} or {KEY.upper()} of {MAIL}, {MAIL.replace('+', '%2B').replace('@', '%40')}"
ECHOED = {"X-Echo": ECHO, "Server": KEY, "Set-Cookie": f"key={KEY}"}


def refuse(_: Asked) -> Answer:
    return text(400, ECHO) if _.method == "GET" else as_json({"error": ECHO, "api-key": KEY}, 400, **ECHOED)


def limit(_: Asked) -> Answer:
    return as_json({"error": "API rate limit exceeded", "api-key": KEY, "email": MAIL}, 429, **ECHOED)


def disguised(_: Asked) -> Answer:
    return as_json({"header": {"type": "esearch"}, "esearchresult": {"ERROR": ECHO}}, 200, **ECHOED)


def long_echo(_: Asked) -> Answer:
    return text(403, "x" * 185 + ECHO)


def elsewhere(asked: Asked) -> Answer:
    said = "&".join(f"{name}={value}" for name, value in asked.params + asked.form)
    return Answer(302, "text/plain", b"", {"Location": f"https://elsewhere.example/?{said or KEY}", **ECHOED})


TROUBLE: dict[str, Any] = {
    "400 with an echo": {"handle": refuse},
    "403 with a long echo": {"handle": long_echo},
    "429": {"handle": limit},
    "200 that is an error": {"handle": disguised},
    "redirect": {"handle": elsewhere},
    "500 until failure": {"faults": [Fault("status", status=500, times=FOREVER, headers=ECHOED, body=ECHO.encode())]},
    "reset": {"faults": [Fault("reset", times=FOREVER)]},
    "cut": {"faults": [Fault("cut", times=FOREVER)]},
    "html": {"faults": [Fault("html", times=FOREVER)]},
}


def address(name: str, url: str) -> str:
    """Where nobody answers as hoped."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    return {
        "connection refused": f"http://127.0.0.1:{port}",
        "no such name": "http://nowhere.invalid",
        "no TLS": url.replace("http://", "https://"),
    }[name]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The command line's client lives by a clock that moves when it sleeps."""
    clock = Clock()
    monkeypatch.setattr(network, "sleep", clock.sleep)
    monkeypatch.setattr(network, "monotonic", clock.monotonic)
    return clock


@pytest.fixture(autouse=True)
def everything_is_logged() -> Iterator[None]:
    """The HTTP libraries tell all they do."""
    root, names = logging.getLogger(), ("urllib3", "requests", "urllib3.connectionpool", "urllib3.util.retry")
    handlers, ours = list(root.handlers), logging.getLogger("msc_harvest").level
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    root.handlers[:] = handlers
    logging.getLogger("msc_harvest").setLevel(ours)


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], clock: Clock
) -> Callable[..., tuple[int, str]]:
    """Runs one command as the shell would; gives its exit code and all it said."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    monkeypatch.setenv("MSC_HARVEST_EMAIL", MAIL)
    monkeypatch.delenv("MSC_HARVEST_LOG", raising=False)
    monkeypatch.setenv("http_proxy", "")
    real = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:
        if host == "nowhere.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    def call(ctgov: str, eutils: str, *words: str) -> tuple[int, str]:
        monkeypatch.setenv("MSC_HARVEST_CTGOV_URL", ctgov)
        monkeypatch.setenv("MSC_HARVEST_EUTILS_URL", eutils)
        code = main(["--home", str(tmp_path / "home"), "--log-level", "debug", *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def leaks(words: str) -> list[str]:
    """Every place where the canary sings, with what stands around it."""
    return [words[max(0, one.start() - 60) : one.end() + 20] for one in _FORMS.finditer(words)]


def on_disk(folder: Path) -> str:
    """Everything below a folder as text: the bytes of every file, and what is packed inside the archive and DuckDB."""
    parts = [path.read_bytes().decode("latin-1") for path in sorted(folder.rglob("*")) if path.is_file()]
    home = Home(folder / "home")
    parts += [repr(version) for batch in Archive(home).versions(all_versions=True) for version in batch]
    if home.warehouse.exists():
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            assert len(tables) > 40
            for schema, table in tables:
                parts.append(repr(connection.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()))
    return "\n".join(parts)


def sampled(**replaced: Any) -> StandIn:
    return StandIn(**{"studies": studies_in(), "articles": articles_in(), **replaced})


def came(service: StandIn) -> bool:
    """Whether key and e-mail did go over the wire: else nothing would be proved."""
    sent = [value for asked in service.log for _, value in asked.params + asked.form]
    return KEY in sent and MAIL in sent and any(MAIL in asked.headers.get("user-agent", "") for asked in service.log)


def test_the_canary_is_seen_where_it_is(tmp_path: Path) -> None:
    """The search itself works: in words, in files, in packed files."""
    for form in (
        KEY,
        KEY.upper(),
        MAIL,
        "canary.person%2Btag",
        "xperson%252btag",
        "person\\u002Btag",
        "person&#43;tag",
    ):
        assert leaks(f"before {form} after")
    (tmp_path / "file").write_text(f"x{KEY}")
    assert leaks(on_disk(tmp_path))


@pytest.mark.parametrize(("format", "verb"), [("plain", "run"), ("json", "harvest")])
def test_a_run_from_harvest_to_export(
    format: str, verb: str, command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    held: list[str] = []
    with sampled(faults=[Fault("status", path="esearch", times=2, headers=ECHOED, body=ECHO.encode())]) as service:
        answer = service.answer

        def look_at_the_holder(asked: Asked) -> Answer:
            held.extend(path.read_text() for path in (tmp_path / "home").glob(".msc-harvest.lock*"))
            return answer(asked)

        service.answer = look_at_the_holder  # type: ignore[method-assign]
        code, said = command(service.ctgov_url, service.eutils_url, "--log-format", format, verb)
    assert code == 0, said
    assert came(service)
    assert "urllib3.connectionpool" in said and "asking again in" in said
    assert '"pid"' in "".join(held)
    assert leaks(said) == []
    assert leaks("".join(held)) == []
    assert leaks(on_disk(tmp_path)) == []
    asked = ["sql", "SELECT * FROM ops.build"] if verb == "run" else ["status"]
    for words in (["status", "--json"], asked):
        code, said = command(service.ctgov_url, service.eutils_url, *words)
        assert code == 0 and leaks(said) == []


@pytest.mark.parametrize("format", ["plain", "json"])
@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_harvest_in_trouble(
    trouble: str, format: str, command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    with sampled(**TROUBLE[trouble]) as service:
        code, said = command(service.ctgov_url, service.eutils_url, "--log-format", format, "harvest")
    assert code in (4, 7)
    assert came(service)
    assert "Traceback" in said and "asked for" not in said
    assert leaks(said) == []
    assert leaks(on_disk(tmp_path)) == []


@pytest.mark.parametrize("format", ["plain", "json"])
@pytest.mark.parametrize("nowhere", ["connection refused", "no such name", "no TLS"])
def test_a_service_out_of_reach(
    nowhere: str, format: str, command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    with sampled() as service:
        url = address(nowhere, service.url)
        code, said = command(url, url + "/entrez/eutils", "--log-format", format, "harvest")
    assert code == 7, said
    assert leaks(said) == []
    assert leaks(on_disk(tmp_path)) == []


@pytest.mark.parametrize("format", ["plain", "json"])
def test_a_fault_of_the_program_in_the_middle(
    format: str, command: Callable[..., tuple[int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, message: Any) -> Any:
        raise ZeroDivisionError(f"with {message} and {KEY} {MAIL}")

    monkeypatch.setattr("msc_harvest.http.exchange.Exchange._send", fail)
    with sampled() as service:
        code, said = command(service.ctgov_url, service.eutils_url, "--log-format", format, "harvest")
    assert code == 1 and "ZeroDivisionError" in said and "Traceback" in said
    assert leaks(said) == []
    assert leaks(on_disk(tmp_path)) == []


def a_client(folder: Path, clock: Clock, **more: Any) -> Client:
    """A client with the canary's key and e-mail."""
    return Client(
        user_agent="t/1",
        state=folder / "state",
        sleep=clock.sleep,
        monotonic=clock.monotonic,
        wall_clock=clock.wall,
        contact=MAIL,
        api_key=KEY,
        limits=Limits(read_seconds=2),
        **more,
    )


def everything(failure: BaseException | None) -> str:
    """An exception with its traceback, its repr, and all exceptions that hang on it."""
    if failure is None:
        return ""
    own = "".join(traceback.format_exception(failure)) + repr(failure) + repr(failure.args) + str(failure)
    return own + everything(failure.__cause__) + everything(failure.__context__)


@pytest.mark.parametrize("trouble", TROUBLE)
def test_exceptions_on_their_way_to_the_command_line(trouble: str, tmp_path: Path, clock: Clock) -> None:
    home, progress, raised = Home(tmp_path / "home"), Silent(), None
    with sampled(**TROUBLE[trouble]) as service, a_client(tmp_path, clock) as client:
        settings = Settings(service.ctgov_url, service.eutils_url, KEY, MAIL)
        chosen = strategies.load(assets() / "queries")
        try:
            harvesting.harvest(home, client, settings, connectors(), chosen, clock.wall, progress)
        except MscHarvestError as failure:
            raised = failure
    assert raised is not None or read_manifests(home)[0].status == "failed"
    assert leaks(everything(raised) + repr(read_manifests(home)) + repr(settings)) == []
    assert leaks("\n".join(progress.notes)) == []
    assert leaks(on_disk(tmp_path)) == []


def test_the_ledger_of_requests(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path / "home")
    request = Request("/x", (("db", "pubmed"), ("term", f"{MAIL} {KEY}")))
    with (
        sampled(**TROUBLE["redirect"]) as service,
        RequestLog(home, "r1") as log,
        a_client(tmp_path, clock, record=log) as client,
        pytest.raises(MscHarvestError),
    ):
        client.fetcher(service.url, 10.0, identify=True)(request)
    assert came(service)
    assert read_requests(home).height == 1
    assert leaks(on_disk(tmp_path)) == []


def test_the_services_own_warnings(command: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """Their words are kept in the manifest and told; a service that repeats the key there does not undo the rest."""
    articles = Eutils(articles_in(), phrases_not_found=[f"term with {KEY} and {MAIL}"])
    with sampled(articles=articles) as service:
        code, said = command(service.ctgov_url, service.eutils_url, "harvest")
    assert code == 0 and "term with" in said
    assert leaks(said) == []
    assert leaks(on_disk(tmp_path)) == []
