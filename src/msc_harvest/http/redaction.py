"""Keep the user's key and e-mail out of every text this program may show or write."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "<redacted>"

# Any value under these names is masked too, whoever it belongs to: NCBI's own answers echo a client's key and address.
_NAMED = re.compile(r"(?i)\b(api[_-]key|email)(=|%3D|\"?:\s*\")[^&\s\"'<>]+")


def redact(text: str, secrets: Iterable[str | None] = ()) -> str:
    """`text` without any of `secrets` (plain or percent-encoded) and without values named api_key or email."""
    for secret in secrets:
        for form in _forms(secret) if secret else ():
            text = re.sub(re.escape(form), MASK, text, flags=re.IGNORECASE)
    return _NAMED.sub(rf"\1\2{MASK}", text)


def _forms(secret: str) -> list[str]:
    return sorted({secret, quote(secret, safe=""), quote_plus(secret), quote(secret)}, key=len, reverse=True)


class RedactingFilter(logging.Filter):
    """Rewrites a log record so that no secret is in it. Never drops a record."""

    def __init__(self, secrets: Iterable[str | None]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the record's message by its redacted text."""
        record.msg, record.args = redact(record.getMessage(), self._secrets), ()
        return True
