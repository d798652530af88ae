"""What the stand-in is asked, and what it answers, apart from the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer before gzip and chunking. `chunked` says whether it goes out without a Content-Length; `as_is` sends
    body and headers unchanged."""

    status: int
    media_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False
    as_is: bool = False


def text(status: int, words: str) -> Answer:
    """A text/plain answer, as the registry words its errors."""
    return Answer(status, "text/plain; charset=UTF-8", words.encode())


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    """A compact JSON answer."""
    return Answer(status, "application/json", json.dumps(value, separators=(",", ":")).encode(), headers)


def first(pairs: Pairs, name: str, default: str = "") -> str:
    """The first value of a parameter."""
    return next((value for key, value in pairs if key == name), default)
