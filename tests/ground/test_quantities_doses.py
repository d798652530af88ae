"""Doses of cells as people write them: what is read, what is left alone, and never a number that is not there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msc_harvest.quantities import CellDose, DoseWords, cell_doses
from msc_harvest.quantities.amounts import AMOUNT, amount

WORDS = DoseWords(
    counted=r"(?<!\w)(?:[\w-]*mscs?|cells?)(?!\w)",
    other=r"(?<!\w)(?:cd34\+?(?:\s+cells?)?|t cells|platelets?|neutrophils?|mononuclear|exosomes|particles)(?!\w)",
)


def read(text: str) -> list[tuple[float, float, str]]:
    return [(one.low_million, one.high_million, one.unit) for one in cell_doses(text, WORDS)]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("1-2 × 10^6/kg", 1, 2, "per_kg"),
        ("2x10(6) cells/kg", 2, 2, "per_kg"),
        ("1,5-3,0 10E6 MSC/kg", 1.5, 3, "per_kg"),
        ("MSC 1,5-3,010E6/kg", 1.5, 3, "per_kg"),
        ("1.5 million cells per kg", 1.5, 1.5, "per_kg"),
        ("1.5-3.0 x10e6/kg", 1.5, 3, "per_kg"),
        ("0.5 x 106 MSC/kg", 0.5, 0.5, "per_kg"),
        ("3 x 10 6 MSC/kg", 3, 3, "per_kg"),
        ("200 million cells", 200, 200, "absolute"),
        ("1 x 10⁶ cells/kg", 1, 1, "per_kg"),
        ("two to five million MSCs", 2, 5, "absolute"),
        ("1x10^6, 2x10^6 or 4x10^6 cells/kg", 1, 4, "per_kg"),
        ("5x10^5 to 2 x 10^6 cells/kg", 0.5, 2, "per_kg"),
        ("100,000,000 cells", 100, 100, "absolute"),
        ("1.000.000 (one million) cells/kg", 1, 1, "per_kg"),
        ("1-2 x 1000000 MSC/kg", 1, 2, "per_kg"),
        ("1 ± 0.5 x 10^6 MSC/kg", 1, 1, "per_kg"),
        ("1.10^6 MSC/kg", 1, 1, "per_kg"),
        ("(1～5)×10^6 MSCs", 1, 5, "absolute"),
        ("MSC (10^6/kg)", 1, 1, "per_kg"),
        ("1e6 cells per kilogram of body weight", 1, 1, "per_kg"),
        ("1-2x10^6 allogeneic marrow derived MSCs IV per/kg", 1, 2, "per_kg"),
        ("40 x 10^6 MSC/m2", 40, 40, "per_m2"),
        ("on day 0 and 2 x 10^6/kg MSC", 2, 2, "per_kg"),
        ("0.4, 1 and 4 million cells per kg", 0.4, 4, "per_kg"),
        ("1–2x10^6 million cells per kg", 1e6, 2e6, "per_kg"),
    ],
)
def test_a_dose_is_read_as_written(text: str, low: float, high: float, unit: str) -> None:
    assert read(text) == [(low, high, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "ATG 1.5 mg/kg and 20 mg/kg",
        "10^6 cells/mL",
        "20 million cells per 5 ml",
        "WBC < 3*10^9/L; platelets 50 x 109/L",
        "CD34+ cells 2x10^6/kg",
        "2 x 10^6 CD34+ cells/kg",
        "viability above 80 % of cells",
        "1 million IU/kg",
        "affects 240 million people",
        "8 x 10^9 exosomes",
        "110^6 cells/kg",
        "a maximum of 1, 5x106 MSC/kg",
        "NCT04476953 cells",
        "2 x 100 cells",
        "in 2015 10 cells",
    ],
)
def test_what_is_no_dose_of_the_cells_is_left_alone(text: str) -> None:
    assert read(text) == []


def test_other_cells_beside_the_counted_ones_are_told_apart() -> None:
    assert read("2x10^6 CD34+ cells/kg and 1x10^6 MSC/kg") == [(1, 1, "per_kg")]


def test_totals_limits_and_lost_signs_are_marked() -> None:
    def one(text: str) -> CellDose:
        return cell_doses(text, WORDS)[0]

    assert one("a total of 4 x 10^6 MSC/kg").is_total is True
    assert one("10^8 cells in total").is_total is True
    assert one("each infusion 2 x 10^6 MSC/kg").is_total is False
    assert one("2 x 10^6 MSC/kg").is_total is None
    assert one("up to 2 x 10^6 MSC/kg").is_bound
    assert one("0.5 x 106 MSC/kg").certainty == "medium"
    assert one("1x10^6 million MSC/kg").certainty == "low"


PIECES = st.sampled_from(
    [
        *("1", "2,5", "0.5", "10", "106", "1,000", "one", "million", "x", "×", "10^6", "10e6", "E6", "10⁶", "10(6)"),
        *("-", "to", "and", "or", ",", "±", "/kg", "per kg", "/ml", "/m2", "cells", "MSC", "CD34+", "(", ")", " "),
        *("total", "up to", "day", ".", "\n", "|", "999999999999", "²", "٣", "İ"),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES, max_size=14).map(" ".join)
)


def _written(text: str) -> set[str]:
    """Every run of figures, whole or in part (the powers of ten may touch them), and every number in words."""
    runs = re.findall(r"[\d.,\s]*\d[\d.,\s]*", text)
    parts = {run[i:j] for run in runs for i in range(len(run)) for j in range(i + 1, len(run) + 1)}
    return {part for part in parts if re.fullmatch(AMOUNT, part)} | set(re.findall(AMOUNT, text, re.IGNORECASE))


@settings(max_examples=10_000, deadline=None)
@given(TEXTS)
def test_no_text_breaks_it_and_every_number_stands_at_its_span(text: str) -> None:
    for one in cell_doses(text, WORDS):
        assert text[one.start : one.end] == one.text
        assert 0 < one.low_million <= one.high_million < float("inf")
        written = {value for word in _written(one.text) if (value := amount(word))} | {1.0}
        for bound in (one.low_million, one.high_million):
            scaled = (value * 10.0**power for value in written for power in range(-9, 19))
            assert any(abs(candidate - bound) <= 1e-6 * bound for candidate in scaled), (one, written)
