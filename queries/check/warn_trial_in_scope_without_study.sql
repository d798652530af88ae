-- title: every trial in scope belongs to a study that a person has read
-- question: Which trials in scope does curated.study not know yet?
-- grain: one row per trial
-- missing: not applicable
-- reference: study.study
SELECT trial_scope.nct_id, study_record.study_id
FROM concept.trial_scope
LEFT JOIN study.study_record ON study_record.nct_id = trial_scope.nct_id
LEFT JOIN study.study ON study.study_id = study_record.study_id
WHERE trial_scope.is_in_scope AND NOT coalesce(study.is_curated, FALSE)
