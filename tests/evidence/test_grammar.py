"""Constructions by which numbers are tied to arms and outcomes, each with a look-alike that must tie nothing."""

from __future__ import annotations

import re

import pytest

from msc_harvest.evidence import Words, read_abstract
from tests.evidence.measure import rows

TWO = "Sixty kidney recipients were randomised to MSC (n = 30) or placebo (n = 30). "
ONE = "Ten liver recipients were given MSC. "
REJECTED, DIED, LOST, CMV = "acute_rejection", "patient_death", "graft_loss", "cmv"
STENTED = "biliary_intervention"


def counts(text: str, words: Words) -> set[tuple[str | None, str | None, int | None, int | None]]:
    """Every count: outcome, arm, events, people at risk."""
    return {
        (one.outcome_code, one.arm_role, one.n_events, one.n_at_risk)
        for one in read_abstract(text, words).values
        if one.n_events is not None
    }


def both(outcome: str, msc: int, control: int) -> set[tuple[str, str, int, int]]:
    """Counts of one outcome in the two arms of thirty."""
    return {(outcome, "msc", msc, 30), (outcome, "control", control, 30)}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # number, arm, number, arm
        ("Acute rejection was seen in 3 MSC recipients and 7 placebo recipients.", both(REJECTED, 3, 7)),
        ("Three placebo recipients and no MSC recipient died.", both(DIED, 0, 3)),
        ("There was one death in the placebo arm and none in the MSC arm.", both(DIED, 0, 1)),
        # arm, number, arm, number
        (
            "Acute rejection struck fewer patients with MSC (3 of 30, 10%) than controls (7 of 30, 23.3%).",
            both(REJECTED, 3, 7),
        ),
        ("Acute rejection: MSC 3, placebo 7.", both(REJECTED, 3, 7)),
        # a list of numbers and a list of arms
        (
            "Acute rejection was seen in 3 and 7 patients of the MSC and the placebo group, respectively.",
            both(REJECTED, 3, 7),
        ),
        ("Acute rejection occurred in 10% v 23.3% in the MSC and placebo groups.", both(REJECTED, 3, 7)),
        # a list in the order of the arms
        ("Acute rejection: 3 (10%) v 7 (23.3%).", both(REJECTED, 3, 7)),
        ("Deaths: 0 v 2.", both(DIED, 0, 2)),
        ("The graft was lost in two and four recipients, respectively.", both(LOST, 2, 4)),
        ("Rates of acute rejection were 10.0% versus 23.3%.", both(REJECTED, 3, 7)),
        # set against each other beside one arm
        ("CMV disease was less frequent with MSC (2 v 6).", both(CMV, 2, 6)),
        # every arm
        ("One patient in each group died.", both(DIED, 1, 1)),
        ("Neither group had a death.", both(DIED, 0, 0)),
        ("Graft loss did not occur.", both(LOST, 0, 0)),
        ("There were no deaths.", both(DIED, 0, 0)),
        # a sum and what makes it up
        ("Three deaths (one with MSC, two with placebo) occurred.", both(DIED, 1, 2)),
        ("Five recipients died: two in the MSC group and three in the placebo group.", both(DIED, 2, 3)),
        # events and people
        ("CMV disease: 8 episodes in 5 MSC patients and 13 episodes in 7 placebo patients.", both(CMV, 5, 7)),
        # shares repeated in a bracket
        ("CMV disease was found in 3/30 MSC and 6/30 placebo recipients (10% v 20%).", both(CMV, 3, 6)),
        # the arm named first holds for what follows
        ("In the MSC group, two patients died and one lost the graft.", {(DIED, "msc", 2, 30), (LOST, "msc", 1, 30)}),
        # phrases of one kind
        (
            "Acute rejection occurred in 3 (10%) of the cases and 7 (23.3%) of the placebo patients.",
            both(REJECTED, 3, 7),
        ),
        ("CMV disease was seen in 2 in the verum group and in 6 in the placebo group.", both(CMV, 2, 6)),
        ("CMV disease was found in 6.7% (2/30) vs 20% (6/30).", both(CMV, 2, 6)),
        ("Enteritis due to CMV was seen in 2/30 of the MSC group and 6/30 of the placebo group.", both(CMV, 2, 6)),
        # a number whose arm follows a comma, or some of a number
        ("There were two deaths, both in the placebo arm.", {(DIED, "control", 2, 30)}),
        ("Five recipients died, two of them on placebo.", {(DIED, "control", 2, 30)}),
        ("No death was recorded with MSC, but one was recorded among the placebo patients.", both(DIED, 0, 1)),
        ("No CMV disease was seen with MSC, whereas 6 placebo patients developed it.", both(CMV, 0, 6)),
        (
            "CMV disease was found in 2/30 (6.7%) MSC patients tested and 6/30 (20%) placebo patients tested.",
            both(CMV, 2, 6),
        ),
        ("Acute rejection (MSC: 3; placebo: 7).", both(REJECTED, 3, 7)),
        # moments
        ("By 6 months 2 MSC patients and 5 placebo patients had died.", both(DIED, 2, 5)),
        # causes are no arms, and name other outcomes
        ("Deaths related to MSC were not seen; deaths of other cause: 2 v 3.", both(DIED, 2, 3)),
        ("Pneumonia-related death occurred in 1 and 2 patients, respectively.", both(DIED, 1, 2)),
        # semicolons
        ("Acute rejection occurred in 3 MSC recipients; in the placebo group 7.", both(REJECTED, 3, 7)),
    ],
)
def test_numbers_are_tied_to_their_arms(sentence: str, expected: set[object], words: Words) -> None:
    assert counts(TWO + sentence, words) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Two patients died.",  # of which arm?
        "Acute rejection was no more frequent after MSC.",
        "Neither acute rejection nor death was more frequent in the MSC group.",
        "The mean MFI of de novo DSA was 2,150 in both groups.",
        "Acute rejection lasted 7 days in the MSC group.",
        "In 3 patients of the MSC group blood pressure rose before the graft was lost.",
        "In earlier studies of MSC no patient died.",
        "There were 9 episodes of acute rejection in the MSC group.",
        "Acute rejection did not differ.",
        "There were 11 infections in the MSC group and 14 in the placebo group.",
        "Deaths related to MSC were not seen.",
        "Four MSC patients had acute rejection before the infusion.",
        "Neither group had a death from CMV.",
        "The composite of acute rejection or death was met by 4 MSC recipients.",
        "Patient survival was 90% with MSC and 93.3% with placebo.",
        "Acute rejection struck a quarter of the MSC patients and 23.3% of those who stopped early.",
        "Serum lipids were at target in 17 of 30 and 12 of 30, while acute rejection persisted.",
    ],
)
def test_what_is_not_bound_gives_no_count(sentence: str, words: Words) -> None:
    assert counts(TWO + sentence, words) == set()


