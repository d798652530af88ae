"""Numbers of infusions, days from the operation, and sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msc_harvest.quantities import MomentWords, infusion_courses, moments, sentences

WORDS = MomentWords(r"transplant\w*|surgery|operation|reperfusion")
GIVEN = r"infusions?|doses?|injections?"


@pytest.mark.parametrize(
    ("text", "n", "rule"),
    [
        ("two infusions one week apart", 2, "counted"),
        ("four consecutive doses every week", 4, "counted"),
        ("doses x 2", 2, "counted"),
        ("a single dose", 1, "single"),
        ("Single intra-arterial infusion of cells", 1, "single"),
        ("cells are infused once", 1, "times"),
        ("given twice", 2, "times"),
        ("once every two weeks, four times", 4, "times"),
        ("the first infusion at surgery and the second infusion later", 2, "ordinal"),
        ("weekly for 4 weeks", 4, "schedule"),
        ("once a week for 4 weeks", 4, "schedule"),
        ("every 4 weeks for 12 weeks", 3, "schedule"),
        ("days 0, 7 and 14", 3, "points"),
        ("during operation and on 7, 14, 21 POD", 4, "points"),
        ("at surgery and day 4 post-transplant", 2, "points"),
    ],
)
def test_how_often_is_read_as_written(text: str, n: int, rule: str) -> None:
    assert (n, n, rule) in {(one.low, one.high, one.rule_id) for one in infusion_courses(text, GIVEN, WORDS)}


@pytest.mark.parametrize(
    "text",
    [
        "Once patients are enrolled they get cells",
        "two weeks after infusion",
        "up to 3 infusions",
        "within 24 hours after surgery and on day 7",
        "day 1 to 3",
        "twice daily",
        "dose escalation",
    ],
)
def test_what_does_not_say_how_often_is_left_alone(text: str) -> None:
    assert infusion_courses(text, GIVEN, WORDS) == []


def test_a_range_stays_a_range() -> None:
    assert [(one.low, one.high) for one in infusion_courses("1-2 infusions", GIVEN, WORDS)] == [(1, 2)]


@pytest.mark.parametrize(
    ("text", "days", "anchored"),
    [
        ("day -1", (-1,), False),
        ("days 0, 7 and 14", (0, 7, 14), False),
        ("POD 7", (7,), True),
        ("on 7, 14, and 21 POD", (7, 14, 21), True),
        ("3(+/-2) days after the transplantation", (3,), True),
        ("two weeks after transplantation", (14,), True),
        ("weeks 25 and 26 after transplantation", (175, 182), True),
        ("one day pre transplant", (-1,), True),
        ("48h before surgery", (-2,), True),
        ("right at reperfusion", (0,), True),
        ("intraoperatively", (0,), True),
        ("on day 0 and 2 × 106/kg on day 30", (0, 30), False),
        ("two weeks later", (), False),
        ("stage 3 days", (), False),
    ],
)
def test_days_are_counted_from_the_operation(text: str, days: tuple[float, ...], anchored: bool) -> None:
    found = moments(text, WORDS)
    assert tuple(day for one in found for day in one.days) == days
    assert all(one.is_anchored == anchored for one in found)


@settings(max_examples=2_000, deadline=None)
@given(st.text(alphabet=st.sampled_from("0123456789 -,.+dayseknfortwice()×x\nµ²"), max_size=50))
def test_no_text_breaks_them_and_places_are_true(text: str) -> None:
    for moment in moments(text, WORDS):
        assert text[moment.start : moment.end] == moment.text
    for course in infusion_courses(text, GIVEN, WORDS):
        assert 1 <= course.low <= course.high
        assert text[course.start : course.end] == course.text
    for sentence in sentences(text):
        assert text[sentence.start :].startswith(sentence.text)


def test_sentences_end_at_stops_bullets_and_list_signs() -> None:
    text = "One. Two at 1.5 ml vs. none; three | four\n- five"
    assert [one.text for one in sentences(text)] == ["One.", "Two at 1.5 ml vs. none", "three", "four", "- five"]
