"""Readers of texts for the compiled walk. Registers repeat the same texts, hence the small caches."""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache

from msc_harvest import quantities
from msc_harvest.connectors.json_rows.shape import INTEGER_MAX

_CACHED = 16384


@lru_cache(maxsize=_CACHED)
def dated(text: str | None) -> tuple[date | None, str | None]:
    """The day an ISO text names, and how far the text goes: year, month or day."""
    return quantities.iso_date(text), quantities.date_precision(text)


@lru_cache(maxsize=_CACHED)
def measured(text: str | None) -> tuple[float | None, str | None]:
    """The finite number a text states, and the reason when it states none."""
    return quantities.number(text), quantities.missing_reason(text)


@lru_cache(maxsize=_CACHED)
def counted(text: str | None) -> tuple[int | None, str | None]:
    """The whole number from 0 to the largest INTEGER that a text states, and the reason when it states none."""
    value, reason = measured(text)
    if value is None:
        return None, reason
    if value < 0 or value != int(value):
        return None, "not_a_count"
    return (int(value), None) if value <= INTEGER_MAX else (None, "out_of_range")


@lru_cache(maxsize=_CACHED)
def age_years(text: str | None) -> float | None:
    """Age or duration in years, None when absent, unreadable or beyond all numbers."""
    value = quantities.age_years(text)
    return value if value is not None and math.isfinite(value) else None
