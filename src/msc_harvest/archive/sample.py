"""The embedded sample read in place, with the reading interface of an archive.

manifest.csv lists every record file with the source of its facts; a file it does not list, or lists and is not there,
is an error: nothing enters the sample without a stated origin.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import polars as pl

from msc_harvest.archive import index
from msc_harvest.archive.segments import NARROW, Version, frame_of
from msc_harvest.archive.store import BATCH
from msc_harvest.errors import ArchiveError

RUN_ID = "embedded-sample"
COLUMNS = ["source", "record_id", "file", "role", "facts_from", "prose", "note"]
ROLES = frozenset({"study", "near_miss", "preclinical", "review", "protocol"})
_MEDIA_TYPES = {".json": "application/json", ".xml": "text/xml"}


class SampleArchive:
    """Record files and their manifest below one folder.

    `contents` maps each source to the function that strips volatile parts from a body; `fetched_at` (aware) stands for
    the moment all records were received. A record belongs to strategy `preclinical` when its role is, else to
    `clinical`. Raises ArchiveError naming the record or file when folder and manifest disagree.
    """

    def __init__(self, folder: Path, contents: Mapping[str, Callable[[bytes], bytes]], fetched_at: datetime) -> None:
        self._folder = folder
        self._contents = contents
        self._fetched_at = fetched_at

    def frame(self) -> pl.DataFrame:
        """All records in the columns of an archive segment, ordered by source and record_id."""
        return frame_of(self._versions)

    def versions(
        self, as_of: datetime | None = None, *, all_versions: bool = False, batch: int = BATCH
    ) -> Iterator[list[Version]]:
        """The records in batches; there is one version of each, so `all_versions` changes nothing."""
        chosen = self._versions if as_of is None or as_of >= self._fetched_at else []
        for start in range(0, len(chosen), batch):
            yield chosen[start : start + batch]

    def digest(self, as_of: datetime | None = None) -> str:
        """Fingerprint of the sample's content, as `Archive.digest`."""
        return index.digest(self._entries(as_of))

    def _entries(self, as_of: datetime | None) -> pl.DataFrame:
        return index.up_to(index.located(self.frame().select(NARROW), 0), as_of)

    @cached_property
    def _versions(self) -> list[Version]:
        listed = self._listed()
        present = {
            file.relative_to(self._folder).as_posix()
            for suffix in _MEDIA_TYPES
            for file in self._folder.glob(f"*/*{suffix}")
        }
        if unlisted := sorted(present - {line["file"] for line in listed}):
            raise ArchiveError(f"{self._folder / unlisted[0]} is not in the sample's manifest.csv; add its line")
        return [self._version(line) for line in sorted(listed, key=lambda line: (line["source"], line["record_id"]))]

    def _listed(self) -> list[dict[str, str]]:
        path = self._folder / "manifest.csv"
        try:
            with path.open(encoding="utf-8", newline="") as file:
                reader = csv.DictReader(file)
                lines = list(reader)
        except (OSError, UnicodeDecodeError, csv.Error) as damage:
            raise ArchiveError(f"{path} cannot be read ({damage}); restore the sample's manifest") from damage
        if reader.fieldnames != COLUMNS:
            raise ArchiveError(f"{path} must have the columns {','.join(COLUMNS)}")
        seen: set[str] = set()
        for line in lines:
            if None in line.values() or line["role"] not in ROLES:
                raise ArchiveError(f"{path}: the line of {line['record_id']} is incomplete or has an unknown role")
            if seen & {line["file"], f"{line['source']} {line['record_id']}"}:
                raise ArchiveError(f"{path}: {line['record_id']} is listed twice; keep one line")
            seen |= {line["file"], f"{line['source']} {line['record_id']}"}
        return lines

    def _version(self, line: dict[str, str]) -> Version:
        source, record_id, path = line["source"], line["record_id"], self._folder / line["file"]
        if source not in self._contents:
            raise ArchiveError(f"the sample's manifest.csv names {source!r}, which is no source")
        if path.suffix not in _MEDIA_TYPES or path.parent != self._folder / source or not path.is_file():
            raise ArchiveError(f"{path}, which the sample's manifest.csv names for {record_id}, is not a record file")
        body = path.read_bytes().rstrip(b"\r\n")
        if record_id.encode() not in body:
            raise ArchiveError(f"{path} does not hold {record_id}, as the sample's manifest.csv says")
        return Version(
            source,
            record_id,
            "preclinical" if line["role"] == "preclinical" else "clinical",
            f"sample/{line['file']}",
            self._fetched_at,
            RUN_ID,
            _MEDIA_TYPES[path.suffix],
            body,
            sha256(body).hexdigest(),
            sha256(self._contents[source](body)).hexdigest(),
        )
