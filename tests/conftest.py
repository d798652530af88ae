"""Fixtures shared by all tests: where the checkout and the shared data lie, a built sample, no network."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.no_network import no_network
from tests.once import once

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


@pytest.fixture(scope="session", autouse=True)
def one_thread_per_worker() -> Iterator[None]:
    """Workers of pytest-xdist share the processors among them: within one, DuckDB does not divide its work again.

    Programs that tests start, and tests run without -n, have as many threads as DuckDB likes.
    """
    with pytest.MonkeyPatch.context() as patched:
        if "PYTEST_XDIST_WORKER" in os.environ:
            patched.setattr(duckdb, "connect", _with_one_thread(duckdb.connect))
        yield


def _with_one_thread(connect: Any) -> Any:
    def connect_so(database: Any = ":memory:", read_only: bool = False, config: dict[str, Any] | None = None) -> Any:
        return connect(database, read_only=read_only, config={"threads": 1, **(config or {})})

    return connect_so


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the `home` in which `run --sample` has run once, and what it said: `out` and `err`. Only read it."""
    return once(tmp_path_factory, "sample", _run_sample)


def _run_sample(folder: Path) -> None:
    from msc_harvest.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["--home", str(folder / "home"), "run", "--sample"])
    assert code == 0, err.getvalue()
    (folder / "out").write_text(out.getvalue(), encoding="utf-8")
    (folder / "err").write_text(err.getvalue(), encoding="utf-8")


@pytest.fixture(scope="session")
def sample_home(sample_run: Path) -> Path:
    """A home in which `run --sample` has run once. Tests only read it."""
    return sample_run / "home"


@pytest.fixture(scope="session")
def sample_warehouse(sample_home: Path) -> Path:
    """The warehouse built from the embedded sample."""
    return sample_home / "msc_harvest.duckdb"
