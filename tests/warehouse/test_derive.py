"""Deriving blames a file only for what is the file's fault."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from msc_harvest.errors import SettingsError
from msc_harvest.paths import assets
from msc_harvest.warehouse.derive import derive, load_signed_files
from msc_harvest.warehouse.publish import building
from msc_harvest.warehouse.tables import create_all

SLOW = "SELECT count(*) AS n FROM range(100000000000) AS a, range(1000) AS b WHERE a.range % 7 = b.range % 11"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The shipped vocabulary and curated sheets, to be damaged."""
    for name in ("vocab", "curated"):
        shutil.copytree(assets() / "warehouse" / name, tmp_path / "assets" / "warehouse" / name)
    return tmp_path / "assets"


def test_a_sheet_that_is_gone_is_named(copied: Path, tmp_path: Path) -> None:
    (copied / "warehouse" / "curated" / "study.csv").unlink()
    with (
        pytest.raises(SettingsError, match=r"^warehouse/curated/study\.csv is missing"),
        building(tmp_path / "w.duckdb") as connection,
    ):
        create_all(connection)
        load_signed_files(connection, copied)


def test_a_sheet_that_does_not_fit_is_named(copied: Path, tmp_path: Path) -> None:
    (copied / "warehouse" / "curated" / "study.csv").write_text("study_id\nx\n")
    with (
        pytest.raises(SettingsError, match=r"^warehouse/curated/study\.csv does not fit"),
        building(tmp_path / "w.duckdb") as connection,
    ):
        create_all(connection)
        load_signed_files(connection, copied)


def test_an_interruption_is_no_fault_of_the_query_it_meets(tmp_path: Path) -> None:
    (tmp_path / "queries" / "study").mkdir(parents=True)
    (tmp_path / "queries" / "study" / "slow.sql").write_text(SLOW)
    with pytest.raises(KeyboardInterrupt), building(tmp_path / "w.duckdb") as connection:
        create_all(connection)
        timer = threading.Timer(0.3, connection.interrupt)
        timer.start()
        derive(connection, tmp_path / "queries", {})
