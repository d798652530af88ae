"""Pages of ClinicalTrials.gov taken apart without touching a byte of a study."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from msc_harvest.errors import BadPayload

#: Studies on a page at most.
MOST = 1000

Pairs = tuple[tuple[str, str], ...]

_SPACE = re.compile(r"[ \t\r\n]*")
_LOOSE = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its studies as bytes, the token of the next page (None: the last), and the total where it was told."""

    studies: list[bytes | msgspec.Raw]
    token: str | None
    total: int | None


class _Page(msgspec.Struct):
    studies: list[msgspec.Raw]
    nextPageToken: str | None = None  # noqa: N815 - the service's own word
    totalCount: int | None = None  # noqa: N815


class _Identification(msgspec.Struct):
    nctId: str | None = None  # noqa: N815


class _Protocol(msgspec.Struct):
    identificationModule: _Identification = msgspec.field(default_factory=_Identification)  # noqa: N815


class _Study(msgspec.Struct):
    protocolSection: _Protocol = msgspec.field(default_factory=_Protocol)  # noqa: N815


class _Version(msgspec.Struct):
    apiVersion: str  # noqa: N815
    dataTimestamp: str  # noqa: N815


_page = msgspec.json.Decoder(_Page).decode
_study = msgspec.json.Decoder(_Study).decode


def split(body: bytes) -> Page:
    """The page in `body`. Raises BadPayload when it is not a complete JSON object with a list of studies.

    A page that a strict reader refuses (raw control characters inside texts, a byte order mark) is taken apart by a
    forgiving one; each study's bytes stay as they came.
    """
    try:
        page = _page(body)
    except msgspec.ValidationError as fault:
        raise BadPayload(f"not a page of studies: {fault}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _split_loosely(body)
    return Page(list(page.studies), page.nextPageToken or None, page.totalCount)


def nct_id(study: bytes | msgspec.Raw) -> str | None:
    """The NCT number inside a study's bytes; None when there is none."""
    try:
        found: Any = _study(study).protocolSection.identificationModule.nctId
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = _identification(bytes(study)).get("nctId")
    return found if isinstance(found, str) and found.strip() else None


def aliases(study: bytes) -> frozenset[str]:
    """The numbers of registrations that have become part of this study."""
    found = _identification(study).get("nctIdAliases")
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def check(body: bytes) -> None:
    """Raises what `split` raises."""
    split(body)


def version(body: bytes) -> tuple[str, date]:
    """`apiVersion … dataTimestamp …` and the day of that data set, out of the answer to /version.

    Raises BadPayload when it does not say so.
    """
    try:
        answer = msgspec.json.decode(body, type=_Version)
        day = date.fromisoformat(answer.dataTimestamp[:10])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as fault:
        raise BadPayload(f"not a version: {fault}") from None
    return f"apiVersion {answer.apiVersion} dataTimestamp {answer.dataTimestamp}", day


def _identification(study: bytes) -> dict[str, Any]:
    try:
        found: Any = json.loads(study.decode("utf-8-sig", errors="replace"), strict=False)
        module = found["protocolSection"]["identificationModule"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return module if isinstance(module, dict) else {}


def _split_loosely(body: bytes) -> Page:
    # surrogateescape: stray bytes survive the way to text and back.
    text = body.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
    try:
        members = _members(text)
    except (ValueError, IndexError, RecursionError):
        opening = " ".join(body[:80].decode("utf-8", errors="replace").split())
        raise BadPayload(f"not a complete page of studies; it begins: {opening}") from None
    studies, token, total = (members.get(key) for key in ("studies", "nextPageToken", "totalCount"))
    if not isinstance(studies, list) or not isinstance(token, str | None) or not isinstance(total, int | None):
        raise BadPayload("not a page of studies: its members have other types")
    return Page(studies, token or None, total)


def _members(text: str) -> dict[str, Any]:
    """Members of the outermost object; those of the list `studies` as bytes, each exactly as it stands."""
    members: dict[str, Any] = {}
    at = _expect(text, 0, "{")
    while text[at] != "}":
        key, at = _LOOSE.raw_decode(text, at)
        at = _expect(text, at, ":")
        members[key], at = _elements(text, at) if key == "studies" else _LOOSE.raw_decode(text, at)
        at = _separator(text, at, "}")
    if _SPACE.fullmatch(text, at + 1) is None:
        raise ValueError("something follows the page")
    return members


def _elements(text: str, at: int) -> tuple[list[bytes], int]:
    elements: list[bytes] = []
    at = _expect(text, at, "[")
    while text[at] != "]":
        _, end = _LOOSE.raw_decode(text, at)
        elements.append(text[at:end].encode("utf-8", errors="surrogateescape"))
        at = _separator(text, end, "]")
    return elements, at + 1


def _expect(text: str, at: int, sign: str) -> int:
    """The place of the next word after `sign`, which must come next."""
    at = _skip(text, at)
    if text[at] != sign:
        raise ValueError(f"expected {sign}")
    return _skip(text, at + 1)


def _separator(text: str, at: int, closing: str) -> int:
    """The place after a comma, or of `closing`."""
    at = _skip(text, at)
    return at if text[at] == closing else _expect(text, at, ",")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
