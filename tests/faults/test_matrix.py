"""Every row of the fault matrix has a test, or a line that says why it has none."""

from __future__ import annotations

import csv
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]


def test_every_fault_has_a_test_or_a_reason() -> None:
    with (FOLDER / "matrix.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["row"] for row in rows] == [f"F{number}" for number in range(1, 27)]
    for row in rows:
        assert row["tests"] or len(row["note"]) > 40, row["row"]
        for test in row["tests"].split():
            path, _, name = test.partition("::")
            assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.M), test
