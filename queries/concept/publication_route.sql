-- title: Way by which the cells of a paper are given
-- question: Into which vessel, organ or tissue are the cells given, and which words say so?
-- grain: one row per paper on the subject and route named; one row with not_stated where none is named
-- missing: not_stated means that the paper does not say how the cells are given
-- reference: concept.record_route
SELECT record_id AS pmid, route_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_route
WHERE source = 'pubmed'
