-- title: every value that people entered still stands on a record that its source stands by
-- question: Which values are left out of all sums because their record was withdrawn or their paper retracted?
-- grain: one row per value left out
-- missing: a record that we never held is no fault
-- reference: evidence.arm_outcome (exclusion_reason)
SELECT study_id, organ_code, outcome_code, arm_label, source, record_id, exclusion_reason, curated_line
FROM evidence.arm_outcome
WHERE exclusion_reason IS NOT NULL AND coalesce(evidence_kind, 'curated') = 'curated'
