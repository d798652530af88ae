"""Writing and reading versions: nothing lost, nothing twice, nothing altered."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from itertools import chain

import polars as pl
import pytest

from msc_harvest.archive import Archive, Version
from msc_harvest.errors import ArchiveError
from msc_harvest.paths import Home
from tests.archive.conftest import day, fill, record


def all_of(archive: Archive, as_of: datetime | None = None, *, all_versions: bool = False) -> list[Version]:
    return list(chain.from_iterable(archive.versions(as_of, all_versions=all_versions)))


def test_an_empty_home_is_an_empty_archive(archive: Archive) -> None:
    assert archive.segments() == []
    assert archive.known("registry", "clinical") == {}
    assert all_of(archive) == []
    assert archive.digest() == sha256(b"").hexdigest()


def test_what_was_received_comes_back_byte_for_byte(archive: Archive) -> None:
    body = b'{"n":1,"raw":"\xff\x00\r\n"}'
    tokyo = datetime(2026, 1, 10, 17, 30, 15, 250_000, tzinfo=timezone(timedelta(hours=9)))
    received = record("NCT00000001")
    received = type(received)(received.record_id, body, received.url, received.media_type)
    with archive.writer("run-1", "registry", "clinical") as writer:
        assert writer.add(received, b"content", tokyo) == "new"
    (version,) = all_of(archive)
    assert version == Version(
        source="registry",
        record_id="NCT00000001",
        strategy="clinical",
        url="https://registry.example/NCT00000001",
        fetched_at=datetime(2026, 1, 10, 8, 30, 15, 250_000, tzinfo=UTC),
        run_id="run-1",
        media_type="application/json",
        body=body,
        body_sha256=sha256(body).hexdigest(),
        content_sha256=sha256(b"content").hexdigest(),
        kind="record",
    )
    assert version.fetched_at.tzinfo is UTC


def test_a_moment_without_zone_is_refused(archive: Archive) -> None:
    with pytest.raises(ValueError, match="time zone"), archive.writer("run-1", "registry", "clinical") as writer:
        writer.add(record("A"), b"a", datetime(2026, 1, 10))


def test_only_new_and_changed_records_add_versions(archive: Archive) -> None:
    assert fill(archive, "run-1", day(1), {"A": "one", "B": "one"}) == ["new", "new"]
    before = archive.digest()
    assert fill(archive, "run-2", day(2), {"A": "one", "B": "one"}) == ["unchanged", "unchanged"]
    assert archive.digest() == before
    assert len(archive.segments()) == 1
    assert fill(archive, "run-3", day(3), {"A": "one", "B": "two", "C": "one"}) == ["unchanged", "changed", "new"]
    assert archive.known("registry", "clinical") == {
        one: sha256(words).hexdigest() for one, words in (("A", b"one"), ("B", b"two"), ("C", b"one"))
    }
    assert sorted((each.record_id, each.run_id) for each in all_of(archive, all_versions=True)) == [
        ("A", "run-1"),
        ("B", "run-1"),
        ("B", "run-3"),
        ("C", "run-3"),
    ]


def test_the_same_record_twice_in_a_run_is_one_version(archive: Archive) -> None:
    with archive.writer("run-1", "registry", "clinical") as writer:
        changes = [writer.add(record("A", words), words.encode(), day(1)) for words in ("x", "x", "y", "x")]
    assert changes == ["new", "unchanged", "changed", "changed"]
    (latest,) = all_of(archive)
    assert b'"words":"x"' in latest.body


def test_a_content_that_returns_is_a_version_of_its_own(archive: Archive) -> None:
    for number, words in enumerate(("one", "two", "one"), start=1):
        fill(archive, f"run-{number}", day(number), {"A": words})
    assert len(all_of(archive, all_versions=True)) == 3
    (latest,) = all_of(archive)
    assert latest.run_id == "run-3"


def test_time_travel_shows_what_was_known_then(archive: Archive) -> None:
    fill(archive, "run-1", day(1), {"A": "one", "B": "one"})
    digest_then = archive.digest()
    fill(archive, "run-2", day(2), {"A": "two", "C": "one"})
    then = all_of(archive, as_of=day(1))
    assert [(each.record_id, each.run_id) for each in then] == [("A", "run-1"), ("B", "run-1")]
    assert all_of(archive, as_of=day(1) - timedelta(microseconds=1)) == []
    assert archive.digest(day(1)) == digest_then != archive.digest()


def test_strategies_are_kept_apart_but_a_record_is_shown_once(archive: Archive) -> None:
    fill(archive, "run-1", day(1), {"A": "one"})
    assert fill(archive, "run-1", day(1), {"A": "one", "B": "one"}, strategy="preclinical") == ["new", "new"]
    assert [each.record_id for each in all_of(archive)] == ["A", "B"]
    assert list(archive.known("registry", "clinical")) == ["A"]
    assert list(archive.known("registry", "preclinical")) == ["A", "B"]


def test_a_withdrawn_record_leaves_a_tombstone_and_may_return(archive: Archive) -> None:
    fill(archive, "run-1", day(1), {"A": "one", "B": "one"})
    with archive.writer("run-2", "registry", "clinical") as writer:
        assert writer.withdraw("A", day(2)) == "changed"
        assert writer.withdraw("A", day(2)) == "unchanged"
        assert writer.withdraw("never seen", day(2)) == "unchanged"
    assert set(archive.known("registry", "clinical")) == {"B"}
    tombstone = {each.record_id: each for each in all_of(archive)}["A"]
    assert (tombstone.kind, tombstone.body) == ("withdrawn", b"")
    assert len(all_of(archive, all_versions=True)) == 3
    assert fill(archive, "run-3", day(3), {"A": "one"}) == ["new"]
    assert {each.record_id: each.kind for each in all_of(archive)} == {"A": "record", "B": "record"}


def test_segments_are_cut_at_the_row_limit_and_numbered(archive: Archive, home: Home) -> None:
    words = {f"R{number}": "one" for number in range(25)}
    with archive.writer("run-1", "registry", "clinical", 10) as writer:
        for one, text in words.items():
            writer.add(record(one, text), text.encode(), day(1))
        assert [entry.rows for entry in writer.segments] == [10, 10]
    assert [entry.rows for entry in writer.segments] == [10, 10, 5]
    assert [entry.path for entry in writer.segments] == [
        f"raw/registry/clinical/run-1-{number:05d}.parquet" for number in (1, 2, 3)
    ]
    for entry in writer.segments:
        stored = (home.root / entry.path).read_bytes()
        assert (len(stored), sha256(stored).hexdigest()) == (entry.bytes, entry.sha256)
    assert [(each.number, each.rows, each.run_id) for each in archive.segments()] == [
        (1, 10, "run-1"),
        (2, 10, "run-1"),
        (3, 5, "run-1"),
    ]
    assert [len(batch) for batch in archive.versions(batch=4)] == [4, 4, 2, 4, 4, 2, 4, 1]


def test_how_a_harvest_was_cut_does_not_show_in_the_digest(home: Home, archive: Archive) -> None:
    other = Archive(Home(home.root / "other"))
    fill(archive, "run-1", day(1), {"A": "1", "B": "2", "C": "3"}, rows=1)
    fill(other, "run-9", day(4), {"C": "3", "A": "1"})
    assert archive.digest() != other.digest()
    fill(other, "run-9", day(5), {"B": "2"})
    assert archive.digest() == other.digest()


def test_large_bodies_cut_a_segment_early(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msc_harvest.archive.writer.BYTES_PER_SEGMENT", 100)
    fill(archive, "run-1", day(1), {f"R{number}": "x" * 80 for number in range(3)})
    assert [each.rows for each in archive.segments()] == [1, 1, 1]


def test_what_had_arrived_before_an_error_is_kept(archive: Archive) -> None:
    with pytest.raises(KeyboardInterrupt), archive.writer("run-1", "registry", "clinical") as writer:
        writer.add(record("A"), b"first", day(1))
        raise KeyboardInterrupt
    assert [each.record_id for each in all_of(archive)] == ["A"]


def test_a_resumed_run_goes_on_after_its_own_segments(archive: Archive) -> None:
    fill(archive, "run-1", day(1), {"A": "one"})
    fill(archive, "run-1", day(1), {"A": "one", "B": "one"})
    assert [(each.number, each.rows) for each in archive.segments()] == [(1, 1), (2, 1)]
    assert [each.record_id for each in all_of(archive)] == ["A", "B"]


def test_a_killed_writer_leaves_nothing_that_is_read(archive: Archive, home: Home) -> None:
    fill(archive, "run-1", day(1), {"A": "one"})
    half = home.raw / "registry" / "clinical" / "run-2-00001.parquet.tmp"
    half.write_bytes(b"PAR1 half")
    assert [each.record_id for each in all_of(archive)] == ["A"]
    assert half.exists()
    fill(archive, "run-3", day(3), {"B": "one"})
    assert not half.exists()


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let this process write no file longer than `size` bytes: what a full disk does, without one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_no_file_and_no_loss(archive: Archive, home: Home) -> None:
    fill(archive, "run-1", day(1), {"A": "one"})
    with (
        file_size_limit(2_000),
        pytest.raises(ArchiveError, match=r"run-2-00001\.parquet cannot be written \(") as failure,
    ):
        fill(archive, "run-2", day(2), {"B": random.Random(3).randbytes(9_000).hex()})
    assert "\n" not in str(failure.value)
    assert [path.name for path in (home.raw / "registry" / "clinical").iterdir()] == ["run-1-00001.parquet"]
    assert fill(archive, "run-2", day(2), {"B": "one"}) == ["new"]


def test_a_segment_is_never_overwritten(archive: Archive, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(archive, "run-1", day(1), {"A": "one"})
    monkeypatch.setattr("msc_harvest.archive.writer.SegmentWriter._first_free", lambda _: 1)
    with pytest.raises(ArchiveError, match=r"run-1-00001\.parquet exists already"):
        fill(archive, "run-1", day(1), {"B": "one"})


@pytest.mark.parametrize("name", ["", "..", "a/b", "Upper", "a b", ".hidden"])
def test_names_that_are_no_folder_names_are_refused(archive: Archive, name: str) -> None:
    with pytest.raises(ArchiveError, match="cannot name a folder"):
        archive.known("registry", name)
    with pytest.raises(ArchiveError, match="cannot name a folder"):
        archive.writer("run-1", name, "clinical")


@pytest.mark.parametrize("run_id", ["", "../x", "a/b", "a b"])
def test_run_ids_that_are_no_file_names_are_refused(archive: Archive, run_id: str) -> None:
    with pytest.raises(ArchiveError, match="cannot name a run"):
        fill(archive, run_id, day(1), {"A": "one"})


def test_other_readers_see_the_moment_as_plain_utc(archive: Archive) -> None:
    fill(archive, "run-1", day(1), {"A": "one"})
    frame = pl.read_parquet(archive.segments()[0].path)
    assert frame.schema["fetched_at"] == pl.Datetime("us")
    assert frame["fetched_at"][0] == day(1).replace(tzinfo=None)
    assert frame.columns[-1] == "kind"
