"""`msc-harvest pool` and `msc_harvest.pool`: the warehouse's studies and a user's own."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import msc_harvest
from msc_harvest.cli import main
from msc_harvest.errors import UsageError, WarehouseError

OWN = """study,design,origin,events_msc,n_msc,events_control,n_control
A,randomised,autologous,4,52,11,51
B,randomised,third_party,3,21,1,21
C,concurrent_control,third_party,0,10,1,10
D,randomised,,1,12,,
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(OWN, encoding="utf-8")
    return path


def _told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main([*words]) == code
    out, err = capsys.readouterr()
    return err if code else out


def test_the_default_is_what_the_build_stored(sample_home: Path, sample_warehouse: Path) -> None:
    """Every pool of the default measures, whole and by subgroup, asked for again: the same numbers and words."""
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        stored = connection.execute(
            "SELECT organ_code, outcome_code, stratum, design_class, measure, k, estimate, ci_low, ci_high, pi_low, tau2,"
            " method, statement FROM synth.pooled_effect WHERE is_default"
        ).fetchall()
    assert len(stored) > 20
    for organ, outcome in sorted({row[:2] for row in stored}):
        frame = msc_harvest.pool(organ=organ, outcome=outcome, home=sample_home).estimates()
        fresh = frame.select(
            "organ_code", "outcome_code", "stratum", "design_class", "measure", "k", "estimate", "ci_low", "ci_high",
            "pi_low", "tau2", "method", "statement",
        ).rows()  # fmt: skip
        mine = {row[:5]: row[5:] for row in fresh}
        for row in stored:
            if row[:2] == (organ, outcome) and row[6] is not None:
                assert mine[row[:5]] == row[5:], row[:5]


