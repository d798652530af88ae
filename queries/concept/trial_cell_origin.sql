-- title: Whose cells a trial gives
-- question: Are the cells the recipient's own, of the organ donor, or of somebody else, and which words say so?
-- grain: one row per trial on the subject and origin named; one row with not_stated where none is named
-- missing: not_stated means that the trial does not say and the tissue does not tell
-- reference: concept.record_cell_origin
SELECT record_id AS nct_id, cell_origin_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_cell_origin
WHERE source = 'clinicaltrials_gov'
