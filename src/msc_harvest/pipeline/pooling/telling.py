"""A pooled answer as frames and as one plain object: the forms that programs read."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from msc_harvest.pipeline.estimating.pools import rounded
from msc_harvest.pipeline.pooling.answer import CODES, PoolAnswer, Result
from msc_harvest.pipeline.pooling.numbers import StudyNumbers

if TYPE_CHECKING:
    import polars as pl

NAMES = {code: name for name, code in CODES.items()}
_COLUMNS = (
    "stratum", "organ_code", "outcome_code", "design_class", "measure", "subgroup_by", "subgroup_value", "is_pooled",
    "method", "k", "k_informative", "n", "n_events", "estimate", "ci_low", "ci_high", "level", "pi_low", "pi_high",
    "i2_pct", "tau2", "tau2_low", "tau2_high", "q", "q_p", "p_value", "study_ids", "excluded_studies", "warnings",
    "note", "statement", "build_id", "data_origin",
)  # fmt: skip
_TEXTS = (*_COLUMNS[:7], "method", *_COLUMNS[-7:])
_PLAIN = ("tau2", "tau2_low", "tau2_high", "q", "q_p", "p_value")
_COUNTS = ("events_msc", "n_msc", "events_control", "n_control")
_MEANS = ("mean_msc", "sd_msc", "mean_control", "sd_control")
_EFFECTS = ("effect", "se")


def estimates(answer: PoolAnswer) -> pl.DataFrame:
    """One row per result. Columns: stratum, organ_code, outcome_code, design_class, measure, subgroup_by,
    subgroup_value, is_pooled, method, k, k_informative, n, n_events, estimate, ci_low, ci_high, level, pi_low, pi_high,
    i2_pct, tau2, tau2_low, tau2_high, q, q_p, p_value, study_ids, excluded_studies, warnings, note, statement,
    build_id, data_origin (both missing for a user's own numbers).

    `measure` is that of the estimate: an exact odds ratio stands in for a risk ratio where all events lie on one side.
    """
    import polars as pl

    texts = dict.fromkeys(_TEXTS, pl.String)
    counts = dict.fromkeys(("k", "k_informative", "n", "n_events"), pl.Int64)
    schema = {name: texts.get(name, counts.get(name, pl.Float64)) for name in _COLUMNS} | {"is_pooled": pl.Boolean}
    return pl.DataFrame([_estimate(answer, one) for one in answer.results], schema=schema)


def studies(answer: PoolAnswer) -> pl.DataFrame:
    """One row per study and whole result (subgroups repeat them): study_id, its numbers, its own estimate with
    interval, weight in per cent, and the reason where it is left out."""
    import polars as pl

    rows = [row for one in answer.results if one.group is None for row in study_rows(one)]
    texts = ("stratum", "design_class", "note", "left_out")
    numbers = ("estimate", "ci_low", "ci_high", "weight_pct", *_MEANS, *_EFFECTS)
    types: dict[str, type[pl.DataType]] = dict.fromkeys(texts, pl.String) | dict.fromkeys(numbers, pl.Float64)
    types |= dict.fromkeys(_COUNTS, pl.Int64)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.cast({name: dtype for name, dtype in types.items() if name in frame.columns})


def as_object(answer: PoolAnswer) -> dict[str, Any]:
    """The whole answer as plain values: asked, build_id, data_origin, note, results (each with studies, left_out and
    alternatives), differences."""
    return {
        "asked": {"organ": answer.organ, "outcome": answer.outcome, **_asked(answer)},
        "build_id": answer.build_id,
        "data_origin": answer.data_origin,
        "note": answer.note,
        "results": [_result(answer, one) for one in answer.results],
        "differences": [_rounded(asdict(one)) for one in answer.differences],
    }


def _asked(answer: PoolAnswer) -> dict[str, Any]:
    asked = asdict(answer.request)
    return {**asked, "designs": list(answer.request.designs)}


def _estimate(answer: PoolAnswer, one: Result) -> dict[str, Any]:
    pooled = one.pooled
    left_out = [f"{study}: {reason}" for study, reason in one.left_out]
    return {
        "stratum": one.stratum,
        "organ_code": answer.organ,
        "outcome_code": answer.outcome,
        "design_class": one.design,
        "measure": NAMES.get(pooled.measure, one.measure) if pooled.estimate is not None else one.measure,
        "subgroup_by": one.by,
        "subgroup_value": one.group,
        "is_pooled": pooled.pooled,
        "method": pooled.method,
        "k": pooled.k,
        "k_informative": pooled.k_informative,
        "n": pooled.n,
        "n_events": pooled.events,
        **{name: rounded(getattr(pooled, name)) for name in ("estimate", "ci_low", "ci_high")},
        "level": pooled.level,
        "pi_low": rounded(pooled.pi_low),
        "pi_high": rounded(pooled.pi_high),
        "i2_pct": rounded(pooled.i2_percent),
        **{name: rounded(getattr(pooled, name)) for name in _PLAIN},
        "study_ids": "; ".join(sorted(one.members[row.study].study for row in pooled.studies)),
        "excluded_studies": "; ".join(left_out) or None,
        "warnings": "; ".join(one.warnings) or None,
        "note": pooled.note,
        "statement": one.statement,
        "build_id": answer.build_id,
        "data_origin": answer.data_origin,
    }


def study_rows(result: Result) -> list[dict[str, Any]]:
    """The studies of one result, in its order, those left out last."""
    kept = [
        {
            **_numbers(result.members[row.study], result),
            "estimate": rounded(row.estimate),
            "ci_low": rounded(row.ci_low),
            "ci_high": rounded(row.ci_high),
            "weight_pct": rounded(row.weight_percent),
            "note": row.note,
            "left_out": None,
        }
        for row in result.pooled.studies
    ]
    seen = {row["study_id"] for row in kept}
    given = {one.study: one for one in result.members}
    out = [
        {
            **(_numbers(given[study], result) if study in given else {"study_id": study}),
            **dict.fromkeys(("estimate", "ci_low", "ci_high", "weight_pct", "note")),
            "left_out": reason,
        }
        for study, reason in result.left_out
        if study not in seen
    ]
    return [*kept, *out]


def _numbers(one: StudyNumbers, result: Result) -> dict[str, Any]:
    names: tuple[str, ...] = _COUNTS
    if one.mean_msc is not None:
        names = ("mean_msc", "sd_msc", "n_msc", "mean_control", "sd_control", "n_control")
    elif one.effect is not None:
        names = _EFFECTS
    elif result.measure == "proportion":
        names = ("events_msc", "n_msc")
    return {
        "study_id": one.study,
        "stratum": result.stratum,
        "design_class": one.design,
        **{name: getattr(one, name) for name in names},
        **one.groups,
        **one.shown,
    }


def _result(answer: PoolAnswer, one: Result) -> dict[str, Any]:
    row = _estimate(answer, one)
    for name in ("study_ids", "excluded_studies", "warnings", "build_id", "data_origin"):
        row.pop(name)
    pooled = one.pooled
    return {
        **row,
        "situation": pooled.situation,
        "interval": pooled.interval,
        "pi_note": pooled.pi_note,
        "i2_basis": pooled.i2_basis,
        "warnings": list(one.warnings),
        "studies": study_rows(one),
        "alternatives": [_rounded(asdict(other)) for other in pooled.alternatives],
    }


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: rounded(value) if isinstance(value, float) else value for name, value in row.items()}
