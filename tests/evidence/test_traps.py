"""The extraction traps of the field's own papers, each by name.

The facts (numbers, shapes) are those of `../shared/knowledge/pubmed_eutilities.md`; the sentences are our own. Traps that are not about
reading a text but about whose records are one study are tests elsewhere:

| trap | test |
|---|---|
| TRITON, 70 and 54: one trial, several papers | `tests/curated/test_study_units.py::test_triton_has_its_main_paper_substudy_protocol_and_registration` |
| Liege: one registration, a kidney and a liver paper | `...::test_one_registration_with_a_kidney_and_a_liver_paper_is_two_studies_of_different_people` |
| MiSOT-I: results paper without a number | `...::test_misot_is_tied_by_people_where_no_source_links_paper_and_registration` |
| MiSOT-I: the earlier paper reports nobody | `...::test_the_score_paper_of_misot_is_found_by_the_european_number_and_reports_nobody` |
| Casiraghi 2021: its number stands in the last sentence only | `tests/sql/study/trial_publication/each_tie_keeps_its_method_and_its_strength`; here: the number is no count |
| Tan 2012: two MSC arms, one control | `tests/curated/test_study_units.py::test_two_msc_arms_share_one_control_that_is_counted_once` |
"""

from __future__ import annotations

import pytest

from msc_harvest.evidence import Reading, Words, read_abstract

Told = tuple[str | None, str | None, int | None, int | None, str]


def counts(reading: Reading, outcome: str) -> list[Told]:
    """Every count of one outcome that was read, sorted."""
    told = [
        (one.outcome_code, one.arm_role, one.n_events, one.n_at_risk, one.count_basis)
        for one in reading.values
        if one.n_events is not None and one.outcome_code == outcome
    ]
    return sorted(told, key=str)


def all_counts(reading: Reading) -> list[tuple[int | None, int | None]]:
    """Every count that was read, whatever its outcome."""
    return [(one.n_events, one.n_at_risk) for one in reading.values if one.n_events is not None]


def sizes(reading: Reading) -> list[int]:
    """Sizes of the arms, none of them planned."""
    return sorted(arm.size.value for arm in reading.arms if not arm.size.is_planned)


def total(reading: Reading) -> int | None:
    """The best total that is not planned."""
    return next((one.value for one in reading.totals if not one.is_planned), None)


def test_sun_2018_outcomes_only_as_percentages_give_derived_counts(words: Words) -> None:
    read = read_abstract(
        "Forty-two kidney recipients were randomised to umbilical cord MSC (n = 21) or no cells (control, n = 21). "
        "Delayed graft function was found in 9.5% of the MSC group and 33.3% of the control group.",
        words,
    )
    assert total(read) == 42 and sizes(read) == [21, 21]
    assert counts(read, "delayed_graft_function") == [
        ("delayed_graft_function", "control", 7, 21, "derived"),
        ("delayed_graft_function", "msc", 2, 21, "derived"),
    ]


def test_sun_2018_arms_of_equal_size_said_once(words: Words) -> None:
    read = read_abstract(
        "Forty-two kidney recipients were randomised to umbilical cord MSC or to no cells, 21 in each group. "
        "Delayed graft function occurred in 9.5% v 33.3% in the MSC and control groups, respectively.",
        words,
    )
    assert counts(read, "delayed_graft_function") == [
        ("delayed_graft_function", "control", 7, 21, "derived"),
        ("delayed_graft_function", "msc", 2, 21, "derived"),
    ]


def test_sun_2018_a_derived_count_stands_on_a_written_percentage(words: Words) -> None:
    text = (
        "Forty-two kidney recipients were randomised to MSC (n = 21) or no cells (control, n = 21). "
        "Delayed graft function was found in 9.5% of the MSC group and 33.3% of the control group."
    )
    derived = [one for one in read_abstract(text, words).values if one.count_basis == "derived"]
    assert [text[one.start : one.end].rstrip("%") for one in derived] == ["9.5", "33.3"]


