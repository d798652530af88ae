"""The walk from a figure home: row, study or estimate → studies → arms → values → places → record versions.

`walk` gives it as plain data, ready for JSON; the keys are a promise:

    walk      kind (row | study | record | estimate), name, row (its columns), sum, studies, silent, registered, records
    sum       n_events, n_at_risk of the values used, is_as_shown: the row shows the same figures (None: nothing to add)
    study     study_id, study_name, organ_codes, stratum, design, citation, records, n_values (read of it, told here or
              not), arms
    record    source, record_id, record_role, title, status, citation, version (None: we do not hold it)
    version   version, sha256, url, fetched_at, is_withdrawn
    arm       arm_label, arm_role, values
    value     value_id … certainty as in evidence.arm_outcome, is_used, why_not (None where used), place
    place     kind (curated | abstract | registry), source, record_id, citation, locator, sheet, line, entered_by,
              entered_on, note, field, span_start, span_end, before, marked, after, json_pointer, raw_text, is_found,
              version

`is_used` says that the value stands behind the figure asked for; values that do not are listed beside, with the reason.
`silent` are studies with a clinical report that give no figure for the row, `registered` those without any report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from msc_harvest.errors import UsageError
from msc_harvest.warehouse.connect import Connection, built_otherwise, open_sealed
from msc_harvest.warehouse.walk_address import Address, Tree, estimate_row, held_records, resolve, rows_of, studies_of
from msc_harvest.warehouse.walk_place import Places
from msc_harvest.warehouse.walk_reasons import why_not

# The measure of pooled_effect that compares nothing.
_OF_ONE_SIDE = "proportion"
# Columns of a row of a view that say which values it is about.
_ABOUT = (
    "organ_code", "outcome_code", "arm_role", "arm_label", "timepoint_months", "timepoint_text", "record_id",
    "curated_line", "span_start", "json_pointer",
)  # fmt: skip
_TOLD = (
    "value_id", "arm_label", "organ_code", "outcome_code", "outcome_name", "outcome_kind", "outcome_definition",
    "timepoint_months", "timepoint_text", "n_events", "n_at_risk", "value", "value_kind", "sd", "spread_text", "unit",
    "value_text", "missing_reason", "count_basis", "evidence_kind", "rule_id", "certainty",
)  # fmt: skip

_VALUES = """
SELECT arm_outcome.*,
    outcome.outcome_name,
    outcome.kind AS outcome_kind,
    study_record.record_role,
    record_role.definition AS record_role_definition,
    CASE arm_outcome.arm_role WHEN 'msc' THEN study.n_msc ELSE nullif(study.n_control, 0) END AS n_in_study,
    CAST(nullif(regexp_extract(arm_outcome.value_id, ' extraction ([0-9]+)$', 1), '') AS BIGINT) AS extraction_line,
    chosen.value_id AS chosen_id,
    chosen.is_conflict,
    value_comparison.differs_in,
    CASE outcome.kind
        WHEN 'count' THEN counted_outcome.value_id IS NOT NULL
        ELSE coalesce(chosen.value_id = arm_outcome.value_id, FALSE) AND arm_outcome.value IS NOT NULL
    END AS is_counted,
    CASE outcome.kind
        WHEN 'count' THEN compared_outcome.value_id IS NOT NULL
        ELSE coalesce(chosen.value_id = arm_outcome.value_id, FALSE) AND arm_outcome.value IS NOT NULL
    END AS is_compared
FROM evidence.arm_outcome
INNER JOIN study.study ON study.study_id = arm_outcome.study_id
INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code
LEFT JOIN evidence.value_choice ON value_choice.value_id = arm_outcome.value_id
LEFT JOIN evidence.reconciled_outcome AS chosen ON chosen.reconciled_id = value_choice.reconciled_id
LEFT JOIN evidence.value_comparison
    ON value_comparison.reconciled_id = value_choice.reconciled_id
    AND value_comparison.other_value_id = arm_outcome.value_id
    AND value_comparison.is_conflict
