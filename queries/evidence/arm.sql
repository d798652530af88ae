-- title: Arms of the studies
-- question: Which arms does each study report on, and how many people are in them?
-- grain: one row per study, organ and arm
-- missing: n is NULL where no value of the arm comes with a number of people
-- reference: evidence.arm_outcome
-- care: n is the largest number at risk reported for the arm at any time; people lost later are not taken off.
SELECT
    study_id,
    organ_code,
    arm_label,
    arm_role,
    max(n_at_risk) AS n,
    count(*)::BIGINT AS n_values
FROM evidence.arm_outcome
GROUP BY study_id, organ_code, arm_label, arm_role