def test_zhang_2021_percentages_without_group_sizes_invent_no_count(words: Words) -> None:
    read = read_abstract(
        "Twenty-two recipients were divided into an MSC group and a control group. "
        "Infection was seen in 9.1% of the MSC group and in 27.3% of the control group.",
        words,
    )
    assert total(read) == 22 and not sizes(read)
    assert not all_counts(read)


def test_zhang_2017_historical_controls_and_counts_beside_percentages(words: Words) -> None:
    read = read_abstract(
        "Twelve liver recipients with ischaemic-type biliary lesions were given six infusions of umbilical cord MSC; "
        "70 patients treated before served as historical controls. "
        "Interventions on the bile ducts were needed in 4 of 12 patients (33.3%) in the MSC group and in 45 of 70 patients "
        "(64.3%) in the control group.",
        words,
    )
    assert sizes(read) == [12, 70]
    assert counts(read, "biliary_intervention") == [
        ("biliary_intervention", "control", 45, 70, "reported"),
        ("biliary_intervention", "msc", 4, 12, "reported"),
    ]


def test_shi_2017_arms_in_words_with_a_sum_in_between(words: Words) -> None:
    read = read_abstract(
        "Twenty-seven liver recipients with acute rejection were enrolled. Fourteen were given umbilical cord MSC (thirteen "
        "patients had one infusion and one patient had multiple infusions), and thirteen served as controls.",
        words,
    )
    assert total(read) == 27
    assert sizes(read) == [13, 14]
    assert not all_counts(read)


def test_shi_2017_one_and_several_infusions_are_no_arms_of_one(words: Words) -> None:
    read = read_abstract(
        "Of 27 patients, thirteen received one infusion of MSC; one patient received multiple infusions; 13 were controls.",
        words,
    )
    assert total(read) == 27
    assert set(sizes(read)) <= {13, 14}
    assert not all_counts(read)


@pytest.mark.parametrize(
    ("opening", "people"),
    [
        ("Six kidney recipients were given donor MSC through the renal artery.", 6),
        ("Seven patients received donor MSC into the iliac bone before kidney transplantation.", 7),
        ("Autologous MSC were infused in four living-donor kidney recipients.", 4),
    ],
    ids=["peng_2013", "lee_2013", "mudrabettu_2015"],
)
def test_peng_lee_mudrabettu_people_in_words(opening: str, people: int, words: Words) -> None:
    read = read_abstract(f"{opening} None of the patients had an infusion reaction.", words)
    assert total(read) == people
    assert [one[2:] for one in counts(read, "infusion_reaction")] == [(0, people, "zero_in_words")]


def test_lee_2013_events_in_words(words: Words) -> None:
    read = read_abstract(
        "Seven patients received donor MSC before kidney transplantation. Three of seven patients had acute rejection.",
        words,
    )
    assert [one[2:] for one in counts(read, "acute_rejection")] == [(3, 7, "reported")]


def test_casiraghi_2021_randomised_and_completed_are_told_apart(words: Words) -> None:
    read = read_abstract(
        "Twenty liver transplant recipients were randomised (10 to autologous MSC, 10 to standard care) and 19 completed the "
        "study. One patient in the control group died. Registered as NCT02260375.",
        words,
    )
    assert total(read) == 20
    assert sizes(read) == [10, 10]
    assert counts(read, "patient_death") == [("patient_death", "control", 1, 10, "reported")]


def test_casiraghi_2021_the_number_in_the_last_sentence_is_no_count(words: Words) -> None:
    read = read_abstract("The infusion was safe. The trial was registered at ClinicalTrials.gov, NCT02260375.", words)
    assert total(read) is None and not sizes(read) and not read.values


