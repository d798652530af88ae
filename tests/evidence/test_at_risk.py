"""Who was at risk, and in which order unnamed numbers stand: what is not certain is left unread."""

from __future__ import annotations

import pytest

from msc_harvest.evidence import Words, read_abstract

TWO_ARMS = "Methods: Forty kidney recipients were randomised to MSC (n = 20) or placebo (n = 20). Results: "
ONE_ARM = "Methods: Ten kidney recipients received MSC. Results: "


def _counts(text: str, words: Words) -> list[tuple[str | None, str | None, int | None, int | None]]:
    return [
        (one.outcome_code, one.arm_role, one.n_events, one.n_at_risk)
        for one in read_abstract(text, words).values
        if one.n_events is not None
    ]


@pytest.mark.parametrize(
    ("said", "code", "read"),
    [
        (
            "Rejection occurred in 3 MSC recipients and 5 controls. CMV disease was seen in 2 and 4 patients.",
            "cmv",
            [("cmv", "msc", 2, 20), ("cmv", "control", 4, 20)],
        ),
        # The results turned to the controls first: the next list may be in either order.
        ("Rejection occurred in 5 controls and 3 MSC recipients. CMV disease was seen in 2 and 4 patients.", "cmv", []),
        # Three of twenty are some of the arm, told apart by something else.
        ("Rejection occurred in 2 of the 3 patients without induction.", "acute_rejection", []),
    ],
)
def test_lists_and_small_groups(said: str, code: str, read: list[tuple[str, str, int, int]], words: Words) -> None:
    assert [one for one in _counts(TWO_ARMS + said, words) if one[0] == code] == read


def test_those_a_sentence_opens_with_are_at_risk(words: Words) -> None:
    said = ONE_ARM + "Among the 8 evaluable patients, CMV infection occurred in 2."
    assert ("cmv", "msc", 2, 8) in _counts(said, words)


def test_a_definite_number_says_of_whom(words: Words) -> None:
    said = ONE_ARM + "No graft was lost in the 10 patients."
    assert all(one[2] == 0 for one in _counts(said, words))


def test_what_both_arms_got_names_none(words: Words) -> None:
    text = "Methods: Twenty patients received MSC on top of standard care and 22 received standard care alone."
    assert [(arm.role, arm.size.value) for arm in read_abstract(text, words).arms] == [("msc", 20), ("control", 22)]
