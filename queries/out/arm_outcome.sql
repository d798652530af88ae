-- title: Every value read, arm by arm
-- question: What was read from each record, and does it enter the tables by organ?
-- grain: one row per value in evidence.arm_outcome
-- missing: n_events NULL is not reported, 0 is reported as none; exclusion_reason is NULL where nothing speaks against the record
-- reference: evidence.arm_outcome, evidence.counted_outcome, evidence.compared_outcome
-- care: exclusion_reason says why a value stands in no table: its record was withdrawn, the paper retracted, or a rule could not be sure.
-- care: is_chosen: of several values of one arm, outcome and time (reconciled_id) this one stands.
-- care: is_counted FALSE with a count and without such a reason means that another value, time point or report of the same people stands in the table.
-- care: is_compared: it stands in comparisons of MSC with control, which take the last time at which both sides are counted.
SELECT
    arm_outcome.study_id,
    study.study_name,
    study.stratum,
    arm_outcome.organ_code,
    arm_outcome.arm_label,
    arm_outcome.arm_role,
    arm_outcome.outcome_code,
    outcome.outcome_name,
    arm_outcome.outcome_definition,
    arm_outcome.timepoint_months,
    arm_outcome.timepoint_text,
    arm_outcome.n_events,
    arm_outcome.n_at_risk,
    exact_interval.prop,
    exact_interval.prop_ci_low,
    exact_interval.prop_ci_high,
    arm_outcome.value,
    arm_outcome.value_kind,
    arm_outcome.sd,
    arm_outcome.spread_text,
    arm_outcome.unit,
    arm_outcome.count_basis,
    counted_outcome.study_id IS NOT NULL AS is_counted,
    arm_outcome.exclusion_reason,
    arm_outcome.certainty,
    arm_outcome.citation,
    arm_outcome.locator,
    arm_outcome.curated_line,
    arm_outcome.evidence_kind,
    arm_outcome.study_arm_label,
    arm_outcome.arm_method,
    coalesce(value_choice.choice_order = 1, FALSE) AS is_chosen,
    value_choice.reconciled_id,
    arm_outcome.value_id,
    compared_outcome.value_id IS NOT NULL AS is_compared
FROM evidence.arm_outcome
INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code
LEFT JOIN vocab.organ ON organ.organ_code = arm_outcome.organ_code
INNER JOIN study.study ON study.study_id = arm_outcome.study_id
LEFT JOIN evidence.counted_outcome ON counted_outcome.value_id = arm_outcome.value_id
LEFT JOIN evidence.compared_outcome ON compared_outcome.value_id = arm_outcome.value_id
LEFT JOIN evidence.value_choice ON value_choice.value_id = arm_outcome.value_id
LEFT JOIN synth.exact_interval
    ON exact_interval.n_events = counted_outcome.n_events AND exact_interval.n_at_risk = counted_outcome.n_at_risk
ORDER BY
    organ.sort_order NULLS LAST, arm_outcome.study_id, outcome.sort_order, arm_outcome.arm_role DESC NULLS LAST, arm_outcome.level,
    arm_outcome.curated_line, arm_outcome.value_id
