"""ClinicalTrials.gov API v2 over a given set of studies.

Faithful in: paging by opaque tokens that a reload of the data forgets, `totalCount` on the first page only and only
when asked for, one study a line, an empty `studies` that is not the end, text/plain errors, refusal of unknown
parameters and fields, filters that a query of NCT numbers switches off, aliases that redirect and lose the query.

Not faithful in: the query language. `matches` decides which studies a query finds (by default all); of filters only
`filter.ids` and ranges of two dates in `filter.advanced` are understood, of sorting only those two dates.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from tests.standin import expressions, fields
from tests.standin.answers import Answer, Pairs, first, text

ROOT = "/api/v2"
_PARAMETERS = re.compile(
    r"query\.(cond|term|locn|titles|intr|outc|spons|lead|id|patient)|filter\.(overallStatus|geo|ids|advanced|synonyms)"
    r"|postFilter\.(overallStatus|geo|ids|advanced|synonyms)|aggFilters|geoDecay|fields|sort|countTotal|pageSize|pageToken"
    r"|format|markupFormat"
)
_NCT = re.compile(r"[Nn][Cc][Tt]0*[1-9]\d{0,7}")
_ONLY_NCT = re.compile(r"(?:\W|\bOR\b|\bNCT0*[1-9]\d{0,7}\b)+", re.IGNORECASE)
_PAGING = frozenset({"countTotal", "pageSize", "pageToken"})
#: What shapes an answer without choosing studies.
_SHAPE = frozenset({"fields", "sort", "format", "markupFormat"})
_ADVANCED = "filter.advanced"
_SORTABLE = frozenset({"StudyFirstPostDate", "LastUpdatePostDate"})

Matches = Callable[[Pairs, dict[str, Any]], bool]


class Registry:
    """`studies` are JSON objects as bytes, one line each. `empty_pages` lists page numbers (from 1) that come without
    studies but with a token. `repeat` makes every page start with the last study of the page before.

    `matches` gets the parameters of a search without paging and without ranges of dates, and is not asked when a
    request names studies by `filter.ids` alone.
    """

    def __init__(
        self,
        studies: Sequence[bytes],
        *,
        matches: Matches = lambda _query, _study: True,
        empty_pages: Sequence[int] = (),
        repeat: bool = False,
        data_timestamp: str = "2026-09-11T09:00:04",
    ) -> None:
        self._matches = matches
        self._empty_pages = frozenset(empty_pages)
        self._repeat = repeat
        self._lock = threading.RLock()
        self._generation = -1
        self.reload(studies, data_timestamp)

    def reload(self, studies: Sequence[bytes], data_timestamp: str) -> None:
        """Replace the data set, as the service does about once a night: /version tells the new time, and tokens given
        out before are unknown. Bodies are served as they are given, `versionHolder` included."""
        parsed = [(json.loads(body), body) for body in studies]
        with self._lock:
            self._bodies = {_nct_id(study): body for study, body in parsed}
            self._parsed = {_nct_id(study): study for study, _ in parsed}
            self._aliases = {
                alias: nct_id
                for nct_id, study in self._parsed.items()
                for alias in _identification(study).get("nctIdAliases", [])
            }
            self._timestamp = data_timestamp
            self._generation += 1
            self._tokens: dict[str, tuple[Pairs, int, int]] = {}

    def answer(self, path: str, pairs: Pairs) -> Answer:
        """The answer to a GET of `path` (below the service's root) with these parameters."""
        with self._lock:
            if path == "/version":
                body = f'{{\n  "apiVersion" : "2.0.5",\n  "dataTimestamp" : "{self._timestamp}"\n}}'
                return Answer(200, "application/json", body.encode())
            if path == "/studies" or path.startswith("/studies/"):
                return self._answer(path.removeprefix("/studies").removeprefix("/"), pairs)
        return text(404, "")

    def _answer(self, nct_id: str, pairs: Pairs) -> Answer:
        try:
            return self._study(nct_id, pairs) if nct_id else self._search(pairs)
        except fields.UnknownField as unknown:
            return text(400, f"Parameter `fields` contains invalid field name: `{unknown}`")
        except expressions.NotUnderstood as expression:
            return text(400, f"Invalid value in parameter `{_ADVANCED}`: (stand-in) not understood: {expression}")

    def _study(self, asked: str, pairs: Pairs) -> Answer:
        if not _NCT.fullmatch(asked):
            return text(400, "Parameter `nctId` has incorrect format")
        nct_id = asked.upper()
        if nct_id in self._aliases:
            return Answer(
                301, "text/plain; charset=UTF-8", b"", {"Location": f"{ROOT}/studies/{self._aliases[nct_id]}"}
            )
        if nct_id not in self._bodies:
            return text(404, f"NCT number {nct_id} not found")
        return Answer(200, "application/json", self._shown([nct_id], pairs))

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
        order = first(query, "sort")
        if named := [value for name, value in query if name.startswith("query.") and _ONLY_NCT.fullmatch(value)]:
            return self._sorted(self._numbered(_NCT.findall(" ".join(named))), order)
        ranges, rest = _without_ranges(query)
        is_searched = not ids or any(name not in _SHAPE and name != "filter.ids" for name, _ in rest)
        found = [
            nct_id
            for nct_id in (self._numbered(ids.split("|")) if ids else self._parsed)
            if all(one.holds(fields.value_at(self._parsed[nct_id], one.piece)) for one in ranges)
            and (not is_searched or self._matches(rest, self._parsed[nct_id]))
        ]
        return self._sorted(found, order)

    def _numbered(self, numbers: list[str]) -> list[str]:
        """The studies that bear or once bore these numbers, in the order of the data set."""
        wanted = {self._aliases.get(one.upper(), one.upper()) for one in numbers}
        return [nct_id for nct_id in self._parsed if nct_id in wanted]

    def _sorted(self, found: list[str], order: str) -> list[str]:
        """By one or two dates, latest first unless told otherwise; studies without the date last."""
        for key in reversed(re.split(r"[,|]", order)):
            piece, _, direction = key.partition(":")
            if piece in _SORTABLE:
                dates = {nct_id: fields.value_at(self._parsed[nct_id], piece) for nct_id in found}
                dated = sorted((one for one in found if dates[one]), key=dates.__getitem__, reverse=direction != "asc")
                found = dated + [one for one in found if not dates[one]]
        return found

    def _page(self, query: Pairs, found: list[str], page: int, start: int, size: int, count: bool) -> Answer:
        end = start if page in self._empty_pages else min(start + size, len(found))
        shown = found[start:end]
        if self._repeat and start and shown:
            shown = [found[start - 1], *shown]
        total = f'"totalCount":{len(found)},' if count and page == 1 else ""
        more = f',"nextPageToken":"{self._token(query, page + 1, end)}"' if end < len(found) else ""
        body = b'{%s"studies":[\n%s\n]%s}' % (total.encode(), self._shown(shown, query), more.encode())
        return Answer(200, "application/json", body)

    def _shown(self, ids: list[str], pairs: Pairs) -> bytes:
        if not (names := first(pairs, "fields")):
            return b",\n".join(self._bodies[nct_id] for nct_id in ids)
        paths = fields.paths_of(names)
        return b",\n".join(fields.only(self._parsed[nct_id], paths) for nct_id in ids)

    def _token(self, query: Pairs, page: int, start: int) -> str:
        # The generation is part of it: the token of the same page is another one after a reload.
        token = "ZVNj7o2Elu8o" + sha256(repr((self._generation, query, page, start)).encode()).hexdigest()[:36]
        self._tokens[token] = (query, page, start)
        return token


def _without_ranges(query: Pairs) -> tuple[list[expressions.Range], Pairs]:
    """The ranges of dates in `filter.advanced`, and the parameters without them."""
    ranges, rest = expressions.taken_apart(first(query, _ADVANCED))
    if not ranges:
        return [], query
    others = [pair for pair in query if pair[0] != _ADVANCED]
    return ranges, tuple(sorted([*others, (_ADVANCED, rest)] if rest else others))


def _identification(study: dict[str, Any]) -> dict[str, Any]:
    module: dict[str, Any] = study.get("protocolSection", {}).get("identificationModule", {})
    return module


def _nct_id(study: dict[str, Any]) -> str:
    return str(_identification(study)["nctId"])
