"""`status` names the one command that makes sense now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from msc_harvest.cli import commands, main
from tests.pipeline.conftest import Bench, bench, standin
from tests.standin import Fault, StandIn

__all__ = ["bench", "standin"]

Make = Callable[..., StandIn]


def status(home: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["--home", home, "status"]) == 0
    return capsys.readouterr().out


def test_from_harvest_to_build_to_questions(
    bench: Bench, standin: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(bench.home.root)
    with standin() as server:
        bench.clock.now += 0.6  # a run may end and its build begin within one second
        bench.harvest(server)
        assert "next       msc-harvest build" in status(home, capsys)
        monkeypatch.setattr(commands, "now", lambda: bench.now() + timedelta(milliseconds=100))
        assert main(["--home", home, "build"]) == 0
        assert "all is up to date" in status(home, capsys)
        bench.clock.sleep(3600)
        bench.harvest(server)
    assert "the archive is newer than the warehouse" in status(home, capsys)


def test_a_run_that_did_not_reach_its_end_is_to_be_repeated(
    bench: Bench, standin: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    with standin(faults=[Fault("status", path="esearch", times=100, status=500)]) as server:
        bench.harvest(server)
    told = status(str(bench.home.root), capsys)
    assert "failed: " in told and "error: " in told and "next       msc-harvest harvest" in told
