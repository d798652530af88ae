"""Any number returned stands at its span; other sentences do not change a reading; no text makes it fail."""

from __future__ import annotations

import random

from msc_harvest.evidence import Words, figures, read_abstract

ABSTRACT = (
    "Forty-two recipients were randomized to the MSC group (n = 21) or the control group (n = 21). "
    "Infection occurred in 2/21 (9.5%) patients in the MSC group and in 7 of 21 patients (33.3%) in the control group. "
    "No graft loss occurred in the MSC group. Rejection occurred in 4.8% of the MSC group."
)
UNRELATED = (
    "The sky was clear on most days.",
    "Serum was stored at low temperature until use.",
    "Statistical tests were two-sided.",
    "The protocol was approved by the ethics committee.",
)
PIECES = (
    *ABSTRACT.split(),
    "(",
    ")",
    "n=",
    "%",
    "/",
    "vs",
    "±",
    "IQR",
    "\n",
    "−",
    "１２",
    "²",
    "\u2009",
    "0",
    "1e9",
    "of",
)


def test_every_number_is_literally_at_its_span(words: Words) -> None:
    read = read_abstract(ABSTRACT, words)
    assert len(read.values) == 4
    for value in read.values:
        one = value
        assert ABSTRACT[value.quote_start : value.quote_end] == value.quote
        assert value.quote_start <= one.start < one.end <= value.quote_end
        if one.count_basis == "reported":
            assert figures(ABSTRACT[one.start : one.end])[0].value == one.n_events
        if one.count_basis == "derived":
            assert 100 * (one.n_events or 0) / (one.n_at_risk or 1) - float(ABSTRACT[one.start : one.end]) < 0.06
        assert one.at_risk_start is not None
        assert figures(ABSTRACT[one.at_risk_start : one.at_risk_end])[0].value == one.n_at_risk
    for size in (*read.totals, *(arm.size for arm in read.arms)):
        assert figures(ABSTRACT[size.start : size.end])[0].value == size.value


def test_unrelated_sentences_change_nothing(words: Words) -> None:
    def told(text: str) -> list[object]:
        return [
            (value.outcome_code, value.quote, value.n_events, value.n_at_risk, value.arm_role)
            for value in read_abstract(text, words).values
        ]

    plain = told(ABSTRACT)
    sentences = ABSTRACT.split(". ")
    for other in UNRELATED:
        assert told(f"{other} {ABSTRACT}") == plain and told(f"{ABSTRACT} {other}") == plain
        for at in range(1, len(sentences)):
            mixed = ". ".join(sentences[:at]) + f". {other} " + ". ".join(sentences[at:])
            assert told(mixed) == plain


def test_ten_thousand_random_texts_do_not_crash(words: Words) -> None:
    chance = random.Random(5)
    for _ in range(10_000):
        text = " ".join(chance.choices(PIECES, k=chance.randint(0, 14)))
        for value in read_abstract(text, words).values:
            assert 0 <= value.start < value.end <= len(text)
