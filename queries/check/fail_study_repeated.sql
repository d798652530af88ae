-- title: every study, and every count of an arm, stands once and under a name
-- question: Which study or which arm's count is there twice, or without the names that hold it apart?
-- grain: one row per repeated or unnamed study or count
-- missing: NULL in a key is a fault
-- reference: study.study, evidence.counted_outcome, evidence.compared_outcome
WITH study_key AS (
    SELECT 'study.study' AS table_name, study_id, NULL AS organ_code, NULL AS outcome_code, NULL AS arm_role, NULL AS arm_label
    FROM study.study
),
count_key AS (
    SELECT 'evidence.counted_outcome' AS table_name, study_id, organ_code, outcome_code, arm_role, arm_label
    FROM evidence.counted_outcome
    UNION ALL
    SELECT 'evidence.compared_outcome' AS table_name, study_id, organ_code, outcome_code, arm_role, arm_label
    FROM evidence.compared_outcome
),
counted_key AS (
    SELECT *, count(*)::BIGINT AS n_rows FROM study_key GROUP BY ALL
    UNION ALL
    SELECT *, count(*)::BIGINT AS n_rows FROM count_key GROUP BY ALL
)
SELECT table_name, study_id, organ_code, outcome_code, arm_role, arm_label, n_rows
FROM counted_key
WHERE n_rows > 1
    OR study_id IS NULL
    OR (table_name IS DISTINCT FROM 'study.study' AND (organ_code IS NULL OR outcome_code IS NULL OR arm_role IS NULL OR arm_label IS NULL))
