"""Progress on stderr: a bar with rate and remaining time on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from msc_harvest.model import Progress

if TYPE_CHECKING:
    from rich.progress import TaskID

_SECONDS_BETWEEN_LINES = 5.0


class Narrator:
    """Context manager that gives a Progress fit for where stderr goes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._progress: Bar | Lines | None = None

    def __enter__(self) -> Progress:
        self._progress = Bar() if self._stream.isatty() else Lines(self._stream)
        return self._progress

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress:
            self._progress.close()


class Lines:
    """One line at the start of each piece of work, one every few seconds, one at its end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._last = 0.0

    def start(self, label: str, total: int | None) -> None:
        """End the piece before and begin this one."""
        self.close()
        self._label, self._total, self._done, self._last = label, total, 0, time.monotonic()

    def advance(self, units: int = 1) -> None:
        """Count; say so when the last line is old enough."""
        self._done += units
        if time.monotonic() - self._last > _SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            self._say(f"{self._label}: {self._done}{f' of {self._total}' if self._total else ''}")

    def expect(self, total: int) -> None:
        """The total has become known."""
        self._total = total

    def note(self, text: str) -> None:
        """One line beside the progress."""
        self._say(text)

    def close(self) -> None:
        """Say how the running piece ended."""
        if self._label:
            self._say(f"{self._label}: {self._done} done")
        self._label = ""

    def _say(self, text: str) -> None:
        print(printable(text), file=self._stream, flush=True)


class Bar:
    """A rich progress bar with rate and remaining time."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task: TaskID | None = None
        self._begun = 0.0
        self._bar.start()

    def start(self, label: str, total: int | None) -> None:
        """End the bar before and begin this one."""
        self._begun = time.monotonic()
        self._task = self._bar.add_task(label, total=total, rate="")

    def advance(self, units: int = 1) -> None:
        """Move the bar."""
        if self._task is not None:
            done = self._bar.tasks[-1].completed + units
            rate = done / max(time.monotonic() - self._begun, 1e-6)
            self._bar.update(self._task, advance=units, rate=f"{rate:,.0f}/s")

    def expect(self, total: int) -> None:
        """The total has become known."""
        if self._task is not None:
            self._bar.update(self._task, total=total)

    def note(self, text: str) -> None:
        """One line above the bar."""
        self._bar.console.print(printable(text), markup=False, highlight=False)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bar.stop()


def printable(text: str) -> str:
    """Remote text without control characters: nothing in a record may move the cursor or colour the terminal."""
    return "".join(character if character.isprintable() or character == " " else " " for character in text)
