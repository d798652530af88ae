"""Who is in which arm, said in many ways: sizes with their roles, and the number of all people. Every sentence is our own."""

from __future__ import annotations

from time import process_time

import pytest

from msc_harvest.evidence import Words, read_abstract

Sizes = list[tuple[str | None, int]]
MSC, CONTROL = "msc", "control"

SAID: list[tuple[str, Sizes, int | None]] = [
    ("Fifty kidney recipients were randomised to MSC (n = 26) or placebo (n = 24).", [(MSC, 26), (CONTROL, 24)], 50),
    ("Fifty kidney recipients were allotted to MSC (26 patients) or to rATG (24 patients).", [(MSC, 26), (CONTROL, 24)], 50),
    ("Of 33 liver recipients, 16 were given MSC and 17 were not.", [(MSC, 16), (CONTROL, 17)], 33),
    ("We assigned 44 liver recipients at random to MSC (22) or belatacept (22).", [(MSC, 22), (CONTROL, 22)], 44),
    ("Sixty lung recipients were randomised 2:1 to MSC (40) or saline (20).", [(MSC, 40), (CONTROL, 20)], 60),
    ("In a 1:2 ratio, 36 recipients were divided into group A (MSC, n = 12) and group B (no MSC, n = 24).", [(MSC, 12), (CONTROL, 24)], 36),
    ("Eighteen kidney recipients treated with MSC were compared with 36 matched controls.", [(MSC, 18), (CONTROL, 36)], 54),
    ("Eleven heart recipients had MSC; a further eleven without cell therapy served as controls.", [(MSC, 11), (CONTROL, 11)], 22),
    ("The blue arm (MSC, n = 15) and the white arm (daclizumab, n = 14) were followed for a year.", [(MSC, 15), (CONTROL, 14)], 29),
    ("Forty recipients were randomised, 20 per arm, to MSC or to everolimus.", [(MSC, 20), (CONTROL, 20)], 40),
    ("Recipients were randomised to MSC or placebo (25 patients in each group).", [(MSC, 25), (CONTROL, 25)], 50),
    ("Two groups of 19 kidney recipients were studied: one was given MSC, the other no cells.", [(MSC, 19), (CONTROL, 19)], 38),
    ("MSC were infused in 13 of 27 recipients; the remaining 14 received standard care.", [(MSC, 13), (CONTROL, 14)], 27),
    ("Seventeen patients (9 MSC, 8 control) with lung grafts were enrolled.", [(MSC, 9), (CONTROL, 8)], 17),
    ("The control group consisted of 30 recipients and the MSC group of 15 recipients.", [(CONTROL, 30), (MSC, 15)], 45),
    ("Patients who received MSC (n = 12) were compared with patients who received no cells (n = 13).", [(MSC, 12), (CONTROL, 13)], 25),
    ("Thirty patients were enrolled: 10 in the low-dose MSC arm, 10 in the high-dose MSC arm and 10 in the placebo arm.", [(MSC, 10), (MSC, 10), (CONTROL, 10)], 30),
    ("Forty-one kidney recipients were randomised, 21 to MSC and 20 to thymoglobulin.", [(MSC, 21), (CONTROL, 20)], 41),
    ("Twenty-one recipients got MSC and were compared with 42 historical patients.", [(MSC, 21), (CONTROL, 42)], 21),
    ("Between 2010 and 2014 we enrolled 28 kidney recipients, 14 with and 14 without MSC.", [(MSC, 14), (CONTROL, 14)], 28),
    ("Group 1 (n = 30) received MSC before transplantation; group 2 (n = 31) received basiliximab.", [(MSC, 30), (CONTROL, 31)], 61),
    ("Half of 48 liver recipients (n = 24) were given MSC, the other half (n = 24) were not.", [(MSC, 24), (CONTROL, 24)], 48),
    ("Sixty-five patients underwent randomisation (33 MSC; 32 sham infusion).", [(MSC, 33), (CONTROL, 32)], 65),
    ("Thirty-eight recipients were randomly allocated to the cell arm (MSC; n=19) or the antibody arm (alemtuzumab; n=19).", [(MSC, 19), (CONTROL, 19)], 38),
    ("A total of 90 recipients were randomised in three groups: MSC twice (n=30), MSC once (n=30) and no MSC (n=30).", [(MSC, 30), (MSC, 30), (CONTROL, 30)], 90),
    ("Nine kidney recipients were infused with MSC.", [(MSC, 9)], 9),
    ("We treated six lung recipients with MSC.", [(MSC, 6)], 6),
    ("MSC were given to 14 patients after liver transplantation.", [(MSC, 14)], 14),
    ("Of 23 kidney recipients screened, 15 were enrolled and received MSC.", [(MSC, 15)], 15),
    ("Fifty-five recipients were randomised to MSC or control.", [], 55),
    ("Thirty-two recipients were randomised; 16 received MSC and 15 placebo, and one withdrew.", [(MSC, 16), (CONTROL, 15)], 32),
    ("Sixty patients were randomised, 30 to each arm; three in the MSC arm never received the cells and were excluded, leaving 27 and 30.", [(MSC, 27), (CONTROL, 30)], 60),
    ("After MSC, 2 of 12 treated patients and 5 of 13 untreated patients had acute rejection.", [(MSC, 12), (CONTROL, 13)], 25),
    ("Acute rejection occurred in 3 of the 18 recipients given MSC and 7 of the 18 controls.", [(MSC, 18), (CONTROL, 18)], 36),
    ("In this case-control study, each of 20 MSC recipients was matched with two of 40 controls.", [(MSC, 20), (CONTROL, 40)], 60),
    ("Patients in the intervention arm (n = 17) received MSC and those in the comparator arm (n = 18) did not.", [(MSC, 17), (CONTROL, 18)], 35),
    ("Twelve patients agreed to MSC infusion, and 12 who declined it formed the control group.", [(MSC, 12), (CONTROL, 12)], 24),
    ("Fourteen participants were treated with autologous MSC and fifteen with basiliximab.", [(MSC, 14), (CONTROL, 15)], 29),
    ("The MSC group comprised 22 patients; the control group, 23.", [(MSC, 22), (CONTROL, 23)], 45),
    ("Of 34 recipients, 17 were assigned to cyclosporine alone and 17 to cyclosporine plus MSC.", [(CONTROL, 17), (MSC, 17)], 34),
    ("Eligible recipients (n = 58) were assigned, in random order, to autologous MSC (n = 29) or no infusion (n = 29).", [(MSC, 29), (CONTROL, 29)], 58),
    ("Twelve of the 25 participants were allocated to receive MSC and 13 to receive placebo infusions.", [(MSC, 12), (CONTROL, 13)], 25),
    ("Participants: 47 recipients of a deceased-donor kidney (23 intervention, 24 control). Intervention: MSC.", [(MSC, 23), (CONTROL, 24)], 47),
    ("Patients undergoing liver transplantation were given MSC (MSC arm, 18 patients) or standard immunosuppression (standard arm, 19 patients).", [(MSC, 18), (CONTROL, 19)], 37),
    ("In all, 64 adults entered the trial; 31 were randomised to UC-MSC, 33 to ATG.", [(MSC, 31), (CONTROL, 33)], 64),
    ("MSC (n=14) were compared with tacrolimus alone (n=16) in 30 kidney recipients.", [(MSC, 14), (CONTROL, 16)], 30),
    ("We included 27 kidney recipients who had been given MSC and 54 propensity-matched recipients who had not.", [(MSC, 27), (CONTROL, 54)], 81),
    ("The first ten recipients were given MSC; the next ten received conventional treatment.", [(MSC, 10), (CONTROL, 10)], 20),
    ("Recipients were allotted by lot: 35 to MSC and 34 to none.", [(MSC, 35), (CONTROL, 34)], 69),
    ("Twenty-two liver recipients were analysed, eleven in the MSC group and eleven in the historical group.", [(MSC, 11), (CONTROL, 11)], 22),
    ("Patients with BOS (n = 24) received MSC infusions; 48 patients with BOS from the registry, matched for age, served as comparators.", [(MSC, 24), (CONTROL, 48)], 72),
    ("A cohort of 16 MSC-treated kidney recipients was contrasted with a cohort of 32 untreated recipients.", [(MSC, 16), (CONTROL, 32)], 48),
    ("Of 21 patients, ten got MSC plus belatacept and eleven got belatacept alone.", [(MSC, 10), (CONTROL, 11)], 21),
    ("Ninety-nine recipients were randomised to one of three arms: MSC 1 × 10^6/kg (n = 33), MSC 2 × 10^6/kg (n = 33) and placebo (n = 33).", [(MSC, 33), (MSC, 33), (CONTROL, 33)], 99),
    ("Seventy-two recipients were randomised (36 patients each) to MSC infusion or to IL-2 receptor antibody.", [(MSC, 36), (CONTROL, 36)], 72),
    ("Forty recipients took part. Arm 1: MSC at reperfusion (20 recipients). Arm 2: saline at reperfusion (20 recipients).", [(MSC, 20), (CONTROL, 20)], 40),
    ("Thirteen lung recipients were infused with MSC, whereas 26 lung recipients of the same era were not.", [(MSC, 13), (CONTROL, 26)], 39),
    ("Of the 60 women and men randomised, 59 were transplanted (MSC 30, control 29).", [(MSC, 30), (CONTROL, 29)], 60),
    ("Group A: 25 kidney recipients with MSC. Group B: 25 kidney recipients without MSC.", [(MSC, 25), (CONTROL, 25)], 50),
    ("Controls were 44 recipients transplanted before 2009; 22 recipients were treated with MSC.", [(CONTROL, 44), (MSC, 22)], 22),
    ("We enrolled 18 patients and infused 16 of them with MSC.", [(MSC, 16)], 18),
    ("In this phase 1 study five kidney recipients received MSC at escalating doses.", [(MSC, 5)], 5),
    ("Either MSC (17 recipients) or nothing (18 recipients) was added to standard care after kidney transplantation.", [(MSC, 17), (CONTROL, 18)], 35),
    ("Eight recipients were given MSC, and the outcome of the contralateral kidney in eight other recipients was taken as control.", [(MSC, 8), (CONTROL, 8)], 16),
    ("Of 90 kidney recipients, 84 (MSC, 43; antibody, 41) came to the visit; all had been randomised.", [(MSC, 43), (CONTROL, 41)], 90),
    ("Thirty liver recipients were randomised (MSC n=15, control n=15).", [(MSC, 15), (CONTROL, 15)], 30),
    ("Thirteen kidney recipients were treated with MSC and compared with 14 recipients who declined the cells.", [(MSC, 13), (CONTROL, 14)], 27),
    ("Sixteen kidney recipients were given MSC on days 0 and 7 without maintenance steroids.", [(MSC, 16)], 16),
    ("Eight kidney recipients were given two or three portal infusions of donor MSC.", [(MSC, 8)], 8),
    ("We followed 25 kidney recipients. After two recipients had lost function, MSC were given to 11.", [(MSC, 11)], 25),
    ("Kidney recipients were given MSC early (n=8) or late (n=15).", [(MSC, 8), (MSC, 15)], 23),
    ("Within a randomised trial of MSC (n=70) we took blood from 12 MSC-treated and 11 basiliximab-treated kidney recipients.", [(MSC, 12), (CONTROL, 11)], 23),
    ("Kidney recipients were assigned to MSC (n=26) or vehicle (n=28); 2 recipients allotted to MSC were excluded.", [(MSC, 26), (CONTROL, 28)], 54),
    ("Forty liver recipients were randomly assigned: 20 received MSC on days 1, 4 and 8, and 20 received standard treatment.", [(MSC, 20), (CONTROL, 20)], 40),
    ("Recipients with borderline rejection had MSC (MSC cohort, 18 patients) or steroids only (pulse cohort, 21 patients).", [(MSC, 18), (CONTROL, 21)], 39),
    ("Eight lung recipients got MSC. A historical cohort of 24 recipients was used for comparison.", [(MSC, 8), (CONTROL, 24)], 8),
    ("Of 88 patients assessed, 60 were randomised after kidney transplantation: 31 to MSC, 29 to placebo.", [(MSC, 31), (CONTROL, 29)], 60),
    ("Fifteen of the 30 liver recipients received MSC; the other 15 did not.", [(MSC, 15), (CONTROL, 15)], 30),
    ("Ten kidney recipients received MSC and 30 recipients matched for age, 3 per case, were taken as controls.", [(MSC, 10), (CONTROL, 30)], 40),
    ("We treated 12 kidney recipients with MSC. Rejection resolved in 9 of the 12 patients (75%) after a median of 4 years.", [(MSC, 12)], 12),
    ("DGF affected 38% of the MSC-treated recipients (9/24) and 54% of the vehicle-treated recipients (15/28).", [(MSC, 24), (CONTROL, 28)], 52),
    ("MSC were infused with standard-dose tacrolimus (28 patients) or low-dose tacrolimus (27 patients); controls (26 patients) had none.", [(MSC, 28), (MSC, 27), (CONTROL, 26)], 81),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sizes", "total"), SAID, ids=[f"{at:02}" for at in range(len(SAID))])
def test_arms_and_total_are_read(text: str, sizes: Sizes, total: int | None, words: Words) -> None:
    read = read_abstract("Background: Cells may help. Methods: " + text, words)
    assert sorted((arm.role, arm.size.value) for arm in read.arms) == sorted(sizes)
    assert [one.value for one in read.totals][:1] == ([total] if total else [])


@pytest.mark.parametrize(
    "text",
    [
        "The trial will randomise 60 recipients to MSC (n = 30) or placebo (n = 30).",
        "Twenty rats were given MSC (n = 10) or saline (n = 10) after kidney transplantation.",
        "In earlier studies by others, 53 patients given MSC were compared with 51 controls.",
        "MSC of 8 donors were expanded; acute rejection was rare.",
        "Cells were infused on days 7 and 14 at 2 × 10^6 per kg after kidney transplantation.",
        "Five MSC patients and three controls died.",
        "The MSC arm had 12 infections, the control arm 14 infections.",
    ],
)
def test_no_size_is_read_where_nobody_is_counted(text: str, words: Words) -> None:
    read = read_abstract(text, words)
    assert [arm for arm in read.arms if not arm.size.is_planned] == []
    assert [one for one in read.totals if not one.is_planned] == []


def test_two_arms_do_not_share_a_size_taken_from_the_total(words: Words) -> None:
    read = read_abstract(
        "Forty recipients were randomised to MSC or placebo. Acute rejection was seen in 4 and 9.", words
    )
    assert not read.arms and read.totals[0].value == 40


def test_a_label_given_once_names_the_arm_thereafter(words: Words) -> None:
    text = (
        "Fifty kidney recipients were randomised to MSC (n = 25) or belatacept (n = 25). "
        "Acute rejection occurred in 3 MSC recipients and in 6 belatacept recipients."
    )
    found = [(one.arm_role, one.n_events, one.n_at_risk) for one in read_abstract(text, words).values]
    assert found == [("msc", 3, 25), ("control", 6, 25)]


def test_arms_that_do_not_add_up_to_the_whole_are_less_sure(words: Words) -> None:
    said = "kidney recipients were randomised to MSC (n = 25) or belatacept (n = 25)."
    for whole, sure in (("Fifty", "high"), ("Fifty-six", "medium")):
        assert {arm.size.certainty for arm in read_abstract(f"{whole} {said}", words).arms} == {sure}


def test_a_long_list_of_numbers_is_read_in_no_time(words: Words) -> None:
    text = "MSC were given after kidney transplantation to " + ", ".join(f"({n})" for n in range(3, 200)) + "."
    begun = process_time()
    read_abstract(text, words)
    assert process_time() - begun < 2
