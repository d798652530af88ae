-- title: Whose organs the people of a paper get
-- question: Do the organs come from living or deceased donors, and which words say so?
-- grain: one row per paper on the subject and kind of donor named; one row with not_stated where none is named
-- missing: not_stated means that the paper does not say whose organ it is
-- reference: concept.record_donor_type
SELECT record_id AS pmid, donor_type_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_donor_type
WHERE source = 'pubmed'
