"""The data dictionary declares every table once, with a meaning for every column."""

from __future__ import annotations

from pathlib import Path

import pytest

from msc_harvest import dictionary
from msc_harvest.errors import SettingsError
from msc_harvest.warehouse.tables import SCHEMAS


def test_names_are_unique_and_everything_has_a_meaning() -> None:
    tables = dictionary.every_table()
    assert len({table.name for table in tables}) == len(tables)
    for table in tables:
        assert table.name.split(".")[0] in SCHEMAS and table.definition, table.name
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names), table.name
        assert all(column.definition and column.name == column.name.lower() for column in table.columns), table.name
        # Sheets that people fill line by line are addressed by line.
        assert table.key or table.name.startswith("curated."), f"{table.name} has no key"


def test_references_name_a_table_that_has_the_column() -> None:
    tables = {table.name: table for table in dictionary.every_table()}
    for table in tables.values():
        for column in table.columns:
            if column.refers_to:
                assert column.name in {other.name for other in tables[column.refers_to].columns}, (
                    f"{table.name}.{column.name}"
                )


def test_every_left_out_path_has_a_reason() -> None:
    assert all(len(reason) > 10 for reason in dictionary.unmapped().values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("table,column\n", "header must be"),
        (",".join(dictionary.HEADER) + "\ncore.x,a,VARCHAR,,,,meaning\n", "has no '\\*' row"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(SettingsError, match=told):
        dictionary._read(tmp_path / "x.csv")
