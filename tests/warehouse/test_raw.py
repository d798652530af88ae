"""Versions of a record: numbered along time, only when the content changed, known only from when we knew them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msc_harvest.warehouse import raw
from msc_harvest.warehouse.tables import create_all


def version(record_id: str, day: int, content: str, strategy: str = "clinical", kind: str = "record") -> dict[str, Any]:
    return {
        "source": "s",
        "record_id": record_id,
        "strategy": strategy,
        "url": "u",
        "fetched_at": datetime(2025, 1, day, tzinfo=UTC),
        "run_id": f"r{day}",
        "media_type": "application/json",
        "body": f"{content} body".encode(),
        "body_sha256": f"b{content}",
        "content_sha256": content,
        "kind": kind,
    }


ROWS = [
    version("a", 1, "one"),
    version("a", 2, "two"),
    version("a", 3, "two", "preclinical"),
    version("a", 4, "one"),
    version("b", 2, "x"),
    version("b", 5, "", kind="withdrawn"),
]


@pytest.fixture(params=["segments", "frame"])
def loaded(request: pytest.FixtureRequest, empty: Callable[[str], Path], tmp_path: Path) -> Any:
    def load(as_of: datetime | None = None) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(empty("w.duckdb")))
        if request.param == "frame":
            raw.load_frame(connection, pl.DataFrame(ROWS), as_of)
        else:
            paths = [tmp_path / "it's-1.parquet", tmp_path / "s-2.parquet"]
            pl.DataFrame(ROWS[:3]).write_parquet(paths[0])
            pl.DataFrame(ROWS[3:]).write_parquet(paths[1])
            raw.load_segments(connection, paths, as_of)
        return connection

    return load


def test_versions_follow_content(loaded: Any) -> None:
    rows = (
        loaded()
        .execute(
            "SELECT record_id, version, content_sha256, is_current, day(valid_from), day(valid_to) FROM raw.record_version ORDER BY 1, 2"
        )
        .fetchall()
    )
    assert rows == [
        ("a", 1, "one", False, 1, 2),
        ("a", 2, "two", False, 2, 4),
        ("a", 3, "one", True, 4, None),
        ("b", 1, "x", False, 2, 5),
        ("b", 2, "", False, 5, None),
    ]


def test_strategies_are_remembered_and_a_withdrawn_record_leaves_them(loaded: Any) -> None:
    assert loaded().execute("FROM raw.record_strategy ORDER BY ALL").fetchall() == [
        ("s", "a", "clinical"),
        ("s", "a", "preclinical"),
    ]


def test_as_of_uses_only_what_was_known(loaded: Any) -> None:
    connection = loaded(datetime(2025, 1, 2, 23))
    assert list(raw.version_bodies(connection, are_current=True)) == [
        ("s", "a", 2, "btwo", b"two body"),
        ("s", "b", 1, "bx", b"x body"),
    ]


# Made once: a hundred tables take longer than all the examples.
EMPTY = duckdb.connect()
create_all(EMPTY)

EVENTS = st.lists(
    st.tuples(st.sampled_from(["clinical", "preclinical"]), st.sampled_from(["one", "two", "gone"])),
    min_size=1,
    max_size=8,
)


def versions_of(events: list[tuple[str, str]]) -> list[tuple[str, bool]]:
    """What the versions must be, told the simple way: (content, withdrawn) each time what we know of it changes."""
    listing: set[str] = set()
    known: list[tuple[str, bool]] = []
    for strategy, content in events:
        listing = listing - {strategy} if content == "gone" else listing | {strategy}
        state = ("", True) if content == "gone" else (content, False)
        if (content != "gone" or not listing) and (not known or known[-1] != state):
            known.append(state)
    return known


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_a_record_is_withdrawn_when_no_strategy_lists_it_any_more(events: list[tuple[str, str]]) -> None:
    """A tombstone comes only from a strategy that listed the record: the writer sees to that."""
    listing: set[str] = set()
    told = []
    for strategy, content in events:
        if content == "gone" and strategy not in listing:
            continue
        listing = listing - {strategy} if content == "gone" else listing | {strategy}
        told.append((strategy, content))
    received = [
        version(
            "a", 1 + day, "" if content == "gone" else content, strategy, "withdrawn" if content == "gone" else "record"
        )
        for day, (strategy, content) in enumerate(told)
    ]
    connection = EMPTY.cursor()
    for table in ("raw.record_version", "raw.record_strategy"):
        connection.execute(f"DELETE FROM {table}")
    raw.load_frame(connection, pl.DataFrame(received, schema=pl.DataFrame(ROWS).schema), None)
    rows = connection.execute(
        "SELECT content_sha256, is_withdrawn, is_current FROM raw.record_version ORDER BY version"
    ).fetchall()
    assert [row[:2] for row in rows] == versions_of(told)
    assert [current for _, _, current in rows] == [False] * (len(rows) - 1) + [bool(listing)] * bool(rows)
    found = connection.execute("SELECT strategy FROM raw.record_strategy ORDER BY ALL").fetchall()
    assert [strategy for (strategy,) in found] == sorted(listing)
