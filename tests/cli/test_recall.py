"""Every build of a harvest says how many of the records that any search must find it found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from msc_harvest.cli import main
from tests.pipeline.conftest import Bench, standin
from tests.standin import StandIn
from tests.standin.records import articles_in, studies_in

__all__ = ["standin"]


def test_a_missed_study_is_named_by_organ(
    tmp_path: Path, standin: Callable[..., StandIn], capsys: pytest.CaptureFixture[str]
) -> None:
    """One known trial is left out of the answer of the register."""
    bench = Bench(tmp_path)
    kept = [study for study in studies_in() if b'"nctId":"NCT00658073"' not in study]
    assert len(kept) == len(studies_in()) - 1
    with standin(studies=kept, articles=articles_in()) as server:
        bench.harvest(server)
    assert main(["--home", str(bench.home.root), "build"]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "known records found" in line]
    assert any("15 of 16" in line and line.endswith("missed: NCT00658073") for line in told), told
    assert any("15 of 15" in line and "missed" not in line for line in told), told
