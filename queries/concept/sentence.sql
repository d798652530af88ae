-- title: Sentences of the records on the subject
-- question: Which sentences of a trial or paper can tell what was given, how, when and what for?
-- grain: one row per record on the subject, field and sentence
-- missing: exclusion criteria are left out: they speak of others; records off the subject have no row
-- reference: concept.trial_text, concept.publication_text; compute cuts the text of a field into sentences that keep their place (sentence_start)
-- care: tier is vocab.record_field.sentence_tier: 1 names or describes what is given (for papers title and abstract), 2 mentions it, 3 is subject or outcome, 4 who is admitted.
-- compute: sentences
WITH record_text AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, field, field_order, text FROM concept.trial_text
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, field, field_order, text FROM concept.publication_text
)
SELECT
    record_text.source,
    record_text.record_id,
    record_text.field,
    record_text.field_order,
    record_field.sentence_tier AS tier,
    0 AS sentence_start,
    record_text.text
FROM record_text
SEMI JOIN concept.subject_record ON subject_record.source = record_text.source AND subject_record.record_id = record_text.record_id
INNER JOIN vocab.record_field ON record_field.record_source = record_text.source AND record_field.field = record_text.field
WHERE record_field.sentence_tier IS NOT NULL
