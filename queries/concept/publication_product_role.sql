-- title: What of MSC a paper gives
-- question: Are cells given, cells together with blood-forming cells, or vesicles without cells?
-- grain: one row per record on the subject
-- missing: never: the product is what brought the record in
-- reference: concept.publication_is_msc, vocab.product_role
-- care: msc_with_hsc follows from words for blood-forming cells beside the product; it is a stratum of its own and never pooled.
SELECT
    publication_is_msc.pmid,
    CASE
        WHEN publication_is_msc.product_kind = 'msc_vesicles' THEN 'msc_vesicles'
        WHEN publication_is_msc.has_hsc_words THEN 'msc_with_hsc'
        ELSE 'msc_given'
    END AS product_role_code,
    publication_is_msc.matched_text,
    publication_is_msc.matched_field,
    publication_is_msc.span_start,
    publication_is_msc.span_end,
    publication_is_msc.rule_id,
    publication_is_msc.certainty
FROM concept.publication_is_msc
INNER JOIN concept.publication_scope ON publication_scope.pmid = publication_is_msc.pmid AND publication_scope.is_in_scope
