-- title: every trial in scope says whose cells are given
-- question: For which trials in scope is it so that the words of the vocabulary find no origin?
-- grain: one row per trial
-- missing: records that truly do not say stay on this list
-- reference: concept.trial_cell_origin
SELECT trial_scope.nct_id, trial_scope.matched_text
FROM concept.trial_scope
INNER JOIN concept.trial_cell_origin ON trial_cell_origin.nct_id = trial_scope.nct_id AND trial_cell_origin.cell_origin_code = 'not_stated'
WHERE trial_scope.is_in_scope
