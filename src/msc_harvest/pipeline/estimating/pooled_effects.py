"""The pooled tables of a build: rows of synth.pool_candidate with words in, rows of synth.pooled_effect,
synth.study_effect and synth.subgroup_test out.

Which study may stand in which pool is decided by SQL; the methods are those of the package `synthesis`. Everything is
sorted and rounded to 12 significant digits, so that the same rows give the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import polars as pl

from msc_harvest.pipeline.estimating.pool_words import corrections, statement, warnings_of
from msc_harvest.pipeline.estimating.pools import (
    MIXED,
    PROPORTION,
    SUBGROUPS,
    Member,
    digest,
    kept,
    pool_one,
    rounded,
    total,
    usable,
)
from msc_harvest.synthesis import Pooled, StudyResult

Cells = dict[str, Any]

LEAST_TO_GROUP = 2
NOBODY = "no pooled estimate: no study is left that may be pooled"
NO_CONTROLS = "no comparison: these studies have no controls; their values are listed study by study"

_POOL = ("stratum", "organ_code", "outcome_code", "design_class", "measure")
_ESTIMATE = {
    "estimate_id": pl.String,
    **dict.fromkeys(_POOL, pl.String),
    "subgroup_by": pl.String,
    "subgroup_value": pl.String,
    "is_default": pl.Boolean,
    "is_pooled": pl.Boolean,
    "method": pl.String,
    "input_digest": pl.String,
    **dict.fromkeys(("k", "k_informative", "n", "n_msc", "n_control", "n_events_msc", "n_events_control"), pl.Int64),
    **dict.fromkeys(
        ("estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "tau2_low", "tau2_high", "i2_pct", "q", "q_p"),
        pl.Float64,
    ),
    **dict.fromkeys(("study_ids", "excluded_studies", "warnings", "note", "statement"), pl.String),
}
_STUDY = {
    "estimate_id": pl.String,
    **dict.fromkeys(_POOL, pl.String),
    "study_id": pl.String,
    "first_year": pl.Int32,
    **dict.fromkeys(("n_events_msc", "n_at_risk_msc", "n_events_control", "n_at_risk_control"), pl.Int64),
    **dict.fromkeys(("estimate", "ci_low", "ci_high", "weight_pct"), pl.Float64),
    **dict.fromkeys(("method", "note", "exclusion_reason"), pl.String),
}


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool as computed: its first row (names and words), the members kept, those left out with the reason, and the
    answer. `by`, `value`: the subgroup, None for the whole."""

    row: Member
    members: Sequence[Member]
    excluded: Mapping[str, str]
    pooled: Pooled
    by: str | None = None
    value: str | None = None

    @property
    def code(self) -> str:
        """The measure as the package synthesis names it."""
        return str(self.row["code_of_synthesis"])

    @property
    def estimate_id(self) -> str:
        """Readable and stable name: organ, outcome, stratum, design class, measure, and the subgroup."""
        parts = [str(self.row[name]) for name in ("organ_code", "outcome_code", "stratum", "design_class", "measure")]
        return ".".join(parts if self.by is None else [*parts, f"{self.by}={self.value}"])


def pooled_effects(candidates: pl.DataFrame) -> pl.DataFrame:
    """Rows of synth.pooled_effect: every pool, and for default measures of two studies or more its subgroups."""
    rows = (estimate_row(one) for whole in pools(candidates) for one in (whole, *subgroups_of(whole)))
    return pl.DataFrame(rows, schema=_ESTIMATE)


def study_effects(candidates: pl.DataFrame) -> pl.DataFrame:
    """Rows of synth.study_effect: each study of each whole pool by itself, with its weight, and those left out."""
    by_key = {
        key: list(rows) for key, rows in groupby(_sorted(candidates), key=lambda row: tuple(row[one] for one in _POOL))
    }
    rows = (
        one for whole in pools(candidates) for one in _own_rows(whole, by_key[tuple(whole.row[one] for one in _POOL)])
    )
    return pl.DataFrame(rows, schema=_STUDY)


def pools(candidates: pl.DataFrame) -> Iterator[Pool]:
    """Every whole pool by the default rules, in the order of its key."""
    for _, rows in groupby(_sorted(candidates), key=lambda row: tuple(row[one] for one in _POOL)):
        members, excluded = kept(given := list(rows))
        code = given[0]["code_of_synthesis"]
        row = {**given[0], "unit": members[0].get("unit") if members else None}
        yield Pool(row, members, excluded, pool_one(members, code))


