-- title: What of MSC a trial or paper gives
-- question: Are cells given, cells together with blood-forming cells, or vesicles without cells?
-- grain: one row per record on the subject
-- missing: never: the product is what brought the record in
-- reference: concept.trial_is_msc, concept.publication_is_msc, vocab.product_role
-- care: msc_with_hsc follows from words for blood-forming cells beside the product; it is a stratum of its own and never pooled.
WITH product AS (
    SELECT
        'clinicaltrials_gov' AS source, nct_id AS record_id,
        product_kind, has_hsc_words, matched_text, matched_field, span_start, span_end, rule_id, certainty
    FROM concept.trial_is_msc
    UNION ALL
    SELECT
        'pubmed' AS source, pmid AS record_id,
        product_kind, has_hsc_words, matched_text, matched_field, span_start, span_end, rule_id, certainty
    FROM concept.publication_is_msc
)
SELECT
    source,
    record_id,
    CASE
        WHEN product_kind = 'msc_vesicles' THEN 'msc_vesicles'
        WHEN has_hsc_words THEN 'msc_with_hsc'
        ELSE 'msc_given'
    END AS product_role_code,
    matched_text,
    matched_field,
    span_start,
    span_end,
    rule_id,
    certainty
FROM product
SEMI JOIN concept.subject_record USING (source, record_id)
