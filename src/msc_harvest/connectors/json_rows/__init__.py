"""JSON records → rows of the dictionary's tables, driven by the dictionary alone.

`warehouse/schema/<dictionary>.csv` says for every column where its value stands in the source's record and how it is
read; `warehouse/schema/unmapped.csv` lists the paths deliberately left out. From both follows the whole known shape of
a record. It is turned, once per process, into

* typed structs for the decoder (`shape`): a record that fits is decoded straight into slots, without dicts;
* one flat function that walks the structs and appends tuples (`walk`);
* the rules of what fits (`drift`): a record that does not fit is decoded loosely, everything unknown or of another type
  is listed as drift and left out, and the rest still becomes rows.

The words of the dictionary's `reads` column that this room understands:

    text bool int float     the JSON value as it is
    list                    a list of texts, as a list
    date, date_precision    what an ISO text names (`quantities.iso_date`, `date_precision`)
    age_years, count, number, missing_reason    what a text states (`readers`)
    position                place, from 1, in the list that the source path ends in
    list_name a|b|c         which of the table's anchors the row comes from; words in the anchors' order

A source path may hold alternatives separated by ` | `, one or none per anchor of the table.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from msc_harvest import dictionary
from msc_harvest.connectors.json_rows import drift, shape, walk
from msc_harvest.dictionary import Table
from msc_harvest.errors import RecordRejected, SettingsError
from msc_harvest.model import Parsed, Row

__all__ = ["JsonRows", "for_source"]


class JsonRows:
    """Reader of one kind of JSON record into the tables of one dictionary file.

    `tables[0]` is the table of the record itself; its first column is the record's identity, and a record without it is
    refused. `unmapped` holds the source paths that are known and left out, with everything below them.
    Raises SettingsError when the dictionary contradicts itself.
    """

    def __init__(self, tables: tuple[Table, ...], unmapped: frozenset[str] = frozenset()) -> None:
        self._identity = tables[0].columns[0].source_path.split(".")
        self._tree = shape.tree(tables, unmapped)
        self._struct = shape.struct(self._tree)
        self.source = walk.source(tables, self._tree)
        self._rows: Callable[[Any], dict[str, list[Row]]] = walk.compiled(self.source, self._tree)
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(self._struct).decode

    def parse(self, body: bytes) -> Parsed:
        """Rows of one record. Raises RecordRejected when `body` is no JSON object with the record's identity."""
        try:
            record = self._decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._parse_loosely(body)
        rows = self._rows(record)
        if not rows:
            raise RecordRejected(f"no text at {'.'.join(self._identity)}")
        return Parsed(rows)

    def _parse_loosely(self, body: bytes) -> Parsed:
        found: set[tuple[str, str]] = set()
        try:
            record = drift.conform(_loads(body, found), self._tree, found)
            rows = self._rows(msgspec.convert(record, self._struct))
        except RecursionError:
            raise RecordRejected("JSON is nested too deeply") from None
        except (ValueError, msgspec.ValidationError) as error:
            raise RecordRejected(f"not a JSON object of the known kind: {error}"[:300]) from None
        if not rows:
            raise RecordRejected(f"no text at {'.'.join(self._identity)}")
        if not found:
            found.add(("", "not strict JSON: raw control character, byte order mark or the like"))
        return Parsed(rows, drift.listed(found))


@cache
def for_source(name: str, source: str) -> JsonRows:
    """The reader for warehouse/schema/<name>.csv and the rows of unmapped.csv that belong to `source`."""
    left_out = frozenset(path for owner, path in dictionary.unmapped() if owner == source)
    tables = dictionary.tables(name)
    if not tables or not tables[0].columns:
        raise SettingsError(f"{name}.csv: declares no table")
    return JsonRows(tables, left_out)


def _loads(body: bytes, found: set[tuple[str, str]]) -> Any:
    """What a forgiving reader makes of the bytes: raw control characters, BOM, NaN and stray bytes are let pass."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("utf-8-sig", errors="replace")
        found.add(("", "bytes that are not UTF-8"))
    return json.loads(text, strict=False, parse_int=_whole)


def _whole(digits: str) -> int | float:
    """An integer literal; one too long for any column becomes a float, which no column of whole numbers accepts."""
    return int(digits) if len(digits) <= 20 else float(digits)
