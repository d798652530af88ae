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
        # That one sentence turned to the controls first changes nothing for a list: it keeps the order of the arms.
        (
            "Rejection occurred in 5 controls and 3 MSC recipients. CMV disease was seen in 2 and 4 patients.",
            "cmv",
            [("cmv", "msc", 2, 20), ("cmv", "control", 4, 20)],
        ),
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


ALLOTTED = "Methods: Forty kidney recipients were randomised, 20 to each arm, to MSC or placebo. "


@pytest.mark.parametrize(
    ("said", "sizes"),
    [
        (ALLOTTED + "The allocated infusion was given to 37; 37 received the infusion (19 MSC, 18 placebo).", [19, 18]),
        # The bracket does not make up the number before it.
        (ALLOTTED + "Results: 37 received the infusion (12 MSC, 18 placebo).", [20, 20]),
        (ALLOTTED + "Results: Data were available for 18 MSC recipients and 17 controls.", [18, 17]),
        # Data of one laboratory value are not those of the study.
        (ALLOTTED + "Results: Cystatin data were available for 8 MSC recipients and 7 controls.", [20, 20]),
        ("Methods: We randomly assigned people to MSC or placebo, and 17 and 16 patients respectively were analysed.", [17, 16]),
        ("Methods: We randomly assigned people to MSC or placebo. Later 17 and 16 patients respectively were analysed.", []),
        ("Methods: Twelve kidney recipients received MSC. One withdrew before the infusion, so 11 were treated.", [11]),
        # Nobody left: the eleven were treated for something else.
        ("Methods: Twelve kidney recipients received MSC. CMV was common, so 11 were treated.", [12]),
    ],
)  # fmt: skip
def test_arms_as_they_were_analysed(said: str, sizes: list[int], words: Words) -> None:
    assert [arm.size.value for arm in read_abstract(said, words).arms] == sizes


@pytest.mark.parametrize(
    ("said", "roles"),
    [
        ("Of all 36 liver recipients, 12 received MSC, 12 received MSC with belatacept, and 12 received belatacept.",
         ["msc", "msc", "control"]),
        # Twelve more are told of elsewhere: the last need not be an arm.
        ("Of all 48 liver recipients, 12 received MSC, 12 received MSC with belatacept, and 12 received belatacept.",
         ["msc"]),
    ],
)  # fmt: skip
def test_of_three_that_make_up_the_whole_the_last_got_no_cells(said: str, roles: list[str], words: Words) -> None:
    assert [arm.role for arm in read_abstract("Methods: " + said, words).arms] == roles


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Biliary strictures were found in 4 patients (40%) during the year before treatment.", []),
        (
            "Biliary strictures were found in 4 patients (40%) during the year after treatment.",
            [("biliary_complication", "msc", 4, 10)],
        ),
        ("No patient died within 60 days, and two-year survival was 80%.", [("patient_death", "msc", 0, 10)]),
        ("Mortality at two years was 20%.", [("patient_death", "msc", 2, 10)]),
        ("Infusions provoked mild fever in three patients.", [("infusion_reaction", "msc", 3, 10)]),
        ("Infusions were given to three patients with fever.", []),
        ("Donor-specific antibodies had emerged de novo in 2 patients.", [("de_novo_dsa", "msc", 2, 10)]),
        ("Donor-specific antibodies had disappeared in 2 patients.", []),
        ("Tacrolimus could be safely minimised in 6 patients.", [("is_minimisation", "msc", 6, 10)]),
        ("Tacrolimus was measured in 6 patients.", []),
    ],
)
def test_what_is_before_treatment_or_survived_is_no_event(
    said: str, read: list[tuple[str, str, int, int]], words: Words
) -> None:
    assert _counts(ONE_ARM.replace("kidney", "liver") + said, words) == read


def test_a_series_of_cases_opens_its_results(words: Words) -> None:
    text = "Background. CMV disease is feared. Case series. Six kidney recipients received MSC. Two patients had CMV disease."
    assert _counts(text, words) == [("cmv", "msc", 2, 6)]
    assert _counts(text.replace("Case series. ", ""), words) == _counts(text, words)
