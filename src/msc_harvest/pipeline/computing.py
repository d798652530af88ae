"""What SQL cannot do to text: cut it into sentences, read doses, days and numbers of infusions from it.

Each function takes the rows of one SQL file (its header names the function) and gives the rows of its table. Words and
bounds come with the rows, from the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import polars as pl

from msc_harvest import quantities as q
from msc_harvest.pipeline.abstract_reading import read_abstracts
from msc_harvest.pipeline.estimating.imprecision_judgements import imprecision_judgements
from msc_harvest.pipeline.estimating.pooled_effects import pooled_effects, study_effects
from msc_harvest.pipeline.estimating.sensitivity_runs import sensitivity_runs
from msc_harvest.pipeline.estimating.subgroup_tests import subgroup_tests
from msc_harvest.pipeline.time_frames import time_frames

_PLACE = {
    "source": pl.String,
    "record_id": pl.String,
    "field": pl.String,
    "field_order": pl.Int32,
    "tier": pl.Int32,
}
_SENTENCE = {**_PLACE, "sentence_start": pl.Int64, "text": pl.String}
_FOUND = {
    **_PLACE,
    "sentence_start": pl.Int64,
    "matched_text": pl.String,
    "span_start": pl.Int64,
    "span_end": pl.Int64,
    "rule_id": pl.String,
}
_DOSE = {
    **_FOUND,
    "dose_low_million": pl.Float64,
    "dose_high_million": pl.Float64,
    "dose_unit": pl.String,
    "is_total": pl.Boolean,
    "is_bound": pl.Boolean,
    "is_plausible": pl.Boolean,
    "certainty": pl.String,
}
_MOMENT = {**_FOUND, "day": pl.Float64, "is_anchored": pl.Boolean, "is_about_cells": pl.Boolean}
_COURSE = {**_FOUND, "n_low": pl.Int32, "n_high": pl.Int32, "is_about_cells": pl.Boolean}

Cells = dict[str, Any]


def sentences(fields: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence of each field's `text`; `sentence_start` is its first character's place in the field."""
    rows = (
        {**_place(row), "sentence_start": one.start, "text": one.text}
        for row in fields.iter_rows(named=True)
        for one in q.sentences(row["text"])
    )
    return pl.DataFrame(rows, schema=_SENTENCE)


def cell_doses(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per dose read in each sentence, in million cells; what can be believed by unit in `bounds`."""
    return pl.DataFrame(_doses(rows), schema=_DOSE)


def _doses(rows: pl.DataFrame) -> Iterator[Cells]:
    for row in rows.iter_rows(named=True):
        words = q.DoseWords(bounded(row["counted_words"]), bounded(row["other_words"]))
        bounds = {one["dose_unit"]: (one["million_low"], one["million_high"]) for one in row["bounds"] or ()}
        for one in q.cell_doses(row["text"], words):
            low, high = bounds.get(one.unit, (0.0, float("inf")))
            yield {
                **_found(row, one.start, one.end, one.rule_id),
                "dose_low_million": one.low_million,
                "dose_high_million": one.high_million,
                "dose_unit": one.unit,
                "is_total": one.is_total,
                "is_bound": one.is_bound,
                "is_plausible": low <= one.low_million and one.high_million <= high,
                "certainty": one.certainty,
            }


def moments(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per day read in each sentence, counted from the operation that `anchor_words` name."""
    found = (
        {
            **_found(row, one.start, one.end, one.rule_id),
            "day": day,
            "is_anchored": one.is_anchored,
            "is_about_cells": _is_about(row, one.start),
        }
        for row in rows.iter_rows(named=True)
        for one in q.moments(row["text"], q.MomentWords(row["anchor_words"]))
        for day in dict.fromkeys(one.days)
    )
    return pl.DataFrame(found, schema=_MOMENT)


def infusion_courses(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per statement in a sentence of how often something is given."""
    found = (
        {
            **_found(row, one.start, one.end, one.rule_id),
            "n_low": one.low,
            "n_high": one.high,
            "is_about_cells": _is_about(row, one.start),
        }
        for row in rows.iter_rows(named=True)
        for one in q.infusion_courses(row["text"], row["given_words"], q.MomentWords(row["anchor_words"]))
    )
    return pl.DataFrame(found, schema=_COURSE)


COMPUTES = {
    "sentences": sentences,
    "cell_doses": cell_doses,
    "moments": moments,
    "infusion_courses": infusion_courses,
    "time_frames": time_frames,
    "read_abstracts": read_abstracts,
    "pooled_effects": pooled_effects,
    "study_effects": study_effects,
    "subgroup_tests": subgroup_tests,
    "sensitivity_runs": sensitivity_runs,
    "imprecision_judgements": imprecision_judgements,
}


def bounded(words: str | None) -> str:
    """An alternation that does not match inside a longer word; one that matches nothing where there are no words."""
    return rf"(?<!\w)(?:{words})(?!\w)" if words else r"(?!)"


@lru_cache(maxsize=16)
def _expression(words: str | None) -> re.Pattern[str]:
    return re.compile(bounded(words), re.IGNORECASE)


def _is_about(row: Cells, place: int) -> bool:
    """Do the wanted words, and not the unwanted ones, stand nearest before a place (else nearest behind it)?

    A sentence with neither counts where it speaks of something given.
    """
    wanted = [one.start() for one in _expression(row["wanted_words"]).finditer(row["text"])]
    unwanted = [one.start() for one in _expression(row["unwanted_words"]).finditer(row["text"])]
    if not wanted:
        return not unwanted and bool(_expression(row["giving_words"]).search(row["text"]))
    last_wanted, last_unwanted = (max((at for at in all_ if at <= place), default=-1) for all_ in (wanted, unwanted))
    if last_wanted == last_unwanted == -1:
        return min(wanted) < min(unwanted, default=len(row["text"]))
    return last_wanted > last_unwanted


def _place(row: Cells) -> Cells:
    return {name: row[name] for name in _PLACE}


def _found(row: Cells, start: int, end: int, rule_id: str) -> Cells:
    return {
        **_place(row),
        "sentence_start": row["sentence_start"],
        "matched_text": row["text"][start:end],
        "span_start": row["sentence_start"] + start,
        "span_end": row["sentence_start"] + end,
        "rule_id": rule_id,
    }
