-- title: every value belongs to a study, and to an organ of that study
-- question: Which values would stand in the table of an organ that their study is not about, or get lost on the way to it?
-- grain: one row per value
-- missing: an outcome that is NULL is a fault, an organ or a side that is NULL where no exclusion_reason tells of it
-- reference: evidence.arm_outcome, study.study_organ, vocab.outcome, vocab.arm_role
SELECT
    arm_outcome.study_id,
    arm_outcome.organ_code,
    arm_outcome.outcome_code,
    arm_outcome.arm_role,
    arm_outcome.arm_label,
    arm_outcome.curated_line
FROM evidence.arm_outcome
LEFT JOIN study.study_organ
    ON study_organ.study_id = arm_outcome.study_id AND study_organ.organ_code = arm_outcome.organ_code
LEFT JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code
LEFT JOIN vocab.arm_role ON arm_role.arm_role = arm_outcome.arm_role
LEFT JOIN vocab.certainty ON certainty.certainty = arm_outcome.certainty
WHERE outcome.outcome_code IS NULL
    OR certainty.certainty IS NULL
    OR (arm_outcome.exclusion_reason IS NULL AND (study_organ.study_id IS NULL OR arm_role.arm_role IS NULL))