def test_triton_a_substudy_has_its_own_people(words: Words) -> None:
    main = read_abstract(
        "Seventy kidney recipients were randomised; 57 completed follow-up, 29 in the MSC group and 28 in the control group.",
        words,
    )
    substudy = read_abstract("In this substudy, blood of 54 kidney recipients of the trial was analysed.", words)
    assert (total(main), total(substudy)) == (70, 54)


def test_liege_ten_and_ten_and_a_count_of_antibodies(words: Words) -> None:
    read = read_abstract(
        "Ten kidney recipients received third-party MSC and ten other recipients served as controls. "
        "Antibodies against the MSC donor were found in 4 of the 10 MSC recipients.",
        words,
    )
    assert sizes(read) == [10, 10]
    assert counts(read, "anti_msc_antibody") == [("anti_msc_antibody", "msc", 4, 10, "reported")]


def test_misot_a_score_that_predicts_is_no_evidence(words: Words) -> None:
    read = read_abstract(
        "We plan a phase I trial of multipotent adult progenitor cells in liver transplantation and describe a score for its "
        "dose-limiting toxicity. Up to 30 patients will be included; toxicity in one of six patients of a cohort would "
        "lead to a larger cohort.",
        words,
    )
    assert total(read) is None and not sizes(read) and not all_counts(read)


@pytest.mark.parametrize(
    "text",
    [
        "One hundred and twenty kidney recipients will be randomised to MSC (n = 60) or to antibodies (n = 60).",
        "In this protocol 70 patients will be included, of whom 35 will receive MSC and 35 will be controls.",
        "Ten patients will be treated with MSC six months after kidney transplantation.",
        "We aim to enrol 30 liver recipients in cohorts of 3 to 6 patients; infusion reactions in 2 of 6 would stop the study.",
        "Twenty patients are to be recruited. Acute rejection is expected in 6 of 20 patients.",
    ],
    ids=["sun_2017", "triton_2014", "neptune_2015", "misot_1_2011", "mystep1_2017"],
)
def test_protocols_plan_people_and_count_none(text: str, words: Words) -> None:
    read = read_abstract(text, words)
    assert total(read) is None and not sizes(read)
    assert not all_counts(read)


def test_zhao_2021_a_meta_analysis_is_nobodys_evidence(words: Words) -> None:
    read = read_abstract(
        "We searched four databases for randomised trials and carried out a meta-analysis. Four trials with 197 kidney "
        "recipients were included. Acute rejection was reported in 12 of 98 patients given MSC and 15 of 99 controls "
        "(RR 0.77; 95% CI 0.41-1.45). One-year infection was less frequent (RR 0.65; 95% CI 0.46-0.9).",
        words,
    )
    assert not all_counts(read) and not sizes(read) and total(read) is None


def test_small_bowel_six_recipients_and_three_deaths(words: Words) -> None:
    read = read_abstract(
        "Six recipients of a small bowel graft were given autologous MSC. Acute rejection was seen in two patients. "
        "Three of the six patients died of sepsis.",
        words,
    )
    assert total(read) == 6
    assert [one[2:] for one in counts(read, "acute_rejection")] == [(2, 6, "reported")]
    assert [one[2:] for one in counts(read, "patient_death")] == [(3, 6, "reported")]


def test_heart_grafts_of_rats_are_nobodys_evidence(words: Words) -> None:
    read = read_abstract(
        "Heart grafts were transplanted into 24 rats, of which 12 received MSC (n = 12) and 12 did not (n = 12). "
        "Acute rejection was seen in 3 of 12 treated rats and 11 of 12 controls. Two rats died.",
        words,
    )
    assert total(read) is None and not all_counts(read) and not sizes(read)


def test_heart_a_case_report_counts_no_literature(words: Words) -> None:
    read = read_abstract(
        "A heart transplant recipient with chronic rejection was given umbilical cord MSC. In the literature, 4 of 10 "
        "patients with this condition died within a year.",
        words,
    )
    assert not all_counts(read)