def subgroups_of(whole: Pool) -> Iterator[Pool]:
    """The subgroups of a pool, where it is a default one of two studies or more; mixed studies are in none."""
    if not whole.row["is_default"] or len(whole.members) < LEAST_TO_GROUP:
        return
    for by in SUBGROUPS:
        for value in sorted({str(one[by]) for one in whole.members if one.get(by) not in (None, MIXED)}):
            members = [one for one in whole.members if one.get(by) == value]
            phrase = f"{whole.row.get('design_phrase')}, {by.replace('_', ' ')}: {value.replace('_', ' ')}"
            row = {**whole.row, "group_phrase": phrase}
            yield Pool(row, members, {}, pool_one(members, whole.code), by, value)


def estimate_row(pool: Pool) -> Cells:
    """A pool as a row of synth.pooled_effect."""
    nobody = NO_CONTROLS if pool.row.get("has_controls") is False and pool.code != PROPORTION else NOBODY
    found = pool.pooled if pool.members else replace(pool.pooled, note=nobody)
    # An exact odds ratio is no risk ratio, however small the risk: the row of the odds ratio has its numbers.
    is_other = found.measure != pool.code
    counted = usable(pool.members, found, pool.code)
    left_out = {pool.members[one.study]["study_id"]: one.reason for one in found.excluded}
    excluded = {**pool.excluded, **left_out}
    note = "no risk ratio: all events lie on one side; the exact odds ratio stands in its own row" if is_other else None
    n_msc = total(counted, "n_at_risk_msc")
    n_control = None if pool.code == PROPORTION else total(counted, "n_at_risk_control")
    numbers = {} if is_other else _numbers(found)
    return {
        "estimate_id": pool.estimate_id,
        **{name: pool.row[name] for name in _POOL},
        "subgroup_by": pool.by,
        "subgroup_value": pool.value,
        "is_default": pool.row["is_default"] and pool.by is None,
        "is_pooled": found.pooled and not is_other,
        "method": found.method,
        "input_digest": digest(pool.members, pool.code),
        "k": found.k,
        "k_informative": found.k_informative,
        "n": None if n_msc is None else n_msc + (n_control or 0),
        "n_msc": n_msc,
        "n_control": n_control,
        "n_events_msc": total(counted, "n_events_msc"),
        "n_events_control": None if pool.code == PROPORTION else total(counted, "n_events_control"),
        **numbers,
        "study_ids": ";".join(one["study_id"] for one in counted) or None,
        "excluded_studies": "; ".join(f"{study}: {reason}" for study, reason in sorted(excluded.items())) or None,
        "warnings": "; ".join(warnings_of(found, pool.members)) or None,
        "note": note or found.note,
        "statement": statement(found, pool.row, counted, excluded, corrections(found, pool.members)),
    }


def _numbers(found: Pooled) -> Cells:
    names = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "tau2_low", "tau2_high", "q", "q_p")
    return {**{name: rounded(getattr(found, name)) for name in names}, "i2_pct": rounded(found.i2_percent)}


def _own_rows(whole: Pool, given: Sequence[Member]) -> Iterator[Cells]:
    """Every study of a pool: those in it with their weight, the others with the reason."""
    in_it = {whole.members[one.study]["study_id"]: one for one in whole.pooled.studies}
    reasons = {whole.members[one.study]["study_id"]: one.reason for one in whole.pooled.excluded}
    for row in given:
        study = row["study_id"]
        own = in_it.get(study) or _alone(row, whole.code)
        yield {
            "estimate_id": whole.estimate_id,
            **{name: row.get(name) for name in _STUDY if name in row},
            "estimate": rounded(own.estimate) if own else None,
            "ci_low": rounded(own.ci_low) if own else None,
            "ci_high": rounded(own.ci_high) if own else None,
            "weight_pct": rounded(in_it[study].weight_percent) if study in in_it and whole.pooled.pooled else None,
            "method": own.interval if own else None,
            "note": own.note if own else None,
            "exclusion_reason": whole.excluded.get(study, reasons.get(study)),
        }


def _alone(row: Member, code: str) -> StudyResult | None:
    """What a study that was left out says by itself; None where it has no numbers, or impossible ones."""
    sides = [(row.get(f"n_events_{side}"), row.get(f"n_at_risk_{side}")) for side in ("msc", "control")]
    if any(events is not None and at_risk is not None and events > at_risk for events, at_risk in sides):
        return None
    return next(iter(pool_one([row], code).studies), None)


def _sorted(candidates: pl.DataFrame) -> list[Cells]:
    return list(candidates.sort(*_POOL, "study_id").iter_rows(named=True))
