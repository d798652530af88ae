"""One frozen Settings, made once by the command line from the environment it was given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from msc_harvest.errors import SettingsError

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+$")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may set. The key and the e-mail are left out of `repr`, so that they never reach a log.

    `ctgov_url` and `eutils_url` replace the public base URLs (None: the connector's own); `ncbi_api_key` raises the
    E-utilities limit from 3 to 10 requests per second; `email` tells NCBI whom to write to.
    """

    ctgov_url: str | None = None
    eutils_url: str | None = None
    ncbi_api_key: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables. Raises SettingsError naming the variable that cannot be used."""
        email = environment.get("MSC_HARVEST_EMAIL") or None
        if email and not _EMAIL.match(email):
            raise SettingsError("MSC_HARVEST_EMAIL is not an e-mail address; set it to the address NCBI may write to")
        key = environment.get("NCBI_API_KEY") or None
        if key and not key.isalnum():
            raise SettingsError(
                "NCBI_API_KEY holds characters that no NCBI key has; copy it again from your NCBI account"
            )
        return cls(
            ctgov_url=_url(environment, "MSC_HARVEST_CTGOV_URL"),
            eutils_url=_url(environment, "MSC_HARVEST_EUTILS_URL"),
            ncbi_api_key=key,
            email=email,
        )

    def base_url(self, source: str, default: str) -> str:
        """Base URL to ask for `source`, without a trailing slash."""
        chosen = {"clinicaltrials_gov": self.ctgov_url, "pubmed": self.eutils_url}.get(source)
        return (chosen or default).rstrip("/")


def _url(environment: Mapping[str, str], name: str) -> str | None:
    value = environment.get(name) or None
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise SettingsError(
            f"{name} must be an http(s) base URL without query or password, such as https://host/api/v2"
        )
    return value
