"""One writer at a time: between processes, between hosts on one folder, and whatever the folder is like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from msc_harvest.errors import LockHeld, MscHarvestError
from msc_harvest.paths import Home
from msc_harvest.pipeline import lock
from msc_harvest.pipeline.lock import Holder, at_work, holder, holder_file, only_writer

NOW = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
HOLD = (
    "import sys; from datetime import datetime; from pathlib import Path\n"
    "from msc_harvest.paths import Home; from msc_harvest.pipeline.lock import only_writer\n"
    "with only_writer(Home(Path(sys.argv[1])), datetime(2025, 1, 1)):\n    print('held', flush=True); sys.stdin.read()\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def elsewhere() -> str:
    return "other-host"


def left_by(home: Home, host: str, seconds_ago: float, pid: int = 4242) -> Path:
    """A holder's file whose last sign of life lies so far back."""
    home.root.mkdir(exist_ok=True)
    file = holder_file(home)
    file.write_text(json.dumps({"pid": pid, "host": host, "since": "2026-03-01 01:00:00 UTC"}))
    beaten = file.stat().st_mtime - seconds_ago
    os.utime(file, (beaten, beaten))
    return file


def names(home: Home) -> set[str]:
    return {path.name for path in home.root.iterdir()}


def test_the_holder_is_written_and_removed(home: Home) -> None:
    with only_writer(home, NOW, machine=elsewhere) as hold:
        assert holder(home) == Holder(os.getpid(), "other-host", "2026-03-01 04:30:00 UTC")
        assert hold.took_over is None
    assert names(home) <= {home.lock.name}


def test_the_lock_is_free_after_an_error_and_can_be_taken_again(home: Home) -> None:
    with pytest.raises(KeyboardInterrupt), only_writer(home, NOW):
        raise KeyboardInterrupt
    with only_writer(home, NOW):
        assert holder(home)


def test_a_second_process_is_refused_naming_the_first_or_waits_for_it(home: Home) -> None:
    """Fault matrix F5."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        with (
            pytest.raises(LockHeld, match=rf"pid {other.pid} on .*, since 2025-01-01 .* try again"),
            only_writer(home, NOW),
        ):
            pass
        with pytest.raises(LockHeld, match=rf"pid {other.pid}"), only_writer(home, NOW, timeout_seconds=0.2):
            pass
        found = at_work(home)
        assert found and found.pid == other.pid
        threading.Timer(0.2, other.stdin.close).start()
        with only_writer(home, NOW, timeout_seconds=30):
            assert holder(home) == Holder(os.getpid(), lock.socket.gethostname(), "2026-03-01 04:30:00 UTC")


def test_a_process_that_was_killed_holds_nothing(home: Home) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        other.kill()
    left = holder(home)
    assert left and left.pid == other.pid and at_work(home) is None
    with only_writer(home, NOW) as hold:
        assert hold.took_over is None
    assert holder(home) is None


def test_another_host_at_work_on_the_shared_folder_is_told(home: Home) -> None:
    file = left_by(home, "ward-7", seconds_ago=40)
    before = file.read_bytes()
    with pytest.raises(LockHeld) as refused, only_writer(home, NOW):
        pass
    told = str(refused.value)
    assert "host ward-7 (pid 4242, since 2026-03-01 01:00:00 UTC)" in told and "4" in told.split("sign of life ")[1][:2]
    assert "give each host a --home of its own" in told and "\n" not in told
    assert file.read_bytes() == before and names(home) == {home.lock.name, file.name}
    assert at_work(home) == holder(home)


def test_another_host_without_a_sign_of_life_is_taken_over_and_named(home: Home) -> None:
    left_by(home, "ward-7", seconds_ago=601)
    assert at_work(home) is None
    with only_writer(home, NOW) as hold:
        assert hold.took_over == Holder(4242, "ward-7", "2026-03-01 01:00:00 UTC")
        assert str(hold.took_over) == "pid 4242 on ward-7, since 2026-03-01 01:00:00 UTC"


def test_ages_are_told_by_the_clock_of_the_folder(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file server is a day behind this host; the other host's sign is fresh all the same."""
    file = left_by(home, "ward-7", seconds_ago=86_400)
    server_now = file.stat().st_mtime + 20
    real = Path.write_bytes

    def on_the_server(path: Path, data: bytes) -> int:
        size = real(path, data)
        os.utime(path, (server_now, server_now))
        return size

    monkeypatch.setattr(Path, "write_bytes", on_the_server)
    with pytest.raises(LockHeld, match="ward-7"), only_writer(home, NOW):
        pass


