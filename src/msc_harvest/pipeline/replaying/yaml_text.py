"""YAML as plain values with the line of each: mappings, lists, text, numbers, yes/no and nothing else.

Read by PyYAML's safe parser without its conveniences: no tags, no anchors, no key twice (YAML 1.1 would take the last).
"""

from __future__ import annotations

from typing import Any

from msc_harvest.errors import UsageError

MOST_CHARACTERS = 1_000_000
MOST_DEPTH = 20
_SCALARS = {"str": str, "timestamp": str, "int": int, "float": float}

Lines = dict[str, int]


def read_yaml(text: str, name: str) -> tuple[Any, Lines]:
    """The value of a YAML text, and for each of its places (`outcomes[0].printed`) the line on which it begins.

    Raises UsageError in one line, `name:LINE: what is wrong`.
    """
    import yaml

    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"{name} is too long for a description ({len(text)} characters)")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise UsageError(f"{name}:{event.start_mark.line + 1}: no description: it is nested too deeply")
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise UsageError(f"{name}:{event.start_mark.line + 1}: anchors and aliases are not used here")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise UsageError(f"{where}: no YAML that can be read ({problem.problem or problem.context})") from None
    except yaml.YAMLError as problem:
        raise UsageError(f"{name}: no YAML that can be read ({' '.join(str(problem).split())[:120]})") from None
    except RecursionError:
        raise UsageError(f"{name}: no description: it is nested too deeply") from None
    if node is None:
        raise UsageError(f"{name}:1: the file is empty")
    lines: Lines = {}
    return _value(node, "", name, lines), lines


def _value(node: Any, place: str, name: str, lines: Lines) -> Any:
    line = node.start_mark.line + 1
    lines[place] = line
    kind = node.tag.rsplit(":", 1)[-1]
    if node.id == "mapping" and kind == "map":
        return _mapping(node, place, name, lines)
    if node.id == "sequence" and kind == "seq":
        return [_value(one, f"{place}[{i}]", name, lines) for i, one in enumerate(node.value)]
    if node.id == "scalar" and kind in ("null", "bool"):
        return None if kind == "null" else node.value.lower() in ("yes", "true", "on")
    if node.id == "scalar" and kind in _SCALARS:
        try:
            return _SCALARS[kind](node.value)
        except ValueError:
            raise UsageError(
                f"{name}:{line}: {place or 'the file'}: {node.value[:40]} is written oddly; quote it"
            ) from None
    raise UsageError(f"{name}:{line}: {place or 'the file'}: {node.tag} is not used here")


def _mapping(node: Any, place: str, name: str, lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        word = str(key.value)
        if key.id != "scalar" or word in found:
            why = f"{word} stands there twice" if key.id == "scalar" else "a key must be a word"
            raise UsageError(f"{name}:{key.start_mark.line + 1}: {place or 'the file'}: {why}")
        inner = f"{place}.{word}" if place else word
        found[word] = _value(value, inner, name, lines)
        lines[inner] = key.start_mark.line + 1
    return found
