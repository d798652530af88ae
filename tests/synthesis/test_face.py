"""What the package says it offers is there, and nothing public is there that nobody uses or is told of."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

import msc_harvest
from msc_harvest import synthesis
from msc_harvest.synthesis import combine_arms, pool_two_arm

ROOM = Path(synthesis.__file__).parent
NAMED = re.findall(r"`([a-z_]+)\.([A-Za-z_]+)`", synthesis.__doc__ or "")


def test_every_method_named_by_the_package_is_where_it_says() -> None:
    assert len(NAMED) > 30
    for module, name in NAMED:
        found = getattr(importlib.import_module(f"msc_harvest.synthesis.{module}"), name)
        assert found.__doc__, f"{module}.{name}"


def test_the_public_face_is_complete() -> None:
    assert sorted(synthesis.__all__) == sorted(synthesis.WHERE)
    assert all(getattr(synthesis, name) is not None for name in synthesis.__all__)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = synthesis.pool_nothing


def test_every_public_function_is_used_by_the_program_or_named_by_the_package() -> None:
    told = {name for _, name in NAMED} | set(synthesis.__all__)
    sources = {path: path.read_text() for path in Path(msc_harvest.__file__).parent.rglob("*.py")}
    words = Counter(word for text in sources.values() for word in re.findall(r"\w+", text))
    idle = [
        f"{path.stem}.{one.name}"
        for path in ROOM.glob("*.py")
        for one in ast.parse(sources[path]).body
        if isinstance(one, (ast.FunctionDef, ast.ClassDef)) and not one.name.startswith("_") and one.name not in told
        and words[one.name] < 2
    ]  # fmt: skip
    assert not idle


def test_arms_that_share_a_control_count_it_once() -> None:
    events, size = combine_arms([2, 3], [20, 25])
    assert (events, size) == (5, 45)
    assert pool_two_arm([events, 4], [size, 30], [6, 5], [20, 28]).n == 45 + 20 + 30 + 28
