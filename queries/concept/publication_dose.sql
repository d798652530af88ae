-- title: Cells given at a time in a paper
-- question: How many cells are given, per kilogram or in all, and is the number believable?
-- grain: one row per paper on the subject that names a number of cells
-- missing: NULL bounds: no number in that unit; a paper without a number has no row
-- reference: concept.record_dose
SELECT
    record_id AS pmid, dose_min_million_per_kg, dose_max_million_per_kg, dose_min_million, dose_max_million, is_plausible, n_doses,
    matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_dose
WHERE source = 'pubmed'
