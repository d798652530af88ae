"""The bounds a client works within."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request. Times in seconds, sizes in bytes after decompression."""

    tries: int = 6
    overall_seconds: float = 600.0
    attempt_seconds: float = 180.0
    connect_seconds: float = 15.0
    read_seconds: float = 60.0
    retry_after_seconds: float = 120.0
    body_bytes: int = 200_000_000
    redirects: int = 3
