-- title: every trial in scope says what the cells are given for
-- question: For which trials in scope is it so that the words of the vocabulary find no purpose?
-- grain: one row per trial
-- missing: records that truly do not say stay on this list
-- reference: concept.trial_purpose
SELECT trial_scope.nct_id, trial_scope.matched_text
FROM concept.trial_scope
INNER JOIN concept.trial_purpose ON trial_purpose.nct_id = trial_scope.nct_id AND trial_purpose.purpose_code = 'other'
WHERE trial_scope.is_in_scope
