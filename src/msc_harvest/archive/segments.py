"""Archive segments: zstd Parquet files of record versions, written once and never changed.

A segment lies at raw/<source>/<strategy>/<run_id>-<number>.parquet. Its columns are the fields of `RecordVersion` plus
`kind`: `record`, or `withdrawn` for a tombstone (empty body). `fetched_at` is stored as UTC without a zone, so that no
reader shifts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import polars as pl

from msc_harvest import durable
from msc_harvest.archive import placing
from msc_harvest.errors import ArchiveError
from msc_harvest.model import RecordVersion

RECORD, WITHDRAWN = "record", "withdrawn"

SCHEMA = pl.Schema(
    {
        "source": pl.String(),
        "record_id": pl.String(),
        "strategy": pl.String(),
        "url": pl.String(),
        "fetched_at": pl.Datetime("us"),
        "run_id": pl.String(),
        "media_type": pl.String(),
        "body": pl.Binary(),
        "body_sha256": pl.String(),
        "content_sha256": pl.String(),
        "kind": pl.String(),
    }
)
NARROW = ["source", "record_id", "strategy", "fetched_at", "run_id", "content_sha256", "kind"]

_NAME = re.compile(r"(?P<run_id>[A-Za-z0-9][A-Za-z0-9_.-]*)-(?P<number>\d{5})\.parquet")
_FOLDER = re.compile(r"[a-z0-9][a-z0-9_-]*")
_REMEDY = "restore it from a backup, or delete it and harvest again"


@dataclass(frozen=True, slots=True)
class Version(RecordVersion):
    """One archived version. `kind` is `record`, or `withdrawn` when the source took the record back (empty body)."""

    kind: str = RECORD


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment on disk. `rows` and `bytes` (file size) as found."""

    path: Path
    source: str
    strategy: str
    run_id: str
    number: int
    rows: int
    bytes: int


def folder_of(raw: Path, source: str, strategy: str) -> Path:
    """Folder of a source's segments for one strategy. Raises ArchiveError for names that are no plain folder names."""
    for name in (source, strategy):
        if not _FOLDER.fullmatch(name):
            raise ArchiveError(f"{name!r} cannot name a folder of the archive; use lower-case letters, digits, _ and -")
    return raw / source / strategy


def segment_path(folder: Path, run_id: str, number: int) -> Path:
    """Path of segment `number` of a run. Raises ArchiveError for a run id that is no plain file name."""
    name = f"{run_id}-{number:05d}.parquet"
    if not _NAME.fullmatch(name):
        raise ArchiveError(f"{run_id!r} cannot name a run; use letters, digits, dot, _ and -")
    return folder / name


def frame_of(versions: Sequence[Version]) -> pl.DataFrame:
    """Versions as a frame in the segment's columns."""
    columns: dict[str, list[Any]] = {name: [getattr(version, name) for version in versions] for name in SCHEMA}
    columns["fetched_at"] = [to_utc(version.fetched_at) for version in versions]
    return pl.DataFrame(columns, schema=SCHEMA)


def to_utc(moment: datetime) -> datetime:
    """An aware moment as UTC without a zone. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be archived")
    return moment.astimezone(UTC).replace(tzinfo=None)


def write_segment(path: Path, versions: Sequence[Version]) -> str:
    """Write a whole segment durably; returns the sha256 of its file. Raises ArchiveError when it cannot be written, or
    when `path` exists: segments are never overwritten."""
    if path.exists():
        raise ArchiveError(f"{path} exists already; segments are never overwritten")
    digest = ""

    def write(temporary: Path) -> None:
        nonlocal digest
        try:
            frame_of(versions).write_parquet(temporary, compression="zstd", statistics=False)
        except pl.exceptions.PolarsError as failure:
            raise OSError(0, _first_line(failure)) from failure
        digest = file_sha256(temporary)

    placing.put(path, write)
    return digest


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def find_segments(raw: Path) -> list[Segment]:
    """All segments, ordered by source, strategy, run and number. Raises ArchiveError for a file that is none.

    Files that `segment_files` passes over are not looked at.
    """
    return [open_segment(path) for path in segment_files(raw)]


def segment_files(raw: Path) -> list[Path]:
    """Whatever lies where segments lie, by path. Temporary files are passed over, and hidden files and folders: a file
    manager's, and those a repair has put aside."""
    paths = sorted(raw.glob("*/*/*"))
    return [
        path
        for path in paths
        if path.suffix != durable.TEMPORARY and not any(part.startswith(".") for part in path.relative_to(raw).parts)
    ]


def has_segment_name(path: Path) -> bool:
    """Whether a file is called as segments are."""
    return _NAME.fullmatch(path.name) is not None


def open_segment(path: Path) -> Segment:
    """One segment, opened far enough to know its columns and its rows. Raises ArchiveError when it is none."""
    name = _NAME.fullmatch(path.name)
    if name is None or not path.is_file():
        raise ArchiveError(f"{path} is not an archive segment; move it out of the archive")
    with _reading(path):
        schema = pl.read_parquet_schema(path)
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    if schema != SCHEMA:
        raise ArchiveError(f"{path} has other columns than an archive segment; {_REMEDY}")
    folder = path.parent
    return Segment(
        path, folder.parent.name, folder.name, name["run_id"], int(name["number"]), rows, path.stat().st_size
    )


def read_narrow(segment: Segment) -> pl.DataFrame:
    """The columns that say which versions a segment holds, never the bodies. Raises ArchiveError when damaged."""
    with _reading(segment.path):
        frame = pl.read_parquet(segment.path, columns=NARROW)
    honest = frame.filter(source=segment.source, strategy=segment.strategy, run_id=segment.run_id).filter(
        pl.col("kind").is_in([RECORD, WITHDRAWN]),
        pl.col("content_sha256").str.contains("^[0-9a-f]{64}$"),
        pl.col("record_id").str.len_bytes() > 0,
        pl.col("fetched_at").is_not_null(),
    )
    if honest.height != segment.rows:
        raise ArchiveError(f"{segment.path} holds rows that do not belong there; {_REMEDY}")
    return frame


def read_versions(segment: Segment, rows: Sequence[int], batch: int) -> Iterator[list[Version]]:
    """The chosen rows of a segment with their bodies, in batches. Raises ArchiveError when a body is not what was
    received (its sha256 differs)."""
    with _reading(segment.path):
        frame = pl.read_parquet(segment.path, columns=list(SCHEMA))[list(rows)]
    for part in frame.iter_slices(batch):
        versions = [_version(row) for row in part.iter_rows(named=True)]
        for version in versions:
            if sha256(version.body).hexdigest() != version.body_sha256:
                raise ArchiveError(f"{segment.path}: the body of {version.record_id} is damaged; {_REMEDY}")
        yield versions


def _version(row: dict[str, Any]) -> Version:
    row["fetched_at"] = row["fetched_at"].replace(tzinfo=UTC)
    return Version(**row)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file makes the Parquet reader raise into one ArchiveError. A panic of the reader is a
    BaseException, so it is named."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as damage:
        words = f"{path} cannot be read as an archive segment ({_first_line(damage)}); {_REMEDY}"
        raise ArchiveError(words) from damage


def _first_line(damage: BaseException) -> str:
    return (str(damage).splitlines() or [type(damage).__name__])[0][:120]
