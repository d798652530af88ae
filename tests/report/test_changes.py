"""Changes told as text, Markdown, JSON and Atom: nothing lost, nothing active, nothing twice."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msc_harvest.report.change_forms import FORMS, WIDTH, entry_id, markdown, one_line, render
from msc_harvest.report.changes import Digest, Kind, Window, digest

ATOM = "{http://www.w3.org/2005/Atom}"
DAY = datetime(2026, 3, 10, 2, 10)
WINDOW = Window(datetime(2026, 3, 1), None, datetime(2026, 3, 10, 2, 15), "harvest")
ORGANS = (("organ_b", "Second organ"), ("organ_a", "First organ"))
KINDS = (
    Kind("stopped", "Stopped", "status {old} → {new}"),
    Kind("rewritten", "Rewritten", "text changed", is_passage=True),
    Kind("new_trial", "New trial", "new trial"),
)
SCHEMA: dict[str, Any] = {
    "changed_at": pl.Datetime("us"),
    "change_code": pl.String,
    "source": pl.String,
    "record_id": pl.String,
    "linked_id": pl.String,
    "organ_codes": pl.String,
    "title": pl.String,
    "old_text": pl.String,
    "new_text": pl.String,
    "detail_text": pl.String,
    "record_url": pl.String,
    "is_first_harvest": pl.Boolean,
}
PLAIN = {
    "changed_at": DAY,
    "change_code": "stopped",
    "source": "register",
    "record_id": "R1",
    "organ_codes": "organ_a",
    "title": "Title",
    "is_first_harvest": False,
}


def made(*rows: dict[str, object], window: Window = WINDOW) -> Digest:
    filled = [{**dict.fromkeys(SCHEMA), **PLAIN, **row} for row in rows]
    return digest(pl.DataFrame(filled, schema=SCHEMA), window, ORGANS, KINDS)


def entries(feed: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(feed.encode()).findall(f"{ATOM}entry")


def test_organs_and_kinds_come_in_the_order_of_the_vocabulary() -> None:
    told = made(
        {"organ_codes": None, "record_id": "none"},
        {"organ_codes": "unknown", "record_id": "strange"},
        {"change_code": "unheard_of", "old_text": "x", "new_text": "y"},
        {"change_code": "new_trial"},
        {"record_id": "R0"},
        {"organ_codes": "organ_b"},
    )
    assert [group.name for group in told.groups] == ["Second organ", "First organ", "unknown", "Organ not stated"]
    assert [(event.kind.code, event.record_id) for event in told.groups[1].events] == [
        ("stopped", "R0"),
        ("new_trial", "R1"),
        ("unheard_of", "R1"),
    ]
    assert told.groups[1].events[-1].sentence == "x → y"


def test_an_event_of_two_organs_is_told_once_and_names_both() -> None:
    told = made({"organ_codes": "organ_a;organ_b"})
    assert [group.code for group in told.groups] == ["organ_b"]
    assert "[also: First organ]" in render(told, "text") and "\\[also: First organ\\]" in render(told, "markdown")
    (entry,) = entries(render(told, "atom"))
    terms = [category.get("term") for category in entry.findall(f"{ATOM}category")]
    assert terms == ["stopped", "organ_b", "organ_a"]


def test_a_missing_text_is_not_stated_in_words_and_null_in_json() -> None:
    told = made({"new_text": "2027"}, {"change_code": "rewritten", "old_text": "a\nb"})
    text = render(told, "text")
    assert "status not stated → 2027, 2026-03-10" in text
    assert "    was:\n      a\n      b\n    now:\n      not stated\n" in text
    first, second = json.loads(render(told, "json"))["events"]
    assert first["old_text"] is None and second["new_text"] is None and first["sentence"] == "status not stated → 2027"


def test_braces_of_a_source_are_not_filled_in_again() -> None:
    told = made({"old_text": "{new}", "new_text": "{old}", "detail_text": "{new}"})
    assert told.events[0].sentence == "status {new} → {old} ({new})"


def test_the_first_harvest_is_counted_by_organ() -> None:
    first = {"is_first_harvest": True, "change_code": "new_trial"}
    told = made(
        *({**first, "record_id": name} for name in "abc"),
        {**first, "change_code": "new_paper", "record_id": "p"},
        {**first, "change_code": "paper_linked"},
        {**first, "organ_codes": "organ_b"},
    )
    assert told.events == ()
    assert [group.held for group in told.groups] == [
        "1 trial was held from the first harvest on",
        "3 trials, 1 paper and 1 link between trial and paper were held from the first harvest on",
    ]
    for form in ("text", "markdown"):
        assert "3 trials, 1 paper and" in render(told, form) and "Nothing changed in this time" in render(told, form)
    assert [one["n_trials"] for one in json.loads(render(told, "json"))["held_from_first_harvest"]] == [1, 3]
    assert entries(render(told, "atom")) == []


HOSTILE = "a | b [x](javascript:alert) `c` <script>alert(1)</script> & *d* \x1b[31m\x00\u202e\n# e"


def test_a_hostile_title_stays_text() -> None:
    told = made({"title": HOSTILE, "detail_text": HOSTILE, "record_url": 'https://x.example/a)b "c"<d>\n'})
    page = render(told, "markdown")
    escaped = r"a \| b \[x\](javascript:alert) \`c\` &lt;script&gt;alert(1)&lt;/script&gt; &amp; \*d\* \[31m \# e"
    assert page.count(escaped) == 2
    assert "(https://x.example/a%29b%20%22c%22%3Cd%3E)" in page
    (entry,) = entries(render(told, "atom"))
    assert "<script>alert(1)</script> & *d* [31m # e" in str(entry.findtext(f"{ATOM}content"))
    assert len(entry) == 7
    for form in FORMS:
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", render(told, form))
    for form in ("text", "markdown", "atom"):
        assert "\u202e" not in render(told, form)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- a", r"\- a"),
        ("+ a", r"\+ a"),
        ("1. a", r"1\. a"),
        ("12) a", r"12\) a"),
        ("=====", r"\====="),
        ("> a", "&gt; a"),
        ("a - 1. b", "a - 1. b"),
        ("~~a~~", r"\~\~a\~\~"),
        ("a\\", "a\\\\"),
    ],
)
def test_a_passage_cannot_open_a_list_or_a_heading(text: str, shown: str) -> None:
    assert markdown(text) == shown


def test_text_is_wrapped_and_the_title_says_the_window() -> None:
    until = Window(datetime(2026, 3, 1), datetime(2026, 4, 1), None, "embedded sample")
    text = render(made({"title": "word " * 60}, window=until), "text")
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert text.startswith(
        "Changes since 2026-03-01 00:00 UTC and before 2026-04-01 00:00 UTC\n1 change. Data: embedded"
    )


def test_events_have_names_of_their_own() -> None:
    rows: tuple[dict[str, object], ...] = (
        {},
        {"record_id": "R2"},
        {"change_code": "rewritten"},
        {"linked_id": "7"},
        {"changed_at": WINDOW.since},
    )
    names = [entry_id(event) for event in made(*rows).events]
    assert len(set(names)) == len(rows)
    same = made({"title": "Another title", "detail_text": "another detail", "organ_codes": "organ_b"})
    assert entry_id(same.events[0]) in names


ANY_TEXT = st.none() | st.text(max_size=30)
EVENT = st.fixed_dictionaries(
    {
        "change_code": st.sampled_from([*(kind.code for kind in KINDS), "unheard_of", "paper_linked"]),
        "source": st.text(max_size=5),
        "record_id": st.text(max_size=10),
        "linked_id": ANY_TEXT,
        "organ_codes": st.sampled_from([None, "organ_a", "organ_b;organ_a", "unknown", ";"]),
        "title": ANY_TEXT,
        "old_text": ANY_TEXT,
        "new_text": ANY_TEXT,
        "detail_text": ANY_TEXT,
        "record_url": ANY_TEXT,
        "is_first_harvest": st.booleans(),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENT, max_size=6))
def test_no_event_is_lost_and_no_text_breaks_a_form(rows: list[dict[str, object]]) -> None:
    told = made(*rows)
    news = [row for row in rows if not row["is_first_harvest"]]
    counted = sum(group.n_trials + group.n_papers + group.n_links for group in told.groups)
    assert len(told.events) == len(news) and counted == len(rows) - len(news)

    def key(row: dict[str, object]) -> tuple[str, ...]:
        return tuple(str(row[name]) for name in ("record_id", "change_code", "title", "old_text", "new_text"))

    assert sorted(map(key, json.loads(render(told, "json"))["events"])) == sorted(map(key, news))
    assert len(entries(render(told, "atom"))) == len(news)
    bullets = [line for line in render(told, "markdown").split("\n") if line.startswith("* ")]
    assert len(bullets) == len(news)
    text = render(told, "text")
    assert len([line for line in text.split("\n") if line.startswith("  * ")]) == len(news)
    assert all(one_line(line) == " ".join(line.split()) for line in text.split("\n"))
