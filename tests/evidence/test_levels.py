"""Measured outcomes: the value, its spread, unit and moment, and the arm it belongs to."""

from __future__ import annotations

import pytest

from msc_harvest.evidence import Words, read_abstract

TWO = "Sixty kidney recipients were randomised to MSC (n = 30) or placebo (n = 30). "
EGFR = "renal_function_egfr"


def levels(text: str, words: Words) -> list[tuple[str | None, str | None, float | None]]:
    """Measured values in their order: outcome, arm, value."""
    return [
        (one.outcome_code, one.arm_role, one.value)
        for one in read_abstract(text, words).values
        if one.value is not None
    ]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Creatinine was 1.4 ± 0.3 v 1.6 ± 0.4 mg/dL at 12 months.", ("creatinine", 1.4, 1.6)),
        ("eGFR at 6 months was 58 ± 14 mL/min in the MSC arm and 51 ± 15 mL/min in the placebo arm.", (EGFR, 58, 51)),
        ("Mean (SD) eGFR at one year: 58.1 (14.2) and 51.3 (15.0) mL/min/1.73 m².", (EGFR, 58.1, 51.3)),
        ("Peak ALT was lower in the MSC group (median 410 U/L, IQR 250–700) than in the placebo group (median 640 U/L, IQR 390–1,010).",
         ("alt", 410, 640)),
        ("Patient survival was 96.7% and 90.0%, respectively.", ("patient_survival", 96.7, 90.0)),
        ("The tacrolimus dose was 0.05 ± 0.01 mg/kg/day with MSC and 0.09 ± 0.02 mg/kg/day with placebo.", ("tacrolimus_dose", 0.05, 0.09)),
    ],
)  # fmt: skip
def test_values_are_tied_to_their_arms(sentence: str, expected: tuple[str, float, float], words: Words) -> None:
    code, msc, control = expected
    assert levels(TWO + sentence, words) == [(code, "msc", msc), (code, "control", control)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Creatinine was 1.4 ± 0.3 mg/dL at 12 months.",  # of which arm?
        "Intimal thickness was 0.8 ± 0.3 mm v 0.9 ± 0.3 mm while eGFR was stable.",
        "Creatinine rose by 20% with MSC and 30% with placebo.",
        "eGFR was measured in 24 MSC and 25 placebo recipients at 12 months.",
        "Decline of eGFR was 4.6 ± 3.9 v 11.8 ± 7.4 mL/min.",
        "The mean difference of eGFR was 4.2 mL/min (95% CI -1.0 to 9.4).",
    ],
)
def test_what_is_no_level_of_an_arm_is_not_read(sentence: str, words: Words) -> None:
    assert levels(TWO + sentence, words) == []


def test_before_and_after_of_one_arm_are_both_read(words: Words) -> None:
    text = "Ten liver recipients were given MSC. ALT fell from a mean of 88 ± 31 U/L to 52 ± 23 U/L at week 24."
    assert levels(text, words) == [("alt", "msc", 88.0), ("alt", "msc", 52.0)]


def test_the_values_of_single_people_are_no_mean(words: Words) -> None:
    text = "Four lung recipients were given MSC. FEV1 at 6 months was 0.9, 1.3, 1.6 and 1.1 L."
    assert levels(text, words) == []


def test_spread_unit_and_moment(words: Words) -> None:
    text = (
        TWO
        + "Median creatinine at 6 months was 1.9 (IQR 1.4–2.7) mg/dL with MSC and 2.4 (IQR 1.6–3.9) mg/dL with placebo."
    )
    one = read_abstract(text, words).values[0]
    assert (one.value_kind, one.spread_kind, one.spread_low, one.spread_high) == ("median", "iqr", 1.4, 2.7)
    assert (one.unit, one.timepoint_months, text[one.start : one.end]) == ("mg/dL", 6.0, "1.9")
