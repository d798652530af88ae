"""Reading a body to its end: lengths, gzip trailers, caps."""

from __future__ import annotations

import gzip
import io

import pytest

from msc_harvest.errors import BadPayload
from msc_harvest.http.body import TooLarge, read_body

TEXT = b"<PubmedArticleSet>" + bytes(range(256)) * 700 + b"</PubmedArticleSet>"
PACKED = gzip.compress(TEXT)


def read(raw: bytes, encoding: str = "", length: str | None = None, cap: int = 10_000_000) -> bytes:
    return read_body(io.BytesIO(raw).read, encoding=encoding, length=length, cap=cap)


def test_whole_bodies_are_read_whole() -> None:
    assert read(TEXT) == TEXT
    assert read(TEXT, length=str(len(TEXT))) == TEXT
    assert read(PACKED, "gzip", str(len(PACKED))) == TEXT
    assert read(gzip.compress(b""), "gzip") == b""


@pytest.mark.parametrize("missing", [1, 4, 8, 9, 100, len(PACKED) - 1, len(PACKED)])
def test_a_packed_body_cut_anywhere_is_noticed_without_a_length(missing: int) -> None:
    with pytest.raises(BadPayload, match="cut"):
        read(PACKED[: len(PACKED) - missing], "gzip")


def test_a_length_that_is_not_met_is_noticed() -> None:
    with pytest.raises(BadPayload, match=rf"cut: {len(TEXT) - 1} of {len(TEXT)} bytes"):
        read(TEXT[:-1], length=str(len(TEXT)))


@pytest.mark.parametrize("place", [0, 20, len(PACKED) // 2, len(PACKED) - 6])
def test_a_damaged_packed_body_is_noticed(place: int) -> None:
    damaged = bytearray(PACKED)
    damaged[place] ^= 0xFF
    with pytest.raises(BadPayload):
        read(bytes(damaged), "gzip")


def test_a_bomb_is_stopped_at_the_cap() -> None:
    with pytest.raises(TooLarge, match="larger than 1 MB"):
        read(gzip.compress(bytes(50_000_000)), "gzip", cap=1_000_000)
    with pytest.raises(TooLarge):
        read(bytes(1_000_001), cap=1_000_000)
    assert len(read(bytes(1_000_000), cap=1_000_000)) == 1_000_000


def test_output_that_outgrows_its_input_many_times_is_complete() -> None:
    text = bytes(3_000_000)
    assert read(gzip.compress(text), "gzip") == text
