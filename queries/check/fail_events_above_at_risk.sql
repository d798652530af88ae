-- title: no count exceeds the people it was taken from, and none is negative
-- question: Which values say that more people had the event than were looked at?
-- grain: one row per impossible value
-- missing: values without a count are no fault
-- reference: evidence.arm_outcome
SELECT study_id, organ_code, outcome_code, arm_label, n_events, n_at_risk, curated_line
FROM evidence.arm_outcome
WHERE n_events > n_at_risk OR n_events < 0 OR n_at_risk <= 0
