"""`msc-harvest replay`: published meta-analyses recomputed, and files that cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from msc_harvest.cli import main
from msc_harvest.errors import UsageError
from msc_harvest.pipeline.replaying.description import read_description

CRINS = Path(__file__).parent / "replay" / "crins_2014_rejection.yaml"
SHIPPED = "zhao_2021_kidney_induction"

SMALL = """citation: Somebody 2020
doi: 10.1/x
entered_by: a tester
entered_on: 2026-11-21
model: {name: mantel-haenszel}
studies:
  - {name: Fuzhou, study_id: tan_2012, n_msc: 105, n_control: 51}
  - {name: Changsha, study_id: sun_2018}
outcomes:
  - name: Rejection
    organ: kidney
    outcome: acute_rejection
    measure: risk_ratio
    printed: {estimate: 0.52, ci_low: 0.25, ci_high: 1.08}
"""


def _told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main([*words]) == code
    out, err = capsys.readouterr()
    return err if code else out


def _replayed(capsys: pytest.CaptureFixture[str], home: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_told(capsys, "--home", str(home), "replay", name, "--json"))
    return found


def test_a_paper_with_counts_is_reproduced_without_a_warehouse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [one] = _replayed(capsys, tmp_path, str(CRINS))["outcomes"]
    [row] = one["recomputed"]
    assert (row["model"], row["k"], row["is_as_printed"]) == ("random effects, DL, z", 6, True)
    assert one["verdict"] == "reproduced from the paper's own numbers" and one["missing"] == []
    told = _told(capsys, "--home", str(tmp_path), "replay", str(CRINS))
    assert "the paper's numbers   random effects, DL, z         6   0.38 (0.22 to 0.66)   yes" in told
    assert "difference · model: the paper's numbers give the printed result with random effects, DL, z" in told


def test_the_shipped_replay_says_what_our_numbers_allow(sample_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Zhao 2021: the printed results cannot be had from what is confirmed, and the file says which numbers lack."""
    assert SHIPPED in _told(capsys, "replay").split()
    told = _replayed(capsys, sample_home, SHIPPED)
    assert told["doi"] == "10.1186/s13287-021-02219-7"
    assert sum(one["n_msc"] + one["n_control"] for one in told["studies"]) == 197
    printed = {
        one["outcome"]: tuple(one["printed"][name] for name in ("estimate", "ci_low", "ci_high"))
        for one in told["outcomes"]
    }
    assert printed == {
        "infection": (0.65, 0.46, 0.90),
        "acute_rejection": (0.77, 0.41, 1.45),
        "delayed_graft_function": (0.54, 0.21, 1.38),
    }
    infection, rejection, delayed = told["outcomes"]
    assert len(infection["missing"]) == 4 and infection["recomputed"] == []
    ours = {one["study"]: one["ours"] for one in rejection["studies"]}
    assert ours["Tan 2012"] == {"events_msc": 4, "n_msc": 52, "events_control": 11, "n_control": 51}
    assert ours["Sun 2018"] == {"events_msc": 3, "n_msc": 21, "events_control": 1, "n_control": 21}
    assert rejection["missing"] == [
        "Erpicum 2018 × acute_rejection: no confirmed count in either arm",
        "Pan 2016 × acute_rejection: no confirmed count in either arm",
    ]
    first = rejection["recomputed"][0]
    assert (first["numbers"], first["model"], first["k"]) == ("our numbers (2 of 4 studies)", "Mantel–Haenszel", 2)
    assert first["estimate"] == pytest.approx(0.57498, abs=1e-5)
    assert "numbers: Tan 2012: ours at 6 months, the paper's at 12" in rejection["differences"]
    normal = "model: the printed interval and p fit a normal interval, not one on t with k − 1 degrees"
    apart = "study set: the paper pools designs that we keep apart (controlled_nonrandomised: Erpicum 2018, Pan 2016; randomised: Tan 2012, Sun 2018)"
    assert all({normal, apart} <= set(one["differences"]) for one in told["outcomes"])
    assert rejection["verdict"] == "our confirmed numbers do not suffice: 2 of 4 studies lack them"
    assert delayed["verdict"] == "our confirmed numbers do not suffice: 3 of 4 studies lack them"
    assert told["notes"] == ["the file states no model: the usual ones are tried, each shown"]


