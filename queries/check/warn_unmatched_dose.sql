-- title: every power of ten or million beside a cell or kilogram is read as a dose
-- question: Which sentences of arms and interventions look as if they named a number of cells, and none was read?
-- grain: one row per trial in scope and sentence
-- missing: concentrations and other cells stay on this list where their sentence names no dose
-- reference: concept.dose_mention
SELECT sentence.record_id AS nct_id, sentence.field, sentence.text
FROM concept.sentence
INNER JOIN concept.trial_scope ON trial_scope.nct_id = sentence.record_id AND trial_scope.is_in_scope
ANTI JOIN concept.dose_mention
    ON dose_mention.source = sentence.source
    AND dose_mention.record_id = sentence.record_id
    AND dose_mention.field = sentence.field
    AND dose_mention.sentence_start = sentence.sentence_start
WHERE sentence.source = 'clinicaltrials_gov'
    AND sentence.tier = 1
    AND regexp_matches(lower(sentence.text), '(?:\b10\s*(?:\^|\*\*|e|\()\s*\d|[x×*]\s*10\s*[4-9⁴-⁹]|\bmillions?\b|\d{6,}|\d{1,3}(?:[.,]\d{3}){2,}).*(?:cells?|msc|/\s*kg|per\s*kg)')
