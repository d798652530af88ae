"""Read one answer's body to its end, and know whether it is the end.

HTTP libraries notice a body shorter than its Content-Length. They do not notice a gzip stream that stops half-way when
no length was given: status 200, part of the bytes, no error. So the bytes are read raw and unpacked here, where the
gzip trailer must have been seen.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from msc_harvest.errors import BadPayload

CHUNK = 65_536
_GZIP = 16 + zlib.MAX_WBITS


class TooLarge(BadPayload):
    """The body is larger than the cap. Asking again would bring the same."""


def read_body(read: Callable[[int], bytes], *, encoding: str, length: str | None, cap: int) -> bytes:
    """The complete, unpacked body.

    `read` returns at most that many raw bytes, b"" at the end; `encoding` is the Content-Encoding ("" when none),
    `length` the Content-Length header. Raises BadPayload when the body is cut or packed in a way not asked for,
    TooLarge when it exceeds `cap` bytes.
    """
    raw = _counted(read, length)
    if encoding in ("", "identity"):
        return _joined(raw, cap)
    if encoding in ("gzip", "x-gzip"):
        return _joined(_unpacked(raw), cap)
    raise BadPayload(f"the answer is packed as {encoding[:20]!r}, which was not asked for")


def _counted(read: Callable[[int], bytes], length: str | None) -> Iterator[bytes]:
    received = 0
    while chunk := read(CHUNK):
        received += len(chunk)
        yield chunk
    if length is not None and length.isdecimal() and received != int(length):
        raise BadPayload(f"the answer was cut: {received} of {length} bytes arrived")


def _unpacked(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack one or more gzip members, at most CHUNK bytes at a time: a bomb meets the cap, not the memory."""
    member = zlib.decompressobj(_GZIP)
    for chunk in raw:
        pending = chunk
        while pending:
            if member.eof:
                member = zlib.decompressobj(_GZIP)
            try:
                yield member.decompress(pending, CHUNK)
            except zlib.error as damage:
                raise BadPayload("the packed answer is damaged") from damage
            pending = member.unused_data if member.eof else member.unconsumed_tail
    while not member.eof:
        rest = member.decompress(member.unconsumed_tail, CHUNK)
        if not rest:
            break
        yield rest
    if not member.eof:
        raise BadPayload("the packed answer was cut before its end")


def _joined(chunks: Iterator[bytes], cap: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > cap:
            raise TooLarge(f"the answer is larger than {cap // 1_000_000} MB")
        parts.append(chunk)
    return b"".join(parts)