def test_our_evidence_against_a_paper(sample_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    [one] = _replayed(capsys, sample_home, str(path))["outcomes"]
    ours = one["recomputed"][0]
    assert ours["numbers"] == "our numbers" and ours["is_as_printed"], ours
    assert one["verdict"] == "reproduced from our evidence"
    numbers = "    arms:\n      - {study: Fuzhou, events_msc: 9, n_msc: 100, events_control: 11, n_control: 51}\n"
    path.write_text(SMALL + numbers, encoding="utf-8")
    [one] = _replayed(capsys, sample_home, str(path))["outcomes"]
    assert "model: checked only on part of the studies, since the file lacks counts of the paper" in one["differences"]
    remarks = next(study["remarks"] for study in one["studies"] if study["study"] == "Fuzhou")
    assert remarks == ["msc arm: 100 people in the paper, 105 with us", "msc arm: 9 events in the paper, 8 with us"]


def test_an_arm_that_we_do_not_hold(sample_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(
        SMALL.replace("study_id: tan_2012,", 'study_id: tan_2012, msc_arms: ["MSC, no CNI"],').replace(
            "sun_2018", "sun_1918"
        ),
        encoding="utf-8",
    )
    [one] = _replayed(capsys, sample_home, str(path))["outcomes"]
    assert one["missing"] == [
        "Fuzhou × acute_rejection: no arm of ours is called MSC, no CNI (there are: MSC, low-dose CNI, MSC, standard-dose CNI)",
        "Changsha × acute_rejection: this warehouse holds no study sun_1918; did you mean sun_2018?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("citation: Somebody 2020", "citation: [", ":3: no YAML that can be read"),
        ("doi: 10.1/x", "doi: 10.1/x\ndoi: 10.1/y", ":3: the file: doi stands there twice"),
        ("doi: 10.1/x", "doi: &a x", ":2: anchors and aliases are not used here"),
        ("doi: 10.1/x", "doi: !!python/object:os.system x", ":2: doi: tag:yaml.org,2002:python/object:os.system"),
        ("doi: 10.1/x\n", "", ":1: citation: give doi or pmid too"),
        ("doi: 10.1/x", "dio: 10.1/x", ":2: the file: there is no key dio; did you mean doi?"),
        ("entered_by: a tester\n", "", ":1: the file: lacks the key entered_by"),
        ("2026-11-21", "21 Nov", ":4: entered_on: write the day as YYYY-MM-DD"),
        ("{name: mantel-haenszel}", "{name: mh}", ":5: model.name: there is no mh; did you mean mantel-haenszel?"),
        ("n_msc: 105", "n_msc: many", ":7: studies[0].n_msc: must be a whole number, not str"),
        ("n_msc: 105", "n_msc: 0", ":7: studies[0]: the name is not empty, and an arm has 1 person or more"),
        ("name: Changsha, study_id", "name: Changsha, study", ":8: studies[1]: there is no key study; did you mean study_id"),
        ("citation: Somebody 2020", "citation: ''", ":1: citation: is empty"),
        ("2026-11-21", "2026-13-41", ":4: entered_on: write the day as YYYY-MM-DD"),
        ("name: Rejection", "name: Rejection\n    timepoint_months: 3650", "outcomes[0].timepoint_months: more than fifty years"),
        ("ci_high: 1.08}", "ci_high: 1.08, p: 5}", ":14: outcomes[0].printed: p 5 does not lie between 0 and 1"),
        ("measure: risk_ratio", "measure: risk_difference", "a difference of risks and its interval lie between -1 and 1"),
        ("doi: 10.1/x", "pmid: " + "9" * 5000, " is written oddly; quote it"),
        ("name: Changsha", "name: Fuzhou", ":8: studies[1].name: Fuzhou stands there twice"),
        ("    organ: kidney\n", "", ":10: outcomes[0]: organ and outcome belong together"),
        ("organ: kidney", "organ: kidny", "there is no organ kidny (outcome Rejection); did you mean kidney?"),
        ("measure: risk_ratio", "measure: rr", ":13: outcomes[0].measure: there is no rr; did you mean risk_ratio?"),
        ("estimate: 0.52", "estimate: 1.48", ":14: outcomes[0].printed: the estimate 1.48 lies outside its interval"),
        ("ci_low: 0.25", "ci_low: 0", ":14: outcomes[0].printed: a ratio and its interval are above 0"),
        ("estimate: 0.52", "estimate: .nan", ":14: outcomes[0].printed.estimate: .nan is written oddly"),
        ("ci_high: 1.08}", "ci_high: 1.08}\n    arms: [{study: Bergamo, events_msc: 1, n_msc: 2, events_control: 1, n_control: 2}]",
         ":15: outcomes[0].arms[0].study: Bergamo is none of the studies"),
        ("ci_high: 1.08}", "ci_high: 1.08}\n    arms: [{study: Fuzhou, events_msc: 3, n_msc: 2, events_control: 1, n_control: 2}]",
         ":15: outcomes[0].arms[0]: events_msc 3 is above n_msc 2"),
        ("ci_high: 1.08}", "ci_high: 1.08}\n    arms: [{study: Fuzhou, events_msc: 3, n_msc: 9999999999, events_control: 1, n_control: 2}]",
         "n_msc is beyond anything a study reports"),
        (SMALL, "", ":1: the file is empty"),
        (SMALL, "- a\n", ":1: the file: must be a mapping, not array"),
        (SMALL, "[" * 5000 + "]" * 5000, "no description: it is nested too deeply"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_line_with_its_place(
    sample_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, told: str
) -> None:
    path = tmp_path / "bad.yaml"
    assert old in SMALL
    path.write_text(SMALL.replace(old, new), encoding="utf-8")
    said = _told(capsys, "--home", str(sample_home), "replay", str(path), code=2)
    assert told in said and said.count("\n") == 1, said


def test_no_such_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert f"did you mean {SHIPPED}?" in _told(capsys, "replay", "zhao", code=2)
    assert f"there are: {SHIPPED}" in _told(capsys, "replay", "other", code=2)
    assert "cannot be read" in _told(capsys, "replay", str(tmp_path / "none.yaml"), code=2)
    (tmp_path / "latin.yaml").write_bytes(b"citation: M\xfcller\n")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_description(tmp_path / "latin.yaml")


def test_a_warehouse_is_needed_only_for_our_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "run --sample" in _told(capsys, "--home", str(tmp_path), "replay", SHIPPED, code=1)