def test_waiting_for_another_host_ends_when_it_is_done(home: Home) -> None:
    file = left_by(home, "ward-7", seconds_ago=5)
    threading.Timer(0.1, file.unlink).start()
    with only_writer(home, NOW, timeout_seconds=0.3):
        assert holder(home) != Holder(4242, "ward-7", "2026-03-01 01:00:00 UTC")


def test_of_two_hosts_that_start_together_one_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their file locks do not see each other: both find no holder, the second to write its name finds one."""
    home.root.mkdir()
    real = lock._claim

    def late(file: Path, me: Holder, old: Holder | None) -> bool:
        left_by(home, "ward-7", seconds_ago=0)
        return real(file, me, old)

    monkeypatch.setattr(lock, "_claim", late)
    with pytest.raises(LockHeld, match="ward-7"), only_writer(home, NOW):
        pass
    assert holder(home) == Holder(4242, "ward-7", "2026-03-01 01:00:00 UTC")


def test_of_two_hosts_that_take_over_together_one_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    left_by(home, "gone", seconds_ago=9_000)
    real = lock._set_aside

    def late(file: Path, old: Holder) -> bool:
        left_by(home, "ward-7", seconds_ago=0)
        return real(file, old)

    monkeypatch.setattr(lock, "_set_aside", late)
    with pytest.raises(LockHeld, match="ward-7"), only_writer(home, NOW):
        pass
    assert holder(home) == Holder(4242, "ward-7", "2026-03-01 01:00:00 UTC")
    assert names(home) == {home.lock.name, holder_file(home).name}


def test_the_holder_gives_signs_of_life_as_long_as_it_works(home: Home) -> None:
    with only_writer(home, NOW, beat_seconds=0.01):
        file = holder_file(home)
        os.utime(file, (1, 1))
        for _ in range(500):
            if file.stat().st_mtime > 1:
                break
            threading.Event().wait(0.01)
        assert file.stat().st_mtime > 1
    assert not [thread for thread in threading.enumerate() if thread.name == "signs of life"]


def test_a_name_that_is_no_longer_ours_is_neither_touched_nor_removed(home: Home) -> None:
    with only_writer(home, NOW, beat_seconds=0.01):
        file = left_by(home, "ward-7", seconds_ago=9_000)
        beaten = file.stat().st_mtime
        threading.Event().wait(0.08)
        assert file.stat().st_mtime == beaten
    assert file.exists()


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"null", b'{"pid": 1}', b"\xff\xfe", b"7", b"[" * 100_000])
def test_junk_in_the_holder_is_replaced(home: Home, junk: bytes) -> None:
    home.root.mkdir()
    holder_file(home).write_bytes(junk)
    with only_writer(home, NOW):
        found = holder(home)
        assert found and found.pid == os.getpid()


def test_a_process_number_that_was_given_again_is_not_taken_for_the_holder(home: Home) -> None:
    left_by(home, lock.socket.gethostname(), seconds_ago=9_000, pid=os.getpid())
    assert at_work(home) is None


def test_a_home_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    told = r"cannot be made .* choose another with --home"
    with pytest.raises(MscHarvestError, match=told), only_writer(Home(tmp_path / "home"), NOW):
        pass


def test_a_folder_in_the_place_of_the_lock_is_one_line(home: Home) -> None:
    home.lock.mkdir(parents=True)
    with pytest.raises(MscHarvestError, match="cannot be written"), only_writer(home, NOW):
        pass


def test_a_folder_in_the_place_of_the_holder_is_put_out_of_the_way(home: Home) -> None:
    (holder_file(home) / "inside").mkdir(parents=True)
    with only_writer(home, NOW):
        assert holder_file(home).is_file()


@pytest.mark.parametrize("where", ["acquire", "write_text"])
@pytest.mark.parametrize("number", [13, 28, 30])
def test_a_disk_that_refuses_is_one_line(home: Home, where: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permission denied, no space left, read-only file system."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(lock.FileLock if where == "acquire" else Path, where, refuse)
    with pytest.raises(MscHarvestError, match=f"cannot be written .{os.strerror(number)}"), only_writer(home, NOW):
        pass
    assert names(home) <= {home.lock.name}
    monkeypatch.undo()
    with only_writer(home, NOW):
        pass


def test_a_file_system_without_locks_is_one_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no flock here")

    monkeypatch.setattr(lock.FileLock, "acquire", refuse)
    with pytest.raises(MscHarvestError, match="where files cannot be locked"), only_writer(home, NOW):
        pass


def test_a_file_system_without_links_will_do(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    with only_writer(home, NOW):
        found = holder(home)
        assert found and found.pid == os.getpid()
