-- title: no count exceeds the people it was taken from, none is negative, and no value is beyond its scale
-- question: Which values cannot be: more people with the event than looked at, a share above 100 %, no number at all?
-- grain: one row per impossible value
-- missing: values without a count are no fault; what a rule read and a reason keeps out is none either (exclusion_reason)
-- reference: evidence.arm_outcome
SELECT study_id, organ_code, outcome_code, arm_label, n_events, n_at_risk, value, value_kind, sd, curated_line
FROM evidence.arm_outcome
WHERE exclusion_reason IS NULL
    AND (
        n_events > n_at_risk
        OR n_events < 0
        OR n_at_risk <= 0
        OR sd < 0
        OR NOT isfinite(value)
        OR NOT isfinite(sd)
        OR (value_kind = 'percent' AND n_events IS NOT NULL AND value NOT BETWEEN 0 AND 100)
    )
