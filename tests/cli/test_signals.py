"""SIGINT and SIGTERM: the program ends within seconds, says so in one line, and goes on where it was (matrix F24)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from msc_harvest import durable, interruption
from msc_harvest.archive import Archive, read_manifests
from msc_harvest.archive.integrity import examine
from msc_harvest.cli import main, network
from msc_harvest.cli.signals import Signals
from msc_harvest.model import Received
from msc_harvest.paths import Home
from tests.standin import Fault, StandIn
from tests.standin.records import articles_in, studies_in

SECONDS = 5.0
BEGUN = "begins"
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Command:
    """One command in a process of its own, its stderr read as it comes."""

    def __init__(self, home: Path, *words: str, service: StandIn | None = None, script: str = "") -> None:
        environment = {**os.environ, "XDG_STATE_HOME": str(home.parent / "user"), "NCBI_API_KEY": "k3y"}
        environment.pop("MSC_HARVEST_LOG", None)
        if service:
            environment |= {"MSC_HARVEST_CTGOV_URL": service.ctgov_url, "MSC_HARVEST_EUTILS_URL": service.eutils_url}
        how = ["-c", script] if script else ["-m", "msc_harvest"]
        command = [sys.executable, *how, "--home", str(home), "--log-level", "debug", *words]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.err: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.err.append(line.rstrip("\n"))

    def until(self, words: str, seconds: float = 90.0) -> None:
        """Wait for a line on stderr that holds `words`."""
        end = time.monotonic() + seconds
        while not any(words in line for line in self.err):
            assert self.process.poll() is None and time.monotonic() < end, f"{words!r} never came: {self.err}"
            time.sleep(0.01)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = SECONDS) -> int:
        """Wait for its end, which must come within `seconds` of a processor: more when others want it too."""
        crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        try:
            self.process.wait(timeout=seconds * crowd)
        finally:
            self.process.kill()
            self._reader.join(timeout=5)
            if self.process.stdout:
                self.process.stdout.close()
        return self.process.returncode

    @property
    def told(self) -> list[str]:
        """What it says without --log-level debug: no line with a time before it, nothing indented."""
        return [line for line in self.err if not re.match(r"\d\d:\d\d:\d\d\.\d{3} |    ", line)]


def assert_interrupted(command: Command, number: signal.Signals) -> None:
    """Ended in time with the right code, one line about it, nothing else that looks like a failure."""
    assert command.end() == CODES[number], command.err
    assert command.told[-1].startswith(f"msc-harvest: warning: interrupted by {number.name}")
    assert sum("interrupted" in line or "error" in line for line in command.told) == 1, command.told
    assert not any("Traceback" in line or "Exception" in line for line in command.told), command.told


def left_over(home: Path) -> list[str]:
    """Files that only a running command may have."""
    return [
        path.name
        for path in home.rglob("*")
        if path.name.endswith((durable.TEMPORARY, ".wal", ".holder")) or ".building-" in path.name
    ]


def wait_until_asked(service: StandIn, path: str, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not any(path in asked.path for asked in service.log):
        assert time.monotonic() < end, f"nobody asked for {path}"
        time.sleep(0.01)


def articles(n: int) -> list[bytes]:
    """So many articles, each with an id of its own."""
    some = articles_in()
    return [
        re.sub(rb"(<PMID[^>]*>)\d+(</PMID>)", rb"\g<1>%d\g<2>" % (place + 1), some[place % len(some)], count=1)
        for place in range(n)
    ]


SLOW = {
    "a body that drips": (Fault("drip", path="esearch", seconds=0.3, times=99), "esearch"),
    "headers that drip": (Fault("drip_headers", path="esearch", seconds=0.3, times=99), "esearch"),
    "no answer at all": (Fault("stall", path="esearch", seconds=30, times=99), "esearch"),
    "told to come back later": (
        Fault("status", path="esearch", status=503, headers={"Retry-After": "100"}, times=99),
        "asking again in 100",
    ),
}


@pytest.mark.parametrize(
    ("wait", "number"),
    list(zip(SLOW, [signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGINT], strict=True)),
)
def test_a_harvest_that_waits(wait: str, number: signal.Signals, tmp_path: Path) -> None:
    fault, sign = SLOW[wait]
    home = tmp_path / "home"
    with StandIn(articles=articles_in(), faults=[fault]) as service:
        command = Command(home, "harvest", "--source", "pubmed", service=service)
        if sign == "esearch":
            wait_until_asked(service, sign)
        else:
            command.until(sign)
        command.send(number)
        assert_interrupted(command, number)
    assert left_over(home) == []
    (manifest,) = read_manifests(Home(home))
    assert manifest.status == "interrupted" and manifest.finished_at is not None


def test_a_harvest_that_waits_for_its_turn(tmp_path: Path) -> None:
    home, budget = tmp_path / "home", tmp_path / "user" / "msc-harvest" / "requests"
    budget.mkdir(parents=True)
    with StandIn(articles=articles_in()) as service:
        host = service.url.removeprefix("http://").replace(":", "_")
        (budget / f"{host}.slot").write_text(repr(time.monotonic() + 200))
        command = Command(home, "harvest", "--source", "pubmed", service=service)
        end = time.monotonic() + 40
        while not list((home / "runs").glob("*.json")) and time.monotonic() < end:
            time.sleep(0.01)
        command.send(signal.SIGTERM)
        assert_interrupted(command, signal.SIGTERM)
        assert service.log == []
    assert left_over(home) == []


def test_what_had_arrived_is_kept_and_the_next_run_goes_on(tmp_path: Path) -> None:
    """Two signals: the second comes while the first is being obeyed."""
    home = tmp_path / "home"
    slow = Fault("drip", path="efetch", after=1, seconds=0.3, times=99)
    with StandIn(articles=articles(260), faults=[slow]) as service:
        command = Command(home, "harvest", "--source", "pubmed", service=service)
        end = time.monotonic() + 40
        while sum("efetch" in asked.path for asked in service.log) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        command.send(signal.SIGTERM)
        command.send(signal.SIGINT)
        code = command.end()
        # Two signals at the same moment may arrive in either order: the one that arrived first gives the code.
        assert code in CODES.values() and "interrupted by" in command.told[-1], command.err
        held = Archive(Home(home)).known("pubmed", read_manifests(Home(home))[0].harvests[0].strategy)
        assert 200 <= len(held) < 260
        assert left_over(home) == []
        assert read_manifests(Home(home))[0].status == "interrupted"
        service.plan = type(service.plan)([])
        again = Command(home, "harvest", "--source", "pubmed", service=service)
        assert again.end(30) == 0, again.err
    runs = read_manifests(Home(home))
    assert [one.status for one in runs] == ["interrupted", "finished"]
    assert examine(Home(home), lambda _: None, lambda: None) == []
    strategies = {one.strategy for run in runs for one in run.harvests}
    assert {len(Archive(Home(home)).known("pubmed", name)) for name in strategies} == {260}


@pytest.fixture(scope="module")
def large_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of 3,000 studies."""
    home = Home(tmp_path_factory.mktemp("large") / "home")
    bodies = studies_in()
    with Archive(home).writer("20260101T000000Z", "clinicaltrials_gov", "msc_in_transplantation") as writer:
        for place in range(3_000):
            nct_id = f"NCT{place + 1:08d}"
            body = re.sub(rb'"nctId":"NCT\d{8}"', b'"nctId":"%s"' % nct_id.encode(), bodies[place % 66], count=1)
            received = Received(nct_id, body, f"https://clinicaltrials.gov/study/{nct_id}", "application/json")
            writer.add(received, body, datetime(2026, 1, 1, tzinfo=UTC))
    return home.root


