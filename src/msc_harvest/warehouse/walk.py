"""The walk from a figure home: row, study or estimate → studies → arms → values → places → record versions.

`walk` gives it as plain data, ready for JSON; the keys are a promise:

    walk      kind (row | study | record | estimate), name, row (its columns), sum, studies, silent, registered, records
    sum       n_events, n_at_risk of the values used, is_as_shown: the row shows the same figures (None: nothing to add)
    study     study_id, study_name, organ_codes, stratum, design, citation, records, arms
    record    source, record_id, record_role, title, status, citation, version (None: we do not hold it)
    version   version, sha256, url, fetched_at, is_withdrawn
    arm       arm_label, arm_role, values
    value     value_id … certainty as in evidence.arm_outcome, is_used, why_not (None where used), place
    place     kind (curated | abstract | registry), source, record_id, citation, locator, sheet, line, entered_by,
              entered_on, note, field, span_start, span_end, before, marked, after, json_pointer, raw_text, is_found,
              version

`is_used` says that the value stands in the tables by organ; values that do not are listed beside, with the reason.
`silent` are studies with a clinical report that give no figure for the row, `registered` those without any report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from msc_harvest.errors import UsageError, WarehouseError
from msc_harvest.warehouse.connect import Connection, open_sealed
from msc_harvest.warehouse.walk_address import Address, Tree, held_records, resolve, rows_of
from msc_harvest.warehouse.walk_place import Places

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
    END AS is_used
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
_OF_ORGAN = """
SELECT study.study_id, study.has_report, study.has_control_group
FROM study.study
INNER JOIN study.study_organ ON study_organ.study_id = study.study_id
INNER JOIN vocab.organ ON organ.organ_code = study_organ.organ_code
WHERE (list_contains(?, organ.organ_code) OR list_contains(?, organ.organ_name)) AND list_contains(?, study.stratum)
ORDER BY study.study_id
"""
# Which strata a view is about stands in its own definition.
_STRATA = """
SELECT stratum.stratum FROM vocab.stratum, duckdb_views() AS view
WHERE stratum.applies_to = 'study' AND view.schema_name = 'out' AND view.view_name = ?
    AND contains(view.sql, '''' || stratum.stratum || '''')
"""


def walk(warehouse: Path, words: list[str]) -> list[Tree]:
    """The walks that `words` ask for: a view and column=value pairs, a study, a record or an estimate.

    Raises UsageError when they name nothing that is there, WarehouseError when there is no warehouse to read.
    """
    with open_sealed(warehouse) as connection:
        try:
            return _Walker(connection).walks(resolve(connection, words))
        except (duckdb.CatalogException, duckdb.BinderException):
            raise WarehouseError(
                f"{warehouse.name} was built by another msc-harvest, which kept its evidence differently; rebuild it "
                "with: msc-harvest build"
            ) from None


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
        studies = self._studies(address.study_ids, wanted)
        records = [self._record(one) for one in address.records]
        return _tree(address, row, studies, records=records)

    def _of_row(self, address: Address, row: Tree) -> Tree:
        """A row that names studies or records, or only an organ."""
        ids, records = self._named_by(row)
        if not ids and not records:
            ids = [one["study_id"] for one in self._of_its_organ(address, row)]
        if not ids and not records:
            raise UsageError(
                f"a row of out.{address.name} counts records of many kinds and leads to no single study; see its SQL"
            )
        about = {column: row[column] for column in _ABOUT if row.get(column) is not None}
        held = [self._record(one) for one in records if not ids]
        return _tree(address, row, self._studies(ids, _wanted(about)), records=held)

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

    def _named_by(self, row: Tree) -> tuple[list[str], list[Tree]]:
        """Study ids and records that the columns of a row name."""
        ids = {part for name in ("study_id", "study_ids") for part in str(row.get(name) or "").split(";") if part}
        named = [str(row[name]) for name in ("nct_id", "pmid", "record_id") if row.get(name)]
        if not ids and named:
            found = rows_of(
                self._connection,
                "SELECT DISTINCT study_id FROM study.study_record WHERE list_contains(?, record_id) ORDER BY study_id",
                [named],
            )
            ids = {one["study_id"] for one in found}
        return sorted(ids), held_records(self._connection, named)

    def _studies(self, ids: Iterable[str], wanted: Callable[[Tree], bool]) -> list[Tree]:
        wished = sorted(ids)
        self._load([one for one in wished if one not in self._held])
        told = ("study_id", "study_name", "organ_codes", "stratum", "design", "citation")
        studies = []
        for study, records, values in (self._held[one] for one in wished if one in self._held):
            arms: list[Tree] = []
            for one in values:
                if wanted(one):
                    _add_value(arms, one, self._value(one, values))
            studies.append({**{name: study[name] for name in told}, "records": records, "arms": arms})
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
        why_not = None if one["is_used"] else _why_not(one, values)
        return {**told, "is_used": one["is_used"], "why_not": why_not, "place": self._places.of(one)}


def _tree(
    address: Address,
    row: Tree | None,
    studies: list[Tree],
    silent: list[Tree] | None = None,
    records: list[Tree] | None = None,
) -> Tree:
    return {
        "kind": address.kind,
        "name": address.name,
        "row": row,
        "sum": None,
        "studies": studies,
        "silent": silent or [],
        "registered": [],
        "records": records or [],
    }


def _wanted(about: Mapping[str, Any]) -> Callable[[Tree], bool]:
    return lambda one: all(one.get(column) == value for column, value in about.items() if column in one)


def _add_value(arms: list[Tree], one: Tree, value: Tree) -> None:
    label = one["study_arm_label"] or one["arm_label"]
    arm = next((arm for arm in arms if (arm["arm_label"], arm["arm_role"]) == (label, one["arm_role"])), None)
    if arm is None:
        arm = {"arm_label": label, "arm_role": one["arm_role"], "values": []}
        arms.append(arm)
    arm["values"].append(value)


def _why_not(one: Tree, values: list[Tree]) -> str:
    """Why a value stands in no table by organ; `values` are all of its study."""
    if one["exclusion_reason"]:
        return str(one["exclusion_reason"])
    if one["chosen_id"] is None:
        return one["missing_reason"] or "it gives no number"
    chosen = next((other for other in values if other["value_id"] == one["chosen_id"]), one)
    if chosen is not one:
        says = f"differs from it in {one['differs_in']}" if one["differs_in"] else "does not contradict it"
        told = f"the {chosen['evidence_kind']} value {_said(chosen)} of the same arm and time"
        return f"{told} stands before it; this one {says}"
    if one["outcome_kind"] == "count" and (one["n_events"] is None or not one["n_at_risk"]):
        return "it is no count of people among people"
    return _not_counted(one, [other for other in values if other["is_used"] and _side(other) == _side(one)])


def _not_counted(one: Tree, rivals: list[Tree]) -> str:
    """Why a count that was chosen for its arm and time is not in the sums; `rivals` of its study and side are."""
    others = sorted({other["evidence_kind"] for other in rivals} - {one["evidence_kind"]})
    if others:
        return f"{' and '.join(others)} values of this study and side stand in the table instead"
    if one["is_pooled_arm"] and rivals:
        return "it is a sum of arms that stand in the table"
    if rivals:
        return f"another report or time of these people stands in the table ({_times(rivals)})"
    if one["record_role_definition"]:
        return f"its record is a {one['record_role']}: {one['record_role_definition']}"
    if one["is_conflict"]:
        return "another place says otherwise, and nobody has settled it"
    if one["n_in_study"] is not None and one["n_at_risk"] > one["n_in_study"]:
        return f"it speaks of more people than the {one['n_in_study']} of the study on this side"
    return "rules cannot be sure that its arm is one of the study and stands there once"


def _side(one: Tree) -> tuple[Any, ...]:
    return tuple(one[name] for name in ("study_id", "organ_code", "outcome_code", "arm_role"))


def _said(one: Tree) -> str:
    if one["n_events"] is not None:
        return f"{one['n_events']}/{'?' if one['n_at_risk'] is None else one['n_at_risk']}"
    return f"{one['value']:g}"


def _times(rivals: list[Tree]) -> str:
    times = {
        one["timepoint_text"] or (f"{one['timepoint_months']:g} months" if one["timepoint_months"] else "")
        for one in rivals
    }
    return ", ".join(sorted(times - {""})) or "time not stated"


def _sum(row: Tree, studies: list[Tree]) -> Tree | None:
    used = [value for study in studies for arm in study["arms"] for value in arm["values"] if value["is_used"]]
    counts = [value for value in used if value["outcome_kind"] == "count"]
    if not counts:
        return None
    n_events, n_at_risk = sum(one["n_events"] for one in counts), sum(one["n_at_risk"] for one in counts)
    shown = row.get("n_events"), row.get("n_at_risk")
    return {"n_events": n_events, "n_at_risk": n_at_risk, "is_as_shown": shown == (n_events, n_at_risk)}
