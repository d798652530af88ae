"""The ledger of requests: one JSON line per request sent, in runs/<run_id>.requests.jsonl beside the run's manifest.

A line is written when its request has been judged, so a killed process loses the account of one request at most. The
ledger tells about the work and is not the work: a disk that is full costs lines, never the run.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

import msgspec
import polars as pl

from msc_harvest.archive.segments import to_utc
from msc_harvest.errors import ArchiveError
from msc_harvest.model import Exchanged
from msc_harvest.paths import Home

_SUFFIX = ".requests.jsonl"

SCHEMA = pl.Schema(
    {
        "run_id": pl.String(),
        "number": pl.Int64(),
        "at": pl.Datetime("us"),
        "host": pl.String(),
        "method": pl.String(),
        "url": pl.String(),
        "status": pl.Int64(),
        "outcome": pl.String(),
        "try_number": pl.Int64(),
        "bytes": pl.Int64(),
        "seconds": pl.Float64(),
        "seconds_waited": pl.Float64(),
    }
)
# The columns that a line gives as they are: all but its run, its number and its moment.
_AS_TOLD = list(SCHEMA)[3:]


class RequestLog:
    """Appends the requests of one run; give it to the HTTP client as `record`. Safe to call from several threads.

    `dropped` counts the lines that the disk refused.
    """

    def __init__(self, home: Home, run_id: str) -> None:
        self._path = home.runs / f"{run_id}{_SUFFIX}"
        if self._path.parent != home.runs or run_id.startswith("."):
            raise ArchiveError(f"{run_id!r} cannot name a run; use letters, digits, dot, _ and -")
        self._file: FileIO | None = None
        self._is_torn = False
        self._lock = threading.Lock()
        self.dropped = 0

    def __enter__(self) -> RequestLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, exchange: Exchanged) -> None:
        """Write one line and hand it to the operating system. Never raises for a disk that is full or read-only."""
        with self._lock:
            try:
                self._append(msgspec.json.encode(exchange) + b"\n")
            except OSError:
                self.dropped += 1

    def close(self) -> None:
        """Close the file. The next call would open it again."""
        with self._lock, suppress(OSError):
            if self._file is not None:
                self._file.close()
            self._file = None

    def _append(self, line: bytes) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._is_torn = _ends_torn(self._path)
            self._file = FileIO(str(self._path), "ab")
        # What stands before half a line is its own line, and what comes after it must be one too.
        whole = b"\n" + line if self._is_torn else line
        self._is_torn = True
        if self._file.write(whole) != len(whole):
            raise OSError("the disk took a part of the line")
        self._is_torn = False


def read_requests(home: Home, until: datetime | None = None) -> pl.DataFrame:
    """Every request of every run, sent up to `until` (aware, or UTC without a zone; None: all), by run and number.

    The columns are those of `SCHEMA`: `number` counts a run's requests from 1 in the order in which they were judged,
    `at` is UTC without a zone. Lines that cannot be read are left out; `request_log_faults` names them. Raises
    ArchiveError when a file cannot be opened.
    """
    rows = []
    for path in _files(home):
        run_id = path.name.removesuffix(_SUFFIX)
        lines, _ = _read(path)
        for number, line in enumerate(lines, 1):
            rest = (getattr(line, name) for name in _AS_TOLD)
            rows.append((run_id, number, to_utc(line.at), *rest))
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    if until is None:
        return frame
    return frame.filter(pl.col("at") <= (to_utc(until) if until.tzinfo else until))


def request_log_faults(home: Home) -> list[str]:
    """Each ledger of requests with lines that cannot be read, in one line. A killed run's torn last line is none."""
    found = []
    for path in _files(home):
        _, junk = _read(path)
        if junk:
            found.append(f"{path.name}: {junk} line(s) that tell of no request; the rest of the ledger is used")
    return found


def _files(home: Home) -> list[Path]:
    return sorted(home.runs.glob(f"*{_SUFFIX}"))


def _read(path: Path) -> tuple[list[Exchanged], int]:
    """The readable lines of a ledger, and how many others there are."""
    try:
        *whole, last = path.read_bytes().split(b"\n")
    except OSError as failure:
        raise ArchiveError(f"{path} cannot be read ({failure.strerror}); check its permissions") from failure
    lines, junk = [], 0
    for text in whole:
        if (line := _line(text)) is not None:
            lines.append(line)
        elif text:
            junk += 1
    if last and (line := _line(last)) is not None:
        lines.append(line)
    return lines, junk


def _line(text: bytes) -> Exchanged | None:
    try:
        line = msgspec.json.decode(text, type=Exchanged)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return line if line.at.tzinfo is not None else replace(line, at=line.at.replace(tzinfo=UTC))


def _ends_torn(path: Path) -> bool:
    """Whether a file exists whose last line has no end."""
    try:
        with path.open("rb") as ledger:
            if ledger.seek(0, 2) == 0:
                return False
            ledger.seek(-1, 2)
            return ledger.read(1) != b"\n"
    except FileNotFoundError:
        return False
