"""What is told on stderr: plain lines for people, JSON lines for programs; no secret in either.

The only place where logging is configured. The rest of the program says what it has to say to loggers below
`msc_harvest`, or with `tell`. What libraries say from `warning` up comes out in the same form.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO

from msc_harvest.errors import SettingsError
from msc_harvest.http.redaction import RedactingFilter

ROOT = "msc_harvest"
FORMATS = ("plain", "json")
VARIABLE = "MSC_HARVEST_LOG"

# What a record has by itself: everything else was given as an extra field.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def chosen_format(flag: str | None, environment: Mapping[str, str]) -> str:
    """`plain` or `json`: the flag's choice, else the environment's, else plain. Raises SettingsError for another word
    in the environment."""
    named = flag or environment.get(VARIABLE) or "plain"
    if named not in FORMATS:
        raise SettingsError(f"{VARIABLE} must be plain or json; unset it, or give --log-format")
    return named


def configure(format: str, level: str, secrets: Iterable[str | None], stream: TextIO | None = None) -> None:
    """Log from `level` (debug, info, warning, error) on, as `format` (plain, json), without `secrets`.

    `stream` None is stderr, whichever it is when a line is told. Calling it again replaces what was configured before.
    """
    lowest = getattr(logging, level.upper())
    handler = _Told(stream)
    handler.setLevel(lowest)
    handler.setFormatter(_Json() if format == "json" else _Plain())
    handler.addFilter(RedactingFilter(secrets))
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Told)]:
        root.removeHandler(old)
    root.addHandler(handler)
    logging.getLogger(ROOT).setLevel(lowest)


def tell(text: str, **fields: object) -> None:
    """One line of narration; `fields` stand beside it in JSON."""
    logging.getLogger(ROOT).info("%s", text, extra=fields)


def bar_fits() -> bool:
    """Whether stderr is a terminal on which plain narration is wanted: only there may a progress bar be drawn."""
    told = next((one for one in logging.getLogger().handlers if isinstance(one, _Told)), None)
    if told is not None and (isinstance(told.formatter, _Json) or told.level > logging.INFO):
        return False
    stream = told.stream if told else sys.stderr
    return stream.isatty()


def printable(text: str) -> str:
    """Remote text without control characters: nothing in a record may move the cursor or colour the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def take_strays() -> None:
    """Send to the log what Python itself would print with a traceback: exceptions in finalisers and threads.

    For the program's own process only, not for a program that imports this one.
    """
    log = logging.getLogger(ROOT)

    def from_finaliser(stray: sys.UnraisableHookArgs) -> None:
        _stray(log, "while clearing up", stray.exc_type, stray.exc_value)

    def from_thread(stray: threading.ExceptHookArgs) -> None:
        _stray(log, "in a thread", stray.exc_type, stray.exc_value)

    import threading

    sys.unraisablehook = from_finaliser
    threading.excepthook = from_thread


def _stray(log: logging.Logger, where: str, kind: type[BaseException], problem: BaseException | None) -> None:
    log.debug("%s %s", kind.__name__, where, exc_info=problem)


class _Told(logging.Handler):
    """Writes lines to a stream. A stream that is gone silences the log and nothing else."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream

    @property
    def stream(self) -> TextIO:
        return self._stream or sys.stderr

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.stream.write(self.format(record) + "\n")
            self.stream.flush()
        except (OSError, ValueError):
            return


class _Plain(logging.Formatter):
    """Information as its text alone; the rest says who is speaking and how loud. Tracebacks on lines of their own."""

    def format(self, record: logging.LogRecord) -> str:
        text = printable(record.getMessage())
        if record.levelno >= logging.WARNING:
            text = f"msc-harvest: {record.levelname.lower()}: {text}"
        elif record.levelno < logging.INFO:
            text = f"{_moment(record):%H:%M:%S}.{record.msecs:03.0f} {record.name}: {text}"
        lines = (record.exc_text or "").splitlines()
        return "\n".join([text, *(f"    {printable(line)}" for line in lines)])


class _Json(logging.Formatter):
    """One object per line: at (UTC), level, logger, message, then the extra fields. JSON escapes what is not ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        extra = {name: value for name, value in vars(record).items() if name not in _OWN}
        told |= {name: value for name, value in extra.items() if name not in told}
        if record.exc_text:
            told["traceback"] = record.exc_text
        return json.dumps(told, default=str)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
