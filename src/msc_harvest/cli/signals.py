"""SIGINT and SIGTERM: the first ends the work in order, a second one does not disturb that, a third ends it at once.

Python runs a signal's handler between two of its own instructions; a library may keep it from the next one for long.
So a thread waits for the byte that Python writes the moment a signal comes, and tells such libraries to stop.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from types import FrameType
from typing import Any

from msc_harvest import interruption

_WATCHED = (signal.SIGINT, signal.SIGTERM)
_AT_ONCE = 3
_SECONDS_BETWEEN_STOPS = 0.1
_PATIENCE_SECONDS = 3.5


class Signals:
    """Watches both signals while the block runs (in the main thread only; elsewhere it does nothing).

    A signal that the process was started to ignore stays ignored. With `stay` the handlers outlive the block: a signal
    that comes while Python shuts down does not change how the command ended.
    """

    def __init__(self, stay: bool = False) -> None:
        self.number: int | None = None
        self._count = 0
        self._is_over = False
        self._stay = stay
        self._before: dict[int, Any] = {}
        self._bell: socket.socket | None = None
        self._bell_before = -1

    def __enter__(self) -> Signals:
        interruption.forget()
        if threading.current_thread() is threading.main_thread():
            for number in _WATCHED:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._arrive)
            self._hang_bell()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        interruption.forget()
        if not self._stay:
            for number, handler in self._before.items():
                signal.signal(number, handler)
            self._take_bell()

    @property
    def exit_code(self) -> int:
        """128 + the number of the first signal: 130 for SIGINT, 143 for SIGTERM. SIGINT when none was seen here."""
        return 128 + (self.number or signal.SIGINT)

    @property
    def name(self) -> str:
        """The first signal's name; SIGINT when none was seen here."""
        return signal.Signals(self.number or signal.SIGINT).name

    def _hang_bell(self) -> None:
        self._bell, heard = socket.socketpair()
        self._bell.setblocking(False)
        self._bell_before = signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._listen, args=(heard,), daemon=True, name="signals").start()

    def _take_bell(self) -> None:
        if self._bell:
            signal.set_wakeup_fd(self._bell_before)
            self._bell.close()
            self._bell = None

    def _listen(self, bell: socket.socket) -> None:
        """Wait for signals. Ends when the other end of the line is closed."""
        with bell:
            while heard := bell.recv(1):
                if heard[0] in _WATCHED:
                    self._see_to_it(heard[0])

    def _see_to_it(self, number: int) -> None:
        """Stop long work again and again, for a library forgets a request that comes just before its work begins; until
        the handler has run and the work is closed. What does not listen at all is left in the middle: no worse than a
        power cut."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while (interruption.stop_long_work() or not self._count) and not self._is_over:
            if time.monotonic() > until and interruption.give_up():
                teller = threading.Thread(target=_tell_of_the_end, args=(number,), daemon=True)
                teller.start()
                teller.join(timeout=0.5)  # the main thread may hold the log
                os._exit(128 + number)
            time.sleep(_SECONDS_BETWEEN_STOPS)

    def _arrive(self, number: int, _: FrameType | None) -> None:
        self._count += 1
        if self._count >= _AT_ONCE:
            # What is on disk is whole at every moment; the next run sweeps up the rest.
            os._exit(self.exit_code if self.number else 128 + number)
        if self._count == 1 and not self._is_over:
            self.number = number
            interruption.arrive()


def _tell_of_the_end(number: int) -> None:
    logging.getLogger(__name__).warning(
        "interrupted by %s in the middle of a step; what is on disk is whole, run the same command again to go on",
        signal.Signals(number).name,
        extra={"event": "interrupted", "exit_code": 128 + number},
    )
