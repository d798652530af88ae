-- title: every trial in scope names the tissue its cells come from
-- question: For which trials in scope do the words of the vocabulary find no tissue?
-- grain: one row per trial
-- missing: records that truly do not say stay on this list
-- reference: concept.trial_cell_source
SELECT trial_scope.nct_id, trial_is_msc.matched_text
FROM concept.trial_scope
INNER JOIN concept.trial_is_msc ON trial_is_msc.nct_id = trial_scope.nct_id
INNER JOIN concept.trial_cell_source
    ON trial_cell_source.nct_id = trial_scope.nct_id AND trial_cell_source.cell_source_code = 'not_stated'
WHERE trial_scope.is_in_scope
