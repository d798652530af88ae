"""The two places records come from, behind one interface: the archive of a home, and the embedded sample."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from msc_harvest import dictionary
from msc_harvest.archive import Archive, Manifest, SampleArchive, read_manifests, read_requests
from msc_harvest.errors import ArchiveError
from msc_harvest.model import Connector
from msc_harvest.paths import Home
from msc_harvest.pipeline.building import HARVEST, SAMPLE, Holdings
from msc_harvest.warehouse import raw
from msc_harvest.warehouse.connect import Connection
from msc_harvest.warehouse.tables import frame_of

# The day the sample's records were written; every record of it carries this moment as fetched_at.
SAMPLE_WRITTEN_AT = datetime(2026, 11, 21, tzinfo=UTC)


def archived(home: Home) -> Holdings:
    """What this home's archive holds. Raises ArchiveError when it holds nothing, or a segment is damaged."""
    return _Archived(home)


def sample(assets: Path, connectors: Mapping[str, Connector]) -> Holdings:
    """The embedded sample, read in place."""
    return _Sample(assets / "warehouse" / "sample", connectors)


class _Archived:
    origin = HARVEST

    def __init__(self, home: Home) -> None:
        self._home = home
        self._archive = Archive(home)
        self._segments = self._archive.segments()
        if not self._segments:
            raise ArchiveError(
                f"the archive at {home.raw} is empty; fill it with: msc-harvest harvest (or try: msc-harvest run "
                "--sample)"
            )

    def load_into(self, connection: Connection, as_of: datetime | None) -> int:
        return raw.load_segments(connection, [segment.path for segment in self._segments], as_of)

    def digest(self, as_of: datetime | None) -> str:
        return self._archive.digest(_aware(as_of))

    def ledger(self, as_of: datetime | None) -> Mapping[str, pl.DataFrame]:
        until = _aware(as_of)
        rows = [
            row
            for manifest in read_manifests(self._home)
            if until is None or (manifest.finished_at or manifest.started_at) <= until
            for row in _run_rows(manifest)
        ]
        return {
            "ops.harvest_run": frame_of(dictionary.table("ops.harvest_run"), rows),
            "ops.request": read_requests(self._home, until),
        }


class _Sample:
    origin = SAMPLE

    def __init__(self, folder: Path, connectors: Mapping[str, Connector]) -> None:
        self._folder = folder
        contents = {name: connector.content for name, connector in connectors.items()}
        self._archive = SampleArchive(folder, contents, SAMPLE_WRITTEN_AT)

    def load_into(self, connection: Connection, as_of: datetime | None) -> int:
        return raw.load_frame(connection, self._archive.frame(), as_of)

    def digest(self, as_of: datetime | None) -> str:
        return self._archive.digest(_aware(as_of))

    def ledger(self, as_of: datetime | None) -> Mapping[str, pl.DataFrame]:
        with (self._folder / "manifest.csv").open(encoding="utf-8", newline="") as lines:
            rows = [tuple(value or None for value in row.values()) for row in csv.DictReader(lines)]
        return {"ops.sample_record": frame_of(dictionary.table("ops.sample_record"), rows)}


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def _run_rows(manifest: Manifest) -> list[tuple[object, ...]]:
    """Rows of ops.harvest_run, in the dictionary's order."""
    return [
        (
            manifest.run_id,
            one.source,
            one.strategy,
            one.status,
            _naive(manifest.started_at),
            _naive(manifest.finished_at),
            manifest.code_version,
            one.query_text,
            one.strategy_sha256,
            one.upstream,
            one.read,
            one.since,
            one.watermark,
            one.expected,
            one.seen,
            one.new,
            one.changed,
            one.unchanged,
            one.removed,
            one.left,
            len(one.missing),
            list(one.missing),
            list(one.warnings),
            one.error,
            one.requests,
            one.retries,
            one.bytes,
            one.seconds,
        )
        for one in manifest.harvests
    ]
