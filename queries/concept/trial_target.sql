-- title: Who or what gets the cells in a trial
-- question: Are the cells given to the recipient, to the organ outside the body, or to the donor, and which words say so?
-- grain: one row per trial on the subject and target
-- missing: a trial whose words name no other target is recipient, without matched text (rule no_other_target)
-- reference: concept.record_target
SELECT record_id AS nct_id, target_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_target
WHERE source = 'clinicaltrials_gov'
