-- title: When the cells of a trial are given
-- question: Are the cells given before, at, soon or long after transplantation, or at rejection, and which words say so?
-- grain: one row per record on the subject and time; one row with not_stated where none is said
-- missing: not_stated means that the record does not say when, relative to transplantation or rejection
-- reference: vocab.timing (days of each code), vocab.timing_word, vocab.purpose (implied_timing_code)
-- care: days and words come from concept.stated_timing; where cells treat a complication, bare days (day 1, day 7) count from the first infusion and are not taken.
-- care: at_rejection and post_late are also read from what is treated (rule complication_implies_time): the first beside other times, the second only where no time is said.
WITH record AS (
    SELECT trial_scope.nct_id
    FROM concept.trial_scope
    WHERE (trial_scope.is_in_scope OR trial_scope.is_borderline)
),
treated AS (
    SELECT
        trial_purpose.nct_id,
        purpose.implied_timing_code AS timing_code,
        first(trial_purpose.matched_text ORDER BY purpose.sort_order) AS matched_text,
        first(trial_purpose.matched_field ORDER BY purpose.sort_order) AS matched_field,
        first(trial_purpose.span_start ORDER BY purpose.sort_order) AS span_start,
        first(trial_purpose.span_end ORDER BY purpose.sort_order) AS span_end
    FROM concept.trial_purpose
    INNER JOIN vocab.purpose ON purpose.purpose_code = trial_purpose.purpose_code
    WHERE purpose.implied_timing_code IS NOT NULL AND trial_purpose.rule_id = 'purpose_in_subject'
    GROUP BY trial_purpose.nct_id, purpose.implied_timing_code
),
said AS (
    SELECT
        stated_timing.record_id AS nct_id,
        stated_timing.timing_code,
        stated_timing.matched_text,
        stated_timing.matched_field,
        stated_timing.span_start,
        stated_timing.span_end,
        stated_timing.rule_id,
        stated_timing.certainty
    FROM concept.stated_timing
    LEFT JOIN (SELECT DISTINCT nct_id FROM treated) AS complication ON complication.nct_id = stated_timing.record_id
    WHERE stated_timing.source = 'clinicaltrials_gov'
        AND NOT (stated_timing.rule_id = 'day_not_anchored' AND complication.nct_id IS NOT NULL)
),
kept AS (
    SELECT nct_id, timing_code, matched_text, matched_field, span_start, span_end, rule_id, certainty FROM said
    UNION ALL
    SELECT
        treated.nct_id,
        treated.timing_code,
        treated.matched_text,
        treated.matched_field,
        treated.span_start,
        treated.span_end,
        'complication_implies_time' AS rule_id,
        'medium' AS certainty
    FROM treated
    INNER JOIN record ON record.nct_id = treated.nct_id
    ANTI JOIN said
        ON said.nct_id = treated.nct_id AND (treated.timing_code IS DISTINCT FROM 'at_rejection' OR said.timing_code = treated.timing_code)
)
SELECT nct_id, timing_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    record.nct_id,
    'not_stated' AS timing_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_time_named' AS rule_id,
    'high' AS certainty
FROM record
ANTI JOIN kept ON kept.nct_id = record.nct_id
