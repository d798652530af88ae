"""Where one request goes: the URL that may be seen, the one that is sent, and where a redirect leads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

from msc_harvest.errors import SourceRefused
from msc_harvest.http.exchange import Message, Pairs
from msc_harvest.model import Request

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_IDENTIFYING = frozenset({"tool", "email", "api_key"})


@dataclass(frozen=True, slots=True)
class Route:
    """One address with what is asked there. `identity` (tool, e-mail, key) is added only when the message is sent:
    to the form of a POST, to the query of a GET, and never to `visible_url`."""

    base: str
    query: Pairs
    form: Pairs | None
    identity: Pairs

    @classmethod
    def to(cls, base_url: str, request: Request, identity: Pairs) -> Route:
        """The route of `request` below `base_url`. Raises SourceRefused when that is no http(s) URL."""
        base = f"{base_url.rstrip('/')}/{request.path.lstrip('/')}".rstrip("/")
        if (parts := _split(base)) is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise SourceRefused("the address asked for is not an http(s) URL; check the MSC_HARVEST_*_URL settings")
        return cls(base, tuple(request.params), request.form, identity)

    @property
    def host(self) -> str:
        """Host, with the port when the URL names one; never a user name or password."""
        return _host(urlsplit(self.base))

    @property
    def path(self) -> str:
        """Path of the URL."""
        return urlsplit(self.base).path

    @property
    def visible_url(self) -> str:
        """The URL as it may be stored and shown."""
        parts = urlsplit(self.base)
        return _with_query(parts._replace(netloc=_host(parts)).geturl(), self.query)

    @property
    def method(self) -> str:
        """GET, or POST when there is a form."""
        return "GET" if self.form is None else "POST"

    def message(self) -> Message:
        """What is sent."""
        if self.form is None:
            return Message(_with_query(self.base, self.query + self.identity), None)
        return Message(_with_query(self.base, self.query), self.form + self.identity)

    def redirected(self, status: int, location: str) -> Route:
        """The route a redirect leads to, on the same host only.

        The registry drops the query when it redirects an alias to its study, so parameters that the new address does
        not name are repeated. Raises SourceRefused when the redirect leads elsewhere, down to http, or turns a POST
        into a GET.
        """
        here, there = urlsplit(self.base), _split(location, self.base)
        if there is None or not location or there.hostname != here.hostname or _leaves(here, there):
            elsewhere = (_host(there) if there else "") or "nowhere"
            raise SourceRefused(f"{self.host} redirects to {elsewhere}; only its own pages are followed")
        if status == 303 and self.form is not None:
            raise SourceRefused(f"{self.host} answers {self.path} with a redirect that a POST cannot follow")
        named = tuple(pair for pair in parse_qsl(there.query, keep_blank_values=True) if pair[0] not in _IDENTIFYING)
        names = {name for name, _ in named}
        kept = tuple(pair for pair in self.query if pair[0] not in names)
        return replace(self, base=there._replace(query="", fragment="").geturl(), query=kept + named)


def _split(url: str, base: str = "") -> SplitResult | None:
    """The parts of `url`, which may be relative to `base`; None when it is malformed."""
    try:
        parts = urlsplit(urljoin(base, url))
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _leaves(here: SplitResult, there: SplitResult) -> bool:
    if there.scheme == here.scheme:
        return there.port != here.port
    return (here.scheme, there.scheme) != ("http", "https")


def _host(parts: SplitResult) -> str:
    return f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""


def _with_query(url: str, query: Pairs) -> str:
    return f"{url}?{urlencode(query, quote_via=quote)}" if query else url
