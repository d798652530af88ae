"""ClinicalTrials.gov API v2 over a given set of studies.

Faithful in: paging by opaque tokens, `totalCount` on the first page only and only when asked for, one study a line, an
empty `studies` that is not the end, text/plain errors, refusal of unknown parameters, aliases that redirect and lose
the query. Not faithful in: the query language; `matches` decides which studies a query finds (by default all).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from tests.standin.answers import Answer, Pairs, first, text

ROOT = "/api/v2"
_PARAMETERS = re.compile(
    r"query\.(cond|term|locn|titles|intr|outc|spons|lead|id|patient)|filter\.(overallStatus|geo|ids|advanced|synonyms)"
    r"|postFilter\.(overallStatus|geo|ids|advanced|synonyms)|aggFilters|geoDecay|fields|sort|countTotal|pageSize|pageToken"
    r"|format|markupFormat"
)
_NCT = re.compile(r"[Nn][Cc][Tt]0*[1-9]\d{0,7}")
_PAGING = frozenset({"countTotal", "pageSize", "pageToken"})

Matches = Callable[[Pairs, dict[str, Any]], bool]


class Registry:
    """`studies` are JSON objects as bytes, one line each. `empty_pages` lists page numbers (from 1) that come without
    studies but with a token. `repeat` makes every page start with the last study of the page before."""

    def __init__(
        self,
        studies: Sequence[bytes],
        *,
        matches: Matches = lambda _query, _study: True,
        empty_pages: Sequence[int] = (),
        repeat: bool = False,
        data_timestamp: str = "2026-09-11T09:00:04",
    ) -> None:
        self._bodies = {_nct_id(json.loads(body)): body for body in studies}
        self._parsed = {nct_id: json.loads(body) for nct_id, body in self._bodies.items()}
        self._aliases = {
            alias: nct_id
            for nct_id, study in self._parsed.items()
            for alias in _identification(study).get("nctIdAliases", [])
        }
        self._matches = matches
        self._empty_pages = frozenset(empty_pages)
        self._repeat = repeat
        self._timestamp = data_timestamp
        self._tokens: dict[str, tuple[Pairs, int, int]] = {}

    def answer(self, path: str, pairs: Pairs) -> Answer:
        """The answer to a GET of `path` (below the service's root) with these parameters."""
        if path == "/version":
            body = f'{{\n  "apiVersion" : "2.0.5",\n  "dataTimestamp" : "{self._timestamp}"\n}}'
            return Answer(200, "application/json", body.encode())
        if path == "/studies":
            return self._search(pairs)
        if path.startswith("/studies/"):
            return self._study(path.removeprefix("/studies/"))
        return text(404, "")

    def _study(self, asked: str) -> Answer:
        if not _NCT.fullmatch(asked):
            return text(400, "Parameter `nctId` has incorrect format")
        nct_id = asked.upper()
        if nct_id in self._aliases:
            return Answer(
                301, "text/plain; charset=UTF-8", b"", {"Location": f"{ROOT}/studies/{self._aliases[nct_id]}"}
            )
        if nct_id not in self._bodies:
            return text(404, f"NCT number {nct_id} not found")
        return Answer(200, "application/json", self._bodies[nct_id])

    def _search(self, pairs: Pairs) -> Answer:
        if unknown := [name for name, _ in pairs if not _PARAMETERS.fullmatch(name)]:
            return text(400, f"`{unknown[0]}` is unknown parameter")
        asked_size = first(pairs, "pageSize", "10")
        if not asked_size.isdecimal():
            return text(400, f"Invalid value in parameter `pageSize`: `{asked_size}`")
        size = min(int(asked_size) or 10, 1000)
        query = tuple(sorted(pair for pair in pairs if pair[0] not in _PAGING))
        page, start = 1, 0
        if token := first(pairs, "pageToken"):
            if token not in self._tokens:
                return text(404, "Page token not found")
            expected, page, start = self._tokens[token]
            if expected != query:
                return text(
                    400, "Invalid value in parameter `pageToken`: parameters differ from those of the first page"
                )
        ids = first(query, "filter.ids").replace(",", "|")
        if bad := [one for one in ids.split("|") if ids and not _NCT.fullmatch(one)]:
            return text(400, f"Invalid value in parameter `filter.ids`: `{bad[0]}`")
        return self._page(query, self._found(query, ids), page, start, size, first(pairs, "countTotal") == "true")

    def _found(self, query: Pairs, ids: str) -> list[str]:
        wanted = {self._aliases.get(one.upper(), one.upper()) for one in ids.split("|")} if ids else set(self._bodies)
        return [nct_id for nct_id, study in self._parsed.items() if nct_id in wanted and self._matches(query, study)]

    def _page(self, query: Pairs, found: list[str], page: int, start: int, size: int, count: bool) -> Answer:
        end = start if page in self._empty_pages else min(start + size, len(found))
        shown = found[start:end]
        if self._repeat and start and shown:
            shown = [found[start - 1], *shown]
        total = f'"totalCount":{len(found)},' if count and page == 1 else ""
        more = f',"nextPageToken":"{self._token(query, page + 1, end)}"' if end < len(found) else ""
        studies = b",\n".join(self._bodies[nct_id] for nct_id in shown)
        body = b'{%s"studies":[\n%s\n]%s}' % (total.encode(), studies, more.encode())
        return Answer(200, "application/json", body)

    def _token(self, query: Pairs, page: int, start: int) -> str:
        token = "ZVNj7o2Elu8o" + sha256(repr((query, page, start)).encode()).hexdigest()[:36]
        self._tokens[token] = (query, page, start)
        return token


def _identification(study: dict[str, Any]) -> dict[str, Any]:
    module: dict[str, Any] = study.get("protocolSection", {}).get("identificationModule", {})
    return module


def _nct_id(study: dict[str, Any]) -> str:
    return str(_identification(study)["nctId"])