def test_a_number_without_its_arm_goes_to_review_with_the_reason(words: Words) -> None:
    reading = read_abstract(TWO + "Two patients died.", words)
    assert [one.reason for one in reading.review] == ["the arm of the number is not certain"]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("One had acute rejection and one died of sepsis.", {(REJECTED, 1), (DIED, 1)}),
        ("At 12 months one patient had died.", {(DIED, 1)}),
        ("Two patients developed CMV disease and one shingles.", {(CMV, 2)}),
        ("Two patients had acute rejection and three had gout.", {(REJECTED, 2)}),
        ("Function improved in three patients and one lost the graft.", {(LOST, 1)}),
        ("Acute rejection occurred in two patients, one of them in the first month.", {(REJECTED, 2)}),
        ("Two had CMV disease, none severe.", {(CMV, 2)}),
        (
            "Acute rejection and CMV disease occurred in two and three patients, respectively.",
            {(REJECTED, 2), (CMV, 3)},
        ),
        ("No one lost the graft.", {(LOST, 0)}),
        ("Four patients with acute rejection were given MSC twice.", set()),
        ("None of these lost the graft.", set()),
        (
            "A bile leak required stenting of the bile ducts in one patient.",
            {("biliary_complication", 1), (STENTED, 1)},
        ),
        ("Two patients of group 1 and three of group 2 died.", set()),
        ("Deaths: 2 v 3.", set()),
        ("Nine patients whose acute rejection had failed to respond were given MSC twice.", set()),
        ("No graft-versus-host disease, and no death, was seen.", {(DIED, 0)}),
    ],
)
def test_a_report_of_one_arm(sentence: str, expected: set[tuple[str, int]], words: Words) -> None:
    found = counts(ONE + "All were seen yearly. " + sentence, words)
    assert {(code, events) for code, _, events, _ in found} == expected
    assert {(role, people) for _, role, _, people in found} <= {("msc", 10)}


