"""The compiled walk: from a decoded record to rows, written out as one flat Python function.

A generic walk that asks the dictionary at every value is several times slower than code written for the shape. So the
code is written by this module, once per process. For an arm table it comes out like this:

    if armsInterventionsModule_4 is not empty_protocolSection_armsInterventionsModule:  # else passed over
        rows_7 = []; add_7 = rows_7.append
        if armsInterventionsModule_4.armGroups:
            for place_armGroups_9, armGroups_9 in enumerate(armsInterventionsModule_4.armGroups, 1):
                add_7((nct_id, place_armGroups_9, armGroups_9.label, armGroups_9.type, armGroups_9.description))
        if rows_7: found['core.trial_arm'] = rows_7

The order within one block: name the objects of this level, add the rows that stand for this level, go into its lists.
Texts are taken as they are, without a call; a reader is called once per text, however many columns it feeds.
`JsonRows.source` shows the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from msc_harvest.connectors.json_rows import readers
from msc_harvest.connectors.json_rows.shape import Node, alternatives, list_path
from msc_harvest.dictionary import Column, Table
from msc_harvest.errors import SettingsError

#: Word of `reads` → which half of a reader's pair the column takes.
_HALF = {"date": 0, "number": 0, "count": 0, "date_precision": 1, "missing_reason": 1}
_AS_IT_IS = frozenset(("text", "bool", "int", "float", "list"))


@dataclass(frozen=True, slots=True)
class _Anchor:
    """One of a table's source paths: which one it is, and the number under which the table's list goes."""

    table: Table
    index: int
    path: str
    serial: int


@dataclass(slots=True)
class _Writer:
    """What has been written so far, and which path is held by which variable."""

    anchors: dict[str, list[_Anchor]]
    opened_at: dict[str, list[_Anchor]]
    lines: list[str] = field(default_factory=list)
    bound: dict[str, str] = field(default_factory=dict)
    serial: int = 0

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def name(self, node: Node) -> str:
        """A fresh variable for a node, remembered under its path."""
        self.serial += 1
        self.bound[node.path] = f"{node.key}_{self.serial}"
        return self.bound[node.path]


def source(tables: tuple[Table, ...], root: Node) -> str:
    """Python source of `walk(record) -> {table: rows}`; an empty result means that the record has no identity."""
    writer = _Writer({}, {})
    for serial, table in enumerate(tables):
        paths = alternatives(table.source_path)
        for index, path in enumerate(paths):
            writer.anchors.setdefault(path, []).append(_Anchor(table, index, path, serial))
        writer.opened_at.setdefault(_meeting_point(paths), []).append(_Anchor(table, 0, "", serial))
    writer.line(0, "def walk(record):")
    writer.line(1, "found = {}")
    writer.bound[""] = "record"
    _name_objects(writer, root, 1)
    identity = tables[0].columns[0]
    writer.line(1, f"{identity.name} = {_value(writer, identity.source_path)}")
    writer.line(1, f"if not {identity.name}: return found")
    writer.bound[identity.source_path] = identity.name
    _block(writer, root, 1)
    writer.line(1, "return found")
    return "\n".join(writer.lines) + "\n"


def compiled(text: str, root: Node) -> Callable[[Any], Any]:
    """The function that `source` wrote, ready to run. Nothing of a record ever becomes code: names come from the
    dictionary's own files."""
    names: dict[str, Any] = {
        "dated": readers.dated,
        "measured": readers.measured,
        "counted": readers.counted,
        "age_years": readers.age_years,
        "enumerate": enumerate,
    }
    waiting = [root]
    while waiting:
        node = waiting.pop()
        names[_empty(node)] = node.empty
        waiting.extend(node.children.values())
    exec(compile(text, "<walk compiled from the dictionary>", "exec"), names)
    walk: Callable[[Any], Any] = names["walk"]
    return walk


def _empty(node: Node) -> str:
    return "empty_" + node.path.replace(".", "_").replace("[]", "_each")


def _meeting_point(paths: list[str]) -> str:
    """Path of the innermost object outside all lists under which all of a table's anchors lie."""
    outside = [path.split("[]")[0].split(".") for path in paths]
    above = [parts[:-1] if "[]" in path else parts for parts, path in zip(outside, paths, strict=True)]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*above, strict=False))
    return ".".join(parts[0] for parts in shared)


