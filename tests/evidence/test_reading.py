"""Whole abstracts: the traps named in the knowledge notes, and what must never be taken for evidence."""

from __future__ import annotations

import pytest

from msc_harvest.evidence import Reading, Words, read_abstract

ARMS = "Forty-two recipients were randomized to the MSC group (n = 21) or the control group (n = 21). "


def counts(reading: Reading) -> list[tuple[str | None, str | None, int, int | None, str]]:
    return [
        (value.outcome_code, value.arm_role, value.n_events, value.n_at_risk, value.count_basis)
        for value in reading.values
    ]


def test_trap_outcomes_given_only_as_percentages(words: Words) -> None:
    text = ARMS + "Delayed graft function occurred in 9.5% of the MSC group and 33.3% of the control group."
    read = read_abstract(text, words)
    assert read.totals[0].value == 42 and [arm.size.value for arm in read.arms] == [21, 21]
    assert counts(read) == [
        ("delayed_graft_function", "msc", 2, 21, "derived"),
        ("delayed_graft_function", "control", 7, 21, "derived"),
    ]


def test_trap_percentages_set_against_each_other(words: Words) -> None:
    text = ARMS + "Delayed graft function was seen in 9.5% versus 33.3% in the MSC and control groups."
    assert [(one[1], one[2], one[4]) for one in counts(read_abstract(text, words))] == [
        ("msc", 2, "derived"),
        ("control", 7, "derived"),
    ]


def test_trap_group_sizes_not_in_the_abstract(words: Words) -> None:
    text = "Rejection occurred in 9.1% of the MSC group and 27.3% of the control group."
    read = read_abstract(text, words)
    assert [(v.arm_role, v.n_events, v.value, v.value_kind) for v in read.values] == [
        ("msc", None, 9.1, "percent"),
        ("control", None, 27.3, "percent"),
    ]
    assert read.review[0].reason == "an outcome and a number, no count read"


def test_trap_historical_controls(words: Words) -> None:
    text = (
        "Twelve recipients were treated with MSCs and compared with 70 historical controls. Infections occurred in "
        "4/12 (33.3%) patients in the MSC group and in 45/70 (64.3%) patients in the control group."
    )
    assert counts(read_abstract(text, words)) == [
        ("infection", "msc", 4, 12, "reported"),
        ("infection", "control", 45, 70, "reported"),
    ]


def test_trap_numbers_as_words(words: Words) -> None:
    text = "Six patients received MSCs after transplantation. Two patients had CMV infection."
    assert counts(read_abstract(text, words)) == [("cmv", "msc", 2, 6, "reported")]


def test_trap_protocols_carry_planned_numbers(words: Words) -> None:
    text = "A sample size of 70 patients will be randomised. Rejection will be recorded in 5 of 35 patients (14%)."
    read = read_abstract(text, words)
    assert all(one.is_planned for one in read.totals) and not read.values


@pytest.mark.parametrize(
    "sentence",
    [
        "No graft loss occurred in the MSC group.",
        "None of the patients in the MSC group had graft loss.",
        "Graft loss was not observed in the MSC group.",
    ],
)
def test_zero_in_words(words: Words, sentence: str) -> None:
    assert counts(read_abstract(ARMS + sentence, words)) == [("graft_loss", "msc", 0, 21, "zero_in_words")]


@pytest.mark.parametrize(
    "sentence",
    [
        "There was no difference in rejection between the MSC group and the control group.",
        "Rejection was not reported in the MSC group.",
        "We hypothesized that rejection occurs in 3/21 (14.3%) patients in the MSC group.",
        "In previous studies rejection occurred in 3/21 (14.3%) patients in the control group.",
        "Rejection was defined as 3 of 21 (14.3%) patients in the MSC group.",
        "BACKGROUND: Rejection occurs in 30 of 100 (30%) patients in the control group.",
    ],
)
def test_what_is_no_evidence_gives_no_number(words: Words, sentence: str) -> None:
    assert not read_abstract(ARMS + sentence, words).values


