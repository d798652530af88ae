-- title: nobody stands twice in the tables by organ
-- question: Where would the same people be counted more than once?
-- grain: one row per suspicion, with what is wrong
-- missing: values that are not counted are no fault
-- reference: study units of study.study_record; evidence.counted_outcome
WITH same_value_twice AS (
    SELECT
        study_id,
        organ_code,
        outcome_code,
        arm_role,
        'the same arm is read twice for the same time: ' || arm_label AS fault
    FROM evidence.arm_outcome
    WHERE n_events IS NOT NULL AND exclusion_reason IS NULL
    GROUP BY study_id, organ_code, outcome_code, arm_role, arm_label, timepoint_months, coalesce(timepoint_text, '')
    HAVING count(*) > 1
),
case_beside_its_study AS (
    SELECT
        counted_outcome.study_id,
        counted_outcome.organ_code,
        counted_outcome.outcome_code,
        counted_outcome.arm_role,
        'a case report is counted beside the study it belongs to' AS fault
    FROM evidence.counted_outcome
    INNER JOIN study.study_record
        ON study_record.study_id = counted_outcome.study_id
        AND study_record.record_role IN ('report', 'follow_up', 'substudy')
    WHERE counted_outcome.record_role = 'case_report'
),
two_times AS (
    SELECT
        study_id,
        organ_code,
        outcome_code,
        arm_role,
        'arms are counted at different times: they may be the same people' AS fault
    FROM evidence.counted_outcome
    GROUP BY study_id, organ_code, outcome_code, arm_role
    HAVING count(DISTINCT coalesce(timepoint_months, -1)) > 1
),
pooled_beside_parts AS (
    SELECT
        whole.study_id,
        whole.organ_code,
        whole.outcome_code,
        whole.arm_role,
        'an arm is the sum of the others: a pooled arm beside its parts? ' || whole.arm_label AS fault
    FROM evidence.counted_outcome AS whole
    INNER JOIN evidence.counted_outcome AS part
        ON part.study_id = whole.study_id
        AND part.organ_code = whole.organ_code
        AND part.outcome_code = whole.outcome_code
        AND part.arm_role = whole.arm_role
        AND part.arm_label IS DISTINCT FROM whole.arm_label
    GROUP BY whole.study_id, whole.organ_code, whole.outcome_code, whole.arm_role, whole.arm_label, whole.n_events, whole.n_at_risk
    HAVING count(*) >= 2 AND sum(part.n_at_risk) = whole.n_at_risk AND sum(part.n_events) = whole.n_events
),
report_in_two_studies AS (
    SELECT
        min(study_record.study_id) || ' and ' || max(study_record.study_id) AS study_id,
        study_organ.organ_code,
        CAST(NULL AS VARCHAR) AS outcome_code,
        CAST(NULL AS VARCHAR) AS arm_role,
        'one report stands under two studies of the same organ: ' || study_record.source || ' ' || study_record.record_id AS fault
    FROM study.study_record
    INNER JOIN vocab.record_role ON record_role.record_role = study_record.record_role AND record_role.is_report
    INNER JOIN study.study_organ
        ON study_organ.study_id = study_record.study_id
        AND (study_record.organ_code IS NULL OR study_record.organ_code = study_organ.organ_code)
    GROUP BY study_record.source, study_record.record_id, study_organ.organ_code
    HAVING count(DISTINCT study_record.study_id) > 1
)
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM same_value_twice
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM case_beside_its_study
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM two_times
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM pooled_beside_parts
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM report_in_two_studies
