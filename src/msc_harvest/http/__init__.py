"""Polite GET and POST: one session, spacing per host, bounded retries, complete bodies; bytes or a SourceError.

The only room that imports requests and tenacity. Nothing here reads the environment's settings or a clock of its own:
user agent, key, e-mail, sleep and clocks are handed in. The key and the e-mail travel in POST bodies and never appear
in a URL that is kept, in an error's words or in a log line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msc_harvest.http.limits import Limits
from msc_harvest.http.redaction import RedactingFilter, redact

if TYPE_CHECKING:
    from msc_harvest.http.client import Client

__all__ = ["Client", "Limits", "RedactingFilter", "redact"]


def __getattr__(name: str) -> Any:
    """The client on first use: commands that ask nobody need not load the libraries behind it."""
    if name != "Client":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from msc_harvest.http.client import Client

    return Client
