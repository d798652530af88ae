"""The doctor names each damage with its remedy, repairs what is safe, and never deletes a record version."""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from msc_harvest.archive import Archive, read_manifests, settle, write_manifest
from msc_harvest.connectors import connectors
from msc_harvest.errors import ArchiveError, LockHeld, WarehouseError
from msc_harvest.paths import Home, assets
from msc_harvest.pipeline import holdings
from msc_harvest.pipeline.building import build
from msc_harvest.pipeline.doctor import Finding, Patient, Reached, examine, is_well, machine
from msc_harvest.pipeline.lock import holder_file, only_writer
from msc_harvest.warehouse.inspect import schema_digest
from tests.once import a_copy_of
from tests.pipeline.conftest import Bench, Silent
from tests.standin import StandIn
from tests.standin.records import articles_in, studies_in

NOW = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
GOOD = {"MSC_HARVEST_EMAIL": "person@example.org", "NCBI_API_KEY": "0123456789abcdef"}


@pytest.fixture(scope="module")
def prepared(harvested: Path) -> Path:
    """A home that was harvested from the stand-in and built once; tests work on copies."""
    return harvested / "home"


@pytest.fixture(scope="module")
def rebuilt(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that a second build makes of that home's archive when there is none."""
    home = Home(a_copy_of(prepared, tmp_path_factory.mktemp("rebuilt") / "home"))
    home.warehouse.unlink()
    patient(home).rebuild()
    return home.warehouse


@pytest.fixture
def rebuild(home: Home, prepared: Path, rebuilt: Path) -> Callable[[], None]:
    """Rebuilds the warehouse of `home`: that of the same archive is built once and copied into the place left free."""

    def put() -> None:
        assert not home.warehouse.exists() and Archive(home).digest() == Archive(Home(prepared)).digest()
        shutil.copy(rebuilt, home.warehouse)

    return put


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Home:
    shutil.copytree(prepared, tmp_path / "home")
    return Home(tmp_path / "home")


def patient(home: Home, **replaced: Any) -> Patient:
    """A patient at rest, whose warehouse can be rebuilt."""

    def rebuild() -> None:
        build(home.warehouse, assets(), holdings.archived(home), connectors(), NOW.replace(tzinfo=None), Silent())

    usual: dict[str, Any] = {"environment": GOOD, "assets": assets(), "now": NOW, "progress": Silent()}
    return Patient(home, **{**usual, "rebuild": rebuild, "free_bytes": lambda _: 10**12, **replaced})


def found(home: Home, **replaced: Any) -> list[Finding]:
    """Everything that is neither well nor merely worth knowing."""
    findings = list(examine(patient(home, **replaced)))
    assert all("\n" not in one.what + one.remedy for one in findings)
    return [one for one in findings if one.severity in ("warn", "fail")]


def only(findings: list[Finding]) -> Finding:
    (one,) = findings
    return one


def segment(home: Home) -> Path:
    """The largest segment."""
    return max(home.raw.glob("*/*/*.parquet"), key=lambda path: path.stat().st_size)


def flip(path: Path, place: int | None = None) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if place is None else place] ^= 0x10
    path.write_bytes(bytes(data))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def junk(path: Path) -> None:
    path.write_bytes(random.Random(3).randbytes(5000))


