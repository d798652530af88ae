"""What three harvests brought, told as the golden files say; and each of the three states, built again as of its day."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from msc_harvest import dictionary
from msc_harvest.cli.changes import changes
from msc_harvest.connectors import connectors
from msc_harvest.errors import ArchiveError, SettingsError, UsageError, WarehouseError
from msc_harvest.model import Parsed
from msc_harvest.paths import Home
from msc_harvest.pipeline import history
from msc_harvest.warehouse.inspect import schema_digest
from tests.golden.history import MOMENTS, harvest
from tests.golden.write import FILES, HERE, build_home, told

Rows = list[tuple[object, ...]]
ATOM = "{http://www.w3.org/2005/Atom}"
ROOT = HERE.parents[1]


def rows(home: Home, query: str = "SELECT * FROM out.change ORDER BY ALL") -> Rows:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> list[Home]:
    """Three homes: the same archive after the first, the second and the third harvest, each built then."""
    homes: list[Home] = []
    for number in range(1, len(MOMENTS) + 1):
        home = Home(tmp_path_factory.mktemp("changes") / "home")
        if homes:
            shutil.copytree(homes[-1].root, home.root)
        harvest(home, number)
        build_home(home)
        homes.append(home)
    return homes


@pytest.fixture(scope="module")
def home(states: list[Home]) -> Home:
    """The home after all three harvests."""
    return states[-1]


@pytest.mark.parametrize("form", FILES)
def test_the_history_is_told_as_the_golden_file_says(home: Home, form: str) -> None:
    """Rewritten by `python -m tests.golden.write`."""
    assert told(home, form, since="2026-01-01") == (HERE / FILES[form]).read_text(encoding="utf-8")


def test_every_kind_of_change_is_in_the_golden_history(home: Home) -> None:
    with (ROOT / "warehouse" / "vocab" / "change.csv").open(encoding="utf-8", newline="") as lines:
        known = {row["change_code"] for row in csv.DictReader(lines)}
    # A changed answer needs other numbers than the shipped ones: tests/pipeline/test_estimate_history.py.
    known -= {"estimate_direction_changed", "estimate_crossing_changed", "estimate_imprecision_changed"}
    # The first trials and papers are counted, and linked trials and papers are counted too.
    assert {code for (code,) in rows(home, "SELECT change_code FROM out.change")} == known
    listed = json.loads((HERE / FILES["json"]).read_text(encoding="utf-8"))["events"]
    assert {event["change_code"] for event in listed} == known


def test_look_alikes_are_not_told(home: Home) -> None:
    """Spaces, the order of outcomes, a trial out of scope, an erratum that gets its number: versions without news."""
    versions = rows(
        home,
        "SELECT record_id FROM raw.record_version WHERE version = 2 AND record_id IN ('NCT02472002', 'NCT00420134')",
    )
    assert len(versions) == 2
    told_of = rows(
        home, "SELECT record_id, change_code FROM out.change WHERE record_id IN ('NCT02472002', 'NCT00420134')"
    )
    assert told_of == [("NCT02472002", "new_trial")]
    assert rows(home, "SELECT count(*) FROM out.change WHERE change_code = 'paper_corrected'") == [(1,)]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_build_as_of_gives_exactly_the_state_of_its_day(states: list[Home], tmp_path: Path, number: int) -> None:
    """Not only the events: every table outside ops equals what was built on the day itself."""
    again = Home(tmp_path / "again")
    shutil.copytree(states[-1].root, again.root)
    moment = MOMENTS[number - 1].replace(tzinfo=None)
    build_home(again, as_of=moment + timedelta(hours=1))
    then = states[number - 1]
    assert rows(again) == rows(then)
    assert schema_digest(again.warehouse) == schema_digest(then.warehouse)
    assert max(row[0] for row in rows(again)) == moment  # type: ignore[type-var]


def test_without_a_day_only_the_last_harvest_is_told(home: Home) -> None:
    events = json.loads(told(home, "json"))["events"]
    expected = rows(home, "SELECT count(*) FROM out.change WHERE changed_at >= TIMESTAMP '2026-03-10'")
    assert [(len(events),)] == expected and len(events) == 11
    assert {event["changed_at"] for event in events} == {"2026-03-10T02:10:00Z"}


def test_a_window_begins_with_its_first_day_and_ends_with_its_last(home: Home) -> None:
    def days(**window: str) -> set[str]:
        return {event["changed_at"][:10] for event in json.loads(told(home, "json", **window))["events"]}

    assert days(since="2026-02-10") == {"2026-02-10", "2026-03-10"}
    assert days(since="2026-02-11") == {"2026-03-10"}
    assert days(since="2026-02-10", until="2026-03-09") == {"2026-02-10"}
    assert days(since="2026-03-10", until="2026-03-10") == {"2026-03-10"}
    assert days(until="2026-03-09") == {"2026-02-10"}


def test_nothing_changed_is_said_with_the_window(home: Home) -> None:
    text = told(home, since="2026-03-11", until="2026-03-31")
    assert text == (
        "Changes since 2026-03-11 00:00 UTC and before 2026-04-01 00:00 UTC\n"
        "Nothing changed in this time. Data: harvest, known up to 2026-03-10 02:15 UTC.\n"
    )
    for form in FILES:
        assert told(home, form, since="2026-03-11")
    feed = ElementTree.fromstring(told(home, "atom", since="2026-03-11"))
    assert feed.findtext(f"{ATOM}updated") == "2026-03-10T02:15:00Z" and feed.find(f"{ATOM}entry") is None


def test_an_event_keeps_its_id_in_every_window_and_build(states: list[Home]) -> None:
    def ids(home: Home, since: str) -> list[str | None]:
        return [
            entry.findtext(f"{ATOM}id")
            for entry in ElementTree.fromstring(told(home, "atom", since)).iter(f"{ATOM}entry")
        ]

    early, late = ids(states[1], "2026-02-01"), ids(states[2], "2026-02-01")
    assert len(set(late)) == len(late) and set(early) < set(late)
    assert set(ids(states[2], "2026-03-01")) == set(late) - set(early)


def test_the_first_harvest_alone_is_counted_and_not_listed(states: list[Home]) -> None:
    digest = json.loads(told(states[0], "json"))
    assert digest["events"] == [] and digest["since"] == "2026-01-10T02:10:00Z"
    assert sum(held["n_trials"] for held in digest["held_from_first_harvest"]) == 6


def test_facts_are_kept_of_every_version_that_has_a_body(home: Home) -> None:
    facts = rows(
        home,
        "SELECT nct_id, version, is_current FROM core.trial_version UNION ALL "
        "SELECT pmid, version, is_current FROM core.publication_version ORDER BY ALL",
    )
    assert facts == rows(
        home, "SELECT record_id, version, is_current FROM raw.record_version WHERE NOT is_withdrawn ORDER BY ALL"
    )
    current = rows(home, "SELECT nct_id FROM core.trial_version WHERE is_current ORDER BY ALL")
    assert current == rows(home, "SELECT nct_id FROM core.trial ORDER BY ALL")
    kept = rows(
        home,
        "SELECT primary_outcome_text, result_pmids, derived_pmids FROM core.trial_version "
        "WHERE nct_id = 'NCT04714801' AND version = 3",
    )
    description = "Percentage of the best two values after transplantation, measured by spirometry."
    outcomes = f"Change in FEV1; 12 months; {description}\n- Survival without retransplantation; 5 years"
    assert kept == [(outcomes, ["40663031"], [])]


@pytest.mark.parametrize(
    ("flags", "told_error"),
    [
        ({"since": "yesterday"}, "--since yesterday is not a day"),
        ({"until": "2026-02-30"}, "--until 2026-02-30 is not a day"),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "--until 2026-02-01 lies before --since 2026-02-02"),
    ],
)
def test_a_bad_day_is_told(home: Home, flags: dict[str, str], told_error: str) -> None:
    with pytest.raises(UsageError, match=told_error):
        told(home, **flags)


def test_without_a_warehouse_the_way_to_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no warehouse"):
        changes(Namespace(home=str(tmp_path), since=None, until=None, format="text"))


def test_a_warehouse_of_an_older_version_is_told(home: Home, tmp_path: Path) -> None:
    old = Home(tmp_path)
    shutil.copy(home.warehouse, old.warehouse)
    with duckdb.connect(str(old.warehouse)) as connection:
        connection.execute("DROP VIEW out.change")
    with pytest.raises(WarehouseError, match="rebuild it with: msc-harvest build"):
        told(old)


def test_an_archive_without_a_version_at_that_time_has_nothing_to_tell(home: Home, tmp_path: Path) -> None:
    empty = Home(tmp_path / "empty")
    shutil.copytree(home.root, empty.root)
    build_home(empty, as_of=datetime(2025, 1, 1))
    assert told(empty) == "Changes so far\nNothing changed in this time. Data: harvest.\n"
    for form in FILES:
        assert told(empty, form)


# What a version says is read as core_version.csv declares.


def _reader(reads: str, path: str) -> Callable[[dict[str, list[tuple[object, ...]]]], object]:
    return history._reader("core.x", dictionary.Column("x", "VARCHAR", frozenset(), path, reads, "."))


def _row(table: str, **values: object) -> tuple[object, ...]:
    return tuple(values.get(column.name) for column in dictionary.table(table).columns)


def test_each_way_of_reading() -> None:
    outcome, comment = "core.trial_outcome", "core.publication_comment"
    given = {
        "core.trial": [_row("core.trial", brief_title="A  title")],
        outcome: [
            _row(outcome, outcome_type="primary", measure_text=" a\n b ", time_frame_text="c"),
            _row(outcome, outcome_type="secondary", measure_text="no"),
            _row(outcome, outcome_type="primary", measure_text=None),
        ],
        comment: [
            _row(comment, ref_type="ErratumIn", ref_source="J  1"),
            _row(comment, ref_type="CommentIn", ref_pmid="7"),
            _row(comment, ref_type="CommentIn", ref_pmid="7"),
            _row(comment),
        ],
        "core.publication": [_row("core.publication", title="on nct12345678, NCT12345678 and NCT00000001")],
    }
    assert _reader("value", "core.trial.brief_title")(given) == "A  title"
    assert _reader("value", "core.trial.brief_title")({}) is None
    lines = _reader("lines outcome_type=primary", f"{outcome}.measure_text | {outcome}.time_frame_text")
    assert lines(given) == "a b; c" and lines({}) is None
    pairs = _reader("list", f"{comment}.ref_type | {comment}.ref_pmid | {comment}.ref_source")
    assert pairs(given) == ("CommentIn | 7 | ", "ErratumIn |  | J 1") and pairs({}) == ()
    assert _reader("any RetractionIn | ErratumIn", f"{comment}.ref_type")(given) is True
    assert _reader("any RetractionIn", f"{comment}.ref_type")(given) is False
    assert _reader("found NCT[0-9]{8}", "core.publication.title")(given) == ("NCT00000001", "NCT12345678")


@pytest.mark.parametrize(
    ("reads", "path"),
    [
        ("guess", "core.trial.brief_title"),
        ("value", "core.trial.no_such_column"),
        ("value", "core.no_such_table.x"),
        ("list colour=red", "core.trial_reference.pmid"),
        ("lines", "core.trial.brief_title | core.trial_outcome.measure_text"),
        ("found (", "core.trial.brief_title"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_named(reads: str, path: str) -> None:
    with pytest.raises(SettingsError, match=r"core_version\.csv: core\.x\.x cannot be read as"):
        _reader(reads, path)


def test_what_cannot_be_parsed_is_left_out_and_what_is_damaged_is_named(tmp_path: Path) -> None:
    """A superseded version never ends a build for what it says, but a damaged body does not pass as history."""
    with duckdb.connect() as connection:
        kept = history.History(connection)
        body = b"not a study"
        with pytest.raises(ArchiveError, match="NCT1 is not what was received"):
            kept.keep_superseded(connectors(), [("clinicaltrials_gov", "NCT1", 1, "0" * 64, body)])
        honest = hashlib.sha256(body).hexdigest()
        kept.keep_superseded(
            connectors(),
            [("clinicaltrials_gov", "NCT1", 1, honest, body), ("unknown_source", "X", 1, honest, body)],
        )
        kept.keep("X", 1, Parsed({"core.something_else": [()]}), is_current=True)
