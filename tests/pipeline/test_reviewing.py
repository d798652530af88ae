"""People decide about scope: what they write down holds for the version they read, and only for that."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from msc_harvest import paths
from msc_harvest.archive import Archive
from msc_harvest.connectors import connectors
from msc_harvest.errors import MscHarvestError, UsageError
from msc_harvest.model import Received
from msc_harvest.paths import Home
from msc_harvest.pipeline import holdings, reviewing
from msc_harvest.pipeline.building import Built, build
from msc_harvest.pipeline.reviewing import Wish
from tests.labelled import RECEIVED_AT, STRATEGY
from tests.once import a_copy_of
from tests.pipeline.conftest import Silent

NCT = "NCT90000001"
TODAY = date(2026, 11, 21)
HEADER = ",".join(reviewing.COLUMNS) + "\n"


class Desk:
    """A home that holds one trial, and files of its own to build from."""

    def __init__(self, root: Path) -> None:
        self.home, self.assets, self.n_runs = Home(root / "home"), root / "assets", 0
        for name in ("queries", "warehouse/schema", "warehouse/vocab", "warehouse/curated"):
            shutil.copytree(paths.assets() / name, self.assets / name)
        self.file = self.assets / "warehouse" / "curated" / "scope_override.csv"
        self.file.write_text(HEADER, encoding="utf-8")

    def receive(self, summary: str) -> None:
        """Archive the trial with this summary as a run of its own."""
        self.n_runs += 1
        trial = {
            "protocolSection": {
                "identificationModule": {
                    "nctId": NCT,
                    "briefTitle": "Mesenchymal Stromal Cells in Kidney Transplantation",
                },
                "statusModule": {"overallStatus": "RECRUITING"},
                "descriptionModule": {"briefSummary": summary},
                "conditionsModule": {"conditions": ["Kidney Transplantation"]},
                "designModule": {"studyType": "INTERVENTIONAL"},
                "armsInterventionsModule": {
                    "interventions": [{"type": "BIOLOGICAL", "name": "Mesenchymal stromal cells"}]
                },
            }
        }
        body = json.dumps(trial).encode()
        run_id = f"2026112{self.n_runs}T120000Z-aaaa"
        with Archive(self.home).writer(run_id, "clinicaltrials_gov", STRATEGY) as writer:
            received = Received(NCT, body, f"tests/{NCT}", "application/json")
            moment = RECEIVED_AT + timedelta(days=self.n_runs)
            writer.add(received, connectors()["clinicaltrials_gov"].content(body), moment)

    def build(self) -> Built:
        """Build the warehouse from the archive and the files of this desk; one study less of few looks suspicious."""
        moment = (RECEIVED_AT + timedelta(days=30)).replace(tzinfo=None)
        held = holdings.archived(self.home)
        return build(self.home.warehouse, self.assets, held, connectors(), moment, Silent(), force=True)

    def decide(
        self, decision: str, reviewer: str, reason: str = "", note: str = "", *, adjudicate: bool = False
    ) -> None:
        """Write down one decision."""
        wish = Wish(decision, reason, note, reviewer, adjudicate)
        reviewing.decide(self.home.warehouse, self.file, NCT, wish, TODAY)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the built warehouse."""
        with duckdb.connect(str(self.home.warehouse), read_only=True) as warehouse:
            return warehouse.execute(query).fetchall()

    def scope(self) -> tuple[Any, ...]:
        """(in scope, borderline, reason, rule, why it waits) of the trial."""
        self.build()
        return self.ask(
            "SELECT is_in_scope, is_borderline, trial_scope.reason_code, trial_scope.rule_id, queue_reasons "
            "FROM concept.trial_scope LEFT JOIN out.review_queue ON record_id = nct_id"
        )[0]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with the trial received and built, for tests that decide nothing."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    made.receive("Cells are given to kidney transplant recipients.")
    made.build()
    return made


@pytest.fixture
def desk(untouched: Desk, tmp_path: Path) -> Desk:
    """A desk of one's own with the trial received and built."""
    made = Desk(tmp_path)
    a_copy_of(untouched.home.root, made.home.root)
    made.n_runs = untouched.n_runs
    return made


def test_a_decision_holds_until_the_record_changes(desk: Desk) -> None:
    assert desk.scope() == (True, False, None, "graft_in_title_or_condition", None)
    desk.decide("exclude", "Anna", "other", "a cell bank")
    assert desk.scope() == (False, False, "other", "override", "second_reader")
    desk.decide("include", "Bea", note="recipients are treated")
    assert desk.scope() == (False, True, "conflict", "override_conflict", "conflict")
    desk.decide("exclude", "Carl", "other", adjudicate=True)
    assert desk.scope() == (False, False, "other", "override_adjudicated", None)
    desk.receive("Cells are given to kidney transplant recipients, twice.")
    assert desk.scope() == (True, False, None, "graft_in_title_or_condition", "changed_since")
    told = desk.ask("SELECT n_rows, example FROM ops.check_result WHERE check_name = 'warn_override_expired'")
    assert told[0][0] == 1 and NCT in told[0][1]
    desk.decide("include", "Anna", note="read again")
    assert desk.scope() == (True, False, None, "override", "second_reader")


