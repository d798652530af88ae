"""One writer at a time on one home: between the processes of a host, and between hosts that share a folder.

A file lock ends with its process, however that ends; but on some shared folders other hosts do not see it. So the
holder writes a second file that says who it is, and touches it as long as it works: a sign of life for every host.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from msc_harvest.errors import LockHeld, MscHarvestError
from msc_harvest.paths import Home
from msc_harvest.processes import process_exists

# A holder gives a sign of life every BEAT_SECONDS; after FRESH_SECONDS without one it is taken for dead.
BEAT_SECONDS = 30.0
FRESH_SECONDS = 600.0
PROBE = ".probe-"

_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock, or left it behind: process id, host, and when it began, in words."""

    pid: int | str
    host: str
    since: str

    def __str__(self) -> str:
        return f"pid {self.pid} on {self.host}, since {self.since}"


@dataclass(frozen=True, slots=True)
class Hold:
    """A lock that was got. `took_over` is the holder whose signs of life had ended; None when there was none."""

    took_over: Holder | None


@contextmanager
def only_writer(
    home: Home,
    now: datetime,
    timeout_seconds: float = 0.0,
    *,
    machine: Callable[[], str] = socket.gethostname,
    beat_seconds: float = BEAT_SECONDS,
    fresh_seconds: float = FRESH_SECONDS,
) -> Iterator[Hold]:
    """Hold the home's lock, waiting up to `timeout_seconds` for it; `now` (UTC) is told to others as the start.

    Raises LockHeld naming the holder when another process of this host has it, or when another host that shares the
    folder has given a sign of life within `fresh_seconds`. Raises MscHarvestError when the home cannot be written.
    """
    me = Holder(os.getpid(), machine(), f"{now:%Y-%m-%d %H:%M:%S} UTC")
    lock = _local_lock(home, timeout_seconds)
    try:
        took_over = _among_hosts(home, me, timeout_seconds, fresh_seconds)
        with _signs_of_life(home, me, beat_seconds):
            yield Hold(took_over)
    finally:
        lock.release()


def holder_file(home: Home) -> Path:
    """The file that says who holds the lock."""
    return home.lock.with_name(home.lock.name + ".holder")


def holder(home: Home) -> Holder | None:
    """Who holds the lock or left it behind; None when nobody did. What cannot be read of it is `?`."""
    return _read(holder_file(home))


def at_work(
    home: Home, *, machine: Callable[[], str] = socket.gethostname, fresh_seconds: float = FRESH_SECONDS
) -> Holder | None:
    """The holder that is at work on this home now, told without touching the lock: a process of this host is looked up,
    another host is believed as long as its signs of life are fresh."""
    found = holder(home)
    if found is None or (found.host == machine() and not process_exists(found.pid)):
        return None
    age = _age(home)
    return found if age is None or abs(age) < fresh_seconds else None


def _local_lock(home: Home, timeout_seconds: float) -> FileLock:
    """The lock among the processes of this host, taken."""
    lock = FileLock(home.lock)
    with _writing(home):
        home.root.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=max(0.0, timeout_seconds), poll_interval=0.05)
        except Timeout:
            who = holder(home)
            named = f"({who})" if who and who.host != _UNKNOWN else "(just starting)"
            raise LockHeld(
                f"another run {named} is at work on {home.root}; wait for it to end, then try again"
            ) from None
    return lock


def _among_hosts(home: Home, me: Holder, timeout_seconds: float, fresh_seconds: float) -> Holder | None:
    """Become the holder whom all hosts see, once no other one is at work here; returns the one taken over, if any.

    The clocks of hosts differ, so ages are told by the clock of the folder alone: by a file touched now.
    """
    pause = threading.Event()
    waited = 0.0
    while True:
        found = holder(home)
        with _writing(home):
            foreign = found is not None and found.host not in (me.host, _UNKNOWN)
            age = _age(home, told=True) if foreign else None
            if age is None or abs(age) >= fresh_seconds:
                if _claim(holder_file(home), me, found):
                    return found if foreign else None
                age = 0.0
        if waited >= timeout_seconds:
            raise LockHeld(_at_work_elsewhere(home, holder(home) or me, age, fresh_seconds))
        step = min(1.0, timeout_seconds - waited)
        pause.wait(step)
        waited += step


def _at_work_elsewhere(home: Home, found: Holder, age: float, fresh_seconds: float) -> str:
    return (
        f"host {found.host} (pid {found.pid}, since {found.since}) is at work on the shared folder {home.root}, last "
        f"sign of life {max(0.0, age):.0f} s ago; wait for it to end, or give each host a --home of its own (if that "
        f"host is gone, the lock is free {fresh_seconds / 60:.0f} minutes after its last sign)"
    )


def _claim(file: Path, me: Holder, old: Holder | None) -> bool:
    """Put our name into the place of `old`, in one step and only while it is `old` that stands there.

    False when another host was quicker: of two that make a link of one name, one fails, on every file system.
    """
    mine = file.with_name(f"{file.name}-{uuid4().hex}.tmp")
    try:
        mine.write_text(json.dumps(asdict(me)), encoding="utf-8")
        if old is not None and not _set_aside(file, old):
            return False
        try:
            os.link(mine, file)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            mine.replace(file)
        return True
    finally:
        with contextlib.suppress(OSError):
            mine.unlink(missing_ok=True)


def _set_aside(file: Path, old: Holder) -> bool:
    """Remove `old`, unless another host has taken its place meanwhile."""
    aside = file.with_name(f"{file.name}-{uuid4().hex}.tmp")
    try:
        file.rename(aside)
    except FileNotFoundError:
        return True
    try:
        if _read(aside) == old:
            return True
        with contextlib.suppress(OSError):
            os.link(aside, file)
        return False
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _read(file: Path) -> Holder | None:
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        return Holder(facts["pid"], str(facts["host"]), str(facts["since"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Holder(_UNKNOWN, _UNKNOWN, _UNKNOWN)


def _age(home: Home, *, told: bool = False) -> float | None:
    """Seconds since the holder's last sign of life, by the clock of the folder; None when the holder's file is gone.

    In a folder that cannot be written the age cannot be told: OSError when `told`, else 0 (taken for alive).
    """
    probe = home.lock.with_name(f"{home.lock.name}{PROBE}{uuid4().hex}.tmp")
    try:
        try:
            probe.write_bytes(b"now")
            return probe.stat().st_mtime - holder_file(home).stat().st_mtime
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)
    except FileNotFoundError:
        return None
    except OSError:
        if told:
            raise
        return 0.0


@contextmanager
def _signs_of_life(home: Home, me: Holder, beat_seconds: float) -> Iterator[None]:
    """While the block runs, touch the holder's file; afterwards remove it. Both only as long as it is ours."""
    file, ended = holder_file(home), threading.Event()

    def beat() -> None:
        while not ended.wait(beat_seconds):
            if holder(home) == me:
                with contextlib.suppress(OSError):
                    os.utime(file)

    thread = threading.Thread(target=beat, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=1.0)
        if holder(home) == me:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)


@contextmanager
def _writing(home: Home) -> Iterator[None]:
    """What the operating system refuses, in one line. RuntimeError is how filelock says that a file system knows no
    locks at all."""
    try:
        yield
    except OSError as problem:
        what = "made" if not home.root.is_dir() else "written"
        raise MscHarvestError(
            f"the home {home.root} cannot be {what} ({problem.strerror or problem}); choose another with --home"
        ) from None
    except RuntimeError as problem:
        raise MscHarvestError(
            f"the home {home.root} lies where files cannot be locked ({problem}); choose another with --home"
        ) from None
