-- title: MSC together with haematopoietic cells, by organ
-- question: What was reported where MSC were given with blood-forming cells and conditioning?
-- grain: one row per organ with such a study, outcome and side
-- missing: NULL counts mean that no study reports the outcome; 0 means reported as none; statement says which
-- reference: stratum msc_with_hsc of vocab.stratum; interval after Clopper and Pearson 1934
-- care: never to be added to the tables of MSC alone; both sides had conditioning, so the contrast is another one.
SELECT
    organ_outcome.organ_code,
    organ.organ_name,
    organ_outcome.outcome_code,
    outcome.outcome_name,
    outcome.domain,
    organ_outcome.outcome_kind,
    organ_outcome.arm_role,
    organ_outcome.n_studies_with_report,
    organ_outcome.n_studies_reporting,
    organ_outcome.n_studies_silent,
    organ_outcome.n_arms,
    organ_outcome.n_events,
    organ_outcome.n_at_risk,
    organ_outcome.events_pct,
    exact_interval.prop,
    exact_interval.prop_ci_low,
    exact_interval.prop_ci_high,
    organ_outcome.study_ids,
    organ_outcome.definitions,
    organ_outcome.statement
FROM evidence.organ_outcome
INNER JOIN vocab.organ ON organ.organ_code = organ_outcome.organ_code
INNER JOIN vocab.outcome ON outcome.outcome_code = organ_outcome.outcome_code
LEFT JOIN synth.exact_interval
    ON exact_interval.n_events = organ_outcome.n_events AND exact_interval.n_at_risk = organ_outcome.n_at_risk
WHERE organ_outcome.stratum = 'msc_with_hsc'
ORDER BY organ.sort_order, outcome.sort_order, organ_outcome.arm_role DESC
