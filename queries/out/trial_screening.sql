-- title: Screening of trials
-- question: What was decided about each trial found, and which words decided?
-- grain: one row per trial in the warehouse
-- missing: reason_code is NULL only for trials in scope; no span where no words decided, or where a person did
-- reference: concept.trial_scope; codes in vocab.scope_reason, strata in vocab.stratum
SELECT
    trial.nct_id,
    trial.brief_title,
    CASE WHEN trial_scope.is_in_scope THEN 'include' WHEN trial_scope.is_borderline THEN 'borderline' ELSE 'exclude' END AS decision,
    trial_scope.reason_code,
    scope_reason.definition AS reason_text,
    trial_scope.stratum,
    trial_scope.matched_text,
    trial_scope.matched_field,
    trial_scope.span_start,
    trial_scope.span_end,
    trial_scope.rule_id,
    trial_scope.certainty
FROM concept.trial_scope
INNER JOIN core.trial AS trial ON trial.nct_id = trial_scope.nct_id
LEFT JOIN vocab.scope_reason ON scope_reason.reason_code = trial_scope.reason_code
ORDER BY trial_scope.is_in_scope DESC, trial_scope.is_borderline DESC, trial_scope.reason_code, trial.nct_id
