"""Where a value stands: a line of a sheet, characters of an abstract, a pointer into a registry record; and the version
of the record that we hold."""

from __future__ import annotations

import json
from typing import Any

from msc_harvest.warehouse.connect import Connection
from msc_harvest.warehouse.walk_address import Tree, rows_of

_SHEETS = {
    "curated_line": "warehouse/curated/arm_outcome.csv",
    "extraction_line": "warehouse/curated/extraction.csv",
}
# Characters told around a number whose sentence is not known.
_AROUND = 120
# Most characters told of what a pointer leads to.
_MOST_RAW = 400

_VERSION = """
SELECT source, record_id, version, body_sha256 AS sha256, url, fetched_at, is_withdrawn
FROM raw.record_version WHERE source = ? AND record_id = ? AND is_current
"""
_ABSTRACT = "SELECT abstract_text FROM core.publication_abstract WHERE pmid = ?"
_BODY = "SELECT body FROM raw.record_version WHERE source = ? AND record_id = ? AND is_current AND body IS NOT NULL"


class Places:
    """Reads places from one connection, each record once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._versions: dict[tuple[str, str], Tree | None] = {}
        self._texts: dict[str, str | None] = {}
        self._bodies: dict[tuple[str, str], Any] = {}

    def version(self, source: str | None, record_id: str | None) -> Tree | None:
        """The current version of a record that we hold, or None."""
        if source is None or record_id is None:
            return None
        key = source, record_id
        if key not in self._versions:
            found = rows_of(self._connection, _VERSION, list(key))
            self._versions[key] = (
                {name: found[0][name] for name in found[0] if name not in ("source", "record_id")} if found else None
            )
        return self._versions[key]

    def of(self, one: Tree) -> Tree:
        """The place of one row of evidence.arm_outcome; `is_found` says that it is there in the record we hold."""
        source, record_id = one["archive_source"], one["archive_record_id"]
        names = ("source", "record_id", "citation", "locator", "entered_by", "entered_on", "note")
        sheet = next((name for name in _SHEETS if one.get(name) is not None), None)
        place: Tree = {
            "kind": one["evidence_kind"],
            **{name: one.get(name) for name in names},
            "sheet": _SHEETS[sheet] if sheet else None,
            "line": one[sheet] if sheet else None,
            **{name: one.get(name) for name in ("field", "span_start", "span_end")},
            "before": None,
            "marked": None,
            "after": None,
            "json_pointer": one.get("json_pointer"),
            "raw_text": None,
            "is_found": sheet is not None,
            "version": self.version(source, record_id),
        }
        if one.get("span_start") is not None and record_id is not None:
            self._mark(place, one, record_id)
        elif one.get("json_pointer") is not None and record_id is not None:
            self._point(place, (source, record_id))
        return place

    def _mark(self, place: Tree, one: Tree, pmid: str) -> None:
        """The number in its sentence."""
        if pmid not in self._texts:
            found = self._connection.execute(_ABSTRACT, [pmid]).fetchall()
            self._texts[pmid] = found[0][0] if found else None
        text = self._texts[pmid]
        start, end = int(one["span_start"]), int(one["span_end"])
        if text is None or not 0 <= start < end <= len(text):
            return
        first, last = _sentence(text, start, end, one.get("quote"))
        place["before"], place["marked"], place["after"] = text[first:start], text[start:end], text[end:last]
        place["is_found"] = one.get("value_text") in (None, text[start:end])

    def _point(self, place: Tree, key: tuple[str, str]) -> None:
        """What stands at the pointer, as the registry wrote it."""
        if key not in self._bodies:
            found = self._connection.execute(_BODY, list(key)).fetchall()
            self._bodies[key] = json.loads(found[0][0]) if found else None
        held, found_there = _at(self._bodies[key], place["json_pointer"])
        if found_there:
            place["raw_text"] = (held if isinstance(held, str) else json.dumps(held, ensure_ascii=False))[:_MOST_RAW]
            place["is_found"] = True


def _sentence(text: str, start: int, end: int, quote: str | None) -> tuple[int, int]:
    """First character of the sentence around a span and the one after its last."""
    at = text.find(quote, max(0, end - len(quote))) if quote else -1
    if quote and 0 <= at <= start and end <= at + len(quote):
        return at, at + len(quote)
    return max(0, start - _AROUND), min(len(text), end + _AROUND)


def _at(held: Any, pointer: str) -> tuple[Any, bool]:
    """What an RFC 6901 pointer leads to, and whether it leads anywhere."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(held, dict) and name in held:
            held = held[name]
        elif isinstance(held, list) and name.isdecimal() and int(name) < len(held):
            held = held[int(name)]
        else:
            return None, False
    return held, True
