"""A register of a few lines: the fetch that the tests of ClinicalTrials.gov's search hand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from msc_harvest.errors import BadPayload, SourceUnreachable
from msc_harvest.model import Notice, Reading, Received, Request, Response, Strategy

STRATEGY = Strategy("clinical", "clinicaltrials_gov", "query.term = MSC\nfilter.overallStatus = COMPLETED\n", "0" * 64)
URL = "https://registry.test/api/v2/studies"
SINCE = date(2026, 9, 4)
WHOLE = Reading()
WINDOW = "AREA[LastUpdatePostDate]RANGE[2026-09-04,MAX]"


def version(day: int) -> bytes:
    return b'{\n  "apiVersion" : "2.0.5",\n  "dataTimestamp" : "2026-09-%02dT09:00:04"\n}' % day


def words(day: int) -> str:
    return f"apiVersion 2.0.5 dataTimestamp 2026-09-{day:02}T09:00:04"


VERSION = version(11)


def nct(*numbers: int) -> list[str]:
    return [f"NCT{number:08}" for number in numbers]


def study(number: int, more: str = "") -> bytes:
    head = b'{"protocolSection":{"identificationModule":{"nctId":"NCT%08d"' % number
    return head + more.encode() + b'}},"hasResults":false}'


def listed(number: int) -> bytes:
    return b'{"protocolSection":{"identificationModule":{"nctId":"NCT%08d"}}}' % number


def page(studies: Sequence[bytes], token: str | None = None, total: int | None = None) -> bytes:
    head = b'"totalCount":%d,' % total if total is not None else b""
    tail = b',"nextPageToken":"%s"' % token.encode() if token else b""
    return b'{%s"studies":[\n%s\n]%s}' % (head, b",\n".join(studies), tail)


def numbers(*found: int, token: str | None = None, total: int | None = None) -> bytes:
    """A page of the list."""
    return page([listed(number) for number in found], token, total)


def whole(*found: int) -> bytes:
    """A list of one page."""
    return numbers(*found, total=len(found))


class Register:
    """A fetch: the list comes page by page from `pages`, versions from `versions` (the last one stays), studies by their
    number from `records`. Each answer is checked as the client does, and a diary is kept."""

    def __init__(self, pages: Sequence[bytes | Exception], versions: Sequence[bytes | Exception] = (VERSION,)) -> None:
        self._pages = list(pages)
        self._versions = list(versions)
        self.records: dict[str, bytes] = {f"NCT{number:08}": study(number) for number in range(1, 400)}
        self.spoil: Callable[[list[str]], bytes | Exception | None] = lambda _: None
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        if request.check is not None:
            try:
                request.check(answer)
            except BadPayload as fault:
                raise SourceUnreachable(f"no usable answer (last: {fault})") from fault
        return Response(f"{URL}?n={len(self.asked)}", "application/json", answer)

    def _answer(self, request: Request) -> bytes | Exception:
        if request.path == "version":
            return self._versions.pop(0) if len(self._versions) > 1 else self._versions[0]
        if wished := self._wished(request):
            odd = self.spoil(wished)
            found = [self.records[number] for number in wished if number in self.records]
            return page(found) if odd is None else odd
        return self._pages.pop(0)

    @staticmethod
    def _wished(request: Request) -> list[str]:
        params = dict(request.params)
        return [] if "fields" in params or request.path != "studies" else params["filter.ids"].split("|")

    @property
    def lists(self) -> list[list[tuple[str, str]]]:
        return [list(one.params) for one in self.asked if one.path == "studies" and not self._wished(one)]

    @property
    def wished(self) -> list[list[str]]:
        return [wished for request in self.asked if (wished := self._wished(request))]


class InBatches(ClinicalTrialsGov):
    batch = 2


def run(
    register: Register, reading: Reading = WHOLE, connector: ClinicalTrialsGov | None = None
) -> tuple[list[Received], list[tuple[str, str]]]:
    found = list((connector or ClinicalTrialsGov()).search(register, STRATEGY, reading))
    return [one for one in found if isinstance(one, Received)], [
        (one.kind, one.detail) for one in found if isinstance(one, Notice)
    ]


def ids(received: Sequence[Received]) -> list[str]:
    return [one.record_id for one in received]


def of(kind: str, notices: Sequence[tuple[str, str]]) -> list[str]:
    return [detail for one, detail in notices if one == kind]
