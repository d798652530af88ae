-- title: When the cells of a paper are given
-- question: Are the cells given before, at, soon or long after transplantation, or at rejection, and which words say so?
-- grain: one row per paper on the subject and time; one row with not_stated where none is said
-- missing: not_stated means that the paper does not say when, relative to transplantation or rejection
-- reference: concept.record_timing
SELECT record_id AS pmid, timing_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_timing
WHERE source = 'pubmed'
