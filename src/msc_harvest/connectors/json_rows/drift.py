"""What of a loosely decoded record fits the known shape, and a list of what does not."""

from __future__ import annotations

import math
import re
from typing import Any

from msc_harvest.connectors.json_rows.shape import BIGINT_MAX, BIGINT_MIN, INTEGER_MAX, INTEGER_MIN, Node

_MOST_LISTED = 100
_LONGEST_PATH = 300
_UNPAIRED = re.compile("[\ud800-\udfff]")
_WORDS = {
    "text": "text",
    "bool": "true or false",
    "float": "a finite number",
    "INTEGER": "a whole number within INTEGER",
    "BIGINT": "a whole number within BIGINT",
}
_RANGES = {"INTEGER": (INTEGER_MIN, INTEGER_MAX), "BIGINT": (BIGINT_MIN, BIGINT_MAX)}

Found = set[tuple[str, str]]


def conform(value: Any, root: Node, found: Found) -> dict[str, Any]:
    """The part of `value` that the struct of `root` accepts; the rest is added to `found`.

    Raises ValueError when `value` is not an object at all.
    """
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, got {_name(value)}")
    return _object(value, root, found)


def leaf_paths(value: Any, path: str = "") -> set[str]:
    """Paths of all leaves below `value`, lists as `[]`. An empty object or list counts as a leaf."""
    leaves: set[str] = set()
    waiting = [(value, path)]
    while waiting:
        current, where = waiting.pop()
        if isinstance(current, dict) and current:
            waiting.extend((child, f"{where}.{key}" if where else key) for key, child in current.items())
        elif isinstance(current, list):
            waiting.extend((child, f"{where}[]") for child in current or (None,))
        else:
            leaves.add(where)
        if len(leaves) > _MOST_LISTED * 100:
            break
    return leaves


def listed(found: Found) -> tuple[tuple[str, str], ...]:
    """The finds in a fixed order, cut to a length that no hostile record can blow up."""
    tidy = {(_UNPAIRED.sub("\ufffd", path)[:_LONGEST_PATH], what) for path, what in found}
    return tuple(sorted(tidy)[:_MOST_LISTED])


def _object(value: dict[str, Any], node: Node, found: Found) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, child in value.items():
        known = node.children.get(key)
        if known is None:
            here = f"{node.path}.{key}" if node.path else key
            found.update((path, "unknown path") for path in leaf_paths(child, here))
        elif known.kind != "skipped":
            fitting = _member(child, known, found)
            if fitting is not None:
                kept[key] = fitting
    return kept


def _member(value: Any, node: Node, found: Found) -> Any:
    if not node.is_list:
        return _item(value, node, found)
    if isinstance(value, list):
        # A place that does not fit is kept as an empty one: positions must not shift.
        items = [_item(item, node, found) for item in value]
        return [item if item is not None or node.kind else {} for item in items]
    if value is not None:
        found.add((node.path, f"expected a list, got {_name(value)}"))
    return None


def _item(value: Any, node: Node, found: Found) -> Any:
    if not node.kind:
        if isinstance(value, dict):
            return _object(value, node, found)
        found.add((node.path, f"expected an object, got {_name(value)}"))
        return None
    if value is None or _fits(value, node.kind):
        return value
    if node.kind == "text" and isinstance(value, str):
        found.add((node.path, "unpaired surrogate"))
        return _UNPAIRED.sub("\ufffd", value)
    found.add((node.path, f"expected {_WORDS[node.kind]}, got {_name(value)}"))
    return None


def _fits(value: Any, kind: str) -> bool:
    if kind == "text":
        return isinstance(value, str) and not _UNPAIRED.search(value)
    if kind == "bool" or isinstance(value, bool):
        return kind == "bool" and isinstance(value, bool)
    if kind == "float":
        return isinstance(value, int | float) and abs(value) < 1e300 and math.isfinite(value)
    low, high = _RANGES[kind]
    return isinstance(value, int) and low <= value <= high


def _name(value: Any) -> str:
    """The JSON word for what a value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"
