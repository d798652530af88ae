"""Keep the user's key and e-mail out of every text this program may show or write."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

MASK = "<redacted>"

# Any value under these names is masked too, whoever it belongs to: NCBI's own answers echo a client's key and address.
_NAMED = re.compile(r"(?i)\b(api[_-]key|email)(=|%3D|\"?:\s*\")[^&\s\"'<>]+")


def redact(text: str, secrets: Iterable[str | None] = ()) -> str:
    """`text` without any of `secrets` and without values named api_key or email.

    A secret is found in any case and however its characters are written: plain, percent-encoded (also twice), as JSON
    or HTML escapes.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = _pattern(secret).sub(MASK, text)
    return _NAMED.sub(rf"\1\2{MASK}", text)


@lru_cache(maxsize=16)
def _pattern(secret: str) -> re.Pattern[str]:
    return re.compile("".join(map(_spellings, secret)), re.IGNORECASE)


def _spellings(sign: str) -> str:
    """A pattern for all ways in which a character may be written."""
    octets = "".join(f"%(?:25)*{octet:02x}" for octet in sign.encode("utf-8", "surrogatepass"))
    code = ord(sign)
    ways = [re.escape(sign), octets, rf"\\+u{code:04x}", rf"&#(?:0*{code}|x0*{code:x});"]
    return "(?:" + "|".join(ways) + (r"|\+)" if sign == " " else ")")


class RedactingFilter(logging.Filter):
    """Rewrites a log record so that no secret is in it: message, traceback and every extra field. Drops none."""

    def __init__(self, secrets: Iterable[str | None]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace what the record says by its redacted text."""
        record.msg, record.args = redact(_message(record), self._secrets), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _TRACES.formatException(record.exc_info)
        record.exc_info = None
        for name, value in list(record.__dict__.items()):
            if name not in _OWN or name in ("exc_text", "stack_info", "threadName"):
                record.__dict__[name] = self._clean(value)
        return True

    def _clean(self, value: object) -> object:
        """`value` with every text in it redacted. What is neither a text nor a plain value becomes a text."""
        if value is None or isinstance(value, (bool, int, float, date)):
            return value
        if isinstance(value, Mapping):
            return {redact(str(name), self._secrets): self._clean(part) for name, part in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._clean(part) for part in value]
        return redact(str(value), self._secrets)


_TRACES = logging.Formatter()
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _message(record: logging.LogRecord) -> str:
    """The record's message; arguments that do not fit it are told beside it, for a log line must not end a run."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"