def test_a_percentage_that_contradicts_its_count_goes_to_review(words: Words) -> None:
    read = read_abstract(ARMS + "Rejection occurred in 3/21 (28.6%) patients in the MSC group.", words)
    assert "the percentage contradicts the count" in {one.reason for one in read.review}
    assert not [one for one in read.values if one.n_events == 3]


def test_three_arms_are_read(words: Words) -> None:
    text = "Patients (n = 159) were randomized to low dose (n = 53), high dose (n = 52) or basiliximab (n = 54)."
    assert [arm.size.value for arm in read_abstract(text, words).arms] == [53, 52, 54]


def test_grades_ratios_and_dates_are_no_counts(words: Words) -> None:
    text = ARMS + "Grade 3/4 infection was rare in the MSC group between 2/1995 and 7/2009."
    assert not read_abstract(text, words).values


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Infection occurred in 4/21 MSC recipients and 7/21 controls.", [("msc", 4), ("control", 7)]),
        ("Three patients in the MSC group and five in the control group died.", [("msc", 3), ("control", 5)]),
        ("Rejection was seen in 2 and 6 patients, respectively.", [("msc", 2), ("control", 6)]),
        ("Rejection was seen in 4.8% of the MSC group and 28.6% of the control group.", [("msc", 1), ("control", 6)]),
        ("There were no deaths.", [("msc", 0), ("control", 0)]),
        ("No graft loss occurred in either group.", [("msc", 0), ("control", 0)]),
        ("One death occurred in each group.", [("msc", 1), ("control", 1)]),
        ("Two controls lost their grafts; no graft was lost in the MSC group.", [("control", 2), ("msc", 0)]),
        ("Twelve infections were recorded in eight MSC patients.", [("msc", 8)]),
        ("There were 14 CMV episodes in the MSC group and 11 in the control group.", []),
        ("None of the deaths was related to the cells.", []),
        ("Two patients had rejection.", []),
        ("The composite of rejection or death was met by 4 of 21 MSC patients.", []),
    ],
)
def test_each_number_goes_to_its_arm_or_nowhere(words: Words, sentence: str, expected: list[tuple[str, int]]) -> None:
    found = [(role, n_events) for _, role, n_events, _, _ in counts(read_abstract(ARMS + sentence, words))]
    assert found == expected


def test_a_study_of_one_arm_counts_among_all_its_people(words: Words) -> None:
    text = "Seven kidney recipients received MSC. Rejection was seen in two patients. No infusion reaction occurred."
    assert counts(read_abstract(text, words)) == [
        ("acute_rejection", "msc", 2, 7, "reported"),
        ("infusion_reaction", "msc", 0, 7, "zero_in_words"),
    ]


@pytest.mark.parametrize(
    "opening",
    [
        "Twelve Lewis rats were given MSC (n = 6) or no cells (n = 6) after kidney transplantation. ",
        "In this study protocol 42 patients will be randomised to MSC (n = 21) or placebo (n = 21). ",
        "This systematic review covers MSC (n = 21) and controls (n = 21) after kidney transplantation. ",
    ],
)
def test_animals_plans_and_reviews_give_no_values(words: Words, opening: str) -> None:
    assert not read_abstract(opening + "Rejection occurred in 2/6 treated and 5/6 controls.", words).values


def test_measured_values_carry_spread_unit_time_and_arm(words: Words) -> None:
    text = ARMS + "Mean eGFR at 12 months was 58.4 (SD 14.1) mL/min in the MSC group and 54.9 (SD 15.3) in controls."
    found = [(v.outcome_code, v.arm_role, v.value, v.sd, v.timepoint_months) for v in read_abstract(text, words).values]
    assert found == [
        ("renal_function_egfr", "msc", 58.4, 14.1, 12.0),
        ("renal_function_egfr", "control", 54.9, 15.3, 12.0),
    ]
