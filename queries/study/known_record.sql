-- title: Known records and whether the search found them
-- question: Was each record that any search must find found, by which strategies, and was it judged to be in scope?
-- grain: one row per study and record of curated.known_studies
-- missing: is_in_scope is NULL where the record is not held; strategies is NULL where none found it
-- reference: curated.known_studies; a source counts as searched when a run over it finished, or when it delivered records (the embedded sample)
-- care: a registration that was merged into another one counts as found by the number that now leads there.
WITH searched AS (
    SELECT source FROM ops.harvest_run WHERE status = 'finished'
    UNION
    SELECT source FROM raw.record_strategy
),
known AS (
    SELECT
        known_studies.study_id,
        known_studies.organ_code,
        known_studies.source,
        known_studies.record_id,
        known_studies.citation,
        known_studies.why,
        CASE WHEN held.record_id IS NULL THEN alias.nct_id ELSE known_studies.record_id END AS held_id
    FROM curated.known_studies
    LEFT JOIN (SELECT DISTINCT source, record_id FROM raw.record_strategy) AS held
        ON held.source = known_studies.source AND held.record_id = known_studies.record_id
    LEFT JOIN (SELECT alias_nct_id, min(nct_id) AS nct_id FROM core.trial_alias GROUP BY alias_nct_id) AS alias
        ON known_studies.source = 'clinicaltrials_gov' AND alias.alias_nct_id = known_studies.record_id
),
finding AS (
    SELECT source, record_id, string_agg(strategy, ';' ORDER BY strategy) AS strategies
    FROM raw.record_strategy
    GROUP BY source, record_id
),
judged AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, is_in_scope FROM concept.trial_scope
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, is_in_scope FROM concept.publication_scope
)
SELECT
    known.study_id,
    known.organ_code,
    known.source,
    known.record_id,
    finding.record_id AS held_id,
    known.citation,
    known.why,
    searched.source IS NOT NULL AS is_searched,
    finding.record_id IS NOT NULL AS is_found,
    finding.strategies,
    judged.is_in_scope
FROM known
LEFT JOIN searched ON searched.source = known.source
LEFT JOIN finding ON finding.source = known.source AND finding.record_id = known.held_id
LEFT JOIN judged ON judged.source = known.source AND judged.record_id = finding.record_id
