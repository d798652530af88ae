-- title: Tissue that the cells of a trial come from
-- question: From which tissue are the cells made, and which words say so?
-- grain: one row per trial on the subject and tissue named; one row with not_stated where none is named
-- missing: not_stated means that the trial names no tissue
-- reference: concept.record_cell_source
SELECT record_id AS nct_id, cell_source_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_cell_source
WHERE source = 'clinicaltrials_gov'
