-- title: What of MSC a paper gives
-- question: Are cells given, cells together with blood-forming cells, or vesicles without cells?
-- grain: one row per paper on the subject
-- missing: never: the product is what brought the paper in
-- reference: concept.record_product_role
SELECT record_id AS pmid, product_role_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_product_role
WHERE source = 'pubmed'
