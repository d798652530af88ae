"""What `review` prints, what it writes down, and what it refuses."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from msc_harvest.cli.review import review
from msc_harvest.errors import UsageError
from msc_harvest.pipeline.reviewing import COLUMNS

GIVEN = {"record": None, "decide": None, "reason": None, "note": None, "reviewer": None, "adjudicate": False}
Told = pytest.CaptureFixture[str]


class Terminal:
    """`msc-harvest review` on the sample with a file of decisions of its own."""

    def __init__(self, home: Path, file: Path, told: Told) -> None:
        self.home, self.file, self._told = home, file, told

    def __call__(self, record: str | None = None, **flags: object) -> str:
        """What one command wrote to stdout."""
        self._told.readouterr()
        words = {**GIVEN, "agreement": None, "json": False, "record": record, "file": str(self.file), **flags}
        assert review(argparse.Namespace(home=str(self.home), **words)) == 0
        return self._told.readouterr().out


@pytest.fixture
def terminal(sample_home: Path, tmp_path: Path, capsys: Told) -> Terminal:
    """A terminal with nothing decided yet."""
    file = tmp_path / "scope_override.csv"
    file.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    return Terminal(sample_home, file, capsys)


def test_the_queue_lists_what_waits(terminal: Terminal) -> None:
    told = terminal()
    assert "NCT02382874" in told and "borderline;low_certainty" in told and "mixed_population" in told
    rows = json.loads(terminal(json=True))
    assert {"record_id", "queue_reasons", "record_url"} <= rows[0].keys()
    assert rows[0]["queue_reasons"].startswith("borderline")


def test_one_record_shows_its_words_and_hides_what_others_decided(terminal: Terminal) -> None:
    told = terminal("nct02382874")
    assert "today: borderline, mixed_population" in told and "\u00bb" in told and told.rstrip().endswith("none")
    terminal("NCT02382874", decide="include", note="recipients are one group of it", reviewer="Anna")
    assert "Anna 20" in terminal("NCT02382874")
    assert "Anna" not in terminal("NCT02382874", reviewer="Bea")
    terminal("NCT02382874", decide="exclude", reason="mixed_population", reviewer="Bea")
    told = terminal("NCT02382874", reviewer="Bea")
    assert "include: recipients are one group of it" in told and "exclude, mixed_population" in told
    shown = json.loads(terminal("NCT02382874", json=True))
    assert [one["decided_by"] for one in shown["decisions"]] == ["Anna", "Bea"] and shown["texts"][0]["field"]
    assert "NCT02382874" in terminal() and "NCT02382874" not in terminal(reviewer="Bea")


def test_agreement_has_kappa_a_table_and_the_differences(terminal: Terminal) -> None:
    assert "no record has been judged by two" in terminal(agreement=[])
    waiting = [row["record_id"] for row in json.loads(terminal(json=True))][:4]
    for number, record in enumerate(waiting):
        terminal(record, decide="include", note="read", reviewer="Anna")
        if number < 3:
            terminal(record, decide="include", note="read", reviewer="Bea")
        else:
            terminal(record, decide="borderline", reason="unclear", reviewer="Bea")
    told = terminal(agreement=["Anna", "Bea"])
    assert "Anna and Bea: 4 records, 75.0 % decided alike" in told and "Cohen's kappa: 0.00 (95 % interval" in told
    assert ["include", "3", "1", "0"] in [
        line.split() for line in told.splitlines()
    ] and f"  {waiting[3]}: Anna" in told
    assert json.loads(terminal(agreement=[], json=True))[0]["n"] == 4
    with pytest.raises(UsageError, match="known: Anna, Bea"):
        terminal(agreement=["Anna", "Carl"])


def test_agreement_of_readers_who_never_differ_in_kind_is_not_a_number(terminal: Terminal) -> None:
    for reader in ("Anna", "Bea"):
        terminal("NCT02382874", decide="include", note="read", reviewer=reader)
    told = terminal(agreement=[])
    assert "not defined" in told and "no disagreement" in told


@pytest.mark.parametrize(
    ("record", "flags"),
    [
        (None, {"decide": "include", "reviewer": "Anna", "note": "x"}),
        ("NCT02382874", {"decide": "include", "note": "x"}),
        ("NCT02382874", {"note": "x"}),
        ("NCT02382874", {"agreement": []}),
        (None, {"agreement": ["Anna"]}),
        ("NCT00000000", {}),
    ],
)
def test_words_that_make_no_sense_are_refused(terminal: Terminal, record: str | None, flags: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        terminal(record, **flags)
    assert len(terminal.file.read_text(encoding="utf-8").splitlines()) == 1
