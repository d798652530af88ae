"""Abstracts whose arms no word of ours names: how many took part, how large the arms were, to how many what happened."""

from __future__ import annotations

import pytest

from msc_harvest.evidence import Reading, Words, read_abstract

FIRST = "Background: Pain is common. Methods: "


def _read(text: str, words: Words) -> Reading:
    return read_abstract(FIRST + text, words)


@pytest.mark.parametrize(
    ("text", "totals"),
    [
        ("Of 240 women screened, 120 were randomised to yoga or to reading.", [240, 120]),
        ("A total of 88 nurses were randomly assigned to yoga (n = 45) or reading (n = 43).", [88]),
        ("We recruited 61 adults with gout. Pain eased in 14 of them.", [61]),
        ("Ninety-two survivors were enrolled and 87 completed the trial.", [92, 87]),
        ("Participants (N = 412) wrote diaries. A relapse was seen in 33 patients (8%).", [412]),
        ("Patients were randomised to yoga (n = 30) or reading (n = 31). Three patients died.", []),
        ("Forty women were assigned to each group.", []),
        ("In 2009, patients were seen at 12 centres for 24 months.", []),
        ("The trial XYZ 10001 was stopped early.", []),
        ("Half of the walkers (52 patients) and of the readers (53 patients) were men.", []),
    ],
)
def test_all_people_are_told_from_some(text: str, totals: list[int], words: Words) -> None:
    read = _read(text, words)
    assert sorted(one.value for one in read.totals) == sorted(totals)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("Women were assigned to yoga (n = 45) or reading (n = 43).", [43, 45]),
        ("Forty women were assigned to each group.", [40]),
        ("Each arm consisted of 30 patients.", [30]),
        ("Women in the yoga group (41 women) were compared with those in the reading group (39 women).", [39, 41]),
        ("Data of 64 women in yoga and 60 women in reading were kept.", [60, 64]),
        ("Women took pills on days 1, 15 and 29 and were assigned to yoga (n = 20) or reading (n = 21).", [20, 21]),
        ("Between May 3, 2003, and June 4, 2012, women were assigned to yoga (n = 20) or reading (n = 21).", [20, 21]),
        (
            "Of 300 women, 150 were assigned to yoga and 150 to reading. Of 28 falls, 17 were on yoga, 11 on reading.",
            [150],
        ),
    ],
)
def test_sizes_are_those_of_arms(text: str, sizes: list[int], words: Words) -> None:
    assert sorted({arm.size.value for arm in _read(text, words).arms}) == sizes


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("In the yoga group, five women had fallen and four (10%) had pain.", [4, 5]),
        ("There were 24 falls on yoga and 19 on reading.", [19, 24]),
        ("Three and eight falls were seen in the yoga and reading groups, respectively.", [3, 8]),
        ("Falls were rarer (9/94 vs. 2/86).", [2, 9]),
        ("Falls were seen in 12.0% (n = 123) with yoga versus 16.0% (n = 162) with reading.", [123, 162]),
        ("There was one case of severe vertigo in the yoga arm.", [1]),
        ("Six women in the yoga group withdrew.", []),
        ("In total 64 women in yoga and 60 women in reading were analysed.", []),
        ("The mean score was 12 in the yoga group and 14 in the reading group.", []),
        ("A total of 117 patients were studied (58 in the yoga arm, 59 in the reading arm).", []),
    ],
)
def test_events_are_those_of_arms(text: str, events: list[int], words: Words) -> None:
    told = [one.n_events for one in read_abstract("Results: " + text, words).values if one.arm_label]
    assert sorted(n for n in told if n is not None) == events


def test_a_number_is_not_both_everybody_and_an_arm(words: Words) -> None:
    read = _read("A total of 100 women were randomised to either the yoga group (n = 50) or reading (n = 50).", words)
    assert [one.value for one in read.totals] == [100]
    assert {arm.size.value for arm in read.arms} == {50}


def test_a_sure_total_is_told_as_sure(words: Words) -> None:
    read = _read("A total of 88 women were randomly assigned to yoga (n = 45) or reading (n = 43).", words)
    (total,) = read.totals
    assert (total.certainty, total.rule_id, total.is_planned) == ("high", "weighed_people", False)
