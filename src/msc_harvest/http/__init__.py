"""Polite GET and POST: one session, spacing per host, bounded retries, complete bodies; bytes or a SourceError.

The only room that imports requests and tenacity. Nothing here reads the environment's settings or a clock of its own:
user agent, key, e-mail, sleep and clocks are handed in. The key and the e-mail travel in POST bodies and never appear
in a URL that is kept, in an error's words or in a log line.
"""

from msc_harvest.http.client import Client
from msc_harvest.http.limits import HostStats, Limits
from msc_harvest.http.redaction import redact

__all__ = ["Client", "HostStats", "Limits", "redact"]
