-- title: every number of cells read in a trial in scope can be believed
-- question: Which doses lie beyond the bounds of vocab.dose_bound?
-- grain: one row per trial and place in a field
-- missing: never
-- reference: vocab.dose_bound; such numbers are kept in concept.dose_mention and count nowhere
SELECT dose_mention.record_id AS nct_id, dose_mention.field, dose_mention.matched_text, dose_mention.dose_high_million, dose_mention.dose_unit
FROM concept.dose_mention
INNER JOIN concept.trial_scope ON trial_scope.nct_id = dose_mention.record_id AND trial_scope.is_in_scope
WHERE dose_mention.source = 'clinicaltrials_gov' AND NOT dose_mention.is_plausible
