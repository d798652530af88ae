-- title: Measured values by organ, study by study
-- question: Which values of kidney function, lung function, drug doses and the like were reported, for which arm and when?
-- grain: one row per chosen value
-- missing: sd and spread_text are NULL where the source gives none; studies that report no value have no row
-- reference: evidence.reconciled_outcome; outcomes of kind continuous in vocab.outcome
-- care: values of withdrawn records and of retracted papers are left out; out.arm_outcome lists them with the reason.
-- care: of several sources for one arm and time the chosen one stands (evidence.reconciled_outcome).
-- care: values are described, not pooled: means, medians and rates stand side by side.
SELECT
    reconciled_outcome.organ_code,
    organ.organ_name,
    study.stratum,
    reconciled_outcome.outcome_code,
    outcome.outcome_name,
    reconciled_outcome.study_id,
    study.study_name,
    reconciled_outcome.arm_label,
    reconciled_outcome.arm_role,
    reconciled_outcome.timepoint_months,
    reconciled_outcome.timepoint_text,
    reconciled_outcome.n_at_risk,
    reconciled_outcome.value,
    reconciled_outcome.value_kind,
    reconciled_outcome.sd,
    reconciled_outcome.spread_text,
    reconciled_outcome.unit,
    reconciled_outcome.outcome_definition,
    reconciled_outcome.certainty,
    reconciled_outcome.citation,
    reconciled_outcome.locator
FROM evidence.reconciled_outcome
INNER JOIN vocab.outcome ON outcome.outcome_code = reconciled_outcome.outcome_code AND outcome.kind = 'continuous'
INNER JOIN vocab.organ ON organ.organ_code = reconciled_outcome.organ_code
INNER JOIN study.study ON study.study_id = reconciled_outcome.study_id
WHERE reconciled_outcome.value IS NOT NULL
ORDER BY
    organ.sort_order, outcome.sort_order, reconciled_outcome.study_id, reconciled_outcome.arm_role DESC, reconciled_outcome.arm_label,
    reconciled_outcome.timepoint_months NULLS LAST, reconciled_outcome.level, reconciled_outcome.curated_line, reconciled_outcome.value_id
