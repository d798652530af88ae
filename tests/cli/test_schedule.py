"""`msc-harvest schedule` prints units for this installation: absolute paths, this home, no secret."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path

import pytest

from msc_harvest.cli import main

CANARY = "c4n4ry0c4n4ry0c4n4ry"


@pytest.mark.parametrize("scheduler", ["systemd", "cron", "github", "launchd"])
def test_a_unit_goes_to_stdout_and_holds_no_secret(
    scheduler: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", CANARY)
    monkeypatch.setenv("MSC_HARVEST_EMAIL", f"{CANARY}@example.org")
    monkeypatch.setenv("MSC_HARVEST_HEALTHCHECK_URL", f"https://hc.example/{CANARY}")
    monkeypatch.setenv("MSC_HARVEST_MAILTO", f"{CANARY}@example.org")
    assert main(["--home", str(tmp_path / "ho me"), "schedule", scheduler]) == 0
    told = capsys.readouterr()
    assert CANARY not in told.out + told.err
    assert not (tmp_path / "ho me").exists()
    if scheduler != "github":
        assert str(tmp_path / "ho me") in told.out
        assert str(Path(sys.executable).parent) in told.out


def test_the_home_is_absolute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--home", "here", "schedule", "launchd"]) == 0
    job = plistlib.loads(capsys.readouterr().out.encode())["ProgramArguments"][2]
    assert f"--home {tmp_path / 'here'} run" in job


def test_another_time_of_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "schedule", "cron", "--at", "23:05"]) == 0
    assert "\n5 23 * * * " in capsys.readouterr().out
    assert main(["--home", str(tmp_path), "schedule", "systemd", "--at", "07:00"]) == 0
    assert "OnCalendar=*-*-* 07:00:00 UTC" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["24:00", "4:30", "04:60", "noon", "04:30:00", ""])
def test_a_time_that_is_none_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "schedule", "cron", "--at", text]) == 2
    told = capsys.readouterr()
    assert "is not a time of day" in told.err and told.out == ""
