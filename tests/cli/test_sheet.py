"""What `sheet check` finds, where it says it is, and which files of a spreadsheet it can read."""

from __future__ import annotations

import argparse
import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from msc_harvest.cli import main
from msc_harvest.cli.sheet import sheet
from msc_harvest.errors import UsageError
from msc_harvest.pipeline.sheets.checking import Checked, check_sheet

TODAY = date(2026, 11, 21)
GIVEN = {
    "study_id": "tan_2012", "source": "pubmed", "record_id": "1", "organ_code": "kidney", "arm_label": "MSC",
    "arm_role": "msc", "outcome_code": "acute_rejection", "outcome_definition": "", "timepoint_months": "6",
    "timepoint_text": "month 6", "n_events": "4", "n_at_risk": "53", "value": "", "value_kind": "", "sd": "",
    "spread_text": "", "unit": "", "count_basis": "reported", "certainty": "high", "citation": "Book A",
    "locator": "table 2", "entered_by": "Anna", "entered_on": "2026-11-20", "note": "",
}  # fmt: skip
MEASURED = {
    "outcome_code": "creatinine", "n_events": "", "count_basis": "", "value": "1.2", "value_kind": "mean", "unit": "mg/dL",
}  # fmt: skip


def written(path: Path, *rows: dict[str, str], delimiter: str = ",", end: str = "\n", before: str = "") -> Path:
    """A sheet of the given rows, each on top of a sound one."""
    text = io.StringIO()
    full = [{**GIVEN, **row} for row in rows]
    writer = csv.DictWriter(text, list(full[0]), delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(full)
    path.write_bytes((before + text.getvalue()).encode())
    return path


def found(tmp_path: Path, *rows: dict[str, str]) -> list[tuple[int, str]]:
    """(line, column) of every fault."""
    return [(one.line, one.column) for one in checked(written(tmp_path / "sheet.csv", *rows)).problems]


def checked(path: Path) -> Checked:
    """The faults of a file, as of a fixed day."""
    from msc_harvest.paths import assets

    return check_sheet(path, assets(), TODAY)


@pytest.mark.parametrize("name", ["arm_outcome", "arm_outcome_pending", "extraction"])
def test_the_shipped_sheets_are_sound(checkout: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sheet", "check", str(checkout / "warehouse" / "curated" / f"{name}.csv")]) == 0
    told = capsys.readouterr()
    assert told.out == "" and f"curated.{name}: no problems" in told.err


def test_a_sound_row_has_no_fault(tmp_path: Path) -> None:
    assert found(tmp_path, {}, {"arm_label": "control", "arm_role": "control"}, MEASURED) == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"study_id": "tan_2013"}, "study_id"),
        ({"outcome_code": "acute_rejections"}, "outcome_code"),
        ({"organ_code": "kidneys"}, "organ_code"),
        ({"organ_code": "liver"}, "organ_code"),
        ({"arm_role": "placebo"}, "arm_role"),
        ({"certainty": "sure"}, "certainty"),
        ({"count_basis": "guessed"}, "count_basis"),
        ({"n_events": "54"}, "n_events"),
        ({"n_events": "-1"}, "n_events"),
        ({"n_events": "1.5"}, "n_events"),
        ({"n_events": "four"}, "n_events"),
        ({"n_events": "0", "n_at_risk": "0"}, "n_at_risk"),
        ({"count_basis": ""}, "count_basis"),
        ({"count_basis": "zero_in_words"}, "count_basis"),
        ({**MEASURED, "value": "1,2"}, "value"),
        ({**MEASURED, "value": "nan"}, "value"),
        ({**MEASURED, "value_kind": ""}, "value_kind"),
        ({**MEASURED, "unit": "mL"}, "unit"),
        ({**MEASURED, "unit": ""}, "unit"),
        ({**MEASURED, "sd": "-0.1"}, "sd"),
        ({"sd": "1"}, "sd"),
        ({"value": "9", "value_kind": "percent", "unit": "%"}, "value"),
        ({"value": "7.5", "value_kind": "percent", "unit": "mg"}, "unit"),
        ({"value": "108", "value_kind": "percent", "unit": "%", "n_events": "", "count_basis": ""}, "value"),
        ({"citation": ""}, "citation"),
        ({"citation": "  "}, "citation"),
        ({"locator": ""}, "locator"),
        ({"arm_label": "MSC "}, "arm_label"),
        ({"arm_label": "M\nSC"}, "arm_label"),
        ({"entered_on": "20.11.2026"}, "entered_on"),
        ({"entered_on": "2026-02-30"}, "entered_on"),
        ({"n_events": "\N{ARABIC-INDIC DIGIT FOUR}"}, "n_events"),
        ({"n_events": "999999999", "value": "7.5", "value_kind": "percent", "unit": "%"}, "n_events"),
        ({"timepoint_months": "3650"}, "timepoint_months"),
        ({"entered_on": "2026-11-22"}, "entered_on"),
        ({"n_events": "", "n_at_risk": "", "count_basis": ""}, "n_events"),
    ],
)
def test_each_fault_is_found_with_its_line_and_column(tmp_path: Path, row: dict[str, str], column: str) -> None:
    assert found(tmp_path, {"record_id": "2"}, row) == [(3, column)]


def test_a_unit_may_be_written_with_or_without_blanks(tmp_path: Path) -> None:
    egfr = {**MEASURED, "outcome_code": "renal_function_egfr", "value": "52"}
    assert (
        found(tmp_path, {**egfr, "unit": "mL/min/1.73m2"}, {**egfr, "unit": "ml/min/1.73 m²", "timepoint_months": "7"})
        == []
    )


