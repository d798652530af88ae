"""Fixtures shared by all tests: where the checkout and the shared data lie, a built sample, no network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.no_network import no_network

__all__ = ["no_network"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Root of this checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records beside the checkout; a fresh clone does not have it."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs ../shared")
    return folder


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which `run --sample` has run once. Tests only read it."""
    from msc_harvest.cli import main

    home = tmp_path_factory.mktemp("sample-home")
    assert main(["--home", str(home), "run", "--sample"]) == 0
    return home


@pytest.fixture(scope="session")
def sample_warehouse(sample_home: Path) -> Path:
    """The warehouse built from the embedded sample."""
    return sample_home / "msc_harvest.duckdb"
