-- title: What the cells of a trial are given for
-- question: Are the cells to prevent or treat rejection, to save drugs, to help the graft's function, or something else, and which words say so?
-- grain: one row per trial on the subject and purpose; one row with other where none is named
-- missing: other means that no purpose of the vocabulary is stated
-- reference: concept.record_purpose
SELECT record_id AS nct_id, purpose_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_purpose
WHERE source = 'clinicaltrials_gov'