LEFT JOIN evidence.counted_outcome ON counted_outcome.value_id = arm_outcome.value_id
LEFT JOIN evidence.compared_outcome ON compared_outcome.value_id = arm_outcome.value_id
LEFT JOIN (
    SELECT study_id, source, record_id, min(record_role) AS record_role FROM study.study_record GROUP BY ALL
) AS study_record
    ON study_record.study_id = arm_outcome.study_id
    AND study_record.source = arm_outcome.source
    AND study_record.record_id = arm_outcome.record_id
LEFT JOIN vocab.record_role
    ON record_role.record_role = study_record.record_role
    AND (NOT record_role.is_report OR record_role.record_role = 'case_report')
    AND arm_outcome.evidence_kind IS DISTINCT FROM 'registry'
WHERE list_contains(?, arm_outcome.study_id)
ORDER BY arm_outcome.study_id, arm_outcome.arm_role DESC, arm_outcome.study_arm_label, arm_outcome.arm_label,
    outcome.sort_order, arm_outcome.timepoint_months, arm_outcome.timepoint_text, arm_outcome.level,
    arm_outcome.value_id
"""
_RECORDS = """
SELECT study_record.study_id, study_record.source, study_record.record_id, study_record.record_role,
    study_record.citation,
    coalesce(trial.brief_title, publication.title) AS title,
    trial.overall_status AS status,
    CASE WHEN trial.nct_id IS NOT NULL THEN 'clinicaltrials_gov' WHEN publication.pmid IS NOT NULL THEN 'pubmed' END
        AS held_source,
    coalesce(trial.nct_id, publication.pmid) AS held_id
FROM study.study_record
LEFT JOIN core.trial AS trial ON trial.nct_id = study_record.nct_id
LEFT JOIN core.publication ON publication.pmid = study_record.pmid
LEFT JOIN vocab.record_role ON record_role.record_role = study_record.record_role
WHERE list_contains(?, study_record.study_id)
ORDER BY study_record.study_id, record_role.sort_order, study_record.source, study_record.record_id
"""
_STUDIES = """
SELECT study_id, study_name, organ_codes, stratum, design, citation, has_report, has_control_group
FROM study.study WHERE list_contains(?, study_id) ORDER BY study_id
"""
# Who reports, and who has controls, as evidence.organ_outcome counts them.
_OF_ORGAN = """
WITH stated AS (
    SELECT study_id, organ_code, bool_or(arm_role = 'control') AS has_control_value
    FROM evidence.reconciled_outcome
    GROUP BY study_id, organ_code
)
SELECT study.study_id,
    study.has_report OR study.has_posted_results OR stated.study_id IS NOT NULL AS has_report,
    study.has_control_group OR coalesce(stated.has_control_value, FALSE) AS has_control_group