@pytest.mark.parametrize(
    ("point", "number"),
    [(BEGUN, signal.SIGINT), ("read archive: ", signal.SIGTERM), ("parse records: 3000 done", signal.SIGTERM)],
)
def test_a_build_at_any_point(point: str, number: signal.Signals, large_home: Path) -> None:
    command = Command(large_home, "build")
    command.until(point)
    command.send(number)
    assert_interrupted(command, number)
    assert left_over(large_home) == []
    assert not Home(large_home).warehouse.exists()


def test_a_query(sample_home: Path) -> None:
    endless = "SELECT sum(hash(a.range * b.range) % 7) FROM range(900000) a, range(900000) b"
    command = Command(sample_home, "sql", endless)
    command.until(BEGUN)
    time.sleep(0.5)
    command.send(signal.SIGTERM)
    assert_interrupted(command, signal.SIGTERM)


_SLOW_TO_CLEAN = """
import sys, time
from msc_harvest import cli
from msc_harvest.cli import commands, logs
def slow(arguments):
    try:
        logs.tell("working")
        time.sleep(60)
    finally:
        logs.tell("cleaning up")
        time.sleep({seconds})
        logs.tell("cleaned up")
commands.COMMANDS["status"] = slow
cli.run()
"""


def test_a_second_signal_does_not_disturb_the_clearing_up(tmp_path: Path) -> None:
    command = Command(tmp_path, "status", script=_SLOW_TO_CLEAN.format(seconds=0.5))
    command.until("working")
    command.send(signal.SIGTERM)
    command.until("cleaning up")
    command.send(signal.SIGINT)
    assert_interrupted(command, signal.SIGTERM)
    assert "cleaned up" in command.told


