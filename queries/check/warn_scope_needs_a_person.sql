-- title: no record waits for a person to decide
-- question: Which trials and papers are borderline?
-- grain: one row per record
-- missing: records that people have decided, also as borderline, are no fault; readers in conflict are
-- reference: concept.trial_scope, concept.publication_scope
SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, reason_code, matched_text
FROM concept.trial_scope
WHERE is_borderline AND rule_id IS DISTINCT FROM 'override' AND rule_id IS DISTINCT FROM 'override_adjudicated'
UNION ALL
SELECT 'pubmed' AS source, pmid AS record_id, reason_code, matched_text
FROM concept.publication_scope
WHERE is_borderline AND rule_id IS DISTINCT FROM 'override' AND rule_id IS DISTINCT FROM 'override_adjudicated'
