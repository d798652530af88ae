"""Four published builds in which estimates appear, move, cross over and go; what is remembered of them, and how.

The archive is that of the golden history; what is counted is a copy of the curated values, changed from build to build.
"""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from msc_harvest.connectors import connectors
from msc_harvest.paths import Home, assets
from msc_harvest.pipeline import holdings
from msc_harvest.pipeline.building import build
from msc_harvest.pipeline.estimating.ledger import EstimateLedger
from msc_harvest.pipeline.estimating.moves import includes_null, moves, side
from msc_harvest.warehouse.inspect import schema_digest
from tests.golden.history import MOMENTS, harvest
from tests.golden.write import told
from tests.pipeline.conftest import Silent

ARMS = "kidney.acute_rejection.msc_alone.msc_arms.proportion"
TRIALS = "kidney.acute_rejection.msc_alone.randomised.risk_ratio"
SERIES = "kidney.graft_loss.msc_alone.uncontrolled.proportion"
LATE, OTHER = "dreyer_2020_neptune", "lee_2013"
# (study, role, outcome) → (events, at risk): invented, so large that even two studies leave no doubt.
BENEFIT = {
    ("tan_2012", "msc", "acute_rejection"): (20, 1000),
    ("tan_2012", "control", "acute_rejection"): (250, 1000),
    ("sun_2018", "msc", "acute_rejection"): (16, 800),
    ("sun_2018", "control", "acute_rejection"): (200, 800),
}
HARM = {
    ("tan_2012", "msc", "acute_rejection"): (250, 1000),
    ("tan_2012", "control", "acute_rejection"): (20, 1000),
    ("sun_2018", "msc", "acute_rejection"): (200, 800),
    ("sun_2018", "control", "acute_rejection"): (16, 800),
}
Rows = list[tuple[Any, ...]]