def test_a_third_one_ends_it_at_once(tmp_path: Path) -> None:
    command = Command(tmp_path, "status", script=_SLOW_TO_CLEAN.format(seconds=60))
    command.until("working")
    command.send(signal.SIGINT)
    command.until("cleaning up")
    command.send(signal.SIGTERM)
    time.sleep(0.1)
    command.send(signal.SIGTERM)
    assert command.end() == 130
    assert "cleaned up" not in command.told


_DEAF = """
import hashlib
from msc_harvest import cli, interruption
from msc_harvest.cli import commands, logs
def deaf(arguments):
    with interruption.stoppable(bool, bool, lambda: logs.tell("given up")):
        logs.tell("working")
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2_000_000_000)
commands.COMMANDS["status"] = deaf
cli.run()
"""


def test_a_library_that_does_not_listen_is_left(tmp_path: Path) -> None:
    command = Command(tmp_path, "status", script=_DEAF)
    command.until("working")
    command.send(signal.SIGTERM)
    assert command.end() == 143
    assert command.told[-2] == "given up"
    assert command.told[-1].startswith("msc-harvest: warning: interrupted by SIGTERM in the middle of a step; ")


_SWALLOWED = """
import sys, time
from msc_harvest import cli
from msc_harvest.cli import commands, logs, network
class Fragile:
    def __del__(self):
        logs.tell("working")
        for _ in range(20):
            time.sleep(0.1)
def lost(arguments):
    Fragile()
    network.sleep(60)
commands.COMMANDS["status"] = lost
cli.run()
"""


def test_a_signal_that_python_drops_is_remembered(tmp_path: Path) -> None:
    """What a finaliser raises goes nowhere; the next place that waits knows."""
    command = Command(tmp_path, "status", script=_SWALLOWED)
    command.until("working")
    command.send(signal.SIGTERM)
    assert_interrupted(command, signal.SIGTERM)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    before = [signal.getsignal(number) for number in CODES]
    yield
    assert [signal.getsignal(number) for number in CODES] == before
    interruption.forget()


def test_main_gives_the_handlers_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "status"]) == 0


def test_main_works_in_another_thread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["--home", str(tmp_path), "status"])))
    thread.start()
    thread.join()
    assert codes == [0]


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Signals():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_whole_steps_are_not_cut() -> None:
    steps = []
    with Signals() as signals:
        with pytest.raises(KeyboardInterrupt), interruption.unbroken():
            with interruption.unbroken():
                signal.raise_signal(signal.SIGTERM)
                steps.append("inner")
            steps.append("outer")
        # Told once: clearing up, which writes files too, is not told again.
        with interruption.unbroken():
            steps.append("clearing up")
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
        assert (signals.exit_code, signals.name) == (143, "SIGTERM")
    interruption.check()
    assert steps == ["inner", "outer", "clearing up"]


def test_a_step_that_fails_keeps_its_own_reason() -> None:
    with Signals():
        with pytest.raises(OSError, match="disk"), interruption.unbroken():
            signal.raise_signal(signal.SIGTERM)
            raise OSError("the disk is full")
        with pytest.raises(KeyboardInterrupt):
            interruption.check()


def test_a_file_is_put_in_place_whole(tmp_path: Path) -> None:
    def write(temporary: Path) -> None:
        temporary.write_text("half")
        signal.raise_signal(signal.SIGTERM)
        temporary.write_text("whole")

    with Signals(), pytest.raises(KeyboardInterrupt):
        durable.put(tmp_path / "file", write)
    assert (tmp_path / "file").read_text() == "whole"
    assert left_over(tmp_path) == []


def test_a_segment_on_disk_is_known_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal comes when the file has its name and the writer has not noted it."""

    def settle_and_signal(temporary: Path, path: Path) -> None:
        settle(temporary, path)
        signal.raise_signal(signal.SIGTERM)

    settle = durable.settle
    monkeypatch.setattr(durable, "settle", settle_and_signal)
    writer = Archive(Home(tmp_path)).writer("r1", "pubmed", "s", rows_per_segment=1)
    with Signals(), pytest.raises(KeyboardInterrupt), writer:
        writer.add(Received("1", b"x", "u", "text/xml"), b"x", datetime(2026, 1, 1, tzinfo=UTC))
    assert [one.rows for one in writer.segments] == [1]
    assert [segment.rows for segment in Archive(Home(tmp_path)).segments()] == [1]


def test_sleep_ends_soon_although_another_thread_took_the_signal() -> None:
    """Nothing wakes the sleeper itself: it looks up by itself."""
    threading.Timer(0.1, lambda: setattr(interruption._State, "arrived", True)).start()
    with pytest.raises(KeyboardInterrupt):
        network.sleep(60)
