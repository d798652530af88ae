"""The bounds a client works within, and what it counts for the run's ledger."""

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


@dataclass(frozen=True, slots=True)
class HostStats:
    """What one host was asked: requests sent (retries and redirects included), retries among them, bytes of body
    received after decompression, and seconds spent waiting for a slot or between tries."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0
    seconds_waited: float = 0.0
