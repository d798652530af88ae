"""SQL files of queries/: their header, what they read, and the order in which they can be built."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
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
    paths = [(schema, path) for schema in schemas for path in sorted((folder / schema).glob("*.sql"))]
    texts = tuple(path.read_text(encoding="utf-8") for _, path in paths)
    parsed = zip(paths, texts, _parsed(texts), strict=True)
    return [_file(path, f"{schema}.{path.stem}", text, tree) for (schema, path), text, tree in parsed]


@dataclass(frozen=True, slots=True)
class _Tree:
    """What the parser says of one text: why it is not one bare SELECT, or the base tables it mentions anywhere."""

    fault: str | None
    reads: frozenset[str]


@lru_cache(maxsize=8)
def _parsed(texts: tuple[str, ...]) -> tuple[_Tree, ...]:
    """Parse each text without binding it: no table needs to exist."""
    if not texts:
        return ()
    connection = duckdb.connect()
    try:
        serialised = connection.execute("SELECT json_serialize_sql(unnest(?))", [list(texts)]).fetchall()
    finally:
        connection.close()
    return tuple(_tree(one) for (one,) in serialised)


def _tree(serialised: str) -> _Tree:
    reads: set[str] = set()

    def note(node: dict[str, Any]) -> dict[str, Any]:
        if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
            reads.add(f"{node['schema_name']}.{node['table_name']}")
        return node

    root = json.loads(serialised, object_hook=note)
    if root.get("error"):
        return _Tree(str(root.get("error_message")), frozenset())
    return _Tree(None if len(root["statements"]) == 1 else "more than one statement", frozenset(reads))


def _file(path: Path, name: str, text: str, tree: _Tree) -> SqlFile:
    if tree.fault is not None:
        raise SettingsError(f"queries/{name.replace('.', '/')}.sql is not one bare SELECT: {tree.fault}")
    return SqlFile(name, path, text, _header(text), tree.reads)


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
