"""`msc-harvest doctor`: one line per finding or JSON on stdout, an exit code, and the sources asked politely once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from msc_harvest.cli import context, main
from tests.once import a_copy_of
from tests.pipeline.conftest import harvested
from tests.standin import Fault, StandIn
from tests.standin.records import articles_in, studies_in

__all__ = ["harvested"]

CANARY = "c4n4ry0c4n4ry0c4n4ry"


@pytest.fixture
def home(harvested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    a_copy_of(harvested / "home", tmp_path / "home")
    monkeypatch.setenv("MSC_HARVEST_EMAIL", f"{CANARY}@example.org")
    monkeypatch.setenv("NCBI_API_KEY", CANARY)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "home"


def doctor(home: Path, *words: str) -> int:
    return main(["--home", str(home), "doctor", *words])


def test_a_home_that_is_well_ends_in_0(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(home, "--offline") == 0
    told = capsys.readouterr()
    assert "ok     warehouse  msc_harvest.duckdb is whole" in told.out and "fail" not in told.out
    assert CANARY not in told.out + told.err


def test_json_for_monitors(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(home, "--offline", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["healthy"] is True
    assert set(facts["findings"][0]) == {"check", "severity", "what", "remedy", "fixed"}


def test_damage_ends_in_1_and_its_repair_in_0(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "msc_harvest.duckdb").write_bytes(b"")
    assert doctor(home, "--offline") == 1
    assert "fail   warehouse  msc_harvest.duckdb" in capsys.readouterr().out
    assert doctor(home, "--offline", "--fix") == 0
    assert "fixed  warehouse  msc_harvest.duckdb" in capsys.readouterr().out
    assert doctor(home, "--offline") == 0


def test_the_sources_are_asked_one_thing_each(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with StandIn(studies=studies_in(), articles=articles_in()) as server:
        monkeypatch.setenv("MSC_HARVEST_CTGOV_URL", server.ctgov_url)
        monkeypatch.setenv("MSC_HARVEST_EUTILS_URL", server.eutils_url)
        assert doctor(home) == 0
        assert sorted(one.path.rpartition("/")[2] for one in server.log) == ["einfo.fcgi", "version"]
    told = capsys.readouterr()
    assert "clinicaltrials_gov answers: " in told.out and "pubmed answers: " in told.out
    assert CANARY not in told.out + told.err


def test_a_source_that_refuses_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [Fault("status", path="version", times=9, status=404)]
    with StandIn(studies=studies_in(), articles=articles_in(), faults=faults) as server:
        monkeypatch.setenv("MSC_HARVEST_CTGOV_URL", server.ctgov_url)
        monkeypatch.setenv("MSC_HARVEST_EUTILS_URL", server.eutils_url)
        assert doctor(home) == 1
    told = capsys.readouterr()
    assert "fail   sources    clinicaltrials_gov: " in told.out and "pubmed answers" in told.out
    assert CANARY not in told.out + told.err


def test_settings_that_cannot_be_used_are_a_finding_and_no_end(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "not a key")
    assert doctor(home) == 1
    told = capsys.readouterr()
    assert "fail   settings   NCBI_API_KEY" in told.out and "not a key" not in told.out + told.err
    assert "the sources were not asked" in told.out


def test_a_clock_that_is_off_is_told(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from msc_harvest.cli import doctor as module

    real = module._served_at

    def an_hour_later(header: str | None) -> object:
        served = real(header)
        return served + timedelta(hours=1) if served else None

    monkeypatch.setattr(module, "_served_at", an_hour_later)
    with StandIn(studies=studies_in(), articles=articles_in()) as server:
        monkeypatch.setenv("MSC_HARVEST_CTGOV_URL", server.ctgov_url)
        monkeypatch.setenv("MSC_HARVEST_EUTILS_URL", server.eutils_url)
        assert doctor(home) == 0
    assert "warn   clock      this machine's clock is 60 minutes behind that of" in capsys.readouterr().out


@pytest.mark.parametrize("header", [None, "", "yesterday", "Sat, 99 Nov 2026 04:00:00 GMT"])
def test_a_date_that_is_none_is_passed_over(header: str | None) -> None:
    from msc_harvest.cli.doctor import _served_at

    assert _served_at(header) is None


def test_a_home_that_is_a_file_is_one_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert doctor(tmp_path / "file", "--offline") == 1
    assert "is not a folder" in capsys.readouterr().out


def test_a_fix_while_another_run_is_at_work_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from msc_harvest.paths import Home
    from msc_harvest.pipeline.lock import only_writer

    with only_writer(Home(home), context.now()):
        assert doctor(home, "--offline", "--fix") == 6
    assert "is at work on" in capsys.readouterr().err
