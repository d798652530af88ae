"""What SQL cannot do to abstracts: read people, arms and outcomes from them, each at its place.

The words come with the rows, once, in the first of them; no outcome and no arm is named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import polars as pl

from msc_harvest.evidence import Arm, People, Reading, Unread, Value, Words, compile_words, read_abstract

TOTAL, ARM, VALUE, UNREAD = "total", "arm", "value", "unread"
_NUMBERS = (
    "outcome_code",
    "arm_label",
    "arm_role",
    "n_events",
    "n_at_risk",
    "value",
    "value_kind",
    "sd",
    "spread_kind",
    "spread_low",
    "spread_high",
    "spread_text",
    "unit",
    "timepoint_months",
    "timepoint_text",
    "value_text",
    "count_basis",
    "at_risk_start",
    "at_risk_end",
    "quote",
    "quote_start",
    "quote_end",
    "rule_id",
    "certainty",
)
_SCHEMA = {
    "pmid": pl.String,
    "kind": pl.String,
    "item": pl.Int32,
    "outcome_code": pl.String,
    "arm_label": pl.String,
    "arm_role": pl.String,
    "n_people": pl.Int64,
    "n_events": pl.Int64,
    "n_at_risk": pl.Int64,
    "value": pl.Float64,
    "value_kind": pl.String,
    "sd": pl.Float64,
    "spread_kind": pl.String,
    "spread_low": pl.Float64,
    "spread_high": pl.Float64,
    "spread_text": pl.String,
    "unit": pl.String,
    "timepoint_months": pl.Float64,
    "timepoint_text": pl.String,
    "value_text": pl.String,
    "count_basis": pl.String,
    "span_start": pl.Int32,
    "span_end": pl.Int32,
    "at_risk_start": pl.Int32,
    "at_risk_end": pl.Int32,
    "quote": pl.String,
    "quote_start": pl.Int32,
    "quote_end": pl.Int32,
    "rule_id": pl.String,
    "certainty": pl.String,
    "reason": pl.String,
}

Cells = dict[str, Any]


def read_abstracts(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per thing read from each abstract: kind `total`, `arm`, `value`, or `unread` with its reason.

    Rows hold `pmid` and `abstract_text`; the first holds all words, as lists of records `evidence_words` (kind,
    pattern) and `outcome_words` (outcome_code, kind, pattern). Spans are characters of the text from 0, the end not
    included. Raises ValueError where a kind of word is unknown.
    """
    words = _words(rows)
    found = (
        {**cells, "pmid": row["pmid"]}
        for row in rows.iter_rows(named=True)
        for cells in _cells(read_abstract(row["abstract_text"], words))
    )
    return pl.DataFrame(found, schema=_SCHEMA)


def _words(rows: pl.DataFrame) -> Words:
    first = rows.row(0, named=True) if len(rows) else {"evidence_words": (), "outcome_words": ()}
    return _compiled(
        tuple((one["kind"], one["pattern"]) for one in first["evidence_words"] or ()),
        tuple((one["outcome_code"], one["kind"], one["pattern"]) for one in first["outcome_words"] or ()),
    )


@lru_cache(maxsize=4)
def _compiled(evidence_words: tuple[tuple[str, str], ...], outcome_words: tuple[tuple[str, str, str], ...]) -> Words:
    """The same words serve every build of a process, and take longer to compile than many abstracts to read."""
    return compile_words(evidence_words, outcome_words)


def _cells(reading: Reading) -> Iterator[Cells]:
    yield from _numbered(TOTAL, (_people(one) for one in reading.totals))
    yield from _numbered(ARM, (_arm(one) for one in reading.arms))
    yield from _numbered(VALUE, (_value(one) for one in reading.values))
    yield from _numbered(UNREAD, (_unread(one) for one in reading.review))


def _numbered(kind: str, rows: Iterable[Cells]) -> Iterator[Cells]:
    for item, cells in enumerate(rows, start=1):
        yield {**dict.fromkeys(_SCHEMA), "kind": kind, "item": item, **cells}


def _people(one: People) -> Cells:
    return {
        "n_people": one.value,
        "span_start": one.start,
        "span_end": one.end,
        "rule_id": one.rule_id,
        "certainty": one.certainty,
    }


def _arm(one: Arm) -> Cells:
    return {"arm_label": one.label, "arm_role": one.role, **_people(one.size)}


def _value(one: Value) -> Cells:
    return {"span_start": one.start, "span_end": one.end, **{name: getattr(one, name) for name in _NUMBERS}}


def _unread(one: Unread) -> Cells:
    return {
        "span_start": one.start,
        "span_end": one.end,
        "quote": one.quote,
        "quote_start": one.start,
        "quote_end": one.end,
        "reason": one.reason,
    }
