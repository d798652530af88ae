"""The memory of what was published: one small file per published build in the home's runs/estimates.

A build is a pure function of records, files and code; what it said before it was replaced is in none of them. So each
published build leaves a file `<sequence>-<build_id>.json.gz` with its estimates and the numbers they were made of, and
the next build reads them all. A file is written once, after the warehouse has its name, and never changed. Where that
writing was cut off, the next build first writes what the warehouse still tells. A file that cannot be read is named and
left alone; the build goes on without it.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
import polars as pl

from msc_harvest import dictionary, durable
from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse.estimates_read import RowSet, read_row_set
from msc_harvest.warehouse.tables import frame_of

BUILD, ESTIMATE, MEMBER = "ops.estimate_build", "ops.estimate_ledger", "ops.estimate_ledger_member"

_NAME = re.compile(r"(\d{6,})-([0-9a-f]{12})\.json\.gz")
# What a file that is damaged, or none of ours, makes of its reading.
UNREADABLE = (OSError, EOFError, zlib.error, ValueError, TypeError, msgspec.MsgspecError, pl.exceptions.PolarsError)

Note = Callable[[str], object]


# A table: the values of each column, in the order of its rows.
_Columns = dict[str, list[Any]]


class _File(msgspec.Struct):
    """One published build, as ops.estimate_build has it, with its estimates and the studies in them."""

    format: Literal[1]
    sequence: int
    build_id: str
    data_origin: str
    known_until: datetime | None
    estimates: _Columns
    members: _Columns


@dataclass(frozen=True, slots=True)
class EstimateLedger:
    """The memory of one home: its runs/estimates; None: nothing is remembered. `is_kept`: builds with it are those a
    home publishes, and are recorded; else it is only read (a copy under another name)."""

    folder: Path | None = None
    is_kept: bool = True

    def frames(
        self, build_id: str, origin: str, known_until: datetime | None, as_of: datetime | None, note: Note
    ) -> dict[str, pl.DataFrame]:
        """Rows of the ops tables of what was published before the build `build_id`, which knows records up to
        `known_until` (and was asked for what was known at `as_of`).

        A build of another origin, and one that knew more than `as_of`, is left out. Where the last one is this build
        itself, it is not compared with itself but takes its place again. What cannot be read is told by `note`.
        """
        sets = [
            one
            for one in self._row_sets(note)
            if one.data_origin == origin
            and (as_of is None or (one.known_until is not None and one.known_until <= as_of))
        ]
        if sets and sets[-1].build_id == build_id:
            sequence = sets.pop().sequence
        else:
            # Of an earlier day only what was known then may tell; else no number is given twice.
            numbers = [one.sequence for one in sets] if as_of else [number for number, _ in self._names()]
            sequence = 1 + max(numbers, default=0)
        builds = [(one.sequence, one.build_id, one.data_origin, one.known_until, False) for one in sets]
        builds.append((sequence, build_id, origin, known_until, True))
        return {
            BUILD: frame_of(dictionary.table(BUILD), builds),
            ESTIMATE: pl.concat([frame_of(dictionary.table(ESTIMATE), []), *(one.estimates for one in sets)]),
            MEMBER: sets[-1].members if sets else frame_of(dictionary.table(MEMBER), []),
        }

    def record(self, warehouse: Path, note: Note) -> None:
        """Write down what the published file at `warehouse` says, unless it is what was written down last.

        A disk that refuses it, or a file that cannot be read, is told by `note`: the warehouse stands as it is, and
        the next build tries again.
        """
        if not self.is_kept or self.folder is None:
            return
        try:
            row_set = read_row_set(warehouse)
            if row_set is None or row_set.build_id == self._last_of(row_set.data_origin):
                return
            self._write(self.folder, row_set)
        except (OSError, WarehouseError) as problem:
            note(f"what {warehouse.name} says of its estimates was not written to {self.folder} ({problem})")

    def _last_of(self, origin: str) -> str | None:
        """Id of the build of that origin that was written down last."""
        for _, path in reversed(self._names()):
            try:
                found = _decoded(path)
            except UNREADABLE:
                continue
            if found.data_origin == origin:
                return found.build_id
        return None

    def _write(self, folder: Path, one: RowSet) -> None:
        durable.sweep(folder)
        numbers = [number for number, _ in self._names()]
        sequence = one.sequence if one.sequence not in numbers else max(numbers) + 1
        estimates, members = (told.to_dict(as_series=False) for told in one.tables)
        file = _File(1, sequence, one.build_id, one.data_origin, one.known_until, estimates, members)
        text = gzip.compress(msgspec.json.encode(file) + b"\n", mtime=0)
        durable.put(folder / _name(sequence, one.build_id), lambda temporary: temporary.write_bytes(text))

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.json.gz")) if self.folder else []

    def _names(self) -> list[tuple[int, Path]]:
        """(sequence, file) by their names, in order; what bears another name is no file of ours."""
        found = ((_NAME.fullmatch(path.name), path) for path in self._files())
        return sorted((int(one[1]), path) for one, path in found if one)

    def _row_sets(self, note: Note) -> Iterator[RowSet]:
        """Every build that can be read, in order; what cannot is told."""
        ours = [path for _, path in self._names()]
        for path in self._files():
            if path not in ours:
                note(_told(path, "not named as one"))
        taken: set[int] = set()
        for path in ours:
            try:
                found = _row_set(_decoded(path))
                if found.sequence in taken or path.name != _name(found.sequence, found.build_id):
                    raise ValueError("its number or name is not its own")
            except UNREADABLE as problem:
                note(_told(path, str(problem)))
            else:
                taken.add(found.sequence)
                yield found


def _name(sequence: int, build_id: str) -> str:
    return f"{sequence:06d}-{build_id}.json.gz"


def _decoded(path: Path) -> _File:
    return msgspec.json.decode(gzip.decompress(path.read_bytes()), type=_File)


def _row_set(file: _File) -> RowSet:
    """The tables of one file with the columns the dictionary declares now; sequence and id are those of the file.

    Raises ValueError or a polars error for rows that cannot stand in them.
    """
    own = (pl.lit(file.sequence, pl.Int32).alias("sequence"), pl.lit(file.build_id).alias("build_id"))
    estimates = _table(ESTIMATE, file.estimates).with_columns(*own)
    members = _table(MEMBER, file.members)
    return RowSet(file.sequence, file.build_id, file.data_origin, file.known_until, estimates, members)


def _table(name: str, found: _Columns) -> pl.DataFrame:
    """Columns that were not kept then are NULL; those that are not kept any more are dropped."""
    declared = dictionary.table(name)
    n_rows = max(map(len, found.values()), default=0)
    schema = frame_of(declared, []).schema
    frame = pl.DataFrame({column: found.get(column, [None] * n_rows) for column in schema}, schema=schema)
    needed = [column.name for column in declared.columns if column.role & {"required", "key"}]
    if any(frame[column].null_count() for column in needed) or frame.select(declared.key).is_duplicated().any():
        raise ValueError(f"its rows are none of {name}")
    return frame


def _told(path: Path, reason: str) -> str:
    shown = " ".join(reason.split())[:200]
    return f"{path} is no memory of a published build ({shown}); it is left as it is, and the build goes on without it"
