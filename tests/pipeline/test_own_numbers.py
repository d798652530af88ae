"""A user's own numbers: what is read, and what is refused, with its line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from msc_harvest.errors import UsageError
from msc_harvest.pipeline.pooling.own_numbers import from_csv, from_data

TWO = "study,events_msc,n_msc,events_control,n_control\n"


def _read(tmp_path: Path, text: str | bytes) -> object:
    path = tmp_path / "own.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return from_csv(path)


@pytest.mark.parametrize(
    "text",
    [
        TWO + "A,4,52,11,51\n",
        "\ufeff" + TWO + "A,4,52,11,51\r\n",
        (TWO + "A,4,52,11,51\n").replace(",", ";"),
        "sep=;\r\n" + (TWO + "A,4,52,11,51\n\n").replace(",", ";"),
        (TWO + "A,4.0,52,11,51").replace(",", "\t"),
    ],
    ids=["plain", "byte order mark", "semicolons", "Excel's sep line", "tabs"],
)
def test_what_a_spreadsheet_makes_of_it_is_read(tmp_path: Path, text: str) -> None:
    [one] = _read(tmp_path, text)  # type: ignore[misc]
    assert (one.study, one.events_msc, one.n_msc, one.events_control, one.n_control) == ("A", 4, 52, 11, 51)


def test_other_columns_are_groups_and_empty_cells_are_not_reported(tmp_path: Path) -> None:
    text = "study,design,stratum,origin,events,n\nA,randomised,,own,0,10\nB,,x,,,\n"
    first, second = _read(tmp_path, text)  # type: ignore[misc]
    assert (first.design, first.stratum, dict(first.groups)) == ("randomised", None, {"origin": "own"})
    assert (second.events_msc, second.n_msc, second.groups["origin"]) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TWO + "A,12,10,1,10\n", "line 2: events_msc 12 is above n_msc 10"),
        (TWO + "A,1,10,1,10\nB,-1,10,1,10\n", "line 3: events_msc -1 is negative"),
        (TWO + "A,1.5,10,1,10\n", "line 2: events_msc 1.5 is not a whole number"),
        (TWO + "A,1,0,1,10\n", "line 2: n_msc is 0: nobody at risk"),
        (TWO + "A,none,10,1,10\n", "line 2: events_msc 'none' is not a number"),
        (TWO + "A,nan,10,1,10\n", "line 2: events_msc 'nan' is not a number"),
        (TWO + "A,1e999,10,1,10\n", "line 2: events_msc inf is not a finite number"),
        (TWO + ",1,10,1,10\n", "line 2: study is empty"),
        (TWO + "A,1,10,1,10\nA,1,10,1,10\n", "line 3: study A stands in line 2 too"),
        (TWO + "A,1,10,1,10,7\n", "line 2: 6 cells under 5 column names (a decimal comma?"),
        (TWO, "holds no study"),
        ("study;effect;se\nA;0,5;0.1\n", "line 2: effect 0,5 has a decimal comma; write 0.5"),
        ("study,effect,se\nA,0.5,0\n", "line 2: se 0 is not above 0"),
        (
            "study,effect,se\nA,1e200,0.1\nB,1,1e-30\n",
            "line 2: effect 1e+200 is beyond anything a study reports; line 3: se",
        ),
        ("study,events\nA,1\n", "lacks number columns (n beside events)"),
        ("# mine\nstudy,events,n\nA,1,2\n", "has no column study; there are: # mine"),
        ("\n\nstudy,events,n\nA,1,2\n", "line 1 is empty"),
        ("study,events,n\nA\x1b[31m,1,2\n", "line 2: study has a line break or control character in it"),
        ("study,events,n\nA,\N{ARABIC-INDIC DIGIT ONE},2\n", "line 2: events"),
        ('study,events,n\nA,1,2\n"B,1,2\n', "after the row on line 2"),
        ("study,events,n\n" + "".join(f"S{i},1,2\n" for i in range(1001)), "no more than 1000 studies"),
        ("trial,events,n\nA,1,2\n", "has no column study; there are: trial, events, n"),
        ("study,events,n,effect,se\nA,1,2,0.1,0.2\n", "mixes sets of numbers"),
        ("study,events,n,n\nA,1,2,2\n", "column n stands there twice"),
        ("", "is empty"),
        (b"study,events,n\nM\xfcller,1,2\n", "line 2 is not UTF-8"),
        (("study,events,n\nA,1,2\n").encode("utf-16"), "no UTF-8 text"),
    ],
)
def test_a_fault_is_one_line_with_its_place(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(UsageError) as problem:
        _read(tmp_path, text)
    assert told in str(problem.value) and "\n" not in str(problem.value)


def test_many_faults_are_told_at_once_but_not_endlessly(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 2: .*line 6: .*and 4 more"):
        _read(tmp_path, TWO + "".join(f"S{i},5,1,0,1\n" for i in range(9)))


def test_frames_columns_and_rows_are_the_same() -> None:
    columns = {"study": ["A", "B"], "events": [1, None], "n": [10, 12]}
    frame = pl.DataFrame(columns)
    assert from_data(columns) == from_data(frame) == from_data(frame.to_dicts())
    assert from_data({"study": ["A"], "events": [float("nan")], "n": [3]})[0].events_msc is None
    with pytest.raises(UsageError, match="lists of the same length"):
        from_data({"study": ["A"], "events": [1, 2], "n": [1, 2]})
    for wrong in ({"study": ["A"], "events": 1, "n": [1]}, [1, 2], 5, frame.lazy()):
        with pytest.raises(UsageError):
            from_data(wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="row 1: events True is not a number"):
        from_data([{"study": "A", "events": True, "n": 3}])
