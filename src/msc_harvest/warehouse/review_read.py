"""What a person who screens needs from a published warehouse: the queue, and what speaks for or against one record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse.connect import Connection, open_sealed

_QUEUE = "SELECT * FROM out.review_queue"

_RECORD = """
SELECT record_version.source, record_version.record_id, record_version.content_sha256, judged.*
FROM raw.record_version
INNER JOIN (
    SELECT
        'clinicaltrials_gov' AS of_source, nct_id AS of_record, brief_title AS title,
        decision, reason_code, reason_text, rule_id, certainty
    FROM out.trial_screening
    UNION ALL
    SELECT 'pubmed', pmid, title, decision, reason_code, reason_text, rule_id, certainty
    FROM out.publication_screening
) AS judged ON judged.of_source = record_version.source AND judged.of_record = record_version.record_id
WHERE record_version.is_current AND record_version.record_id = ?
"""

_FIELDS = """
SELECT field, text FROM (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, field, field_order, text FROM concept.trial_text
    UNION ALL
    SELECT 'pubmed', pmid, field, field_order, text FROM concept.publication_text
)
WHERE source = ? AND record_id = ?
ORDER BY field_order, field
"""

_MATCHES = """
SELECT DISTINCT matched_field, span_start, span_end FROM (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, matched_field, span_start, span_end
    FROM concept.trial_scope
    UNION ALL
    SELECT 'clinicaltrials_gov', nct_id, matched_field, span_start, span_end FROM concept.trial_is_msc
    UNION ALL
    SELECT 'clinicaltrials_gov', nct_id, matched_field, span_start, span_end FROM concept.trial_organ
    UNION ALL
    SELECT 'pubmed', pmid, matched_field, span_start, span_end FROM concept.publication_scope
    UNION ALL
    SELECT 'pubmed', pmid, matched_field, span_start, span_end FROM concept.publication_is_msc
    UNION ALL
    SELECT 'pubmed', pmid, matched_field, span_start, span_end FROM concept.publication_organ
)
WHERE source = ? AND record_id = ? AND span_start IS NOT NULL AND span_end > span_start
ORDER BY matched_field, span_start, span_end
"""

_REASONS = """
SELECT reason_code FROM vocab.scope_reason
WHERE applies_to = 'both' OR applies_to = CASE ? WHEN 'pubmed' THEN 'publication' ELSE 'trial' END
ORDER BY reason_code
"""


@dataclass(frozen=True, slots=True)
class Text:
    """One field of a record and the places that the rules went by: (first character, character after the last)."""

    field: str
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record as a person judges it: what is decided today and by which rule, and its texts.

    `content_sha256` is the version that these texts are; `reasons` are the codes that a decision about it may name.
    """

    source: str
    record_id: str
    title: str
    content_sha256: str
    decision: str
    reason_code: str | None
    reason_text: str | None
    rule_id: str
    certainty: str
    texts: tuple[Text, ...]
    reasons: tuple[str, ...]


def read_queue(warehouse: Path) -> pl.DataFrame:
    """The rows of out.review_queue, most urgent first. Raises WarehouseError when there is no warehouse to read."""
    with open_sealed(warehouse) as connection:
        try:
            return pl.DataFrame(connection.sql(_QUEUE))
        except duckdb.CatalogException:
            raise _too_old(warehouse) from None


def read_evidence(warehouse: Path, record_id: str) -> Evidence | None:
    """All about one record, or None when the warehouse does not hold it. Raises WarehouseError as `read_queue`."""
    with open_sealed(warehouse) as connection:
        try:
            return _evidence(connection, record_id)
        except duckdb.CatalogException:
            raise _too_old(warehouse) from None


def _evidence(connection: Connection, record_id: str) -> Evidence | None:
    found = connection.execute(_RECORD, [record_id]).fetchall()
    if not found:
        return None
    source, held_id, content_sha256, _, _, title, decision, reason_code, reason_text, rule_id, certainty = found[0]
    places: dict[str, list[tuple[int, int]]] = {}
    for field, start, end in connection.execute(_MATCHES, [source, held_id]).fetchall():
        places.setdefault(field, []).append((int(start), int(end)))
    rows: list[tuple[Any, ...]] = connection.execute(_FIELDS, [source, held_id]).fetchall()
    return Evidence(
        source,
        held_id,
        title or "",
        content_sha256,
        decision,
        reason_code,
        reason_text,
        rule_id,
        certainty,
        tuple(Text(field, text, _merged(places.get(field, []))) for field, text in rows),
        tuple(code for (code,) in connection.execute(_REASONS, [source]).fetchall()),
    )


def _merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans in order, those that overlap or touch made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _too_old(warehouse: Path) -> WarehouseError:
    return WarehouseError(
        f"{warehouse.name} was built by an older msc-harvest, which kept no review queue; rebuild it with: "
        "msc-harvest build"
    )
