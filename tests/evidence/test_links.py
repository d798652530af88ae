"""Numbers tied over a distance: lists in one order, brackets, references back, short forms; each with a look-alike."""

from __future__ import annotations

import pytest

from msc_harvest.evidence import Words
from tests.evidence.test_grammar import CMV, DIED, LOST, ONE, REJECTED, TWO, both, counts

BK = "bk_virus"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # two numbers head a clause together
        (
            "Three MSC patients and five placebo patients died, and 4 (13.3%) and 7 (23.3%) lost the graft.",
            both(DIED, 3, 5) | both(LOST, 4, 7),
        ),
        # a comparison tells which of two is whose
        ("Acute rejection (3 vs 7) was less frequent in the MSC arm.", both(REJECTED, 3, 7)),
        ("Acute rejection (7 vs 3) was less frequent in the MSC arm.", both(REJECTED, 3, 7)),
        # parts of a number in a bracket
        ("Five patients died during follow-up (MSC, n = 2; placebo, n = 3).", both(DIED, 2, 3)),
        # a thing and, apart from it, what became of it
        ("One graft in the MSC group and three in the placebo group were lost.", both(LOST, 1, 3)),
        # shares of those just counted are no second count
        ("Acute rejection was seen in 3 MSC and 6 placebo patients (10% v 20%).", both(REJECTED, 3, 6)),
        # causes in a bracket are no outcomes
        (
            "The graft was lost by one MSC patient (rejection) and two placebo patients (two rejections).",
            both(LOST, 1, 2),
        ),
        # the zeros of a list share the arm named at its end
        (
            "There was no death, no graft loss and no acute rejection in the MSC group.",
            {(DIED, "msc", 0, 30), (LOST, "msc", 0, 30), (REJECTED, "msc", 0, 30)},
        ),
    ],
)
def test_of_two_arms(sentence: str, expected: set[tuple[str, str, int, int]], words: Words) -> None:
    assert counts(TWO + sentence, words) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("One patient lost the graft at month 8 and one died at month 10.", {(LOST, 1), (DIED, 1)}),
        ("Acute rejection was seen in three patients, at months 2, 4 and 9.", {(REJECTED, 3)}),
        ("Three patients were retransplanted, after 4, 7 and 9 months.", {(LOST, 3)}),
        ("Two infections were seen: CMV (n = 2) and BK virus (n = 1).", {(CMV, 2), (BK, 1)}),
        ("Four patients died: two of sepsis and two of stroke.", {(DIED, 4)}),
        ("CMV disease was found in two patients, one of whom had CMV colitis.", {(CMV, 2)}),
        ("Acute rejection was attempted to be avoided, and patient 2 never had rejection.", set()),
        ("Freedom from acute rejection was 80%.", set()),
    ],
)
def test_of_one_arm(sentence: str, expected: set[tuple[str, int]], words: Words) -> None:
    assert {(one[0], one[2]) for one in counts(ONE + sentence, words)} == expected


def test_short_forms_are_those_of_the_abstract(words: Words) -> None:
    told = "Acute cellular rejection (XCR) was the endpoint. "
    assert (REJECTED, "msc", 2, 10) in counts(ONE + told + "XCR was seen in two patients.", words)
    assert not counts(ONE + "XCR was seen in two patients.", words)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Serious adverse events were seen in 4 and 6 patients; none was related to MSC.", True),
        ("Acute rejection was seen in 4 and 6 patients; none was related to MSC.", False),
    ],
)
def test_none_of_those_told_of(said: str, expected: bool, words: Words) -> None:
    assert (("related_serious_adverse_event", "msc", 0, 30) in counts(TWO + said, words)) is expected


def test_what_nobody_is_compared_with_is_no_control(words: Words) -> None:
    text = "Five recipients got MSC after small bowel (n = 3) or multivisceral (n = 2) transplantation. Nobody died."
    assert counts(text, words) == {(DIED, "msc", 0, 5)}
