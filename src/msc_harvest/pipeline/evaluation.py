"""A sheet of labels against a warehouse: scope, reasons, and every concept that vocab.evaluation_field names."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msc_harvest.errors import UsageError
from msc_harvest.pipeline.comparing import (
    TOLERANCE,
    Codes,
    Disagreement,
    Numbers,
    Result,
    compare_codes,
    compare_numbers,
    numbers_of,
    range_in,
)
from msc_harvest.synthesis.classification import Share, Tally, share
from msc_harvest.warehouse.connect import Connection, open_sealed

REQUIRED = ("nct_id", "decision")
DECISIONS = ("include", "borderline", "exclude")
UNSURE = "unsure_fields"

Label = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that one sheet of labels says about one warehouse.

    `confusion` counts (labelled decision, found decision); `by_reason` gives for each labelled reason the share of its
    exclusions that carry it; `unknown` are labelled records that the warehouse does not hold.
    """

    n_labels: int
    unknown: tuple[str, ...]
    confusion: dict[tuple[str, str], int]
    scope: Result
    reasons: Result
    by_reason: dict[str, Share] = field(default_factory=dict)
    concepts: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One row of vocab.evaluation_field."""

    concept: str
    label_column: str
    table: str
    value_column: str
    value_high_column: str | None
    how: str
    absent_code: str | None
    decisions: frozenset[str]


def evaluate(warehouse: Path, sheet: Path) -> Evaluation:
    """Score a warehouse against a sheet of labels.

    Raises UsageError when the sheet cannot be read or lacks a required column, WarehouseError when there is no
    warehouse.
    """
    labels = read_labels(sheet)
    with open_sealed(warehouse) as connection:
        decided = _decided(connection)
        held = {nct_id: label for nct_id, label in labels.items() if nct_id in decided}
        concepts = [_concept(connection, fields, held) for fields in _fields(connection)]
    reasons, by_reason = _reasons(held, decided)
    return Evaluation(
        n_labels=len(labels),
        unknown=tuple(sorted(labels.keys() - held.keys())),
        confusion=_confusion(held, decided),
        scope=_scope(held, decided),
        reasons=reasons,
        by_reason=by_reason,
        concepts=tuple(concepts),
    )


def read_labels(sheet: Path) -> dict[str, Label]:
    """NCT number → row of a CSV of labels. Raises UsageError saying what is wrong with the sheet."""
    try:
        with sheet.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            columns, rows = list(reader.fieldnames or []), list(reader)
    except OSError as problem:
        raise UsageError(f"the labels {sheet} cannot be read ({problem.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise UsageError(f"the labels {sheet} are not a CSV file in UTF-8 ({problem})") from None
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise UsageError(f"the labels {sheet} have no column {', '.join(missing)}; needed are {', '.join(REQUIRED)}")
    labels: dict[str, Label] = {}
    for number, row in enumerate(rows, start=2):
        label = {column: (row.get(column) or "").strip() for column in columns}
        if label["decision"] not in DECISIONS:
            raise UsageError(f"{sheet}, row {number}: decision {label['decision']!r} is none of {', '.join(DECISIONS)}")
        if not label["nct_id"] or label["nct_id"] in labels:
            raise UsageError(f"{sheet}, row {number}: nct_id {label['nct_id']!r} is missing or named twice")
        labels[label["nct_id"]] = label
    return labels


@dataclass(frozen=True, slots=True)
class _Decided:
    decision: str
    reason: str
    matched_text: str


def _decided(connection: Connection) -> dict[str, _Decided]:
    rows = connection.execute(
        "SELECT nct_id, CASE WHEN is_in_scope THEN 'include' WHEN is_borderline THEN 'borderline' ELSE 'exclude' END, "
        "coalesce(reason_code, ''), coalesce(matched_text, '') FROM concept.trial_scope"
    ).fetchall()
    return {nct_id: _Decided(*rest) for nct_id, *rest in rows}


def _confusion(held: Mapping[str, Label], decided: Mapping[str, _Decided]) -> dict[tuple[str, str], int]:
    counts = {(labelled, found): 0 for labelled in DECISIONS for found in DECISIONS}
    for nct_id, label in held.items():
        counts[label["decision"], decided[nct_id].decision] += 1
    return counts


def _scope(held: Mapping[str, Label], decided: Mapping[str, _Decided]) -> Result:
    """Include against exclude; records labelled borderline are in the confusion matrix and listed, not in the tally."""
    clear = {nct_id: label for nct_id, label in held.items() if label["decision"] != "borderline"}
    wanted = {nct_id for nct_id, label in clear.items() if label["decision"] == "include"}
    found = {nct_id for nct_id in clear if decided[nct_id].decision == "include"}
    apart = [
        Disagreement(nct_id, "scope", label["decision"], one.decision, one.matched_text)
        for nct_id, label in sorted(held.items())
        if (one := decided[nct_id]).decision != label["decision"]
    ]
    agreeing = sum(decided[nct_id].decision == label["decision"] for nct_id, label in clear.items())
    tally = Tally(len(wanted & found), len(found - wanted), len(wanted - found))
    return Result("scope", "scored", len(clear), agreeing, 0, tally, tuple(apart))


def _reasons(held: Mapping[str, Label], decided: Mapping[str, _Decided]) -> tuple[Result, dict[str, Share]]:
    """The reason of each labelled exclusion, over all and by code."""
    reasoned = {
        nct_id: label
        for nct_id, label in held.items()
        if label["decision"] == "exclude" and label.get("reason_code") and "reason_code" not in _unsure(label)
    }
    if not reasoned:
        return Result("reason_code", "not labelled"), {}
    wanted = {nct_id: {label["reason_code"]} for nct_id, label in reasoned.items()}
    found = {nct_id: {one.reason: one.matched_text} for nct_id in reasoned if (one := decided[nct_id]).reason}
    result = compare_codes("reason_code", wanted, found)
    by_reason = {}
    for code in sorted({label["reason_code"] for label in reasoned.values()}):
        own = [nct_id for nct_id, label in reasoned.items() if label["reason_code"] == code]
        by_reason[code] = share(sum(decided[nct_id].reason == code for nct_id in own), len(own))
    return result, by_reason


def _fields(connection: Connection) -> list[list[Field]]:
    """The rows of vocab.evaluation_field, concept by concept; none in a warehouse built before there was one."""
    if not _columns(connection, "vocab.evaluation_field"):
        return []
    grouped: dict[str, list[Field]] = {}
    for concept, column, table, value, high, how, absent, decisions in connection.execute(
        "SELECT concept_name, label_column, table_name, value_column, value_high_column, how, absent_code, decisions "
        "FROM vocab.evaluation_field ORDER BY sort_order"
    ).fetchall():
        one = Field(concept, column, table, value, high, how, absent, frozenset(decisions.split(";")))
        grouped.setdefault(concept, []).append(one)
    return list(grouped.values())


def _concept(connection: Connection, fields: Sequence[Field], held: Mapping[str, Label]) -> Result:
    concept = fields[0].concept
    scored = {nct_id: label for nct_id, label in held.items() if label["decision"] in fields[0].decisions}
    fields = [one for one in fields if any(one.label_column in label for label in scored.values())]
    if not fields:
        return Result(concept, "not labelled")
    columns = _columns(connection, fields[0].table)
    needed = {name for one in fields for name in (one.value_column, one.value_high_column) if name}
    if not {"nct_id", *needed} <= columns:
        return Result(concept, "not available")
    names = {concept, *(one.label_column for one in fields)}
    sure = {nct_id: label for nct_id, label in scored.items() if not names & _unsure(label)}
    n_unsure, has_text = len(scored) - len(sure), "matched_text" in columns
    if fields[0].how == "codes":
        codes = {nct_id: _wanted_codes(fields[0], label) for nct_id, label in sure.items()}
        return compare_codes(concept, codes, _found_codes(connection, fields[0], has_text), n_unsure)
    numbers = {nct_id: _wanted_numbers(fields, label) for nct_id, label in sure.items()}
    tolerance = TOLERANCE if fields[0].how == "number" else 0.0
    return compare_numbers(concept, numbers, _found_numbers(connection, fields, has_text), tolerance, n_unsure)


def _unsure(label: Label) -> set[str]:
    return {name.strip() for name in label.get(UNSURE, "").split(";")} - {""}


def _columns(connection: Connection, table: str) -> set[str]:
    schema, _, name = table.partition(".")
    rows = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?", [schema, name]
    ).fetchall()
    return {column for (column,) in rows}


def _found_codes(connection: Connection, one: Field, has_text: bool) -> Codes:
    text = "coalesce(matched_text, '')" if has_text else "''"
    found: Codes = {}
    rows = connection.execute(f"SELECT nct_id, {one.value_column}, {text} FROM {one.table}").fetchall()
    for nct_id, code, words in rows:
        if code is not None and code != one.absent_code:
            found.setdefault(nct_id, {})[str(code)] = words
    return found


def _found_numbers(connection: Connection, fields: Sequence[Field], has_text: bool) -> dict[str, tuple[Numbers, str]]:
    text = "coalesce(matched_text, '')" if has_text else "''"
    ends = [(one.value_column, one.value_high_column or one.value_column) for one in fields]
    chosen = ", ".join(f"{low}::DOUBLE, {high}::DOUBLE" for low, high in ends)
    rows = connection.execute(f"SELECT nct_id, {text}, {chosen} FROM {fields[0].table}").fetchall()
    found: dict[str, tuple[Numbers, str]] = {}
    for nct_id, words, *ends_found in rows:
        triples = zip(fields, ends_found[::2], ends_found[1::2], strict=True)
        found[nct_id] = numbers_of((one.label_column, low, high) for one, low, high in triples), words
    return found


def _wanted_codes(one: Field, label: Label) -> set[str]:
    codes = {code.strip() for code in label.get(one.label_column, "").split(";")}
    return {code for code in codes if code and code != one.absent_code}


def _wanted_numbers(fields: Sequence[Field], label: Label) -> Numbers:
    return numbers_of((one.label_column, *range_in(label.get(one.label_column, ""))) for one in fields)


def as_dict(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain lists and dicts, for JSON."""
    return {
        "n_labels": evaluation.n_labels,
        "n_unknown": len(evaluation.unknown),
        "unknown": list(evaluation.unknown),
        "confusion": [
            {"labelled": labelled, "found": found, "n": n} for (labelled, found), n in evaluation.confusion.items()
        ],
        "scope": _result_dict(evaluation.scope),
        "reason_code": _result_dict(evaluation.reasons),
        "by_reason": {code: _share_dict(one) for code, one in evaluation.by_reason.items()},
        "concepts": [_result_dict(one) for one in evaluation.concepts],
    }


def _result_dict(result: Result) -> dict[str, Any]:
    shares = {name: _share_dict(getattr(result.tally, name)) for name in ("precision", "recall", "f1")}
    return {
        "concept": result.concept,
        "state": result.state,
        "n_records": result.n_records,
        "n_agreeing": result.n_agreeing,
        "n_unsure": result.n_unsure,
        **shares,
        "disagreements": [
            {name: getattr(one, name) for name in Disagreement.__slots__} for one in result.disagreements
        ],
    }


def _share_dict(one: Share) -> dict[str, Any]:
    return {"n": one.n, "value": one.value, "ci_low": one.ci_low, "ci_high": one.ci_high}
