"""What is read stands literally where it is said to stand, other sentences change none of it, and no text makes the reader fail."""

from __future__ import annotations

import gzip
import json
import random
import re
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msc_harvest.evidence import People, Reading, Value, Words, read_abstract
from tests.evidence.measure import abstracts, shipped_words

TEXTS = {one["id"]: one["text"] for name in ("dev", "held") for one in abstracts(name)}
WORDS = shipped_words()
UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
SPOKEN = {word: value for value, word in enumerate(UNITS.split())}
SPOKEN |= {
    word: 10 * tens
    for tens, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
SPOKEN |= {"both": 2, "half": 50, "a": 1, "an": 1, "once": 1, "twice": 2}
NOBODY = r"\b(?:no|none|not|nobody|never|neither|nor|nil|zero|0|absent|without|free|any|all|every\w*|no-one|un\w+)\b"
PLACES = {"start", "end", "at_risk_start", "at_risk_end", "quote_start", "quote_end"}
UNRELATED = (
    "The protocol was approved by the ethics committee.",
    "Statistical tests were two-sided.",
    "Serum was stored at low temperature until use.",
    "Written consent was obtained.",
    "Cells were made under good manufacturing practice.",
    "The authors thank the nurses of the ward.",
    "Immune monitoring was done by flow cytometry.",
)
HARMLESS = (
    "Cells were thawed at 37 °C.",
    "The cell dose was 2 × 10^6 per kilogram of body weight.",
    "The guideline of 2009 was followed.",
    "Viability of the cells was above 90% before release.",
    "Analyses were done with software version 9.4.",
    "P values below 0.05 were called significant.",
)
PIECES = (
    *(piece for text in list(TEXTS.values())[::6] for piece in re.split(r"(?<=[ ,;.(])", text)),
    *("(((", ")))", "[", "]", "{", "%", "%%", "/", "//", "±", "+/-", "n=", "N =", "n = ", "vs", "v.", "of", "×10^6", "10(6)", "10⁶", "1/0"),
    *("0/0", "12/3", "-1 of -2", "9" * 40, "1e309", "1,000,000,000,000", "1.2.3.4", "١٢", "１２", "½", "Ⅻ", "\u2009", "\u00a0", "\u200b"),
    *("\ud7ff", "𝟙𝟚", "é", "ﬁve", "\x00", "\t", "\r\n", "\n", "\n\n", "respectively", "none", "neither", "hundred", "thousand million"),
)  # fmt: skip


def literal(text: str) -> float | None:
    """The one number that a piece of text writes in digits or words; None where it writes none."""
    digits = re.search(r"\d[\d,\u2009\u00a0]*(?:[.·]\d+)?", text)
    if digits:
        return float(re.sub(r"[,\u2009\u00a0]", "", digits[0]).replace("·", "."))
    total, seen = 0, False
    for word in re.findall(r"[a-z]+", text.lower()):
        if word == "hundred":
            total, seen = max(total, 1) * 100, True
        elif word in SPOKEN:
            total, seen = total + SPOKEN[word], True
    return float(total) if seen else None


def _told(reading: Reading) -> dict[str, Any]:
    """A reading without offsets."""

    def value(one: Value) -> tuple[Any, ...]:
        return tuple(getattr(one, item.name) for item in fields(one) if item.name not in PLACES)

    def people(one: People) -> tuple[Any, ...]:
        return one.value, one.rule_id, one.certainty, one.is_planned

    return {
        "totals": [people(one) for one in reading.totals],
        "arms": [(arm.label, arm.role, people(arm.size)) for arm in reading.arms],
        "values": [value(one) for one in reading.values],
    }


def _gaps(text: str) -> list[int]:
    """Places where a sentence may be put in: the beginning, and after each line and each sentence of more than three words."""
    found, last = [0], 0
    for end in re.finditer(r"(?<=[a-z)])\. (?=[A-Z])|\n|$", text):
        if len(text[last : end.start()].split()) > 3 and text[: end.start()].split()[-1] != "no":
            found.append(end.end())
        last = end.end()
    return sorted(set(found))


def _put_in(text: str, at: int, other: str) -> str:
    if at == len(text):
        return f"{text} {other}"
    return text[:at] + other + ("\n" if at == 0 and "\n" in text else " ") + text[at:]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_each_number_read_is_literally_at_its_span(name: str, words: Words) -> None:
    text = TEXTS[name]
    reading = read_abstract(text, words)
    sizes = [arm.size for arm in reading.arms]
    for people in (*reading.totals, *sizes):
        if people.rule_id == "sum_of_arms":
            assert sum(size.value for size in sizes) == people.value
            assert all(people.start <= size.start < size.end <= people.end for size in sizes)
        else:
            assert literal(text[people.start : people.end]) == people.value
    for one in reading.values:
        assert text[one.quote_start : one.quote_end] == one.quote
        assert one.quote_start <= one.start < one.end <= one.quote_end
        there = text[one.start : one.end]
        if one.at_risk_start is not None:
            assert literal(text[one.at_risk_start : one.at_risk_end]) == one.n_at_risk
        if one.n_events is None:
            assert one.value is not None and literal(there) == abs(one.value)
        elif one.count_basis == "derived":
            share = literal(there)
            assert share is not None and one.n_at_risk
            assert min(abs(share - got) for got in _shares(one.n_events, one.n_at_risk)) <= 0.51
        elif one.count_basis == "zero_in_words":
            assert one.n_events == 0 and re.search(NOBODY, there.lower()), there
        else:
            assert literal(there) == one.n_events


def _shares(events: int, people: int) -> tuple[float, float]:
    """The percentage with the outcome, and without it (survival)."""
    return 100 * events / people, 100 - 100 * events / people


@pytest.mark.parametrize("others", [UNRELATED, HARMLESS], ids=["without_numbers", "with_harmless_numbers"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_unrelated_sentences_change_only_offsets(others: tuple[str, ...], data: st.DataObject) -> None:
    text = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    plain = _told(read_abstract(text, WORDS))
    mixed = text
    for other in data.draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True)):
        mixed = _put_in(mixed, data.draw(st.sampled_from(_gaps(mixed))), other)
    assert _told(read_abstract(mixed, WORDS)) == plain


def test_unrelated_sentences_change_nothing_where_no_word_names_the_arms(shared: Path, words: Words) -> None:
    chance = random.Random(5)
    with gzip.open(shared / "data" / "pubmed" / "abstracts_with_arm_counts.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][::8]
    for text in texts:
        mixed = text
        for other in chance.sample(UNRELATED + HARMLESS, 3):
            mixed = _put_in(mixed, chance.choice(_gaps(mixed)), other)
        assert _told(read_abstract(mixed, words)) == _told(read_abstract(text, words))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(name=st.sampled_from(sorted(TEXTS)), shift=st.sampled_from([" ", "  ", "\n", "\n\n"]))
def test_a_shifted_text_is_read_alike(name: str, shift: str) -> None:
    text = TEXTS[name]
    plain, moved = read_abstract(text, WORDS), read_abstract(shift + text, WORDS)
    assert _told(moved) == _told(plain)
    assert [one.start - len(shift) for one in moved.values] == [one.start for one in plain.values]


def test_sentences_of_unrelated_matter_give_nothing(words: Words) -> None:
    reading = read_abstract(" ".join((*UNRELATED, *HARMLESS)), words)
    assert not reading.values and not reading.arms and not reading.totals


def test_ten_thousand_random_texts_crash_nothing(words: Words) -> None:
    chance = random.Random(20261121)
    begun = time.process_time()
    for _ in range(10_000):
        text = "".join(chance.choices(PIECES, k=chance.randint(0, 12)))
        for one in read_abstract(text, words).values:
            assert text[one.quote_start : one.quote_end] == one.quote
            assert one.quote_start <= one.start < one.end <= one.quote_end
    assert time.process_time() - begun < 60


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=st.text(max_size=300))
def test_no_characters_crash_the_reader(text: str) -> None:
    for one in read_abstract(text, WORDS).values:
        assert text[one.quote_start : one.quote_end] == one.quote


def test_a_long_text_without_an_end_is_read_in_reasonable_time(words: Words) -> None:
    begun = time.process_time()
    read_abstract("of 12 patients (3/12, 25%) with MSC " * 400, words)
    read_abstract("(" * 5_000 + "1 of 2" + ")" * 5_000, words)
    read_abstract("9" * 20_000, words)
    assert time.process_time() - begun < 20
