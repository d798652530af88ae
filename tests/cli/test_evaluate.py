"""What `evaluate` prints, as tables and as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from msc_harvest.cli.evaluate import evaluate
from msc_harvest.errors import UsageError

LABELS = """nct_id,decision,reason_code,organs,unsure_fields
NCT00658073,include,,kidney,
NCT02181712,include,,lung;heart,
NCT02336230,exclude,hsct_or_gvhd,,
NCT01759212,exclude,other,,
NCT02382874,borderline,,kidney,organs
NCT99999999,exclude,other,,
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Six labels; one record is not in the sample, one reason and one organ are wrong on purpose."""
    path = tmp_path / "labels.csv"
    path.write_text(LABELS, encoding="utf-8")
    return path


def _run(home: Path, sheet: Path, *, as_json: bool = False) -> int:
    return evaluate(argparse.Namespace(home=str(home), labels=str(sheet), json=as_json))


def test_tables_for_people(sample_home: Path, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert _run(sample_home, sheet) == 0
    told = capsys.readouterr().out
    assert "labelled records: 6, of which 5 are in this warehouse" in told
    assert "not in this warehouse, not scored: NCT99999999" in told
    lines = [line.split() for line in told.splitlines()]
    assert ["include", "2", "0", "0"] in lines and ["borderline", "0", "1", "0"] in lines
    assert any(line[:4] == ["organ", "2", "1", "1"] for line in lines)
    assert any(line[:3] == ["NCT02181712", "organ", "heart;"] for line in lines)
    assert any(line[:3] == ["NCT01759212", "reason_code", "other"] for line in lines)
    assert any(line[:1] == ["cell_source"] and "not labelled" in " ".join(line) for line in lines)


def test_one_object_for_programs(sample_home: Path, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert _run(sample_home, sheet, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["unknown"] == ["NCT99999999"]
    assert told["scope"]["recall"] == {"n": 2, "value": 1.0, "ci_low": pytest.approx(0.3424, abs=1e-4), "ci_high": 1.0}
    organ = next(one for one in told["concepts"] if one["concept"] == "organ")
    assert organ["disagreements"][0]["labelled"] == "heart; lung"
    assert organ["disagreements"][0]["matched_text"].startswith("lung: ")


def test_a_sheet_without_decisions_is_refused(sample_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("nct_id\nNCT1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no column decision"):
        _run(sample_home, path)