def test_designs_stand_apart_unless_mixed_on_purpose(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apart = json.loads(_told(capsys, "pool", "--csv", str(own), "--json"))
    assert [(one["design_class"], one["k"]) for one in apart["results"]] == [
        ("randomised", 2),
        ("concurrent_control", 1),
    ]
    assert apart["results"][0]["studies"][-1]["left_out"] == "events or number at risk not reported in an arm"
    assert not apart["results"][1]["is_pooled"]
    mixed = json.loads(_told(capsys, "pool", "--csv", str(own), "--json", "--design", "concurrent_control,randomised"))
    [one] = mixed["results"]
    assert one["design_class"] == "randomised+concurrent_control" and one["k"] == 3
    assert one["warnings"][0].startswith("designs mixed on request: randomised (3), concurrent_control (1)")
    [only] = json.loads(_told(capsys, "pool", "--csv", str(own), "--json", "--design", "concurrent_control"))["results"]
    assert only["design_class"] == "concurrent_control"


def test_subgroups_follow_their_whole(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(_told(capsys, "pool", "--csv", str(own), "--json", "--by", "origin"))
    groups = [(one["design_class"], one["subgroup_value"]) for one in told["results"]]
    assert groups[:4] == [
        ("randomised", None),
        ("randomised", "autologous"),
        ("randomised", "third_party"),
        ("randomised", "not known"),
    ]
    assert told["differences"][0]["reason"] == "groups not compared: fewer than 2 studies in autologous, third_party"


def test_groups_of_two_are_compared() -> None:
    data = {"study": list("ABCD"), "effect": [-1.0, -1.1, 0.4, 0.5], "se": [0.2] * 4, "arm": ["x", "x", "y", "y"]}
    [one] = msc_harvest.pool(data, by="arm").differences
    assert one.df == 1 and one.q == pytest.approx(56.25) and one.p is not None and one.p < 1e-12


def test_a_correction_is_told_of_the_study_it_was_made_to() -> None:
    """A study left out before it must not shift the names."""
    columns = {
        "events_msc": [0, 10, 0],
        "n_msc": [10, 50, 20],
        "events_control": [None, 9, 4],
        "n_control": [9, 50, 20],
    }
    [one] = msc_harvest.pool({"study": ["A", "B", "C"], **columns}).results
    assert "C: 0.5 added to every cell" in one.statement and "B: 0.5" not in one.statement
    assert dict(one.left_out).keys() == {"A"} and any(text.startswith("C: 0.5 added") for text in one.warnings)


def test_numbers_that_no_arithmetic_holds() -> None:
    """Errors eighteen orders apart: an answer or one line, never a failure of arithmetic."""
    data = {"study": list("ABC"), "effect": [0.3, 0.3, 1e9], "se": [1e-9, 1e9, 1e9]}
    for tau2 in ("REML", "PM", "DL"):
        try:
            assert json.dumps(msc_harvest.pool(data, tau2=tau2).as_object(), allow_nan=False)
        except UsageError as problem:
            assert "differ too widely in size" in str(problem)


def test_a_table_for_people(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(capsys, "pool", "--csv", str(own), "--model", "mantel-haenszel")
    lines = [line.split() for line in told.splitlines()]
    assert ["A", "4/52", "11/51", "0.357", "(0.121", "to", "1.05)", "91.7"] in lines
    assert "  pooled: 0.575 (95 % interval 0.238 to 1.39, normal (Wald))" in told
    assert "  left out: D: events or number at risk not reported in an arm" in told
    assert "The event with MSC against controls (studies: randomised): risk ratio 0.57" in told


def test_other_models_beside_the_answer(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(capsys, "pool", "--csv", str(own), "--design", "randomised", "--alternatives")
    assert "  otherwise: 0.575 (0.238 to 1.39): Mantel–Haenszel RR, no continuity correction" in told
    assert "otherwise" not in _told(capsys, "pool", "--csv", str(own), "--design", "randomised")


def test_csv_is_safe_to_open_in_a_spreadsheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.csv"
    path.write_text("study,events,n\n=1+1,1,9\n@x,0,9\n", encoding="utf-8")
    told = _told(capsys, "pool", "--csv", str(path), "--format", "csv")
    [row] = csv.DictReader(io.StringIO(told))
    assert row["study_ids"] == "'=1+1; @x" and float(row["estimate"]) == pytest.approx(1 / 18)


def test_data_say_where_they_come_from(sample_home: Path, own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("pool", "--organ", "kidney", "--outcome", "acute_rejection", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(_told(capsys, "--home", str(sample_home), *words))))
    assert rows and all(row["data_origin"] == "embedded sample" and row["build_id"] for row in rows)
    [row, *_] = csv.DictReader(io.StringIO(_told(capsys, "pool", "--csv", str(own), "--format", "csv")))
    assert row["data_origin"] == ""


@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio", "risk_difference"])
@pytest.mark.parametrize("model", ["peto", "exact"])
def test_models_of_odds_give_odds_ratios_of_the_studies_too(
    own: Path, capsys: pytest.CaptureFixture[str], measure: str, model: str
) -> None:
    """The two arms of A: 4 of 52 against 11 of 51; its odds ratio stands in the table under that name."""
    words = ("pool", "--csv", str(own), "--design", "randomised", "--measure", measure, "--model", model)
    [one] = json.loads(_told(capsys, *words, "--json"))["results"]
    assert one["measure"] == "odds_ratio"
    assert one["studies"][0]["estimate"] == pytest.approx((4 / 48) / (11 / 40), rel=0.1)
    assert "control   odds_ratio" in _told(capsys, *words)


def test_a_reader_that_goes_away_is_no_failure(own: Path) -> None:
    """The table is the first thing to fill the pipe."""
    script = (
        "import sys, io; from msc_harvest.cli import main\n"
        "class Gone(io.StringIO):\n"
        "    def write(self, text): raise BrokenPipeError\n"
        "    def fileno(self): return 1\n"
        f"sys.stdout = Gone(); sys.exit(main(['pool', '--csv', {str(own)!r}]))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0


def test_a_narrow_terminal_keeps_the_numbers_together(
    sample_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("msc_harvest.cli.show._terminal_width", lambda: 80)
    words = ("pool", "--organ", "kidney", "--outcome", "acute_rejection", "--design", "randomised")
    told = _told(capsys, "--home", str(sample_home), *words)
    assert max(map(len, told.splitlines())) <= 80
    assert "tan_2012   8/105   11/51     0.353 (0.151 to 0.824)" in told and "record_ids" not in told


def test_a_warehouse_of_another_release_is_named(
    sample_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(sample_home / "msc_harvest.duckdb", tmp_path / "msc_harvest.duckdb")
    words = ("pool", "--organ", "kidney", "--outcome", "acute_rejection")
    for change in ("synth.pool_candidate DROP COLUMN is_default", "synth.pool_candidate RENAME TO other"):
        with duckdb.connect(str(tmp_path / "msc_harvest.duckdb")) as connection:
            connection.execute(f"ALTER TABLE {change}")
        said = _told(capsys, "--home", str(tmp_path), *words, code=1)
        assert "built by another msc-harvest" in said and said.count("\n") == 1


def test_nothing_to_pool_is_an_answer(sample_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ("--home", str(sample_home))
    told = _told(capsys, *home, "pool", "--organ", "heart", "--outcome", "infection")
    assert told.startswith("nothing to pool: no study in this warehouse states numbers for heart and infection")
    assert "lack of evidence" in told
    words = ("pool", "--organ", "kidney", "--outcome", "acute_rejection", "--design", "historical_control", "--json")
    answer = json.loads(_told(capsys, *home, *words))
    assert answer["results"] == [] and answer["build_id"]
    assert "uncontrolled (proportion)" in answer["note"] and "randomised (odds_ratio, " in answer["note"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--organ", "kidny", "--outcome", "infection"], "there is no organ kidny; did you mean kidney?"),
        (["--organ", "kidney", "--outcome", "rejections"], "did you mean"),
        (["--organ", "kidney", "--outcome", "infection", "--model", "peeto"], "no model peeto; did you mean peto?"),
        (["--organ", "kidney", "--outcome", "infection", "--measure", "RR"], "no measure RR; did you mean risk_ratio"),
        (["--organ", "kidney", "--outcome", "acut"], "there is no outcome acut; did you mean acute_rejection"),
        (["--organ", "kidney", "--outcome", "infection", "--level", "0.99999"], "not between 0.5 and 0.999"),
        (["--organ", "kidney", "--outcome", "infection", "--design", ","], "--design names no design"),
        (["--organ", "kidney", "--outcome", "infection", "--by", "origin"], "did you mean cell_origin"),
        (["--organ", "kidney", "--outcome", "infection", "--design", "randomized"], "did you mean randomised?"),
        (["--organ", "kidney", "--outcome", "infection", "--stratum", "alone"], "did you mean msc_alone?"),
        (
            ["--organ", "kidney", "--outcome", "infection", "--tau2", "EB"],
            "there is no tau2 EB; there are: REML, PM, DL",
        ),
        (["--organ", "kidney", "--outcome", "infection", "--level", "95"], "write 0.95 for 95 %"),
        (["--organ", "kidney"], "name both --organ and --outcome"),
        (["--organ", "kidney", "--csv", "x.csv"], "leave out --organ"),
        (["--csv", "/nowhere/x.csv"], "cannot be read"),
    ],
)
def test_a_wrong_name_is_one_line_with_near_ones(
    sample_home: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    said = _told(capsys, "--home", str(sample_home), "pool", *words, code=2)
    assert told in said and said.count("\n") == 1


def test_a_model_that_a_measure_does_not_know(own: Path, sample_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = _told(capsys, "pool", "--csv", str(own), "--measure", "risk_ratio", "--model", "crude", code=2)
    assert "there is no model crude for a risk_ratio; there are: default, random, common" in said
    said = _told(capsys, "pool", "--csv", str(own), "--measure", "hazard_ratio", code=2)
    assert "there is no measure hazard_ratio for these columns; did you mean" in said
    words = ("pool", "--organ", "kidney", "--outcome", "acute_rejection", "--model", "peto", "--json")
    results = json.loads(_told(capsys, "--home", str(sample_home), *words))["results"]
    assert {one["measure"] for one in results if one["design_class"] == "randomised"} == {"odds_ratio"}
    other = next(one for one in results if one["measure"] == "proportion")
    assert "there is no model peto for a proportion: the default is used" in other["warnings"]


def test_from_python(sample_home: Path) -> None:
    answer = msc_harvest.pool(organ="kidney", outcome="acute_rejection", by="cell_origin", home=sample_home)
    assert answer.organ == "kidney" and answer.build_id and answer.studies().height >= 4
    assert {one.by for one in answer.results} == {None, "cell_origin"}
    assert json.loads(json.dumps(answer.as_object()))["asked"]["by"] == "cell_origin"
    with pytest.raises(AttributeError):
        answer.organ = "liver"  # type: ignore[misc]
    with pytest.raises(UsageError, match="name both organ and outcome"):
        msc_harvest.pool()
    with pytest.raises(UsageError, match="leave out organ"):
        msc_harvest.pool({"study": ["A"], "events": [1], "n": [2]}, organ="kidney")
    assert not msc_harvest.pool({"study": ["A"], "events": [None], "n": [None]}, design="").studies().is_empty()
    for wrong in ({"level": "0.95"}, {"measure": 5}, {"model": 5}):
        with pytest.raises(UsageError):
            msc_harvest.pool({"study": ["A"], "events": [1], "n": [2]}, **wrong)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        msc_harvest.nothing_of_that_name  # noqa: B018


def test_no_warehouse_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="run --sample"):
        msc_harvest.pool(organ="kidney", outcome="infection", home=tmp_path)


def test_importing_the_package_stays_instant() -> None:
    script = "import sys, msc_harvest; print(sorted(name for name in sys.modules if name.startswith('msc_harvest')), 'typing' in sys.modules and 'numpy' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == "['msc_harvest'] False\n"
