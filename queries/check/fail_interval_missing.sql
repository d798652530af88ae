-- title: every summed count has its exact interval, and the interval holds the proportion
-- question: Which sums stand without a sound interval?
-- grain: one row per stratum, organ, outcome and side
-- missing: sums that are NULL need no interval
-- reference: synth.exact_interval
SELECT organ_outcome.stratum, organ_outcome.organ_code, organ_outcome.outcome_code, organ_outcome.arm_role, organ_outcome.n_events, organ_outcome.n_at_risk
FROM evidence.organ_outcome
LEFT JOIN synth.exact_interval
    ON exact_interval.n_events = organ_outcome.n_events AND exact_interval.n_at_risk = organ_outcome.n_at_risk
WHERE organ_outcome.n_at_risk > 0
    AND NOT coalesce(exact_interval.prop BETWEEN exact_interval.prop_ci_low AND exact_interval.prop_ci_high, FALSE)
