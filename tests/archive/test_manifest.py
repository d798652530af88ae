"""The ledger of runs."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from msc_harvest.archive import Archive, Harvested, Manifest, SegmentEntry, read_manifests, write_manifest
from msc_harvest.archive.integrity import examine
from msc_harvest.errors import ArchiveError
from msc_harvest.model import HostStats
from msc_harvest.paths import Home
from tests.archive.conftest import day, record

DONE = Harvested(
    source="pubmed",
    strategy="clinical",
    status="finished",
    query_text='"mesenchymal stem cells"[tiab]\nAND transplantation',
    strategy_sha256="ab" * 32,
    expected=3,
    seen=2,
    new=1,
    changed=1,
    missing=("30000001",),
    withdrawn=("30000002",),
    warnings=("No items found.",),
    upstream="Build-2026",
    segments=(SegmentEntry("raw/pubmed/clinical/run-2-00001.parquet", 2, 900, "cd" * 32),),
)


def manifest(run_id: str = "run-2", number: int = 2) -> Manifest:
    return Manifest(run_id, "running", day(number), "1.0.0", http={"eutils.example": HostStats(4, 1, 5000, 2.5)})


def test_a_manifest_comes_back_as_it_was_written(home: Home) -> None:
    written = manifest().with_harvest(DONE)
    path = write_manifest(home, written)
    assert path == home.runs / "run-2.json"
    assert read_manifests(home) == [written]
    assert '"started_at": "2026-01-11T08:30:15.250000Z"' in path.read_text()


def test_a_manifest_is_rewritten_as_the_run_proceeds(home: Home) -> None:
    write_manifest(home, manifest())
    finished = dataclasses.replace(
        manifest().with_harvest(dataclasses.replace(DONE, status="running")).with_harvest(DONE),
        status="finished",
        finished_at=day(2) + timedelta(minutes=3),
    )
    write_manifest(home, finished)
    assert read_manifests(home) == [finished]
    assert finished.harvests == (DONE,)
    assert [path.name for path in home.runs.iterdir()] == ["run-2.json"]


def test_harvests_stand_in_a_fixed_order() -> None:
    other = dataclasses.replace(DONE, source="clinicaltrials_gov")
    assert manifest().with_harvest(DONE).with_harvest(other) == manifest().with_harvest(other).with_harvest(DONE)


def test_manifests_come_oldest_first(home: Home) -> None:
    for run_id, number in (("b", 3), ("a", 5), ("c", 1)):
        write_manifest(home, manifest(run_id, number))
    assert [each.run_id for each in read_manifests(home)] == ["c", "b", "a"]
    assert read_manifests(Home(home.root / "none")) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"run_id":"x"}', '{"run_id":"x","status":"lost"}', "\x00"])
def test_a_damaged_manifest_is_named(home: Home, text: str) -> None:
    path = write_manifest(home, manifest())
    path.write_text(text)
    with pytest.raises(ArchiveError, match=r"run-2\.json is not a run manifest"):
        read_manifests(home)


def test_a_renamed_manifest_is_named(home: Home) -> None:
    path = write_manifest(home, manifest())
    path.rename(home.runs / "run-8.json")
    with pytest.raises(ArchiveError, match=r"run-8\.json is the manifest of run 'run-2'"):
        read_manifests(home)


@pytest.mark.parametrize("run_id", ["../evil", "a/b", ".hidden"])
def test_a_run_id_that_leads_elsewhere_is_refused(home: Home, run_id: str) -> None:
    with pytest.raises(ArchiveError, match="cannot name a run"):
        write_manifest(home, manifest(run_id))


def test_lost_and_altered_segments_are_found(home: Home, archive: Archive) -> None:
    with archive.writer("run-2", "pubmed", "clinical", 1) as writer:
        for one in ("A", "B"):
            writer.add(record(one), one.encode(), day(2))
    write_manifest(home, manifest().with_harvest(dataclasses.replace(DONE, segments=writer.segments)))
    assert examine(home, lambda _: None, lambda: None) == []
    first, second = (home.root / entry.path for entry in writer.segments)
    first.unlink()
    second.write_bytes(second.read_bytes() + b" ")
    assert [(one.kind, one.path) for one in examine(home, lambda _: None, lambda: None)] == [
        ("missing", "raw/pubmed/clinical/run-2-00001.parquet"),
        ("unreadable", "raw/pubmed/clinical/run-2-00002.parquet"),
    ]
