-- title: every trial in scope says when the cells are given
-- question: For which trials in scope is it so that neither days nor words tell a time?
-- grain: one row per trial
-- missing: records that truly do not say stay on this list
-- reference: concept.trial_timing
SELECT trial_scope.nct_id, trial_scope.matched_text
FROM concept.trial_scope
INNER JOIN concept.trial_timing ON trial_timing.nct_id = trial_scope.nct_id AND trial_timing.timing_code = 'not_stated'
WHERE trial_scope.is_in_scope
