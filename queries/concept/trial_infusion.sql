-- title: Number of infusions in a trial
-- question: How often are the cells given to a person?
-- grain: one row per trial on the subject that says how often
-- missing: n_infusions is NULL where arms differ or a range is written: see n_infusions_min and n_infusions_max; a trial that does not say has no row
-- reference: concept.record_infusion
SELECT record_id AS nct_id, n_infusions, n_infusions_min, n_infusions_max, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_infusion
WHERE source = 'clinicaltrials_gov'
