"""The facts of every version of a record: the narrow rows from which SQL tells what changed.

warehouse/schema/core_version.csv says which facts there are and where in a record's rows they stand: the `source_path`
of a table is the source's main table, that of a column names columns of its rows (joined with ` | `). `reads` says how:

    record, version, is_current   of the version itself
    value                         the value in the one row of that table
    lines [column=value]          a line per row: its values that are stated, spaces made single
    list [column=value]           the distinct values, sorted; of several columns joined with ` | `, empty if not stated
    any words                     whether one of the values is one of the words (joined with ` | `)
    found expression              the distinct matches in the values in capitals, sorted
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from msc_harvest import dictionary
from msc_harvest.dictionary import Column, Table
from msc_harvest.errors import ArchiveError, RecordRejected, SettingsError
from msc_harvest.model import Connector, Parsed, Row
from msc_harvest.warehouse.connect import Connection
from msc_harvest.warehouse.tables import RowBuffer

DICTIONARY = "core_version"

# Rows of one record by table, as a connector parsed them.
_Rows = Mapping[str, list[Row]]
_Reader = Callable[[_Rows], Any]
_OWN = ("record", "version", "is_current")
_BETWEEN = " | "


def intact(source: str, record_id: str, body_sha256: str, body: bytes) -> bytes:
    """The body. Raises ArchiveError naming the record when it is not what was received."""
    if hashlib.sha256(body).hexdigest() != body_sha256:
        raise ArchiveError(
            f"the body of {source} {record_id} is not what was received; restore its segment from a backup"
        )
    return body


class History:
    """Collects the facts of versions and puts them into the tables of core_version.csv."""

    def __init__(self, connection: Connection) -> None:
        self._buffer = RowBuffer(connection, dictionary.tables(DICTIONARY))
        self._tables = {table.source_path: (table.name, _readers(table.name)) for table in _tables()}

    def keep(self, record_id: str, version: int, parsed: Parsed, *, is_current: bool) -> None:
        """Take one version's facts. A source without a table of versions leaves none."""
        for main, rows in parsed.rows.items():
            if rows and main in self._tables:
                name, readers = self._tables[main]
                facts = (record_id, version, is_current, *(reader(parsed.rows) for reader in readers))
                self._buffer.add({name: [facts]})

    def keep_superseded(
        self, connectors: Mapping[str, Connector], bodies: Iterable[tuple[str, str, int, str, bytes]]
    ) -> None:
        """Parse what was replaced or withdrawn and keep its facts, then store all. One that cannot be parsed is left
        out: its raw row stays. Raises ArchiveError for a body that is not what was received."""
        for source, record_id, version, body_sha256, body in bodies:
            if source in connectors:
                try:
                    parsed = connectors[source].parse(intact(source, record_id, body_sha256, body))
                except RecordRejected:
                    continue
                self.keep(record_id, version, parsed, is_current=False)
        self._buffer.flush()


def _tables() -> tuple[Table, ...]:
    return dictionary.tables(DICTIONARY)


@cache
def _readers(name: str) -> tuple[_Reader, ...]:
    """A reader per column of facts, in order. Raises SettingsError for a column that cannot be read as declared."""
    columns = dictionary.table(name).columns
    if tuple(column.reads for column in columns[: len(_OWN)]) != _OWN:
        raise SettingsError(f"{DICTIONARY}.csv: the first columns of {name} must read {', '.join(_OWN)}")
    return tuple(_reader(name, column) for column in columns[len(_OWN) :])


def _reader(name: str, column: Column) -> _Reader:
    how, _, words = column.reads.partition(" ")
    places = [path.rpartition(".")[::2] for path in column.source_path.split(_BETWEEN)]
    try:
        return _KINDS[how](places, words)
    except (KeyError, ValueError, re.error):
        raise SettingsError(
            f"{DICTIONARY}.csv: {name}.{column.name} cannot be read as {column.reads!r} from {column.source_path!r}"
        ) from None


# (qualified table, column) for each path that a column names.
_Places = list[tuple[str, str]]


def _place(table: str, column: str) -> int:
    """Where in the table's rows the column stands. Raises KeyError or ValueError when there is no such thing."""
    return [one.name for one in dictionary.table(table).columns].index(column)


def _values(places: _Places) -> Callable[[_Rows], Iterator[Any]]:
    """All values at the places, those not stated left out."""
    where = [(table, _place(table, column)) for table, column in places]

    def values(rows: _Rows) -> Iterator[Any]:
        return (row[at] for table, at in where for row in rows.get(table, ()) if row[at] is not None)

    return values


def _chosen(places: _Places, condition: str) -> Callable[[_Rows], Iterator[list[Any]]]:
    """The values at the places of each row of one table for which `column=value` holds (empty: of every row)."""
    (table,) = {table for table, _ in places}
    at = [_place(table, column) for _, column in places]
    column, _, wanted = condition.partition("=")
    tested = _place(table, column) if condition else None

    def chosen(rows: _Rows) -> Iterator[list[Any]]:
        return ([row[one] for one in at] for row in rows.get(table, ()) if tested is None or row[tested] == wanted)

    return chosen


def _value(places: _Places, _words: str) -> _Reader:
    (place,) = places
    table, at = place[0], _place(*place)
    return lambda rows: rows[table][0][at] if rows.get(table) else None


def _lines(places: _Places, condition: str) -> _Reader:
    chosen = _chosen(places, condition)

    def lines(rows: _Rows) -> str | None:
        told = ["; ".join(" ".join(str(one).split()) for one in row if one) for row in chosen(rows)]
        return "\n".join(line for line in told if line) or None

    return lines


def _list(places: _Places, condition: str) -> _Reader:
    chosen = _chosen(places, condition)

    def listed(rows: _Rows) -> tuple[str, ...]:
        stated = (row for row in chosen(rows) if any(row))
        return tuple(sorted({_BETWEEN.join(" ".join(str(one or "").split()) for one in row) for row in stated}))

    return listed


def _any(places: _Places, words: str) -> _Reader:
    values, wanted = _values(places), frozenset(words.split(_BETWEEN))
    return lambda rows: any(value in wanted for value in values(rows))


def _found(places: _Places, expression: str) -> _Reader:
    values, pattern = _values(places), re.compile(expression)
    return lambda rows: tuple(sorted({match for value in values(rows) for match in pattern.findall(value.upper())}))


_KINDS: dict[str, Callable[[_Places, str], _Reader]] = {
    "value": _value,
    "lines": _lines,
    "list": _list,
    "any": _any,
    "found": _found,
}
