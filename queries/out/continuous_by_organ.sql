-- title: Measured values by organ, study by study
-- question: Which values of kidney function, lung function, drug doses and the like were reported, for which arm and when?
-- grain: one row per value
-- missing: sd and spread_text are NULL where the source gives none; studies that report no value have no row
-- reference: evidence.arm_outcome; outcomes of kind continuous in vocab.outcome
-- care: values of withdrawn records and of retracted papers are left out; out.arm_outcome lists them with the reason.
-- care: values are described, not pooled: means, medians and rates stand side by side.
SELECT
    arm_outcome.organ_code,
    organ.organ_name,
    study.stratum,
    arm_outcome.outcome_code,
    outcome.outcome_name,
    arm_outcome.study_id,
    study.study_name,
    arm_outcome.arm_label,
    arm_outcome.arm_role,
    arm_outcome.timepoint_months,
    arm_outcome.timepoint_text,
    arm_outcome.n_at_risk,
    arm_outcome.value,
    arm_outcome.value_kind,
    arm_outcome.sd,
    arm_outcome.spread_text,
    arm_outcome.unit,
    arm_outcome.outcome_definition,
    arm_outcome.certainty,
    arm_outcome.citation,
    arm_outcome.locator
FROM evidence.arm_outcome
INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code AND outcome.kind = 'continuous'
INNER JOIN vocab.organ ON organ.organ_code = arm_outcome.organ_code
INNER JOIN study.study ON study.study_id = arm_outcome.study_id
WHERE arm_outcome.value IS NOT NULL AND arm_outcome.exclusion_reason IS NULL
ORDER BY
    organ.sort_order, outcome.sort_order, arm_outcome.study_id, arm_outcome.arm_role DESC, arm_outcome.arm_label,
    arm_outcome.timepoint_months NULLS LAST, arm_outcome.curated_line
