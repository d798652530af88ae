"""SQL files of queries/: their header, what they read, and the order in which they can be built."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from msc_harvest.errors import SettingsError

# Schemas whose files become tables, and the one whose files become views.
MATERIALISED = ("concept", "study", "evidence", "synth")
VIEWS = "out"
HEADER_KEYS = ("title", "question", "grain", "missing", "reference")


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One bare SELECT. `name` is schema.name as the path says; `header` holds the `-- key: value` lines."""

    name: str
    path: Path
    text: str
    header: dict[str, str]
    reads: frozenset[str]

    @property
    def is_view(self) -> bool:
        """Views are what readers use; everything else is stored as a table at build."""
        return self.name.startswith(VIEWS + ".")

    @property
    def comment(self) -> str:
        """What COMMENT ON says: title, question, grain, missing values, reference."""
        return "\n".join(f"{key}: {self.header[key]}" for key in HEADER_KEYS if key in self.header)


def read_folder(folder: Path, schemas: Iterable[str] = (*MATERIALISED, VIEWS)) -> list[SqlFile]:
    """Every file of the given schema folders below `folder`, by name.

    Raises SettingsError naming a file that is not one bare SELECT.
    """
    connection = duckdb.connect()
    try:
        return [
            read_file(path, f"{schema}.{path.stem}", connection)
            for schema in schemas
            for path in sorted((folder / schema).glob("*.sql"))
        ]
    finally:
        connection.close()


def read_file(path: Path, name: str, connection: duckdb.DuckDBPyConnection) -> SqlFile:
    """Read and parse one file without binding it (no table needs to exist)."""
    text = path.read_text(encoding="utf-8")
    serialised = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchall()[0][0]
    tree = json.loads(serialised)
    if tree.get("error") or len(tree["statements"]) != 1:
        reason = tree.get("error_message") or "more than one statement"
        raise SettingsError(f"queries/{name.replace('.', '/')}.sql is not one bare SELECT: {reason}")
    return SqlFile(name, path, text, _header(text), frozenset(_tables_in(tree)))


def in_build_order(files: Iterable[SqlFile]) -> list[SqlFile]:
    """Files sorted so that each comes after all it reads; equal rank by name. Raises SettingsError for a circle."""
    by_name = {file.name: file for file in files}
    sorter = TopologicalSorter({name: sorted(file.reads & by_name.keys()) for name, file in by_name.items()})
    try:
        sorter.prepare()
    except CycleError as circle:
        raise SettingsError(f"SQL files read each other in a circle: {' → '.join(circle.args[1])}") from None
    ordered: list[SqlFile] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered.extend(by_name[name] for name in ready)
        sorter.done(*ready)
    return ordered


def _header(text: str) -> dict[str, str]:
    header: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        words = line[2:].strip()
        head, colon, rest = words.partition(":")
        if colon and head.isidentifier() and head.islower():
            key = head
            header[key] = rest.strip()
        elif key:
            header[key] = f"{header[key]} {words}".strip()
    return header


def _tables_in(node: Any) -> Iterator[str]:
    """Qualified names of all base tables mentioned anywhere in a serialised statement."""
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
            yield f"{node['schema_name']}.{node['table_name']}"
        for value in node.values():
            yield from _tables_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from _tables_in(value)