def test_a_home_that_is_well(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
    findings = list(examine(patient(home)))
    assert [one for one in findings if one.severity not in ("ok", "info")] == []
    assert {one.check for one in findings} >= {"settings", "versions", "home", "disk", "lock", "archive", "warehouse"}
    assert is_well(findings) and "current" in {one.check for one in findings if one.severity == "ok"}
    assert {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()} == before


def test_a_home_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    findings = list(examine(patient(Home(tmp_path / "none"))))
    assert is_well(findings) and not (tmp_path / "none").exists()


@pytest.mark.parametrize("damage", [flip, cut, empty, junk])
def test_a_damaged_segment_is_named_put_aside_and_read_again(home: Home, damage: Callable[[Path], None]) -> None:
    path = segment(home)
    relative = path.relative_to(home.root).as_posix()
    damage(path)
    one = found(home)[0]
    assert (one.check, one.severity, one.fixed) == ("segment", "fail", False)
    assert one.what.startswith(relative) and "--fix" in one.remedy and str(home.root) not in one.what
    assert path.exists()
    damaged = path.read_bytes()

    repaired = found(home, fix=True)
    assert repaired[0].fixed and f"put aside as raw/.damaged/{relative[4:]}" in repaired[0].what
    lost = [each for each in repaired if each.check == "lost"]
    assert lost and all("harvest --full" in each.remedy for each in lost) and not is_well(repaired)
    assert (home.raw / ".damaged" / relative[4:]).read_bytes() == damaged and not path.exists()
    Archive(home).digest()  # can be read again
    missing = [each for each in found(home) if each.check == "segment"]
    assert "missing, with" in only(missing).what and "harvest --full" in only(missing).remedy

    bench = Bench(home.root.parent)
    bench.clock.now += 86_400
    with StandIn(studies=studies_in(), articles=articles_in()) as server:
        manifest = bench.harvest(server)
    assert any(relative in each.made_good for each in manifest.harvests)
    assert is_well(found(home, now=bench.now()))


def test_a_missing_segment_is_named(home: Home) -> None:
    path = segment(home)
    path.unlink()
    first, *others = found(home)
    assert first.what.startswith(f"{path.relative_to(home.root).as_posix()}: missing, with ")
    assert "restore it from a backup" in first.remedy and "harvest --full" in first.remedy
    told = only([each for each in others if each.check == "lost"])
    assert "record version(s) of the warehouse are not in the archive any more" in told.what


def test_a_segment_that_was_rewritten_is_noticed_by_its_hash(home: Home) -> None:
    path = segment(home)
    pl.read_parquet(path).write_parquet(path, compression="uncompressed")
    one = found(home)[0]
    assert one.check == "segment" and "not the bytes that its run wrote" in one.what


def test_a_body_that_was_altered_is_noticed_in_an_unlisted_segment(home: Home) -> None:
    path = segment(home)
    other = path.with_name("run-x-00001.parquet")
    frame = pl.read_parquet(path).with_columns(pl.lit("run-x").alias("run_id"), pl.lit(b"{}").alias("body"))
    frame.write_parquet(other)
    one = found(home)[0]
    assert "run-x-00001.parquet: the body of" in one.what and one.severity == "fail"


def test_a_foreign_file_is_named_and_left_alone(home: Home) -> None:
    other = segment(home).with_name("notes.txt")
    other.write_text("hello")
    one = found(home, fix=True)[0]
    assert "notes.txt: not an archive segment" in one.what and one.remedy == "move it out of the archive"
    assert not one.fixed and other.exists()


@pytest.mark.parametrize("damage", [cut, empty, junk])
def test_a_damaged_manifest_is_named_put_aside_and_made_again_from_its_segments(
    home: Home, damage: Callable[[Path], None]
) -> None:
    (path,) = home.runs.glob("*.json")
    listed = {entry.path for one in read_manifests(home)[0].harvests for entry in one.segments}
    damage(path)
    one = only([each for each in found(home) if each.check == "manifest"])
    assert one.what.startswith(f"runs/{path.name} is not a run manifest") and one.severity == "fail"
    assert "backup" in one.remedy and "doctor --fix" in one.remedy
    repaired = found(home, fix=True)
    assert is_well(repaired) and (home.runs / ".damaged" / path.name).exists()
    (again,) = read_manifests(home)
    assert (again.run_id, again.status) == (path.stem, "interrupted")
    assert {entry.path for one in again.harvests for entry in one.segments} == listed
    assert is_well(found(home))


def test_a_manifest_under_another_name_is_left_to_its_owner(home: Home) -> None:
    (path,) = home.runs.glob("*.json")
    path.rename(path.with_name("run-8.json"))
    findings = found(home, fix=True)
    one = only([each for each in findings if each.check == "manifest"])
    assert one.remedy == "give the file back its name" and not is_well(findings)
    assert (home.runs / "run-8.json").exists()


def test_a_manifest_that_is_gone_is_told_by_the_warehouse(home: Home) -> None:
    (path,) = home.runs.glob("*.json")
    path.unlink()
    ledger = only([each for each in found(home) if each.check == "ledger"])
    assert ledger.what == f"the warehouse knows run {path.stem}, and runs/{path.name} is gone"


@pytest.mark.parametrize("damage", [flip, cut, empty, junk], ids=lambda damage: damage.__name__)
def test_a_damaged_warehouse_is_named_and_rebuilt_with_the_same_content(
    home: Home, prepared: Path, rebuild: Callable[[], None], damage: Callable[[Path], None]
) -> None:
    """Fault matrix F8."""
    if damage is cut:
        home.warehouse.write_bytes(home.warehouse.read_bytes()[: home.warehouse.stat().st_size // 2])
    else:
        damage(home.warehouse)
    one = only(found(home))
    assert (one.check, one.severity) == ("warehouse", "fail") and "msc_harvest.duckdb" in one.what
    assert "restore it from a backup" in one.remedy and "msc-harvest build" in one.remedy
    damaged = home.warehouse.read_bytes()
    repaired = only(found(home, fix=True, rebuild=rebuild))
    assert repaired.fixed and "rebuilt from the archive" in repaired.what
    assert (home.root / ".damaged" / "msc_harvest.duckdb").read_bytes() == damaged
    assert schema_digest(home.warehouse) == schema_digest(prepared / "msc_harvest.duckdb")
    assert found(home) == []


def test_every_flipped_bit_that_matters_is_found(home: Home) -> None:
    """Each block that is in use carries a checksum, and the doctor reads every one."""
    whole = home.warehouse.read_bytes()
    noise = random.Random(5)
    noticed = 0
    for _ in range(6):
        home.warehouse.write_bytes(whole)
        flip(home.warehouse, noise.randrange(len(whole)))
        noticed += any(one.check == "warehouse" for one in found(home))
    assert noticed >= 4


def test_a_lost_warehouse_is_rebuilt_with_the_same_content(home: Home, prepared: Path) -> None:
    home.warehouse.unlink()
    one = only(found(home))
    assert (one.severity, one.remedy) == ("warn", "msc-harvest build")
    assert only(found(home, fix=True)).fixed
    assert schema_digest(home.warehouse) == schema_digest(prepared / "msc_harvest.duckdb")


def checksum(block: bytes) -> int:
    """DuckDB's checksum of a block of its file."""
    total = 5381
    for (word,) in struct.iter_unpack("<Q", block):
        total ^= word * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    return total


def test_a_newer_storage_version_is_named_and_not_rebuilt_over(home: Home) -> None:
    """The version is written into the first block, and the block's checksum made right again."""
    data = bytearray(home.warehouse.read_bytes())
    assert checksum(bytes(data[8:4096])) == struct.unpack_from("<Q", data)[0]
    struct.pack_into("<Q", data, 12, 4711)
    struct.pack_into("<Q", data, 0, checksum(bytes(data[8:4096])))
    home.warehouse.write_bytes(bytes(data))
    one = only(found(home, fix=True))
    assert one.severity == "fail" and not one.fixed and "storage version 4711 (written by v" in one.what
    assert "newer msc-harvest" in one.remedy and "msc-harvest build" in one.remedy
    assert home.warehouse.read_bytes() == bytes(data)


def test_a_rebuild_that_fails_is_told(home: Home) -> None:
    def refuse() -> None:
        raise WarehouseError("no space")

    home.warehouse.unlink()
    one = only(found(home, fix=True, rebuild=refuse))
    assert one.severity == "fail" and not one.fixed and "could not be rebuilt: no space" in one.what


def test_an_empty_archive_rebuilds_nothing(home: Home) -> None:
    shutil.rmtree(home.raw)
    shutil.rmtree(home.runs)
    empty(home.warehouse)
    one = only(found(home, fix=True))
    assert not one.fixed and "nothing can be rebuilt" in one.what and home.warehouse.exists()


def test_a_warehouse_open_for_writing_elsewhere_is_not_taken_for_damaged(home: Home) -> None:
    import subprocess
    import sys

    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "open\n"
        one = only(found(home, fix=True))
        other.communicate("")
    assert one.remedy == "end the program that has it open" and not one.fixed
    assert not (home.root / ".damaged").exists()


def test_a_log_beside_the_warehouse_is_told_and_put_aside(home: Home) -> None:
    """Fault matrix F9: the log belongs to the file, and a published file has none."""
    log = home.warehouse.with_name(home.warehouse.name + ".wal")
    log.write_bytes(b"")
    one = found(home)[0]
    assert one.what.startswith(f"{log.name} lies beside") or log.name in one.remedy
    assert found(home, fix=True)[0].fixed and not log.exists() and found(home) == []


def test_a_log_that_fits_no_more_is_put_aside_and_the_warehouse_rebuilt(
    home: Home, prepared: Path, rebuild: Callable[[], None]
) -> None:
    log = home.warehouse.with_name(home.warehouse.name + ".wal")
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("SET wal_autocheckpoint = '1GB'")
        connection.execute("CREATE TABLE mine AS SELECT 1 AS one")
        written = log.read_bytes()
    log.write_bytes(written)
    one = only(found(home))
    assert one.severity == "fail" and one.remedy == f"move {log.name} away, then: msc-harvest build"
    assert only(found(home, fix=True, rebuild=rebuild)).fixed
    assert (home.root / ".damaged" / log.name).read_bytes() == written and not log.exists()
    assert schema_digest(home.warehouse) == schema_digest(prepared / "msc_harvest.duckdb") and found(home) == []


def test_rows_that_left_the_warehouse_are_missed(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("DELETE FROM raw.record_version WHERE rowid = 0")
    one = only([each for each in found(home) if each.check == "warehouse"])
    assert "record versions it was built from" in one.what and one.severity == "fail"


def test_a_warehouse_behind_the_archive_is_told(home: Home) -> None:
    bench = Bench(home.root.parent)
    bench.clock.now += 86_400
    changed = [body.replace(b'"overallStatus":"COMPLETED"', b'"overallStatus":"UNKNOWN"') for body in studies_in()]
    assert changed != studies_in()
    with StandIn(studies=changed, articles=articles_in()) as server:
        from tests.pipeline.conftest import Wish

        bench.harvest(server, wish=Wish(whole=True))
    one = only(found(home, now=bench.now()))
    assert (one.check, one.severity, one.remedy) == ("current", "warn", "msc-harvest build")


def test_a_warehouse_as_of_a_day_is_as_asked_for(home: Home) -> None:
    held = holdings.archived(home)
    moment = NOW.replace(tzinfo=None)
    build(home.warehouse, assets(), held, connectors(), moment, Silent(), datetime(2030, 1, 1))
    findings = list(examine(patient(home)))
    assert is_well(findings)
    assert "what was known on 2030-01-01" in only([one for one in findings if one.check == "current"]).what


def test_a_build_by_other_files_or_another_version_is_told(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("UPDATE ops.build SET files_sha256 = 'x'")
    assert "have changed since" in only(found(home)).what
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("UPDATE ops.build SET code_version = '0.0.1'")
    assert "built by msc-harvest 0.0.1" in only(found(home)).what


def test_a_duckdb_file_of_somebody_else_is_told(home: Home) -> None:
    home.warehouse.unlink()
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 1 AS one")
    assert "is not a warehouse of this program" in only(found(home)).what


def test_leftovers_of_killed_runs_are_named_and_removed(home: Home) -> None:
    place = segment(home).parent
    left = [
        place / "run-9-00001.parquet.tmp",
        home.runs / "run-9.json.tmp",
        home.root / ".msc_harvest.duckdb.building-4194399",
        home.root / ".msc_harvest.duckdb.building-4194399.wal",
    ]
    for path in left:
        path.write_bytes(b"half")
    alive = home.root / f".msc_harvest.duckdb.building-{os.getpid()}"
    alive.write_bytes(b"at work")
    assert {one.what.partition(":")[0] for one in found(home)} == {
        path.relative_to(home.root).as_posix() for path in left
    }
    assert all(path.exists() for path in left)
    repaired = found(home, fix=True)
    assert all(one.fixed and "removed it" in one.what for one in repaired) and len(repaired) == 5
    assert not any(path.exists() for path in left)


def test_an_export_that_is_being_written_is_left_alone(home: Home) -> None:
    home.exports.mkdir(exist_ok=True)
    young, old = home.exports / "a.csv.tmp", home.exports / "b.csv.tmp"
    for path, age in ((young, 60), (old, 7200)):
        path.write_bytes(b"half")
        at = NOW.timestamp() - age
        os.utime(path, (at, at))
    assert only(found(home, fix=True)).what.startswith("exports/b.csv.tmp")
    assert young.exists() and not old.exists()


def test_a_killed_run_is_settled_and_its_segments_adopted(home: Home) -> None:
    (manifest,) = read_manifests(home)
    first, *others = manifest.harvests
    assert first.segments
    killed = replace(first, status="running", segments=())
    write_manifest(home, replace(manifest, status="running", finished_at=None, harvests=(killed, *others)))
    told = found(home)
    assert {one.check for one in told} == {"unsettled"} and is_well(told)
    assert any("still stands as running" in one.what for one in told)
    assert any("a whole segment that no manifest names" in one.what for one in told)
    repaired = found(home, fix=True)
    assert all(one.fixed for one in repaired)
    (settled,) = read_manifests(home)
    assert settled.status == "interrupted" and settled.finished_at is None
    assert settled.harvests[0].segments == first.segments and settled.harvests[0].status == "interrupted"
    assert settle(home) == [] and found(home) == []


def test_settling_gives_a_lost_manifest_back_and_names_what_it_cannot_read(home: Home) -> None:
    (manifest,) = read_manifests(home)
    (home.runs / f"{manifest.run_id}.json").unlink()
    lines = settle(home)
    (again,) = read_manifests(home)
    assert len(lines) == sum(len(one.segments) for one in manifest.harvests)
    assert {e for one in again.harvests for e in one.segments} == {e for one in manifest.harvests for e in one.segments}
    assert manifest.started_at <= again.started_at and all(one.strategy_sha256 == "" for one in again.harvests)
    cut(segment(home))
    (home.runs / f"{manifest.run_id}.json").unlink()
    with pytest.raises(ArchiveError, match=segment(home).name):
        settle(home)


def test_a_run_at_work_is_left_alone(home: Home) -> None:
    (manifest,) = read_manifests(home)
    write_manifest(home, replace(manifest, status="running", finished_at=None))
    (home.runs / "x.json.tmp").write_bytes(b"half")
    with only_writer(home, NOW):
        findings = list(examine(patient(home)))
        assert [one for one in findings if one.severity in ("warn", "fail")] == []
        assert "a run is at work" in only([one for one in findings if one.check == "lock"]).what
        with pytest.raises(LockHeld):
            list(examine(patient(home, fix=True)))


def test_a_holder_that_is_gone_is_told_and_removed(home: Home) -> None:
    file = holder_file(home)
    file.write_text(json.dumps({"pid": 4194399, "host": "here", "since": "yesterday"}))
    usual: dict[str, Any] = {"machine": lambda: "here"}
    assert "a run that is gone (pid 4194399 on here, since yesterday)" in only(found(home, **usual)).what
    assert only(found(home, fix=True, **usual)).fixed and not file.exists()


@pytest.mark.parametrize(
    ("environment", "check", "severity", "words"),
    [
        ({**GOOD, "MSC_HARVEST_EMAIL": "nobody"}, "settings", "fail", "MSC_HARVEST_EMAIL is not an e-mail address"),
        ({**GOOD, "MSC_HARVEST_EMAIL": ""}, "email", "warn", "NCBI cannot write"),
        ({**GOOD, "NCBI_API_KEY": ""}, "api_key", "info", "3 times a second"),
    ],
)
def test_settings(home: Home, environment: dict[str, str], check: str, severity: str, words: str) -> None:
    findings = list(machine.settings(patient(home, environment=environment)))
    one = only([each for each in findings if each.check == check and each.severity != "ok"])
    assert one.severity == severity and words in one.what
    assert "nobody" not in one.what + one.remedy


@pytest.mark.parametrize(("lxml", "severities"), [("6.0.2", ["ok", "fail"]), ("6.1.0", ["ok"]), (None, ["ok", "fail"])])
def test_versions(home: Home, lxml: str | None, severities: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_version", lambda name: lxml if name == "lxml" else "9.9")
    assert [one.severity for one in machine.versions(patient(home))] == severities


@pytest.mark.parametrize(("free", "severity"), [(99_000_000, "fail"), (101_000_000, "warn"), (10**12, "ok")])
def test_disk(home: Home, free: int, severity: str) -> None:
    with home.warehouse.open("ab") as file:
        file.truncate(60_000_000)
    one = only(list(machine.disk(patient(home, free_bytes=lambda _: free))))
    assert one.severity == severity


def test_a_home_that_cannot_be_written(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is not a folder" in only(list(machine.folder(patient(Home(tmp_path / "file"))))).what
    monkeypatch.setattr(os, "access", lambda path, _: path != home.runs)
    one = only(list(machine.folder(patient(home))))
    assert one.severity == "fail" and str(home.runs) in one.what


def test_sources_and_their_clock(home: Home) -> None:
    answers = [
        Reached("one", True, "2.0.5", timedelta(minutes=-6)),
        Reached("two", False, "no connection", None),
        Reached("three", True, "Build", timedelta(minutes=4)),
    ]
    findings = list(machine.sources(patient(home, probe=lambda: answers)))
    assert [(one.check, one.severity) for one in findings] == [
        ("sources", "ok"), ("clock", "warn"), ("sources", "fail"), ("sources", "ok")
    ]  # fmt: skip
    assert findings[1].what == "this machine's clock is 6 minutes behind that of one"


def test_records_from_the_future_are_told(home: Home) -> None:
    one = only(found(home, now=NOW - timedelta(days=700)))
    assert one.check == "clock" and "the newest record was received at 2026-" in one.what


def test_a_repair_that_the_disk_refuses_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.runs / "x.json.tmp").write_bytes(b"half")
    real = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "x.json.tmp":
            raise OSError(30, "Read-only file system")
        real(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    one = only(found(home, fix=True))
    assert not one.fixed and "could not be repaired (Read-only file system)" in one.what


@pytest.fixture(autouse=True)
def no_leftover_threads() -> Iterator[None]:
    """The signs of life of a lock end with it."""
    import threading

    yield
    assert not [thread for thread in threading.enumerate() if thread.name == "signs of life"]
