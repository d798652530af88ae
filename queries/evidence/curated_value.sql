-- title: Values read by people
-- question: What did people read for which arm of which study, on which line of the sheet does it stand, and do we hold the record?
-- grain: one row per line of warehouse/curated/arm_outcome.csv, and per value of the double-extraction sheet that is agreed or settled
-- missing: n_events NULL is not reported, 0 is reported as none; archive_… name the record as we would hold it
-- reference: curated.arm_outcome, evidence.adjudicated_value; citation and locator lead to the paper
-- care: curated_line is the line of warehouse/curated/arm_outcome.csv, the header being line 1; extraction_line that of warehouse/curated/extraction.csv.
-- care: a record cited by its DOI is the PubMed record of that DOI, one that is still listed before one that was withdrawn.
WITH last_version AS (
    SELECT pmid, doi, is_current
    FROM core.publication_version
    QUALIFY row_number() OVER (PARTITION BY pmid ORDER BY version DESC) = 1
),
paper_by_doi AS (
    SELECT lower(doi) AS doi, coalesce(min(pmid) FILTER (WHERE is_current), min(pmid)) AS pmid
    FROM last_version
    WHERE doi IS NOT NULL
    GROUP BY lower(doi)
),
entered AS (
    SELECT
        study_id, source, record_id, organ_code, arm_label, arm_role, outcome_code, outcome_definition, timepoint_months, timepoint_text,
        n_events, n_at_risk, value, value_kind, sd, spread_text, unit, count_basis, certainty, citation, locator, entered_by, entered_on, note,
        rowid + 2 AS curated_line,
        CAST(NULL AS BIGINT) AS extraction_line,
        'read_by_a_person' AS rule_id
    FROM curated.arm_outcome
    UNION ALL BY NAME
    SELECT
        study_id, source, record_id, organ_code, arm_label, arm_role, outcome_code, outcome_definition, timepoint_months, timepoint_text,
        n_events, n_at_risk, value, value_kind, sd, spread_text, unit, count_basis, certainty, citation, locator, entered_by, entered_on, note,
        extraction_line,
        'read_by_two_people' AS rule_id
    FROM evidence.adjudicated_value
)
SELECT
    entered.*,
    CASE WHEN entered.source = 'doi' AND paper_by_doi.pmid IS NOT NULL THEN 'pubmed' ELSE entered.source END AS archive_source,
    CASE WHEN entered.source = 'doi' THEN paper_by_doi.pmid ELSE entered.record_id END AS archive_record_id
FROM entered
LEFT JOIN paper_by_doi ON entered.source = 'doi' AND paper_by_doi.doi = lower(entered.record_id)
