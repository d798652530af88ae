-- title: Tissue that the cells of a paper come from
-- question: From which tissue are the cells made, and which words say so?
-- grain: one row per paper on the subject and tissue named; one row with not_stated where none is named
-- missing: not_stated means that the paper names no tissue
-- reference: concept.record_cell_source
SELECT record_id AS pmid, cell_source_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_cell_source
WHERE source = 'pubmed'