def test_the_same_words_received_again_change_nothing(desk: Desk) -> None:
    desk.decide("exclude", "Anna", "other")
    desk.receive("Cells are given to kidney transplant recipients.")
    assert desk.scope()[3] == "override"


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Wish("perhaps", "", "x", "Anna"), "one of include, borderline, exclude"),
        (Wish("exclude", "", "x", "Anna"), "give one with --reason: .*hsct_or_gvhd"),
        (Wish("exclude", "no_such_code", "x", "Anna"), "'no_such_code' is none of"),
        (Wish("exclude", "preclinical", "x", "Anna"), "'preclinical' is none of"),
        (Wish("borderline", "conflict", "x", "Anna"), "'conflict' is none of"),
        (Wish("include", "other", "x", "Anna"), "no reason code"),
        (Wish("include", "", " ", "Anna"), "--note"),
        (Wish("include", "", "x", " "), "--reviewer"),
        (Wish("include", "", "two\nlines", "Anna"), "control characters"),
        (Wish("include", "", "\x1b[2J", "Anna"), "control characters"),
        (Wish("include", "", "turned \u202e round", "Anna"), "control characters"),
        (Wish("include", "", "=1+1", "Anna"), "formula"),
        (Wish("include", "", "x", "@Anna"), "formula"),
        (Wish("include", "", "x", "anna@example.org"), "address"),
        (Wish("include", "", "x" * 501, "Anna"), "too long"),
        (Wish("include", "", "x", "Carl", True), "nobody has decided"),
    ],
)
def test_what_cannot_stand_in_the_file_is_refused(untouched: Desk, wish: Wish, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        reviewing.decide(untouched.home.warehouse, untouched.file, NCT, wish, TODAY)
    assert untouched.file.read_text(encoding="utf-8") == HEADER


def test_readers_decide_once_and_unknown_records_are_refused(desk: Desk) -> None:
    desk.decide("include", "Anna", note='she said "yes", twice')
    with pytest.raises(UsageError, match="already decided"):
        desk.decide("exclude", "anna", "other")
    with pytest.raises(UsageError, match="holds no record 'NCT1'"):
        reviewing.decide(desk.home.warehouse, desk.file, "NCT1", Wish("include", "", "x", "Bea"), TODAY)
    held = reviewing.read_decisions(desk.file)
    assert [(one.decided_by, one.reason_text, one.decided_on) for one in held] == [
        ("Anna", 'she said "yes", twice', "2026-11-21")
    ]
    assert desk.scope()[3] == "override"


def test_a_file_is_begun_kept_whole_and_never_guessed(untouched: Desk, tmp_path: Path) -> None:
    wish = Wish("include", "", "x", "Anna")
    own = tmp_path / "own.csv"
    reviewing.decide(untouched.home.warehouse, own, NCT, wish, TODAY)
    assert own.read_text(encoding="utf-8").startswith(HEADER) and len(reviewing.read_decisions(own)) == 1
    with pytest.raises(UsageError, match="no folder"):
        reviewing.decide(untouched.home.warehouse, tmp_path / "none" / "own.csv", NCT, wish, TODAY)
    own.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not a file of decisions"):
        reviewing.decide(untouched.home.warehouse, own, NCT, wish, TODAY)
    assert own.read_text(encoding="utf-8") == "a,b\n1,2\n" and not list(tmp_path.glob("*.tmp"))
    with pytest.raises(UsageError, match="cannot be read"):
        reviewing.read_decisions(tmp_path / "none.csv")


def test_a_disk_that_refuses_leaves_the_file_as_it_was(untouched: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("msc_harvest.durable.settle", full)
    with pytest.raises(MscHarvestError, match="nothing was decided"):
        untouched.decide("include", "Anna", note="x")
    assert untouched.file.read_text(encoding="utf-8") == HEADER


def test_an_installed_program_keeps_no_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reviewing.file_to_write(None) == paths.assets() / "warehouse" / "curated" / "scope_override.csv"
    monkeypatch.setattr(paths, "assets", lambda: paths.PACKAGE / "_assets")
    with pytest.raises(UsageError, match="--file"):
        reviewing.file_to_write(None)
    assert reviewing.file_to_write("mine.csv").name == "mine.csv"


def test_agreement_is_over_versions_that_both_read() -> None:
    def row(record: str, reader: str, decision: str, version: str = "v1", role: str = "reviewer") -> reviewing.Decision:
        return reviewing.Decision("pubmed", record, decision, "", "", reader, role, "2026-11-21", version)

    # Table [[20, 5], [10, 15]]: observed 0.70, expected 0.50, kappa 0.40 (the textbook example of two readers).
    pairs = ["ii"] * 20 + ["ie"] * 5 + ["ei"] * 10 + ["ee"] * 15
    word = {"i": "include", "e": "exclude"}
    rows = [row(str(n), who, word[one]) for n, pair in enumerate(pairs) for who, one in zip("AB", pair, strict=True)]
    rows += [row("x", "A", "include"), row("x", "B", "exclude", "v2"), row("y", "A", "include", role="adjudicator")]
    found = reviewing.compare(rows, "A", "B")
    assert found is not None and found.agreement.n == 50 and len(found.apart) == 15
    assert found.agreement.kappa == pytest.approx(0.4)
    assert found.table["include", "exclude"] == 5 and found.table["borderline", "borderline"] == 0
    assert reviewing.readers(rows) == ["A", "B"] and reviewing.compare(rows, "A", "C") is None
