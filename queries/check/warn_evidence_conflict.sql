-- title: no chosen value that is counted is contradicted by another source
-- question: Which counts in the tables by organ does another record of the same study state otherwise?
-- grain: one row per counted value in dispute
-- missing: values that only one source states are no fault
-- reference: evidence.counted_outcome (is_conflict); out.evidence_conflict shows both sides
SELECT study_id, organ_code, outcome_code, arm_role, arm_label, n_events, n_at_risk, evidence_kind, record_id
FROM evidence.counted_outcome
WHERE is_conflict
