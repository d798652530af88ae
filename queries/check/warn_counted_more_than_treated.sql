-- title: no table counts more people of a study than it had
-- question: For which study and outcome does the number at risk exceed the people the study had on that side?
-- grain: one row per study, organ, outcome and side
-- missing: studies whose size nobody has read are left out
-- reference: study.study (n_msc, n_control), evidence.counted_outcome
SELECT
    counted_outcome.study_id,
    counted_outcome.organ_code,
    counted_outcome.outcome_code,
    counted_outcome.arm_role,
    sum(counted_outcome.n_at_risk)::BIGINT AS n_at_risk,
    any_value(CASE counted_outcome.arm_role WHEN 'msc' THEN study.n_msc ELSE study.n_control END) AS n_in_study
FROM evidence.counted_outcome
INNER JOIN study.study ON study.study_id = counted_outcome.study_id
GROUP BY counted_outcome.study_id, counted_outcome.organ_code, counted_outcome.outcome_code, counted_outcome.arm_role
HAVING sum(counted_outcome.n_at_risk) > any_value(CASE counted_outcome.arm_role WHEN 'msc' THEN study.n_msc ELSE study.n_control END)
