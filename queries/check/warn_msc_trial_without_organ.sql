-- title: every trial in scope names the organ its people have received
-- question: Which trials in scope stand in no table by organ?
-- grain: one row per trial
-- missing: not applicable
-- reference: concept.trial_organ
SELECT trial_scope.nct_id, trial_scope.matched_text
FROM concept.trial_scope
ANTI JOIN concept.trial_organ ON trial_organ.nct_id = trial_scope.nct_id
WHERE trial_scope.is_in_scope
