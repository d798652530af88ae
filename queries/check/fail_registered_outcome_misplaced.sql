-- title: every outcome read from a registration stands where it says
-- question: Which rows of evidence.registered_outcome have a span at which the planned measure does not hold their words?
-- grain: one row per faulty row
-- missing: -
-- reference: core.trial_outcome; spans are characters from 0, the end not included
SELECT
    registered_outcome.nct_id,
    registered_outcome.outcome_type,
    registered_outcome.outcome_position,
    registered_outcome.outcome_code,
    registered_outcome.matched_text
FROM evidence.registered_outcome
LEFT JOIN core.trial_outcome
    ON trial_outcome.nct_id = registered_outcome.nct_id
    AND trial_outcome.outcome_type = registered_outcome.outcome_type
    AND trial_outcome.outcome_position = registered_outcome.outcome_position
WHERE substring(
    CASE registered_outcome.matched_field WHEN 'measure_text' THEN trial_outcome.measure_text ELSE trial_outcome.outcome_description END,
    registered_outcome.span_start + 1,
    registered_outcome.span_end - registered_outcome.span_start
) IS DISTINCT FROM registered_outcome.matched_text
