-- title: Outcome values per arm, each with its provenance
-- question: What was reported for which arm of which study, when, and where does it stand?
-- grain: one row per value read; the same outcome may be read at several times and from several records
-- missing: n_events NULL is not reported, 0 is reported as none; record_sha256 is NULL where we do not hold the record itself;
--   exclusion_reason is NULL where nothing speaks against the record
-- reference: curated.arm_outcome (evidence_kind curated); citation and locator lead to the paper
-- care: a value with an exclusion_reason enters no sum and no table by organ; a record that was never held has none.
-- care: curated_line is the line of warehouse/curated/arm_outcome.csv, the header being line 1.
WITH last_version AS (
    SELECT pmid, doi, is_current, is_retracted
    FROM core.publication_version
    QUALIFY row_number() OVER (PARTITION BY pmid ORDER BY version DESC) = 1
),
paper_by_doi AS (
    SELECT lower(doi) AS doi, coalesce(min(pmid) FILTER (WHERE is_current), min(pmid)) AS pmid
    FROM last_version
    WHERE doi IS NOT NULL
    GROUP BY lower(doi)
),
excluded AS (
    SELECT source, record_id, 'withdrawn: its source no longer lists the record' AS exclusion_reason
    FROM raw.record_version
    WHERE is_withdrawn AND valid_to IS NULL
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, 'retracted: the paper is marked as retracted' AS exclusion_reason
    FROM last_version
    WHERE is_current AND is_retracted
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
    record_version.record_id AS archive_record_id,
    excluded.exclusion_reason
FROM curated_value
LEFT JOIN raw.record_version
    ON record_version.source = curated_value.archive_source
    AND record_version.record_id = curated_value.archive_record_id
    AND record_version.is_current
LEFT JOIN excluded
    ON excluded.source = curated_value.archive_source AND excluded.record_id = curated_value.archive_record_id
