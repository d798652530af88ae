"""A warehouse file with every declared table and no row, made once; each test has a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from msc_harvest.warehouse.tables import create_all


@pytest.fixture(scope="session")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the copies are made of."""
    path = tmp_path_factory.mktemp("declared") / "empty.duckdb"
    with duckdb.connect(str(path)) as connection:
        create_all(connection)
    return path


@pytest.fixture
def empty(declared: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes an empty warehouse of the given name in the test's folder."""
    return lambda name: Path(shutil.copy(declared, tmp_path / name))