@dataclass
class Story:
    """One home with its own copy of the signed files; `files` holds the names in its memory after each build."""

    home: Home
    assets: Path
    progress: Silent

    def build(self, without: tuple[str, ...] = (), numbers: dict[tuple[str, str, str], tuple[int, int]] = {}) -> None:  # noqa: B006 - read only
        """Publish, with the values of some studies left out and some counts replaced."""
        self.curate(without, numbers)
        self.publish()

    def publish(self, target: Path | None = None, as_of: datetime | None = None) -> None:
        """Build what is there, as the command line does."""
        path = target or self.home.warehouse
        memory = EstimateLedger(self.home.estimates, is_kept=target is None)
        build(path, self.assets, holdings.archived(self.home), connectors(), datetime(2026, 4, 1), self.progress, as_of,
              force=True, estimates=memory)  # fmt: skip

    def curate(self, without: tuple[str, ...], numbers: dict[tuple[str, str, str], tuple[int, int]]) -> None:
        with (assets() / "warehouse/curated/arm_outcome.csv").open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = [row for row in reader if row["study_id"] not in without]
        for row in rows:
            counts = numbers.get((row["study_id"], row["arm_role"], row["outcome_code"]))
            if counts:
                row |= {"n_events": str(counts[0]), "n_at_risk": str(counts[1]), "value": "", "value_kind": ""}
        with (self.assets / "warehouse/curated/arm_outcome.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(reader.fieldnames or ()))
            writer.writeheader()
            writer.writerows(rows)

    def remembered(self) -> list[str]:
        return sorted(path.name for path in self.home.estimates.glob("*"))

    def rows(self, query: str) -> Rows:
        with duckdb.connect(str(self.home.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def of(self, estimate_id: str, columns: str = "sequence, event") -> Rows:
        return self.rows(
            f"SELECT {columns} FROM synth.estimate_history WHERE estimate_id = '{estimate_id}' ORDER BY sequence"
        )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Builds 1 to 4; the second one was killed after its rename, before its estimates were written down."""
    root = tmp_path_factory.mktemp("estimates")
    for folder in ("queries", "warehouse"):
        shutil.copytree(assets() / folder, root / "assets" / folder, ignore=shutil.ignore_patterns("sample"))
    one = Story(Home(root / "home"), root / "assets", Silent())
    harvest(one.home, 1)
    one.build(without=(LATE,))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(EstimateLedger, "_write", _killed)
        with pytest.raises(KeyboardInterrupt):
            one.build()
    assert len(one.remembered()) == 1, "killed before anything was written"
    harvest(one.home, 2)
    one.build(numbers=BENEFIT)
    harvest(one.home, 3)
    one.build(without=(LATE, OTHER), numbers=HARM)
    yield one


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_each_published_build_left_a_row_set_also_the_one_that_was_killed(story: Story) -> None:
    assert [name.partition("-")[0] for name in story.remembered()] == ["000001", "000002", "000003", "000004"]
    builds = story.rows("SELECT sequence, known_until, is_this_build FROM ops.estimate_build ORDER BY sequence")
    first, second, third = (moment.replace(tzinfo=None) for moment in MOMENTS)
    assert builds == [(1, first, False), (2, first, False), (3, second, False), (4, third, True)]
    assert story.rows("SELECT DISTINCT sequence FROM synth.estimate_history ORDER BY 1") == [(1,), (2,), (3,), (4,)]
    assert story.rows("SELECT count(*) FROM synth.pooled_effect") == story.rows(
        "SELECT count(*) FROM synth.estimate_history WHERE sequence = 4 AND event <> 'gone'"
    )
    assert not story.progress.notes


def test_a_new_study_moved_the_estimate_from_what_it_is_without_it(story: Story) -> None:
    """Without the new study the second build says exactly what the first did."""
    first, second = story.of(
        ARMS, "event, estimate, ci_low, ci_high, k, estimate_without, ci_low_without, ci_high_without, k_without, "
        "estimate_before, new_studies, changed_studies, gone_studies, records_moved"
    )[:2]  # fmt: skip
    assert first[0] == "first" and second[0] == "moved"
    assert second[5:9] == first[1:5] and second[9] == first[1] != second[1]
    assert second[10:] == (LATE, None, None, "pubmed 32277568")
    assert story.of(TRIALS)[1] == (2, "unchanged")


def test_changed_numbers_and_studies_that_went_are_named(story: Story) -> None:
    changed, gone = story.of(ARMS, "event, changed_studies, gone_studies, k_without, records_moved")[2:]
    # The second harvest brought one of the papers and a new version of the other, and lost a third.
    assert changed == ("moved", "sun_2018;tan_2012", LATE, 1, "pubmed 22436957;pubmed 29514693;pubmed 32277568")
    # The third brought neither: their other numbers are our reading, and only the record of another study went.
    assert gone == ("moved", "sun_2018;tan_2012", OTHER, None, "doi 10.1186/1479-5876-11-96")
    assert story.of(TRIALS, "records_moved")[3] == (None,)
    assert "the same versions of their records, read anew" in story.of(TRIALS, "moved_by_text")[3][0]


def test_verdicts_that_changed_are_marked_once(story: Story) -> None:
    assert story.of(TRIALS, "event, is_crossing_changed, is_direction_changed") == [
        ("first", False, False), ("unchanged", False, False), ("moved", True, False), ("moved", False, True),
    ]  # fmt: skip
    crossed, turned = (row[0] for row in story.of(TRIALS, "statement")[2:])
    assert "no longer includes no difference" in crossed and "other side of no difference" in turned
    assert story.of(SERIES, "event, is_pooled, was_pooled") == [
        ("first", False, False), ("moved", True, False), ("moved", False, True), ("gone", False, False),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["text", "markdown", "atom", "json"])
def test_changes_tells_changed_answers_in_every_form(story: Story, form: str) -> None:
    # Markdown writes an underscore with a backslash before it.
    shown = told(story.home, form, since="2026-03-01").replace("\\", "")
    assert TRIALS in shown and SERIES not in shown and "the other side of no difference" in shown
    early = told(story.home, form, since="2026-02-01", until="2026-02-28").replace("\\", "")
    assert TRIALS in early and SERIES in early, "told at the moment of the newest record the build knew"
    assert "the other side" not in early


def test_changes_tells_what_appeared_and_what_went_with_its_reason(story: Story) -> None:
    events = json.loads(told(story.home, "json", since="2026-01-01"))["events"]
    of_estimates = [event for event in events if event["source"] == "synthesis"]
    kinds = {(event["record_id"], event["change_code"]): event for event in of_estimates}
    assert {code for _, code in kinds} == {
        "estimate_appeared", "estimate_vanished", "estimate_direction_changed", "estimate_crossing_changed",
        "estimate_imprecision_changed",
    }  # fmt: skip
    gone = kinds[SERIES, "estimate_vanished"]
    assert (
        gone["new_text"] == "0.0 % (0.0 to 41.0), 1 study"
        and LATE in gone["detail_text"]
        and gone["organ_codes"] == ["kidney"]
    )
    assert kinds[SERIES, "estimate_appeared"]["detail_text"].startswith(f"new: {LATE}")
    assert len({event["id"] for event in events}) == len(events)


def test_readers_see_moves_and_not_what_stayed(story: Story) -> None:
    assert story.rows(
        f"SELECT sequence, event, is_last FROM out.estimate_history WHERE estimate_id = '{SERIES}' ORDER BY sequence"
    ) == [(1, "first", False), (2, "moved", False), (3, "moved", False), (4, "gone", True)]
    assert story.rows("SELECT count(*) FROM out.estimate_history WHERE statement IS NULL OR known_until IS NULL") == [
        (0,)
    ]


def test_the_same_build_again_a_copy_and_an_earlier_day_add_nothing(story: Story, tmp_path: Path) -> None:
    """And an earlier day shows the history as it stood then, under the numbers it had then."""
    before = {path.name: path.read_bytes() for path in story.home.estimates.iterdir()}
    history = story.rows("SELECT * FROM synth.estimate_history ORDER BY ALL")
    story.publish()
    assert story.rows("SELECT * FROM synth.estimate_history ORDER BY ALL") == history
    copy = tmp_path / "copy.duckdb"
    story.publish(copy, as_of=datetime(2026, 2, 11))
    with duckdb.connect(str(copy), read_only=True) as connection:
        # The third row set was of other curated files: this build is the next one of that day.
        assert connection.execute("SELECT list(sequence ORDER BY sequence) FROM ops.estimate_build").fetchall() == [
            ([1, 2, 3, 4],)
        ]
    assert {path.name: path.read_bytes() for path in story.home.estimates.iterdir()} == before


def test_memory_is_no_part_of_the_digest(story: Story, tmp_path: Path) -> None:
    """A home without memory builds the same warehouse but for what is remembered."""
    other = tmp_path / "other.duckdb"
    build(other, story.assets, holdings.archived(story.home), connectors(), datetime(2026, 5, 1), Silent())
    assert schema_digest(other) == schema_digest(story.home.warehouse)
    with duckdb.connect(str(other), read_only=True) as connection:
        assert connection.execute("SELECT DISTINCT event FROM synth.estimate_history").fetchall() == [("first",)]


def test_the_command_line_remembers_what_it_publishes(sample_home: Path) -> None:
    [file] = Home(sample_home).estimates.iterdir()
    with duckdb.connect(str(Home(sample_home).warehouse), read_only=True) as connection:
        told = connection.execute(
            "SELECT count(*), bool_and(event = 'first'), bool_and(sequence = 1), min(build_id) FROM synth.estimate_history"
        ).fetchall()[0]
    assert told[0] > 0 and told[1:3] == (True, True) and file.name == f"000001-{told[3]}.json.gz"


# The memory by itself.


@pytest.fixture
def memory(story: Story, tmp_path: Path) -> EstimateLedger:
    """A copy of the four files."""
    shutil.copytree(story.home.estimates, tmp_path / "estimates")
    return EstimateLedger(tmp_path / "estimates")


def _read(memory: EstimateLedger, build_id: str = "f" * 12, origin: str = "harvest") -> tuple[list[int], list[str]]:
    """(sequences of the row sets, this build's last; lines told)."""
    notes: list[str] = []
    frames = memory.frames(build_id, origin, datetime(2026, 4, 1), None, notes.append)
    return frames["ops.estimate_build"]["sequence"].to_list(), notes


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _foreign(content: bytes) -> bytes:
    return gzip.compress(b'{"run_id": "20260101"}')


def _doubled(content: bytes) -> bytes:
    file = json.loads(gzip.decompress(content))
    file["estimates"] = {name: 2 * values for name, values in file["estimates"].items()}
    return gzip.compress(json.dumps(file).encode())


def _of_another_number(content: bytes) -> bytes:
    return gzip.compress(json.dumps({**json.loads(gzip.decompress(content)), "sequence": 7}).encode())


@pytest.mark.parametrize("harm", [_cut, _foreign, _doubled, _of_another_number, lambda _: b""])
def test_a_file_that_cannot_be_read_is_named_and_left_alone(memory: EstimateLedger, harm: Any) -> None:
    assert memory.folder
    path = sorted(memory.folder.iterdir())[1]
    path.write_bytes(harm(path.read_bytes()))
    damaged = path.read_bytes()
    sequences, notes = _read(memory)
    assert sequences == [1, 3, 4, 5]
    assert len(notes) == 1 and path.name in notes[0] and "\n" not in notes[0]
    assert path.read_bytes() == damaged


def test_a_stranger_in_the_folder_is_named_and_left_alone(memory: EstimateLedger) -> None:
    assert memory.folder
    (memory.folder / "copy of 000002.json.gz").write_bytes(b"mine")
    sequences, notes = _read(memory)
    assert sequences == [1, 2, 3, 4, 5] and len(notes) == 1 and "copy of 000002" in notes[0]
    assert (memory.folder / "copy of 000002.json.gz").read_bytes() == b"mine"


def test_going_back_to_earlier_files_is_a_new_row_set_and_another_origin_is_not_compared(
    memory: EstimateLedger,
) -> None:
    assert memory.folder
    ids = [path.name.partition("-")[2].partition(".")[0] for path in sorted(memory.folder.iterdir())]
    assert _read(memory, ids[3])[0] == [1, 2, 3, 4], "the last one itself"
    assert _read(memory, ids[1])[0] == [1, 2, 3, 4, 5], "published again after others"
    assert _read(memory, origin="embedded sample")[0] == [5]


def test_a_full_disk_is_told_and_the_next_build_writes_it(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = EstimateLedger(tmp_path / "estimates")
    notes: list[str] = []

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("msc_harvest.durable.put", full)
        memory.record(story.home.warehouse, notes.append)
    assert len(notes) == 1 and "No space left" in notes[0]
    memory.record(story.home.warehouse, notes.append)
    assert len(notes) == 1 and [path.name[:6] for path in (tmp_path / "estimates").iterdir()] == ["000004"]


def test_a_warehouse_of_an_older_version_or_none_leaves_nothing(story: Story, tmp_path: Path) -> None:
    memory = EstimateLedger(tmp_path / "estimates")
    notes: list[str] = []
    memory.record(tmp_path / "none.duckdb", notes.append)
    old = tmp_path / "old.duckdb"
    shutil.copy(story.home.warehouse, old)
    with duckdb.connect(str(old)) as connection:
        connection.execute("DROP TABLE synth.estimate_history CASCADE")
    memory.record(old, notes.append)
    assert not notes and not (tmp_path / "estimates").exists()


# Comparing.


def _member(study_id: str, n_events: int, records: str | None = None) -> dict[str, Any]:
    return {"study_id": study_id, "n_events_msc": n_events, "n_at_risk_msc": 10, "records": records}


def test_studies_are_compared_by_their_numbers_and_records_by_their_content() -> None:
    before = [_member("a", 1, "pubmed 1@x"), _member("b", 2, "pubmed 2@x;doi 2"), _member("c", 3, "pubmed 3@x")]
    now = [_member("a", 1, "pubmed 1@y"), _member("b", 3, "pubmed 2@y;doi 2"), _member("d", 4)]
    found = moves(now, before)
    assert (found.new, found.changed, found.gone) == (("d",), ("b",), ("c",))
    assert found.records == ("pubmed 2", "pubmed 3"), "a new version with the same numbers moved nothing"
    assert not moves(before, before)


def test_sides_and_crossings() -> None:
    assert (side(1.2, 1.0), side(0.8, 1.0), side(1.0, 1.0), side(None, 1.0), side(0.3, None)) == (1, -1, 0, 0, 0)
    assert includes_null(0.5, 1.5, 1.0) is True and includes_null(0.5, 0.9, 1.0) is False
    assert includes_null(None, 0.9, 1.0) is False and includes_null(0.5, None, 1.0) is True
    assert includes_null(None, None, 1.0) is None and includes_null(0.1, 0.2, None) is None
