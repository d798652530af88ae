"""What the stand-in measures: requests in a second, bytes on the wire, many clients at once, and a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.standin import Asked, Eutils, Fault, Reload, StandIn
from tests.standin.answers import Answer
from tests.standin.invented import article, study
from tests.standin.records import articles_in, studies_in
from tests.standin.traffic import Traffic, most_in_a_second

ROOT = Path(__file__).resolve().parents[2]
STUDIES = [study(number, briefTitle="mesenchymal " * 50) for number in range(1, 30)]


@pytest.mark.parametrize(
    ("moments", "most"),
    [
        ([], 0),
        ([5.0], 1),
        ([0.0, 0.5, 1.0, 1.5], 2),  # the end of the second belongs to the next one
        ([0.0, 0.5, 0.999], 3),
        ([0.9, 3.0, 1.1, 0.0, 1.8], 3),  # threads note their requests out of turn
    ],
)
def test_the_busiest_second_is_open_at_its_end(moments: list[float], most: int) -> None:
    assert most_in_a_second(moments) == most
    traffic = Traffic()
    for moment in moments:
        traffic.came_in(Asked(moment, "GET", "/a/b", (), (), {}))
    assert (traffic.busiest_second(), traffic.busiest_second("/a"), traffic.busiest_second("/b")) == (most, most, 0)


def test_each_service_has_a_limit_of_its_own() -> None:
    with StandIn(studies=STUDIES, rate_limit=2) as service:
        urls = [service.ctgov_url + "/version", service.eutils_url + "/einfo.fcgi"]
        statuses = [requests.get(url, timeout=5).status_code for url in urls for _ in range(3)]
        assert statuses == [200, 200, 429] * 2
        assert service.busiest_second() == most_in_a_second([asked.at for asked in service.log])


def test_bytes_are_those_on_the_wire() -> None:
    with StandIn(studies=STUDIES, articles=Eutils([article(1)])) as service:
        url = service.ctgov_url + "/studies"
        packed = requests.get(url, {"pageSize": "20"}, timeout=5, stream=True).raw.read(decode_content=False)
        after_one = service.bytes_sent
        plain = requests.get(url, {"pageSize": "20"}, headers={"Accept-Encoding": "identity"}, timeout=5)
        chunked = requests.get(
            service.eutils_url + "/efetch.fcgi", {"id": "1"}, headers={"Accept-Encoding": "identity"}, timeout=5
        )
        assert chunked.headers["Transfer-Encoding"] == "chunked"
        assert (after_one, len(plain.content) > 5 * after_one) == (len(packed), True)
        assert service.bytes_of("/api/v2/studies") == len(packed) + len(plain.content)
        assert service.bytes_of("/entrez/") == len(chunked.content)
        assert service.bytes_sent == len(packed) + len(plain.content) + len(chunked.content)


def test_a_cut_answer_counts_for_what_was_sent() -> None:
    with StandIn(studies=STUDIES, faults=[Fault("cut")]) as service:
        url = service.ctgov_url + "/studies"
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            requests.get(url, timeout=5)
        half = service.bytes_sent
        requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=5)
        assert half == (service.bytes_sent - half) // 2


def test_twelve_clients_are_served_at_once() -> None:
    together = threading.Barrier(12, timeout=10)

    def all_here(_asked: Asked) -> Answer:
        together.wait()  # nobody is answered until twelve have asked
        return Answer(200, "text/plain", b"here")

    with StandIn(handle=all_here) as service, ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: requests.get(f"{service.url}/{n}", timeout=15), range(24)))
    assert [answer.status_code for answer in answers] == [200] * 24
    assert sorted(asked.path for asked in service.log) == sorted(f"/{n}" for n in range(24))


def test_a_reload_comes_once_for_many_clients() -> None:
    reload = Reload(after=10, path="/studies", studies=STUDIES[:1])
    with StandIn(studies=STUDIES, reload=reload) as service, ThreadPoolExecutor(12) as pool:
        url = service.ctgov_url + "/studies?countTotal=true&fields=NCTId"
        totals = list(pool.map(lambda _: requests.get(url, timeout=5).json()["totalCount"], range(40)))
    # Ten came before it; some of them may be answered after it, for the data has changed by then.
    assert totals.count(29) <= 10 and set(totals) <= {1, 29} and totals.count(1) >= 30


def test_a_connection_kept_open_does_not_outlive_the_service() -> None:
    with requests.Session() as session:
        with StandIn(studies=STUDIES) as service:
            assert session.get(service.ctgov_url + "/version", timeout=5).status_code == 200
        with pytest.raises(requests.ConnectionError):
            session.get(service.ctgov_url + "/version", timeout=5)
    assert len(service.log) == 1


@contextmanager
def process(tmp_path: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """The stand-in as a process, its address, its log; killed at the end of the block if it still runs."""
    port, log = tmp_path / "address", tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "tests.standin", "--port-file", str(port), "--log", str(log), *arguments]
    with subprocess.Popen(command, cwd=ROOT) as running:
        try:
            deadline = time.monotonic() + 30
            while not port.exists():
                assert running.poll() is None and time.monotonic() < deadline, "the stand-in did not start"
                time.sleep(0.01)
            yield running, port.read_text().strip(), log
        finally:
            running.kill()


def entries(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_a_process_serves_the_sample_and_ends_on_sigterm(tmp_path: Path) -> None:
    before = time.monotonic()
    with process(tmp_path) as (running, url, log):
        page = requests.get(url + "/api/v2/studies?countTotal=true&pageSize=1", timeout=5)
        form = {"db": "pubmed", "term": "x", "retmode": "json"}
        count = requests.post(url + "/entrez/eutils/esearch.fcgi", form, timeout=5).json()["esearchresult"]["count"]
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0
        after = time.monotonic()
    assert (page.json()["totalCount"], int(count)) == (len(studies_in()), len(articles_in()))
    first, second = sorted(entries(log), key=lambda line: float(str(line["at"])))  # lines come when requests are done
    assert (first["method"], first["path"], second["path"]) == (
        "GET",
        "/api/v2/studies",
        "/entrez/eutils/esearch.fcgi",
    )
    assert first["bytes"] == int(page.headers["Content-Length"])
    moments = [float(str(one["at"])) for one in (first, second)]
    assert [before, *moments, after] == sorted([before, *moments, after])  # one clock for all processes


def test_a_process_serves_other_folders_under_a_limit_and_may_be_killed(tmp_path: Path) -> None:
    for name, record in (("s.json", STUDIES[0]), ("a.xml", article(7))):
        (tmp_path / name).write_bytes(record)
    folders = ("--studies", str(tmp_path), "--articles", str(tmp_path), "--rate-limit", "2")
    with process(tmp_path, *folders) as (running, url, log):
        answers = [requests.get(url + "/entrez/eutils/efetch.fcgi?id=7", timeout=5) for _ in range(3)]
        page = requests.get(url + "/api/v2/studies", timeout=5).content
        deadline = time.monotonic() + 10
        while len(entries(log)) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(running.pid, signal.SIGKILL)
        running.wait(10)
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert article(7) in answers[0].content
    assert page == b'{"studies":[\n%s\n]}' % STUDIES[0]
    assert len(entries(log)) == 4


def test_the_journal_is_whole_when_the_service_has_ended(tmp_path: Path) -> None:
    may_answer = threading.Timer(0.15, lambda: None)
    may_answer.start()

    def slow(_asked: Asked) -> Answer:
        may_answer.join()
        return Answer(200, "text/plain", b"late")

    with StandIn(handle=slow, journal=tmp_path / "log") as service, pytest.raises(requests.ReadTimeout):
        requests.get(service.url + "/x", timeout=(5, 0.05))
    assert [line["path"] for line in entries(tmp_path / "log")] == ["/x"]


def test_a_request_never_answered_is_in_the_log() -> None:
    with StandIn(faults=[Fault("reset")]) as service:
        with pytest.raises(requests.ConnectionError):
            requests.get(service.ctgov_url + "/version", timeout=5)
        assert [asked.path for asked in service.log] == ["/api/v2/version"]
        assert service.bytes_sent == 0