FROM study.study
INNER JOIN (
    SELECT study_id, organ_code FROM study.study_organ UNION SELECT study_id, organ_code FROM stated
) AS study_organ ON study_organ.study_id = study.study_id
INNER JOIN vocab.organ ON organ.organ_code = study_organ.organ_code
LEFT JOIN stated ON stated.study_id = study_organ.study_id AND stated.organ_code = study_organ.organ_code
WHERE (list_contains(?, organ.organ_code) OR list_contains(?, organ.organ_name)) AND list_contains(?, study.stratum)
ORDER BY study.study_id
"""
# Which strata a view is about stands in its own definition.
_STRATA = """
SELECT stratum.stratum FROM vocab.stratum, duckdb_views() AS view
WHERE stratum.applies_to = 'study' AND view.schema_name = 'out' AND view.view_name = ?
    AND contains(view.sql, '''' || stratum.stratum || '''')
"""

# Nor does a row about an organ alone lead to its studies where a view never asks for them (animals, say).
_COUNTS_STUDIES = r"""
SELECT 1 FROM duckdb_views()
WHERE schema_name = 'out' AND view_name = ? AND regexp_matches(sql, '\b(study|evidence|synth)\.\w')
"""


def walk(warehouse: Path, words: list[str]) -> list[Tree]:
    """The walks that `words` ask for: a view and column=value pairs, a study, a record or an estimate.

    Raises UsageError when they name nothing that is there, WarehouseError when there is no warehouse to read.
    """
    with open_sealed(warehouse) as connection:
        try:
            return _Walker(connection).walks(resolve(connection, words))
        except (duckdb.CatalogException, duckdb.BinderException):
            raise built_otherwise(warehouse) from None


class _Walker:
    """Questions to one connection; what was asked once is not asked again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._places = Places(connection)
        self._held: dict[str, tuple[Tree, list[Tree], list[Tree]]] = {}
        self._of_organs: dict[tuple[str, str], list[Tree]] = {}

    def walks(self, address: Address) -> list[Tree]:
        """One walk per row that the address names, else one for what it names."""
        if address.kind != "row":
            return [self._of_studies(address, address.row, _wanted(address.about))]
        if {"organ_code", "outcome_code", "arm_role"} <= address.rows[0].keys() and "study_id" not in address.rows[0]:
            return [self._of_organ(address, row) for row in address.rows]
        return [self._of_row(address, row) for row in address.rows]

    def _of_studies(self, address: Address, row: Tree | None, wanted: Callable[[Tree], bool]) -> Tree:
        studies = self._studies(address.study_ids, wanted, _use_of(row if address.kind == "estimate" else None))
        records = [self._record(one) for one in address.records]
        return _tree(address, row, studies, records=records)

    def _of_row(self, address: Address, row: Tree) -> Tree:
        """A row that names studies, records or an estimate, or only an organ."""
        estimate = self._estimate_of(row)
        ids, records = self._named_by(row, estimate)
        if not ids and not records:
            counts_studies = bool(rows_of(self._connection, _COUNTS_STUDIES, [address.name]))
            ids = [one["study_id"] for one in self._of_its_organ(address, row)] if counts_studies else []
            if not ids:
                raise UsageError(f"a row of out.{address.name} leads to no single study; see queries/out")
        about = {column: row[column] for column in _ABOUT if row.get(column) is not None}
        held = [self._record(one) for one in records if not ids]
        return _tree(address, row, self._studies(ids, _wanted(about), _use_of(estimate)), records=held)

    def _of_organ(self, address: Address, row: Tree) -> Tree:
        """A row of sums by organ: the studies behind it, those that are silent, and those only registered."""
        is_control = row["arm_role"] != self._first_role()
        about = {column: row[column] for column in ("organ_code", "outcome_code", "arm_role")}
        known = self._of_its_organ(address, row)
        reporting = set((row.get("study_ids") or "").split(";")) - {""}
        silent = [
            one["study_id"]
            for one in known
            if one["has_report"] and one["study_id"] not in reporting and (one["has_control_group"] or not is_control)
        ]
        waiting = [one["study_id"] for one in known if not one["has_report"]]
        studies = self._studies(sorted(reporting), _wanted(about))
        tree = _tree(address, row, studies, silent=self._studies(silent, _wanted(about)))
        tree["registered"] = self._studies(waiting, lambda _: False)
        tree["sum"] = _sum(row, studies)
        return tree

    def _of_its_organ(self, address: Address, row: Tree) -> list[Tree]:
        key = address.name, str(row.get("organ_code") or row.get("organ_name"))
        if key not in self._of_organs:
            self._of_organs[key] = self._read_organ(address, row)
        return self._of_organs[key]

    def _read_organ(self, address: Address, row: Tree) -> list[Tree]:
        strata = [one["stratum"] for one in rows_of(self._connection, _STRATA, [address.name])]
        if not strata:
            strata = [one["stratum"] for one in rows_of(self._connection, "SELECT stratum FROM vocab.stratum")]
        return rows_of(self._connection, _OF_ORGAN, [*[[row.get("organ_code"), row.get("organ_name")]] * 2, strata])

    def _first_role(self) -> Any:
        return self._connection.execute("SELECT arm_role FROM vocab.arm_role ORDER BY rowid LIMIT 1").fetchall()[0][0]

    def _estimate_of(self, row: Tree) -> Tree | None:
        """The estimate that a row is about, or a part of; None where it is about none."""
        name = row.get("estimate_id") or row.get("whole_estimate_id")
        return estimate_row(self._connection, str(name)) if name else None

    def _named_by(self, row: Tree, estimate: Tree | None) -> tuple[list[str], list[Tree]]:
        """Study ids and records that the columns of a row name, or its estimate."""
        ids = {part for name in ("study_id", "study_ids") for part in str(row.get(name) or "").split(";") if part}
        named = [str(row[name]) for name in ("nct_id", "pmid", "record_id") if row.get(name)]
        if not ids and estimate is not None:
            ids = set(studies_of(estimate))
        if not ids and named:
            found = rows_of(
                self._connection,
                "SELECT DISTINCT study_id FROM study.study_record WHERE list_contains(?, record_id) ORDER BY study_id",
                [named],
            )
            ids = {one["study_id"] for one in found}
        return sorted(ids), held_records(self._connection, named)

    def _studies(self, ids: Iterable[str], wanted: Callable[[Tree], bool], use: str = "is_counted") -> list[Tree]:
        wished = sorted(ids)
        self._load([one for one in wished if one not in self._held])
        told = ("study_id", "study_name", "organ_codes", "stratum", "design", "citation")
        studies = []
        for study, records, held in (self._held[one] for one in wished if one in self._held):
            values = [{**one, "is_used": one[use]} for one in held]
            arms: list[Tree] = []
            for one in values:
                if wanted(one):
                    _add_value(arms, one, self._value(one, values))
            facts = {name: study[name] for name in told}
            studies.append({**facts, "records": records, "n_values": len(values), "arms": arms})
        return studies

    def _load(self, ids: list[str]) -> None:
        """Studies with their records and values: many rows of one view stand on the same few studies."""
        if not ids:
            return
        for study in rows_of(self._connection, _STUDIES, [ids]):
            self._held[study["study_id"]] = study, [], []
        for one in rows_of(self._connection, _RECORDS, [ids]):
            self._held[one["study_id"]][1].append(self._record(one))
        for one in rows_of(self._connection, _VALUES, [ids]):
            self._held[one["study_id"]][2].append(one)

    def _record(self, one: Tree) -> Tree:
        told = {name: one.get(name) for name in ("source", "record_id", "record_role", "title", "status", "citation")}
        return {
            **told,
            "version": self._places.version(
                one.get("held_source", one["source"]), one.get("held_id", one["record_id"])
            ),
        }

    def _value(self, one: Tree, values: list[Tree]) -> Tree:
        told = {name: one[name] for name in _TOLD}
        reason = None if one["is_used"] else why_not(one, values)
        return {**told, "is_used": one["is_used"], "why_not": reason, "place": self._places.of(one)}


def _tree(
    address: Address,
    row: Tree | None,
    studies: list[Tree],
    *,
    silent: Sequence[Tree] = (),
    records: Sequence[Tree] = (),
) -> Tree:
    return {
        "kind": address.kind,
        "name": address.name,
        "row": row,
        "sum": None,
        "studies": studies,
        "silent": list(silent),
        "registered": [],
        "records": list(records),
    }


def _use_of(estimate: Tree | None) -> str:
    """Which values stand behind the figure: those of a comparison are of the last time that both sides share."""
    return "is_compared" if estimate is not None and estimate["measure"] != _OF_ONE_SIDE else "is_counted"


def _wanted(about: Mapping[str, Any]) -> Callable[[Tree], bool]:
    return lambda one: all(one.get(column) == value for column, value in about.items() if column in one)


def _add_value(arms: list[Tree], one: Tree, value: Tree) -> None:
    label = one["study_arm_label"] or one["arm_label"]
    arm = next((arm for arm in arms if (arm["arm_label"], arm["arm_role"]) == (label, one["arm_role"])), None)
    if arm is None:
        arm = {"arm_label": label, "arm_role": one["arm_role"], "values": []}
        arms.append(arm)
    arm["values"].append(value)


def _sum(row: Tree, studies: list[Tree]) -> Tree | None:
    used = [value for study in studies for arm in study["arms"] for value in arm["values"] if value["is_used"]]
    counts = [value for value in used if value["outcome_kind"] == "count"]
    if not counts:
        return None
    n_events, n_at_risk = sum(one["n_events"] for one in counts), sum(one["n_at_risk"] for one in counts)
    shown = row.get("n_events"), row.get("n_at_risk")
    return {"n_events": n_events, "n_at_risk": n_at_risk, "is_as_shown": shown == (n_events, n_at_risk)}
