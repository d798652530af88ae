"""How Ctrl-C and SIGTERM stop the work: at once where nothing can break, at the next whole step where something could.

The command line's signal handler calls `arrive`. It raises KeyboardInterrupt where the program stands, except inside
an `unbroken` block: there it waits until the block has come to its end. Python cannot raise from everywhere (an
exception raised inside a finaliser is dropped), so places that wait or count call `check` as well. And it cannot raise
at all while a library works for long: what may be told to stop from outside is named by `stoppable`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


class _State:
    """`arrived`: somebody wants this command to end. `postponed`: nobody has been told yet. `depth`: blocks open."""

    arrived = False
    postponed = False
    depth = 0


@dataclass(eq=False, slots=True)
class _Work:
    """Long work that may be told to stop, until it `is_ending` by itself."""

    stop: Callable[[], object]
    give_up: Callable[[], object]
    is_ending: bool = False


_LOCK = threading.Lock()
_OPEN: list[_Work] = []


def arrive() -> None:
    """A signal asks to stop. Called in the main thread; raises KeyboardInterrupt unless a block is unbroken."""
    _State.arrived = True
    if _State.depth:
        _State.postponed = True
        return
    raise KeyboardInterrupt


@contextmanager
def unbroken() -> Iterator[None]:
    """Let the steps of this block happen together: an interruption inside is raised when the block has ended well.

    For short work only, such as writing one file and noting that it is written. Blocks may be nested. A block that
    fails keeps its own exception; the interruption is then raised by the next block or `check`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _State.depth += 1
    try:
        yield
    finally:
        _State.depth -= 1
    if _State.postponed and not _State.depth:
        _State.postponed = False
        raise KeyboardInterrupt


def check() -> None:
    """Raise KeyboardInterrupt when one has arrived. Not for code that cleans up after one."""
    if _State.arrived and not _State.depth and threading.current_thread() is threading.main_thread():
        _State.postponed = False
        raise KeyboardInterrupt


@contextmanager
def stoppable(
    stop: Callable[[], object], close: Callable[[], object] = bool, give_up: Callable[[], object] = bool
) -> Iterator[None]:
    """While the block runs, `stop` may be called from another thread: it makes long work of this one end early.

    `close` ends the work for good; it is called when the block ends, after another `stop` where one is due. `give_up`
    is called in the other thread when all that takes too long and the process ends in the middle: it removes what
    nobody will finish.
    """
    work = _Work(stop, give_up)
    with _LOCK:
        _OPEN.append(work)
    try:
        yield
    finally:
        with _LOCK:
            work.is_ending = True
        try:
            if _State.arrived:
                _quietly(stop)
            close()
        finally:
            with _LOCK:
                _OPEN.remove(work)


def stop_long_work() -> bool:
    """Call every `stop` of a block now open, beside the main thread. Returns whether any block is open."""
    with _LOCK:
        for work in _OPEN:
            if not work.is_ending:
                _quietly(work.stop)
        return bool(_OPEN)


def give_up() -> bool:
    """Clear up what long work would leave behind, for the process is about to end in the middle of it.

    False, and nothing done, while an unbroken block is open: its end is near and worth waiting for.
    """
    if _State.depth:
        return False
    for work in list(_OPEN):
        _quietly(work.give_up)
    return True


def _quietly(call: Callable[[], object]) -> None:
    """Work that has just ended by itself need not be stopped, whatever its library says to that."""
    with suppress(Exception):
        call()


def forget() -> None:
    """A new command begins: what arrived before does not concern it."""
    _State.arrived = _State.postponed = False
