"""What people write, read without inventing anything."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msc_harvest import quantities as q


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2016-02-29", date(2016, 2, 29), "day"),
        ("2019-02-30", None, None),
        ("2016-02", None, "month"),
        ("2016-13", None, None),
        ("2016", None, "year"),
        ("2024-05-01T09:30", date(2024, 5, 1), "day"),
        ("February 2016", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_partial_dates_stay_partial(text: str | None, day: date | None, precision: str | None) -> None:
    assert (q.iso_date(text), q.date_precision(text)) == (day, precision)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("26,300", 26300.0, None),
        ("-.9", -0.9, None),
        (".9", 0.9, None),
        ("12", 12.0, None),
        ("NA", None, "not_applicable_or_not_estimable"),
        ("<0.001", None, "comparison_sign"),
        ("=0.05", None, "comparison_sign"),
        ("12 (5%)", None, "text"),
        ("1,2", None, "text"),
        ("-", None, "text"),
        ("9" * 400, None, "out_of_range"),
        ("", None, "empty"),
        (None, None, "absent"),
    ],
)
def test_a_measurement_text_is_a_number_or_has_a_reason(
    text: str | None, value: float | None, reason: str | None
) -> None:
    assert (q.number(text), q.missing_reason(text)) == (value, reason)


@pytest.mark.parametrize(
    ("text", "value"), [("10", 10), ("0", 0), ("1,148", 1148), ("-1", None), ("2.5", None), ("NA", None)]
)
def test_counts_are_whole_and_not_negative(text: str, value: int | None) -> None:
    assert q.count(text) == value


@pytest.mark.parametrize(
    ("text", "years"),
    [("18 Years", 18.0), ("1 Year", 1.0), ("6 Months", 0.5), ("2 Days", 0.0055), ("Adult", None), (None, None)],
)
def test_ages_in_years(text: str | None, years: float | None) -> None:
    assert q.age_years(text) == years


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Jan", 1),
        ("December", 12),
        ("07", 7),
        ("13", None),
        ("Winter", None),
        ("Jan-Mar", None),
        ("²", None),
        (None, None),
    ],
)
def test_month_names_and_numbers(text: str | None, month: int | None) -> None:
    assert q.month_number(text) == month


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    assert (q.number(text) is None) == (q.missing_reason(text) is not None)
    day, precision = q.iso_date(text), q.date_precision(text)
    assert day is None or precision == "day"
    q.count(text), q.age_years(text), q.month_number(text)


@given(st.dates())
def test_every_day_survives(day: date) -> None:
    assert q.iso_date(day.isoformat()) == day
