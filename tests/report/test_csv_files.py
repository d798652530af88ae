"""CSV exports: safe in a spreadsheet, honest about their origin, whole or absent."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from msc_harvest.errors import MscHarvestError
from msc_harvest.report.csv_files import neutral, write_view, write_whole


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx", "\x00x", "＝1", "＋1", "－1", "＠x"])
def test_formulas_are_neutralised(cell: str) -> None:
    assert neutral(pl.DataFrame({"a": [cell, None, "plain"]}))["a"].to_list() == ["'" + cell, None, "plain"]


def test_numbers_stay_numbers_and_lists_become_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [-5.2, None], "l": [["=a", "b"], []], "t": ['x, "y"', "=1"]})
    assert write_view(frame, "embedded sample", tmp_path / "v.csv") == 2
    assert (
        tmp_path / "v.csv"
    ).read_text() == 'n,l,t,data_origin\n-5.2,\'=a; b,"x, ""y""",embedded sample\n,"",\'=1,embedded sample\n'


def test_an_empty_list_is_an_empty_cell_not_a_quote() -> None:
    assert neutral(pl.DataFrame({"l": [[], ["a"]]}, schema={"l": pl.List(pl.String)}))["l"].to_list() == ["", "a"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(MscHarvestError, match="could not be written"):
        write_whole(tmp_path / "folder", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_folder_that_is_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MscHarvestError, match="could not be written"):
        write_whole(tmp_path / "file" / "view.csv", b"x")
