-- title: Sentences of the records on the subject
-- question: Which sentences of a trial or paper can tell what was given, how, when and what for?
-- grain: one row per record on the subject, field and sentence
-- missing: exclusion criteria are left out: they speak of others; records off the subject have no row
-- reference: concept.trial_text, concept.publication_text; compute cuts the text of a field into sentences that keep their place (sentence_start)
-- care: tier 1 names or describes what is given (for papers title and abstract), 2 mentions it, 3 is subject or outcome, 4 who is admitted.
-- compute: sentences
SELECT
    'clinicaltrials_gov' AS source,
    trial_text.nct_id AS record_id,
    trial_text.field,
    trial_text.field_order,
    CASE
        WHEN trial_text.field = 'inclusion_criteria' THEN 4
        WHEN trial_text.product_tier <= 2 THEN 1
        WHEN trial_text.product_tier = 3 THEN 2
        ELSE 3
    END AS tier,
    0 AS sentence_start,
    trial_text.text
FROM concept.trial_text
INNER JOIN concept.trial_scope
    ON trial_scope.nct_id = trial_text.nct_id AND (trial_scope.is_in_scope OR trial_scope.is_borderline)
WHERE trial_text.field IS DISTINCT FROM 'exclusion_criteria'
UNION ALL
SELECT
    'pubmed' AS source,
    publication_text.pmid AS record_id,
    publication_text.field,
    publication_text.field_order,
    CASE WHEN publication_text.field IN ('title', 'abstract_text') THEN 1 ELSE 3 END AS tier,
    0 AS sentence_start,
    publication_text.text
FROM concept.publication_text
INNER JOIN concept.publication_scope
    ON publication_scope.pmid = publication_text.pmid AND publication_scope.is_in_scope
