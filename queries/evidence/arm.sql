-- title: Arms of the studies
-- question: Which arms does each study report on, and how many people are in them?
-- grain: one row per study, organ and arm
-- missing: n is NULL where no value of the arm comes with a number of people
-- reference: evidence.arm_outcome; arms of a source that could be matched stand under the study's name for them
-- care: n is the largest number at risk that the best source reports for the arm at any time; people lost later are not taken off.
-- care: arms of a source that no arm of the study could be matched to, and pooled arms, are left out.
WITH valued AS (
    SELECT study_id, organ_code, study_arm_label, arm_role, level, max(n_at_risk) AS n, count(*)::BIGINT AS n_values
    FROM evidence.arm_outcome
    WHERE study_arm_label IS NOT NULL
    GROUP BY study_id, organ_code, study_arm_label, arm_role, level
)
SELECT
    study_id,
    organ_code,
    study_arm_label AS arm_label,
    arm_role,
    first(n ORDER BY level) FILTER (WHERE n IS NOT NULL) AS n,
    sum(n_values)::BIGINT AS n_values
FROM valued
GROUP BY study_id, organ_code, study_arm_label, arm_role
