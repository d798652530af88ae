"""F1: a few rounds of `tests.faults.kill`; two hundred take a quarter of an hour."""

from __future__ import annotations

from pathlib import Path

from tests.faults.kill import rounds


def test_killed_at_any_moment_the_next_run_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    counted = rounds(4, seed=1, folder=tmp_path)
    assert counted["killed"] >= 2, counted
    assert (counted["equal"], counted["UNEQUAL"]) == (4, 0)
