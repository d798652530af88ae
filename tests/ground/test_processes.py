"""Whether a process still lives."""

from __future__ import annotations

import os

import pytest

from msc_harvest.processes import process_exists


@pytest.mark.parametrize(
    ("pid", "exists"),
    [(os.getpid(), True), (2**40, False), (0, False), (-1, False), ("?", False), (2**22 + 7, False)],
    ids=["this_one", "beyond_all", "zero", "negative", "no_number", "not_taken"],
)
def test_a_process_is_looked_up(pid: int | str, exists: bool) -> None:
    assert process_exists(pid) is exists