THREE = (
    "Sixty kidney recipients were randomised to MSC before surgery (n = 20), MSC after surgery (n = 20) "
    "or no MSC (n = 20). "
)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Acute rejection occurred in 3 patients of the early group, 4 of the late group and 7 of the no-MSC group.",
            {(REJECTED, "msc", 3, 20), (REJECTED, "msc", 4, 20), (REJECTED, "control", 7, 20)},
        ),
        ("One death was recorded, in the no-MSC group.", {(DIED, "control", 1, 20)}),
        # the arm known is not the one in that place
        ("Acute rejection occurred in 7 of the no-MSC group, 4 of the late group and 3 of the early group.", None),
    ],
)
def test_three_arms_by_names_of_their_own(sentence: str, expected: set[object] | None, words: Words) -> None:
    found = counts(THREE + sentence, words)
    assert found == expected if expected else found <= {(REJECTED, "control", 7, 20)}


def test_a_number_of_a_group_is_no_people_at_risk(words: Words) -> None:
    text = "Twenty recipients had MSC (group 1, n = 10) or placebo (group 2, n = 10). "
    found = counts(text + "Acute rejection was seen in one patient of group 1 and two of group 2.", words)
    assert found == {(REJECTED, "msc", 1, 10), (REJECTED, "control", 2, 10)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Acute rejection occurred in 3 in the first year and in 7 in the MSC group.",
        "Acute rejection occurred in 3 with diabetes and 7 with MSC.",
        "Acute rejection occurred in 3 of the diabetic patients and 7 of the MSC patients.",
    ],
)
def test_a_phrase_of_the_same_kind_that_names_no_arm_is_none(sentence: str, words: Words) -> None:
    assert counts(TWO + sentence, words) <= {(REJECTED, "msc", 7, 30)}


def test_the_arm_that_a_test_compared_with_is_not_the_one_counted(words: Words) -> None:
    text = TWO + "Acute rejection was seen in 3 of 30 patients (10%; P = .04 v placebo) given MSC."
    assert counts(text, words) == {(REJECTED, "msc", 3, 30)}


def test_what_only_cells_can_do_is_not_denied_of_those_without(words: Words) -> None:
    assert counts(TWO.replace("placebo", "no cells") + "No toxicity of the infusion was seen.", words) == {
        ("infusion_reaction", "msc", 0, 30)
    }


def test_the_wrong_arm_size_beside_a_number_binds_nothing(words: Words) -> None:
    text = "Forty recipients were randomised to MSC (n = 25) or placebo (n = 15). Acute rejection was seen in 3 of 15 in the MSC group."
    assert counts(text, words) == set()


def test_people_at_risk_tell_the_arm_where_none_is_named(words: Words) -> None:
    text = "Forty recipients were randomised to MSC (n = 25) or placebo (n = 15). Acute rejection: 3/25 and 4/15."
    assert counts(text, words) == {(REJECTED, "msc", 3, 25), (REJECTED, "control", 4, 15)}


def test_outcome_words_are_for_sql_too() -> None:
    """RE2 knows neither look-around nor references back."""
    for row in rows("evidence_outcome_word"):
        assert not re.search(r"\(\?[=!<]|\\\d", row["pattern"]), row["pattern"]
