-- title: What of MSC a trial gives
-- question: Are cells given, cells together with blood-forming cells, or vesicles without cells?
-- grain: one row per record on the subject
-- missing: never: the product is what brought the record in
-- reference: concept.trial_is_msc, vocab.product_role
-- care: msc_with_hsc follows from words for blood-forming cells beside the product; it is a stratum of its own and never pooled.
SELECT
    trial_is_msc.nct_id,
    CASE
        WHEN trial_is_msc.product_kind = 'msc_vesicles' THEN 'msc_vesicles'
        WHEN trial_is_msc.has_hsc_words THEN 'msc_with_hsc'
        ELSE 'msc_given'
    END AS product_role_code,
    trial_is_msc.matched_text,
    trial_is_msc.matched_field,
    trial_is_msc.span_start,
    trial_is_msc.span_end,
    trial_is_msc.rule_id,
    trial_is_msc.certainty
FROM concept.trial_is_msc
INNER JOIN concept.trial_scope ON trial_scope.nct_id = trial_is_msc.nct_id AND (trial_scope.is_in_scope OR trial_scope.is_borderline)
