"""The ledger of requests: every line kept, a torn one skipped, a full disk survived."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from msc_harvest.archive import Manifest, read_manifests, write_manifest
from msc_harvest.archive.request_log import SCHEMA, RequestLog, read_requests, request_log_faults
from msc_harvest.errors import ArchiveError
from msc_harvest.model import Exchanged
from msc_harvest.paths import Home

AT = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def exchanged(second: int = 0, status: int | None = 200, outcome: str = "ok") -> Exchanged:
    moment = AT + timedelta(seconds=second)
    return Exchanged(moment, "host:80", "GET", "http://host:80/x?a=b%20c", status, outcome, 1, 17, 0.5, 0.25)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def ledger(home: Home, run_id: str = "r1") -> Path:
    return home.runs / f"{run_id}.requests.jsonl"


def test_what_is_written_is_read(home: Home) -> None:
    with RequestLog(home, "r2") as log:
        log(exchanged(5))
    with RequestLog(home, "r1") as log:
        log(exchanged(0, None, "retry: no data for 60 s"))
        log(exchanged(1))
    frame = read_requests(home)
    assert frame.schema == SCHEMA
    assert frame.select("run_id", "number", "status", "outcome").rows() == [
        ("r1", 1, None, "retry: no data for 60 s"),
        ("r1", 2, 200, "ok"),
        ("r2", 1, 200, "ok"),
    ]
    assert frame.row(1, named=True) == {
        "run_id": "r1",
        "number": 2,
        "at": datetime(2026, 3, 1, 12, 0, 1, 250_000),
        "host": "host:80",
        "method": "GET",
        "url": "http://host:80/x?a=b%20c",
        "status": 200,
        "outcome": "ok",
        "try_number": 1,
        "bytes": 17,
        "seconds": 0.5,
        "seconds_waited": 0.25,
    }


def test_each_line_is_on_disk_at_once_and_is_json(home: Home) -> None:
    log = RequestLog(home, "r1")
    log(exchanged())
    assert json.loads(ledger(home).read_text())["at"] == "2026-03-01T12:00:00.250000Z"
    log.close()


def test_a_run_that_asked_nothing_leaves_no_file(home: Home) -> None:
    with RequestLog(home, "r1"):
        pass
    assert not home.runs.exists()
    assert read_requests(home).schema == SCHEMA
    assert request_log_faults(home) == []


@pytest.mark.parametrize("until", [AT + timedelta(seconds=1), (AT + timedelta(seconds=1)).replace(tzinfo=None)])
def test_only_what_was_asked_until_then(home: Home, until: datetime) -> None:
    with RequestLog(home, "r1") as log:
        for second in (2, 0, 1):
            log(exchanged(second))
    assert read_requests(home, until)["number"].to_list() == [2, 3]


def test_moments_of_other_zones_are_told_in_utc(home: Home) -> None:
    ledger(home).parent.mkdir()
    with RequestLog(home, "r1") as log:
        log(exchanged())
    text = ledger(home).read_text()
    ledger(home).write_text(text.replace("12:00:00.250000Z", "21:00:00.250000+09:00"))
    assert read_requests(home)["at"].to_list() == [datetime(2026, 3, 1, 12, 0, 0, 250_000)]


@pytest.mark.parametrize("kept", range(1, 60, 7))
def test_the_torn_last_line_of_a_killed_run_is_skipped(home: Home, kept: int) -> None:
    with RequestLog(home, "r1") as log:
        log(exchanged())
        log(exchanged(1))
    whole = ledger(home).read_bytes()
    first = whole.index(b"\n") + 1
    ledger(home).write_bytes(whole[: first + kept])
    assert read_requests(home)["number"].to_list() == [1]
    assert request_log_faults(home) == []
    with RequestLog(home, "r1") as log:
        log(exchanged(2))
    assert read_requests(home)["at"].dt.second().to_list() == [0, 2]


@pytest.mark.parametrize("junk", [b"nonsense", b"{}", b'{"at":1}', b"\xff\xfe", b"[1,2]", b"\x00\x00"])
def test_junk_is_counted_and_named(home: Home, junk: bytes) -> None:
    with RequestLog(home, "r1") as log:
        log(exchanged())
    with ledger(home).open("ab") as file:
        file.write(junk + b"\n")
    with RequestLog(home, "r1") as log:
        log(exchanged(1))
    assert read_requests(home)["number"].to_list() == [1, 2]
    assert request_log_faults(home) == [
        "r1.requests.jsonl: 1 line(s) that tell of no request; the rest of the ledger is used"
    ]


def test_a_full_disk_costs_lines_and_nothing_else(home: Home) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs a device that is always full")
    home.runs.mkdir()
    ledger(home).symlink_to("/dev/full")
    with RequestLog(home, "r1") as log:
        log(exchanged())
        log(exchanged(1))
        assert log.dropped == 2


def test_half_a_line_does_not_spoil_the_next(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    log = RequestLog(home, "r1")
    log(exchanged())

    class Full:
        """A file on a disk with room for ten bytes more."""

        def __init__(self, real: object) -> None:
            self.real = real

        def write(self, line: bytes) -> int:
            return int(self.real.write(line[:10]))  # type: ignore[attr-defined]

        def close(self) -> None:
            self.real.close()  # type: ignore[attr-defined]

    real = log._file
    log._file = Full(real)  # type: ignore[assignment]
    log(exchanged(1))
    log._file = real
    log(exchanged(2))
    log.close()
    assert log.dropped == 1
    assert read_requests(home)["at"].dt.second().to_list() == [0, 2]


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = RequestLog(Home(tmp_path / "file"), "r1")
    log(exchanged())
    assert log.dropped == 1


def test_manifests_and_ledgers_do_not_meet(home: Home) -> None:
    write_manifest(home, Manifest("r1", "running", AT, "1.0"))
    with RequestLog(home, "r1") as log:
        log(exchanged())
    assert [one.run_id for one in read_manifests(home)] == ["r1"]
    assert read_requests(home).select(pl.len()).item() == 1


@pytest.mark.parametrize("name", ["../r1", "a/b", ".hidden"])
def test_a_name_that_leads_elsewhere_is_refused(home: Home, name: str) -> None:
    with pytest.raises(ArchiveError, match="cannot name a run"):
        RequestLog(home, name)
