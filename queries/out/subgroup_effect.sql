-- title: Effects by subgroup
-- question: Does what the studies say together hang on whose cells, which tissue, when, how many, and on the drugs beside them?
-- grain: one row per pool of two studies or more (default measure), variable and group; a variable that nobody knows has one row without group
-- missing: subgroup_value NULL: no study is known to be of one group; statistics of the difference are NULL where difference_note says why
-- reference: synth.pooled_effect, synth.subgroup_test; groups of vocab.subgroup_variable
-- care: studies differ in many things at once: a difference between groups of studies is a question for a trial, not an answer.
-- care: studies of several answers are in no group; k_known counts those in one, of the k_whole in the pool.
WITH value_name AS (
    SELECT 'cell_origin' AS subgroup_by, cell_origin_code AS subgroup_value, cell_origin_name AS subgroup_name, sort_order FROM vocab.cell_origin
    UNION ALL
    SELECT 'cell_source' AS subgroup_by, cell_source_code AS subgroup_value, cell_source_name AS subgroup_name, sort_order FROM vocab.cell_source
    UNION ALL
    SELECT 'timing' AS subgroup_by, timing_code AS subgroup_value, timing_name AS subgroup_name, sort_order FROM vocab.timing
    UNION ALL
    SELECT 'dose_band' AS subgroup_by, dose_band AS subgroup_value, dose_band_name AS subgroup_name, sort_order FROM vocab.dose_band
    UNION ALL
    SELECT 'cni_regimen' AS subgroup_by, cni_regimen AS subgroup_value, cni_regimen_name AS subgroup_name, sort_order FROM vocab.cni_regimen
    UNION ALL
    SELECT 'induction_role' AS subgroup_by, induction_role AS subgroup_value, induction_role_name AS subgroup_name, sort_order FROM vocab.induction_role
),
whole AS (
    SELECT estimate_id, organ_code, stratum, outcome_code, design_class, measure
    FROM synth.pooled_effect
    WHERE subgroup_by IS NULL
)
SELECT
    whole.organ_code,
    organ.organ_name,
    whole.stratum,
    whole.outcome_code,
    outcome.outcome_name,
    whole.design_class,
    whole.measure,
    subgroup_test.subgroup_by,
    subgroup_variable.subgroup_by_name,
    part.subgroup_value,
    value_name.subgroup_name,
    coalesce(part.is_pooled, FALSE) AS is_pooled,
    part.k,
    part.n_msc,
    part.n_control,
    part.n_events_msc,
    part.n_events_control,
    part.estimate,
    part.ci_low,
    part.ci_high,
    part.tau2,
    part.i2_pct,
    part.method,
    part.study_ids,
    part.warnings,
    part.note,
    part.statement,
    subgroup_test.k AS k_whole,
    subgroup_test.k_known,
    subgroup_test.n_groups_tested,
    subgroup_test.df AS difference_df,
    subgroup_test.q_separate AS difference_q,
    subgroup_test.p_separate AS difference_p,
    subgroup_test.q_common AS difference_q_common_tau2,
    subgroup_test.p_common AS difference_p_common_tau2,
    subgroup_test.reason AS difference_note,
    part.estimate_id,
    whole.estimate_id AS whole_estimate_id
FROM synth.subgroup_test
INNER JOIN whole ON whole.estimate_id = subgroup_test.estimate_id
LEFT JOIN synth.pooled_effect AS part
    ON part.organ_code = whole.organ_code
    AND part.stratum = whole.stratum
    AND part.outcome_code = whole.outcome_code
    AND part.design_class = whole.design_class
    AND part.measure = whole.measure
    AND part.subgroup_by = subgroup_test.subgroup_by
INNER JOIN vocab.organ ON organ.organ_code = whole.organ_code AND organ.is_in_review_scope
INNER JOIN vocab.outcome ON outcome.outcome_code = whole.outcome_code
INNER JOIN vocab.design_class ON design_class.design_class = whole.design_class
INNER JOIN vocab.subgroup_variable ON subgroup_variable.subgroup_by = subgroup_test.subgroup_by
LEFT JOIN value_name ON value_name.subgroup_by = part.subgroup_by AND value_name.subgroup_value = part.subgroup_value
ORDER BY
    organ.sort_order, whole.stratum, outcome.sort_order, design_class.sort_order, whole.measure, subgroup_variable.sort_order, value_name.sort_order
