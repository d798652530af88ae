"""What one search brings, counted while it runs."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from msc_harvest.model import Notice


class Tally:
    """Counts and words of one search.

    `answer` collects the ids the source lists; a record received twice (the source reloaded its data meanwhile) counts
    once, and stays `new` when it was. `gaps` says why the list may be incomplete.
    """

    def __init__(self) -> None:
        self._change: dict[str, str] = {}
        self.answer: set[str] = set()
        self.expected: int | None = None
        self.missing: list[str] = []
        self.withdrawn: list[str] = []
        self.gaps: list[str] = []
        self.warnings: list[str] = []
        self.upstream: str | None = None
        self.watermark: date | None = None
        self.landed: str | None = None
        self.left = 0

    def count(self, record_id: str, change: str) -> None:
        """Take one record that was `new`, `changed` or `unchanged`."""
        self.answer.add(record_id)
        if self._change.get(record_id, "unchanged") == "unchanged":
            self._change[record_id] = change

    def take(self, notice: Notice) -> None:
        """Take what a search says beside its records."""
        if notice.kind == "expected":
            self.expected = (self.expected or 0) + int(notice.detail)
        elif notice.kind == "listed":
            self.answer.add(notice.detail)
        elif notice.kind == "missing":
            self.answer.add(notice.detail)
            self.missing.append(notice.detail)
        elif notice.kind == "gap":
            self.gaps.append(notice.detail)
            self.warnings.append(notice.detail)
        elif notice.kind == "upstream":
            self.upstream = notice.detail
        elif notice.kind == "watermark":
            self.watermark = date.fromisoformat(notice.detail)
        else:
            self.warnings.append(notice.detail)

    def counts(self) -> dict[str, Any]:
        """The fields of `Harvested` that hold counts and words."""
        changes = Counter(self._change.values())
        return {
            "expected": self.expected,
            "seen": len(self._change),
            **{name: changes[name] for name in ("new", "changed", "unchanged")},
            "removed": len(self.withdrawn),
            "left": self.left,
            "missing": tuple(self.missing),
            "withdrawn": tuple(self.withdrawn),
            "warnings": tuple(self.warnings),
            "upstream": self.upstream,
            "landed": self.landed,
        }
