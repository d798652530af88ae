-- title: every trial in scope says how the cells are given
-- question: For which trials in scope is it so that the words of the vocabulary find no route?
-- grain: one row per trial
-- missing: records that truly do not say stay on this list
-- reference: concept.trial_route
SELECT trial_scope.nct_id, trial_scope.matched_text
FROM concept.trial_scope
INNER JOIN concept.trial_route ON trial_route.nct_id = trial_scope.nct_id AND trial_route.route_code = 'not_stated'
WHERE trial_scope.is_in_scope
