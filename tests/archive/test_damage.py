"""Damaged, truncated and foreign files are named, never read over."""

from __future__ import annotations

import random
from itertools import chain
from pathlib import Path

import polars as pl
import pytest

from msc_harvest.archive import Archive, Version
from msc_harvest.errors import ArchiveError
from msc_harvest.paths import Home
from tests.archive.conftest import day, fill


def read_all(archive: Archive) -> list[Version]:
    return list(chain.from_iterable(archive.versions(all_versions=True)))


@pytest.fixture
def segment(archive: Archive) -> Path:
    noise = random.Random(7)
    fill(archive, "run-1", day(1), {f"R{number}": noise.randbytes(300).hex() for number in range(20)})
    (found,) = archive.segments()
    return found.path


@pytest.mark.parametrize("kept", [0, 3, 100, -1, -8, -100])
def test_a_truncated_segment_is_named_with_the_remedy(archive: Archive, segment: Path, kept: int) -> None:
    segment.write_bytes(segment.read_bytes()[:kept])
    with pytest.raises(
        ArchiveError, match=rf"{segment.name} cannot be read .*; restore it from a backup, or delete it"
    ):
        archive.segments()
    with pytest.raises(ArchiveError, match=segment.name):
        archive.known("registry", "clinical")


def test_no_flipped_bit_changes_a_body_unnoticed(archive: Archive, segment: Path, capfd: object) -> None:
    whole = segment.read_bytes()
    expected = read_all(archive)
    noise = random.Random(11)
    noticed = 0
    for place in noise.sample(range(len(whole)), 120):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << noise.randrange(8)
        segment.write_bytes(bytes(damaged))
        try:
            found = read_all(archive)
        except ArchiveError as failure:
            assert segment.name in str(failure)
            assert "\n" not in str(failure)
            noticed += 1
        else:
            assert [each.body for each in found] == [each.body for each in expected]
    assert noticed > 60


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"a": [1]}),
        pl.DataFrame({"source": ["registry"], "record_id": ["A"]}),
    ],
)
def test_a_foreign_parquet_file_is_named(archive: Archive, segment: Path, frame: pl.DataFrame) -> None:
    foreign = segment.with_name("run-2-00001.parquet")
    frame.write_parquet(foreign)
    with pytest.raises(ArchiveError, match=r"run-2-00001\.parquet has other columns"):
        read_all(archive)


@pytest.mark.parametrize("name", ["notes.txt", "run-1.parquet", "run-1-1.parquet", "run-1-00001.csv"])
def test_a_file_that_is_no_segment_is_named(archive: Archive, segment: Path, name: str) -> None:
    segment.with_name(name).write_bytes(b"hello")
    with pytest.raises(ArchiveError, match=rf"{name} is not an archive segment"):
        archive.segments()


@pytest.mark.parametrize(
    "column",
    [
        pl.lit("elsewhere").alias("source"),
        pl.lit("other").alias("strategy"),
        pl.lit("run-7").alias("run_id"),
        pl.lit("gone").alias("kind"),
        pl.lit("abc").alias("content_sha256"),
        pl.lit("").alias("record_id"),
        pl.lit(None, dtype=pl.String).alias("record_id"),
        pl.lit(None, dtype=pl.Datetime("us")).alias("fetched_at"),
    ],
    ids=lambda column: column.meta.output_name(),
)
def test_rows_that_belong_elsewhere_are_noticed(archive: Archive, segment: Path, column: pl.Expr) -> None:
    pl.read_parquet(segment).with_columns(column).write_parquet(segment)
    with pytest.raises(ArchiveError, match="rows that do not belong there"):
        archive.digest()


def test_a_body_that_was_altered_is_noticed(archive: Archive, segment: Path) -> None:
    frame = pl.read_parquet(segment)
    frame.with_columns(pl.lit(b"{}").alias("body")).write_parquet(segment)
    with pytest.raises(ArchiveError, match="the body of R0 is damaged"):
        read_all(archive)


def test_known_never_reads_bodies(archive: Archive, home: Home, segment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = pl.read_parquet

    def watch(path: Path, *, columns: list[str]) -> pl.DataFrame:
        asked.extend(columns)
        return real(path, columns=columns)

    monkeypatch.setattr(pl, "read_parquet", watch)
    assert len(archive.known("registry", "clinical")) == 20
    archive.digest()
    assert "record_id" in asked
    assert "body" not in asked
