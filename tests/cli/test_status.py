"""`status` says how things stand, whether all is well, and names the one command that makes sense now."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from msc_harvest.archive import read_manifests, write_manifest
from msc_harvest.cli import context, main
from msc_harvest.cli.status import show_status
from msc_harvest.paths import Home
from msc_harvest.pipeline import gates
from msc_harvest.pipeline.lock import only_writer
from msc_harvest.warehouse.checks import CheckResult
from tests.pipeline.conftest import Bench, bench, harvested, standin
from tests.standin import Fault, StandIn

__all__ = ["bench", "harvested", "standin"]

Make = Callable[..., StandIn]


def status(home: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["--home", home, "status"]) == 0
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def prepared(harvested: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """A home harvested from the stand-in and built once, and the moment after that."""
    bench = Bench.on_a_copy(harvested, tmp_path_factory.mktemp("status"))
    return bench.home.root, bench.now()


@pytest.fixture
def home(prepared: tuple[Path, datetime], tmp_path: Path) -> Home:
    shutil.copytree(prepared[0], tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def facts(prepared: tuple[Path, datetime], capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """What `status --json` says of a home, so many hours after its harvest."""

    def ask(home: Home, hours: float = 1.0) -> dict[str, Any]:
        capsys.readouterr()
        show_status(home, as_json=False, now=prepared[1] + timedelta(hours=hours))
        lines = capsys.readouterr().out
        assert "\nnext       " in lines and "\nhealthy    " in lines
        show_status(home, as_json=True, now=prepared[1] + timedelta(hours=hours))
        told = json.loads(capsys.readouterr().out)
        assert isinstance(told, dict) and told["next"] in lines
        return told

    return ask


Facts = Callable[..., dict[str, Any]]


def test_from_harvest_to_build_to_questions(
    bench: Bench, standin: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(bench.home.root)
    monkeypatch.setattr(context, "now", lambda: bench.now() + timedelta(milliseconds=100))
    with standin() as server:
        bench.clock.now += 0.6  # a run may end and its build begin within one second
        bench.harvest(server)
        assert "next       msc-harvest build" in status(home, capsys)
        bench.build()
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


def test_json_for_monitors_has_stable_keys(home: Home, facts: Facts) -> None:
    told = facts(home)
    assert set(told) == {
        "home", "healthy", "problems", "age_hours", "lock", "archive", "warehouse", "last_failed_build", "sources",
        "unsettled", "runs", "next",
    }  # fmt: skip
    assert told["healthy"] is True and told["problems"] == [] and 0 < told["age_hours"] <= 1.1
    assert {(one["source"], one["status"]) for one in told["sources"]} == {
        ("clinicaltrials_gov", "finished"), ("pubmed", "finished")
    }  # fmt: skip
    for one in told["sources"]:
        assert set(one) == {
            "source", "strategy", "watermark", "last_full", "last_success", "age_hours", "status", "error", "left"
        }  # fmt: skip
        assert one["watermark"] and one["last_full"] == one["last_success"]
    assert told["warehouse"]["behind"] is False and told["warehouse"]["forced_checks"] == []
    assert {"requests", "retries", "bytes", "seconds", "read", "removed"} <= set(told["runs"][0]["searches"][0])


@pytest.mark.parametrize(("hours", "healthy"), [(47.0, True), (49.0, False)])
def test_a_harvest_that_is_late_is_told(home: Home, facts: Facts, hours: float, healthy: bool) -> None:
    told = facts(home, hours)
    assert told["healthy"] is healthy and told["age_hours"] >= hours
    assert ("is the schedule at work?" in told["next"]) is not healthy


def test_a_search_that_was_given_up_grows_old_and_nobody_minds(home: Home, facts: Facts) -> None:
    (manifest,) = read_manifests(home)
    old = replace(manifest.harvests[0], strategy="given_up", status="failed", segments=())
    write_manifest(home, manifest.with_harvest(old))
    assert facts(home)["healthy"]


def test_an_empty_home_is_not_healthy(tmp_path: Path, facts: Facts) -> None:
    told = facts(Home(tmp_path / "none"))
    assert not told["healthy"] and told["age_hours"] is None and told["next"].startswith("msc-harvest run")
    assert not (tmp_path / "none").exists()


def test_a_run_at_work_is_named(home: Home, facts: Facts) -> None:
    with only_writer(home, datetime(2026, 3, 1)):
        told = facts(home)
    assert told["lock"]["since"] == "2026-03-01 00:00:00 UTC" and "a run is at work" in told["next"]


def test_a_killed_run_is_not_settled(home: Home, facts: Facts) -> None:
    (manifest,) = read_manifests(home)
    write_manifest(home, replace(manifest, status="running", finished_at=None))
    told = facts(home)
    assert told["unsettled"] == [manifest.run_id] and not told["healthy"]
    assert told["next"].startswith("msc-harvest harvest  ")


def test_a_segment_that_is_gone_asks_for_a_full_harvest(home: Home, facts: Facts) -> None:
    path = next(home.raw.glob("*/*/*.parquet"))
    path.unlink()
    told = facts(home)
    assert told["archive"]["lost_segments"] == [path.relative_to(home.root).as_posix()] and not told["healthy"]
    assert told["next"].startswith("msc-harvest harvest --full")


@pytest.mark.parametrize("pattern", ["runs/*.json", "raw/*/*/*.parquet"])
def test_a_damaged_archive_asks_for_the_doctor(home: Home, facts: Facts, pattern: str) -> None:
    path = next(home.root.glob(pattern))
    path.write_bytes(b"junk")
    told = facts(home)
    assert told["archive"]["state"] == "damaged" and path.name in told["archive"]["reason"] and not told["healthy"]
    assert told["next"].startswith("msc-harvest doctor --fix")


@pytest.mark.parametrize("content", [b"", b"junk" * 5000])
def test_a_warehouse_that_cannot_be_read_asks_for_a_build(home: Home, facts: Facts, content: bytes) -> None:
    home.warehouse.write_bytes(content)
    told = facts(home)
    assert told["warehouse"]["state"] == "unreadable" and not told["healthy"]
    assert told["next"].startswith("msc-harvest build")


def test_a_failed_build_is_told_with_what_to_do(home: Home, facts: Facts) -> None:
    at = datetime(2026, 3, 1, 5)
    gates.remember_failure(home.state, at, "studies 10 → 5", [CheckResult(gates.COUNT_DOWN, 1, "studies 10 → 5")])
    told = facts(home)
    assert told["last_failed_build"]["reason"] == "studies 10 → 5" and not told["healthy"]
    assert told["next"].startswith("msc-harvest build --force  (if these figures are right; ")
    gates.remember_failure(home.state, at, "disk full", [])
    assert facts(home)["next"].startswith("msc-harvest build  (after mending what is named; ")


def test_a_warehouse_published_by_force_says_so(
    home: Home, facts: Facts, prepared: tuple[Path, datetime], capsys: pytest.CaptureFixture[str]
) -> None:
    import duckdb

    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("UPDATE ops.build SET forced_checks = ['fail_study_count_down']")
    assert facts(home)["warehouse"]["forced_checks"] == ["fail_study_count_down"]
    show_status(home, as_json=False, now=prepared[1])
    assert "published with --force over: fail_study_count_down" in capsys.readouterr().out


def test_records_that_left_the_answer_are_told(home: Home, facts: Facts) -> None:
    (manifest,) = read_manifests(home)
    write_manifest(home, manifest.with_harvest(replace(manifest.harvests[0], left=12)))
    assert facts(home)["next"].startswith("msc-harvest harvest --full  (12 record(s) held are not in the answer of ")


def test_what_a_source_says_cannot_move_the_cursor(
    home: Home, facts: Facts, prepared: tuple[Path, datetime], capsys: pytest.CaptureFixture[str]
) -> None:
    (manifest,) = read_manifests(home)
    hostile = replace(manifest.harvests[0], status="failed", error="\x1b[31mred\nnext       rm -rf")
    write_manifest(home, manifest.with_harvest(hostile))
    show_status(home, as_json=False, now=prepared[1])
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\nnext       rm" not in out
