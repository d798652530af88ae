-- title: Safety by organ
-- question: How often did death, graft loss, infection, cancer, infusion reactions and other harms happen, organ by organ?
-- grain: one row per organ of the review, outcome and side; the MSC side always, the control side where it is reported
-- missing: NULL counts mean that no study reports the outcome; 0 means reported as none; statement says which
-- reference: outcomes of vocab.outcome; interval after Clopper and Pearson 1934
-- care: n_events and n_at_risk are a crude sum of people over studies, not a meta-analysis; the sides are not a comparison.
-- care: each person stands once per outcome: one time point per study, substudies add nobody, nor does a case report, unless its study has no other.
SELECT
    organ_outcome.organ_code,
    organ.organ_name,
    organ_outcome.outcome_code,
    outcome.outcome_name,
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
    organ_outcome.followup_months_min,
    organ_outcome.followup_months_max,
    organ_outcome.count_bases,
    organ_outcome.study_ids,
    organ_outcome.definitions,
    organ_outcome.statement
FROM evidence.organ_outcome
INNER JOIN vocab.organ ON organ.organ_code = organ_outcome.organ_code
INNER JOIN vocab.outcome ON outcome.outcome_code = organ_outcome.outcome_code AND outcome.domain IN ('safety', 'both')
LEFT JOIN synth.exact_interval
    ON exact_interval.n_events = organ_outcome.n_events AND exact_interval.n_at_risk = organ_outcome.n_at_risk
WHERE organ_outcome.stratum = 'msc_alone'
ORDER BY organ.sort_order, outcome.sort_order, organ_outcome.arm_role DESC
