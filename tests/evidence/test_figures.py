"""Numbers, sentences, means and moments, each at its place."""

from __future__ import annotations

import pytest

from msc_harvest.evidence import Words, compile_words, figures, parts, read_spreads, time_months


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Twenty-one patients", [21.0]),
        ("One hundred and twenty-one of 2,972", [121.0, 2972.0]),
        ("Five hundred and twenty-four women", [524.0]),
        ("13 388 women", [13388.0]),
        ("(n = 10 576)", [10576.0]),
        ("9.5% v 33.3 per cent", [9.5, 33.3]),
        ("followed for 5·0 years", [5.0]),
        ("no number, someone, oneself, HER2", []),
    ],
)
def test_numbers_are_read_in_figures_and_words(text: str, expected: list[float]) -> None:
    assert [figure.value for figure in figures(text)] == expected


def test_a_percentage_is_marked_and_its_sign_is_not_in_its_span() -> None:
    (figure,) = figures("in 33.3% of them")
    assert figure.is_percent and "in 33.3% of them"[figure.start : figure.end] == "33.3"


def test_sentences_keep_their_place_and_section(words: Words) -> None:
    text = "BACKGROUND: It is rare. RESULTS: It occurred in 2.5 of them, e.g. Once. CONCLUSIONS: Fine."
    found = parts(text, words)
    assert [text[part.start : part.end] for part in found] == [part.text for part in found]
    assert found[0].section == "background" and found[-1].section == "conclusion"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The eGFR was 54.9 ± 8.8 here.", ("mean", 54.9, "unstated", 8.8, None)),
        ("The eGFR was 54.9 (SD 8.8) here.", ("mean", 54.9, "sd", 8.8, None)),
        ("The eGFR was 54.9 (SE 1.2) here.", ("mean", 54.9, "se", 1.2, None)),
        ("The median was 21 days (IQR 3-36).", ("median", 21.0, "iqr", 3.0, 36.0)),
        ("The median was 21 (range 3 to 36).", ("median", 21.0, "range", 3.0, 36.0)),
    ],
)
def test_means_and_medians_are_read_with_their_spread(words: Words, text: str, expected: tuple[object, ...]) -> None:
    (one,) = read_spreads(parts(text, words)[0])
    assert (one.kind, one.value, one.spread_kind, one.low, one.high) == expected
    assert float(text[one.start : one.end]) == one.value


def test_moments_are_read_in_months(words: Words) -> None:
    text = "at 6 months, one year, month 12 and 2 weeks"
    assert [months for months, _, _ in time_months(text, words)] == [6.0, 12.0, 12.0, 0.46]


def test_an_unknown_kind_of_word_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        compile_words([("colour", "red")])
    with pytest.raises(ValueError, match="unknown kind"):
        compile_words([], [("infection", "maybe", "x")])
