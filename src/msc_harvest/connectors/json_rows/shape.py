"""The known shape of a record: a tree of paths out of the dictionary, and the typed structs for the decoder."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

from msc_harvest.dictionary import Column, Table
from msc_harvest.errors import SettingsError

INTEGER_MIN, INTEGER_MAX = -(2**31), 2**31 - 1
BIGINT_MIN, BIGINT_MAX = -(2**63), 2**63 - 1

#: What stands in the JSON for each word of `reads` that takes a value; `int` depends on the column's type.
_JSON_KIND = {
    "text": "text",
    "list": "text",
    "date": "text",
    "date_precision": "text",
    "age_years": "text",
    "count": "text",
    "number": "text",
    "missing_reason": "text",
    "bool": "bool",
    "float": "float",
    "int": "int",
}
_TYPES: dict[str, Any] = {
    "text": str,
    "bool": bool,
    "float": float,
    "INTEGER": Annotated[int, msgspec.Meta(ge=INTEGER_MIN, le=INTEGER_MAX)],
    "BIGINT": Annotated[int, msgspec.Meta(ge=BIGINT_MIN, le=BIGINT_MAX)],
}


@dataclass(slots=True)
class Node:
    """One key of the record. `kind` is empty for an object, else what the value is: text, bool, float, INTEGER, BIGINT,
    or `skipped` for a path that is deliberately not read. `is_list`: the key holds a list of that."""

    key: str
    path: str
    is_list: bool = False
    kind: str = ""
    children: dict[str, Node] = field(default_factory=dict)
    empty: Any = None

    @property
    def attribute(self) -> str:
        """Name of the struct's slot: the key, made usable where it is a Python keyword."""
        return f"{self.key}_" if keyword.iskeyword(self.key) else self.key


def alternatives(source_path: str) -> list[str]:
    """The paths that a dictionary cell holds, in order."""
    return [path for path in source_path.split(" | ") if path]


def list_path(path: str) -> str:
    """The path up to and with its innermost list, empty when it passes through none: `a.b[].c` → `a.b[]`."""
    return path[: path.rindex("[]") + 2] if "[]" in path else ""


def tree(tables: tuple[Table, ...], unmapped: frozenset[str]) -> Node:
    """The root of all paths that the tables and `unmapped` name. Raises SettingsError when one path is two things."""
    root = Node("", "")
    for table in tables:
        for anchor in alternatives(table.source_path):
            _grow(root, anchor)
        for column in table.columns:
            for path in alternatives(column.source_path):
                _set_kind(_grow(root, path), _kind(table, column))
    for path in unmapped:
        _set_kind(_grow(root, path), "skipped")
    return root


def struct(node: Node) -> type[msgspec.Struct]:
    """The struct type of an object node, made bottom-up.

    An absent object is one shared instance (`node.empty`), so that the walk reads through it without asking; every
    other absent value is None.
    """
    fields: list[tuple[str, Any, Any]] = []
    for child in node.children.values():
        inner: Any = _TYPES[child.kind] if child.kind in _TYPES else None if child.kind else struct(child)
        if child.kind == "skipped":
            fields.append((child.attribute, msgspec.Raw, msgspec.Raw()))
        elif child.is_list:
            fields.append((child.attribute, list[inner | None if child.kind else inner] | None, None))  # type: ignore[misc]
        elif not child.kind:
            fields.append((child.attribute, inner, child.empty))
        else:
            fields.append((child.attribute, inner | None, None))
    rename = {child.attribute: child.key for child in node.children.values() if child.attribute != child.key}
    made = msgspec.defstruct(
        "Record_" + "".join(letter if letter.isalnum() else "_" for letter in node.path),
        fields,
        frozen=True,
        gc=False,
        forbid_unknown_fields=True,
        rename=rename or None,
    )
    node.empty = made()
    return made


def _grow(root: Node, path: str) -> Node:
    node, walked = root, ""
    for part in path.split("."):
        is_list, key = part.endswith("[]"), part.removesuffix("[]")
        if node.kind:
            raise SettingsError(f"dictionary: {path} lies below {node.path}, which is read as {node.kind}")
        walked = f"{walked}.{part}" if walked else part
        child = node.children.setdefault(key, Node(key, walked, is_list))
        if child.is_list != is_list:
            raise SettingsError(f"dictionary: {child.path} is also written as {walked}")
        node = child
    return node


def _kind(table: Table, column: Column) -> str:
    word = column.reads.split(" ")[0]
    if word in ("position", "list_name"):
        return ""
    if word not in _JSON_KIND:
        raise SettingsError(f"dictionary: {table.name}.{column.name} reads {column.reads!r}, which is not known")
    return column.type if word == "int" else _JSON_KIND[word]


def _set_kind(node: Node, kind: str) -> None:
    if not kind:
        return
    if node.children or (node.kind and node.kind != kind):
        raise SettingsError(f"dictionary: {node.path} is read as {node.kind or 'an object'} and as {kind}")
    node.kind = kind
