"""Progress on stderr: a bar with rate and remaining time on a terminal, log lines elsewhere."""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import TYPE_CHECKING

from msc_harvest import interruption
from msc_harvest.cli import logs
from msc_harvest.cli.logs import printable
from msc_harvest.model import Progress

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = ["Bar", "Lines", "Narrator", "printable"]

_SECONDS_BETWEEN_LINES = 5.0
_LOG = logging.getLogger("msc_harvest.progress")


class Narrator:
    """Context manager that gives a Progress fit for where stderr goes."""

    def __init__(self) -> None:
        self._progress: Bar | Lines | None = None

    def __enter__(self) -> Progress:
        self._progress = Bar() if logs.bar_fits() else Lines()
        return self._progress

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress:
            self._progress.close()


class Lines:
    """Log lines: one every few seconds of a piece of work, and one at its end."""

    def __init__(self) -> None:
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._begun = self._last = 0.0

    def start(self, label: str, total: int | None) -> None:
        """End the piece before and begin this one."""
        interruption.check()
        self.close()
        self._label, self._total, self._done = label, total, 0
        self._begun = self._last = time.monotonic()

    def advance(self, units: int = 1) -> None:
        """Count; say so when the last line is old enough."""
        interruption.check()
        self._done += units
        if time.monotonic() - self._last > _SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            self._say(f"{self._label}: {self._done}{f' of {self._total}' if self._total else ''}", is_end=False)

    def expect(self, total: int) -> None:
        """The total has become known."""
        self._total = total

    def note(self, text: str) -> None:
        """One line beside the progress."""
        logs.tell(text)

    def close(self) -> None:
        """Say how the running piece ended."""
        if self._label:
            self._say(f"{self._label}: {self._done} done", is_end=True)
        self._label = ""

    def _say(self, text: str, *, is_end: bool) -> None:
        seconds = round(time.monotonic() - self._begun, 3)
        fields = {"label": self._label, "done": self._done, "total": self._total, "seconds": seconds, "is_end": is_end}
        _LOG.info("%s", text, extra={"event": "progress", **fields})


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
        interruption.check()
        self._begun = time.monotonic()
        self._task = self._bar.add_task(label, total=total, rate="")

    def advance(self, units: int = 1) -> None:
        """Move the bar."""
        interruption.check()
        if self._task is not None:
            done = self._bar.tasks[-1].completed + units
            rate = done / max(time.monotonic() - self._begun, 1e-6)
            self._bar.update(self._task, advance=units, rate=f"{rate:,.0f}/s")

    def expect(self, total: int) -> None:
        """The total has become known."""
        if self._task is not None:
            self._bar.update(self._task, total=total)

    def note(self, text: str) -> None:
        """One line above the bar: rich leads what is written to stderr there while it draws."""
        logs.tell(text)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bar.stop()
