-- title: Outcome values per arm, each with its provenance
-- question: What was reported for which arm of which study, when, and where does it stand?
-- grain: one row per value read; the same outcome may be read at several times and from several records
-- missing: n_events NULL is not reported, 0 is reported as none; record_sha256 is NULL where we do not hold the record itself
-- reference: curated.arm_outcome (evidence_kind curated); citation and locator lead to the paper
-- care: curated_line is the line of warehouse/curated/arm_outcome.csv, the header being line 1.
WITH paper_by_doi AS (
    SELECT lower(doi) AS doi, min(pmid) AS pmid
    FROM core.publication
    WHERE doi IS NOT NULL
    GROUP BY lower(doi)
),
curated_value AS (
    SELECT
        arm_outcome.*,
        arm_outcome.rowid + 2 AS curated_line,
        CASE WHEN arm_outcome.source = 'doi' AND paper_by_doi.pmid IS NOT NULL THEN 'pubmed' ELSE arm_outcome.source END AS archive_source,
        CASE WHEN arm_outcome.source = 'doi' THEN paper_by_doi.pmid ELSE arm_outcome.record_id END AS archive_record_id
    FROM curated.arm_outcome
    LEFT JOIN paper_by_doi ON arm_outcome.source = 'doi' AND paper_by_doi.doi = lower(arm_outcome.record_id)
)
SELECT
    curated_value.study_id,
    curated_value.record_id,
    curated_value.arm_label,
    curated_value.arm_role,
    curated_value.outcome_code,
    curated_value.timepoint_months,
    curated_value.n_events,
    curated_value.n_at_risk,
    curated_value.value,
    curated_value.value_kind,
    curated_value.sd,
    curated_value.unit,
    curated_value.count_basis,
    'curated' AS evidence_kind,
    CAST(NULL AS VARCHAR) AS field,
    CAST(NULL AS INTEGER) AS span_start,
    CAST(NULL AS INTEGER) AS span_end,
    CAST(NULL AS VARCHAR) AS quote,
    CAST(NULL AS VARCHAR) AS json_pointer,
    record_version.body_sha256 AS record_sha256,
    'read_by_a_person' AS rule_id,
    curated_value.certainty,
    curated_value.source,
    curated_value.organ_code,
    curated_value.outcome_definition,
    curated_value.timepoint_text,
    curated_value.spread_text,
    curated_value.citation,
    curated_value.locator,
    curated_value.entered_by,
    curated_value.entered_on,
    curated_value.note,
    curated_value.curated_line,
    record_version.source AS archive_source,
    record_version.record_id AS archive_record_id
FROM curated_value
LEFT JOIN raw.record_version
    ON record_version.source = curated_value.archive_source
    AND record_version.record_id = curated_value.archive_record_id
    AND record_version.is_current