def _name_objects(writer: _Writer, node: Node, depth: int) -> None:
    """Bind every object below `node` that is not inside a list, outermost first."""
    for child in node.children.values():
        if not child.kind and not child.is_list:
            parent = writer.bound[node.path]
            writer.line(depth, f"{writer.name(child)} = {parent}.{child.attribute}")
            _name_objects(writer, child, depth)


def _block(writer: _Writer, node: Node, depth: int) -> None:
    """Rows that stand for an object, then the objects and lists below it that rows come from."""
    opened = writer.opened_at.get(node.path, [])
    for anchor in opened:
        writer.line(depth, f"rows_{anchor.serial} = []; add_{anchor.serial} = rows_{anchor.serial}.append")
    for anchor in writer.anchors.get(node.path, []):
        _add_row(writer, anchor, depth)
    for child in node.children.values():
        if child.is_list and _has_rows(writer, child):
            _loop(writer, child, f"{writer.bound[node.path]}.{child.attribute}", depth)
        elif not child.kind and _has_rows(writer, child):
            writer.line(depth, f"if {writer.bound[child.path]} is not {_empty(child)}:")
            _block(writer, child, depth + 1)
    for anchor in opened:
        writer.line(depth, f"if rows_{anchor.serial}: found[{anchor.table.name!r}] = rows_{anchor.serial}")


def _loop(writer: _Writer, node: Node, members: str, depth: int) -> None:
    member = writer.name(node)
    writer.line(depth, f"if {members}:")
    writer.line(depth + 1, f"for place_{member}, {member} in enumerate({members}, 1):")
    before = len(writer.lines)
    _name_objects(writer, node, depth + 2)
    _block(writer, node, depth + 2)
    if len(writer.lines) == before:
        raise SettingsError(f"dictionary: no table takes rows from {node.path}")


def _has_rows(writer: _Writer, node: Node) -> bool:
    """Whether any table is anchored at this node or below it."""
    return any(path == node.path or path.startswith(f"{node.path}.") for path in writer.anchors)


def _add_row(writer: _Writer, anchor: _Anchor, depth: int) -> None:
    """One `add((…))`, with the calls of readers that it needs written above it."""
    paths = [_path(column, anchor) for column in anchor.table.columns]
    counts = {path for path, column in zip(paths, anchor.table.columns, strict=True) if column.reads == "count"}
    read: dict[str, str] = {}
    values: list[str] = []
    for column, path in zip(anchor.table.columns, paths, strict=True):
        if column.reads in _HALF and path is not None and path not in read:
            reader = "dated" if column.reads.startswith("date") else "counted" if path in counts else "measured"
            writer.serial += 1
            read[path] = str(writer.serial)
            writer.line(depth, f"first_{writer.serial}, second_{writer.serial} = {reader}({_value(writer, path)})")
        values.append(_expression(writer, anchor, column, path, read))
    writer.line(depth, f"add_{anchor.serial}(({', '.join(values)},))")


def _expression(writer: _Writer, anchor: _Anchor, column: Column, path: str | None, read: dict[str, str]) -> str:
    word, _, words = column.reads.partition(" ")
    if word == "list_name":
        return repr(words.split("|")[anchor.index])
    if path is None:
        return "None"
    if word == "position":
        return f"place_{writer.bound[path]}"
    if word == "age_years":
        return f"age_years({_value(writer, path)})"
    if word in _HALF:
        return f"{('first', 'second')[_HALF[word]]}_{read[path]}"
    if word in _AS_IT_IS:
        return _value(writer, path)
    raise SettingsError(f"dictionary: {anchor.table.name}.{column.name} reads {column.reads!r}, which is not known")


def _path(column: Column, anchor: _Anchor) -> str | None:
    """That of the column's paths which can be reached from the anchor: its lists are the anchor's own, or none.

    None for a list name, and for a column that this anchor does not have. Raises SettingsError when a table with one
    anchor cannot reach its column at all.
    """
    options = alternatives(column.source_path)
    for path in options:
        lists = list_path(path.removesuffix("[]") if column.reads == "list" else path)
        if not lists or anchor.path == lists or anchor.path.startswith(f"{lists}."):
            return path
    if options and len(alternatives(anchor.table.source_path)) == 1:
        raise SettingsError(f"dictionary: {anchor.table.name}.{column.name} cannot be reached from {anchor.path}")
    return None


def _value(writer: _Writer, path: str) -> str:
    """The expression that holds the value at a path: a variable, or a slot of one."""
    if path in writer.bound:
        return writer.bound[path]
    parent, _, key = path.removesuffix("[]").rpartition(".")
    slot = Node(key, path).attribute
    return f"{writer.bound[parent]}.{slot}"
