-- title: every status and phase of a trial in scope is in the vocabulary
-- question: Which words of the register does no code list have?
-- grain: one row per trial
-- missing: a trial without phase counts as none
-- reference: vocab.trial_status, vocab.phase
SELECT trial.nct_id, trial.overall_status, array_to_string(trial.phases, ';') AS phase_code
FROM concept.trial_scope
INNER JOIN core.trial AS trial ON trial.nct_id = trial_scope.nct_id
LEFT JOIN vocab.trial_status ON trial_status.overall_status = trial.overall_status
LEFT JOIN vocab.phase ON phase.phase_code = coalesce(nullif(array_to_string(trial.phases, ';'), ''), 'none')
WHERE trial_scope.is_in_scope AND (trial_status.overall_status IS NULL OR phase.phase_code IS NULL)