def test_rows_that_stand_beside_each_other(tmp_path: Path) -> None:
    assert found(tmp_path, {}, {"n_events": "5"}) == [(3, "")]
    assert found(tmp_path, {}, {"timepoint_months": "12"}) == []
    assert found(tmp_path, {"arm_label": "MSC, low dose"}, {"arm_label": "msc low-dose", "timepoint_months": "12"}) == [
        (3, "arm_label")
    ]
    assert found(tmp_path, {}, {"arm_role": "control"}) == [(3, "arm_role")]
    parts = (
        {"arm_label": "A", "n_events": "1", "n_at_risk": "10"},
        {"arm_label": "B", "n_events": "2", "n_at_risk": "11"},
    )
    whole = {"arm_label": "all", "n_events": "3", "n_at_risk": "21"}
    assert found(tmp_path, *parts, whole) == [(4, "arm_label")]
    assert found(tmp_path, *parts, {**whole, "n_at_risk": "22"}) == []


def test_two_readers_and_an_adjudicator(tmp_path: Path) -> None:
    first, second = {"reader_role": "first"}, {"reader_role": "second", "entered_by": "Bea"}
    file = tmp_path / "sheet.csv"
    assert checked(written(file, first, second)) == Checked("curated.extraction", 2, (), ())
    [note] = checked(written(file, first, {**second, "n_events": "5"})).notes
    assert "lines 2 and 3 differ" in note
    [note] = checked(written(file, first)).notes
    assert "waits for another reader" in note
    assert found(tmp_path, first, {**second, "entered_by": "anna"}) == [(3, "entered_by")]
    assert found(tmp_path, {"reader_role": "adjudicator", "entered_by": "Carl"}) == [(2, "reader_role")]
    assert found(tmp_path, first, {"reader_role": "first", "entered_by": "Bea"}) == [(3, "")]
    assert found(tmp_path, {"reader_role": "third"}) == [(2, "reader_role")]
    nothing = {"n_events": "", "n_at_risk": "", "count_basis": ""}
    judge = {"reader_role": "adjudicator", "entered_by": "Carl", **nothing}
    assert found(tmp_path, first, {**second, **nothing}, judge) == [(4, "n_events")]
    assert found(tmp_path, first, {**second, **nothing}, {**judge, "note": "it is not there"}) == []


@pytest.mark.parametrize(
    ("form", "notes"),
    [
        ({"before": "\ufeff", "end": "\r\n"}, 0),
        ({"delimiter": ";", "end": "\r\n", "before": "\ufeff"}, 1),
        ({"delimiter": "\t"}, 1),
        ({"delimiter": ";", "before": "sep=;\r\n", "end": "\r\n"}, 2),
    ],
)
def test_what_a_spreadsheet_writes_is_read(tmp_path: Path, form: dict[str, str], notes: int) -> None:
    one = checked(written(tmp_path / "sheet.csv", {}, {"n_events": "99", "timepoint_months": "7"}, **form))
    line = 4 if "sep=" in form.get("before", "") else 3
    assert [(fault.line, fault.column) for fault in one.problems] == [(line, "n_events")] and len(one.notes) == notes


def test_the_line_is_where_a_row_begins(tmp_path: Path) -> None:
    assert found(tmp_path, {"note": "two\nlines"}, {"n_events": "99", "timepoint_months": "7"}) == [
        (2, "note"),
        (4, "n_events"),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        ("study_id,source\n".encode("utf-16"), "save it as CSV"),
        (b"PK\x03\x04\0\0", "save it as CSV"),
        (b"study_id\nLi\xe8ge\n", "line 2 is not UTF-8"),
        (b"a,b,c\n1,2,3\n", "columns of no sheet: its first line holds a, b, c"),
        (b'study_id\nx\n"open\n', "no CSV file that can be read after the row on line 2"),
        (b"\n\nstudy_id\n", "line 1 is empty"),
    ],
)
def test_what_is_no_sheet_is_refused_in_one_line(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "sheet.csv"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=told) as refused:
        checked(file)
    assert "\n" not in str(refused.value)


def test_columns_and_cells_that_are_missing_or_too_many(tmp_path: Path) -> None:
    file = written(tmp_path / "sheet.csv", {})
    head, row = file.read_text(encoding="utf-8").splitlines()
    file.write_text(head.replace("locator", "place") + "\n" + row + "\n", encoding="utf-8")
    assert {(one.line, one.column) for one in checked(file).problems} == {(1, "locator"), (1, "place")}
    twice = f"{head},note\n{row},\n"
    file.write_text(twice, encoding="utf-8")
    assert [(one.line, one.column) for one in checked(file).problems] == [(1, "note")]
    file.write_text(f"{head}\n{row}\n\n{row},more\n", encoding="utf-8")
    assert [(one.line, one.column) for one in checked(file).problems] == [(3, ""), (4, "")]


def test_people_and_programs_get_the_same_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "sheet.csv", {"study_id": "tan_2013"}, {"n_events": "54", "note": "\x1b[31m"})
    assert sheet(argparse.Namespace(file=str(file), json=False)) == 2
    told = capsys.readouterr().out
    assert f"{file}:2: study_id: unknown in curated.study; did you mean tan_2012 or " in told and "\x1b" not in told
    assert sheet(argparse.Namespace(file=str(file), json=True)) == 2
    one = json.loads(capsys.readouterr().out)
    assert one.keys() == {"file", "table", "n_rows", "problems", "notes"} and one["table"] == "curated.arm_outcome"
    assert one["problems"][0].keys() == {"line", "column", "value", "problem"}
