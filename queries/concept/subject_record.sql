-- title: Records on the subject
-- question: Which trials and papers are read for what was given, how, when and what for?
-- grain: one row per record
-- missing: a record off the subject has no row
-- reference: concept.trial_scope, concept.publication_scope
-- care: trials in scope and borderline ones; of papers only those in scope.
SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id
FROM concept.trial_scope
WHERE is_in_scope OR is_borderline
UNION ALL
SELECT 'pubmed' AS source, pmid AS record_id
FROM concept.publication_scope
WHERE is_in_scope
