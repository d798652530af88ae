"""The bounds a client works within, and what it tells the run's ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request that was sent, and what became of it.

    `at` is the aware UTC moment it was sent; `url` is the address with its query, without key, e-mail and form;
    `status` is None when no complete answer came. `outcome` is `ok`, `retry: <why>` (it was asked again) or
    `failed: <why>` (it was not). `try_number` counts from 1; redirects belong to the try that met them. `bytes` are
    those of a complete body after decompression, `seconds` the time from sending to the end of the body or the
    failure, `seconds_waited` the wait for its turn and between tries before it.
    """

    at: datetime
    host: str
    method: str
    url: str
    status: int | None
    outcome: str
    try_number: int
    bytes: int
    seconds: float
    seconds_waited: float
