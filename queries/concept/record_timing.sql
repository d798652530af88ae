-- title: When the cells of a trial or paper are given
-- question: Are the cells given before, at, soon or long after transplantation, or at rejection, and which words say so?
-- grain: one row per record on the subject and time; one row with not_stated where none is said
-- missing: not_stated means that the record does not say when, relative to transplantation or rejection
-- reference: vocab.timing (days of each code), vocab.timing_word, vocab.purpose (implied_timing_code)
-- care: days and words come from concept.stated_timing; where cells treat a complication, bare days (day 1, day 7) count from the first infusion and are not taken.
-- care: at_rejection and post_late are also read from what is treated (rule complication_implies_time): the first beside other times, the second only where no time is said.
WITH treated AS (
    SELECT
        record_purpose.source,
        record_purpose.record_id,
        purpose.implied_timing_code AS timing_code,
        first(record_purpose.matched_text ORDER BY purpose.sort_order) AS matched_text,
        first(record_purpose.matched_field ORDER BY purpose.sort_order) AS matched_field,
        first(record_purpose.span_start ORDER BY purpose.sort_order) AS span_start,
        first(record_purpose.span_end ORDER BY purpose.sort_order) AS span_end
    FROM concept.record_purpose
    INNER JOIN vocab.purpose ON purpose.purpose_code = record_purpose.purpose_code
    WHERE purpose.implied_timing_code IS NOT NULL AND record_purpose.rule_id = 'purpose_in_subject'
    GROUP BY record_purpose.source, record_purpose.record_id, purpose.implied_timing_code
),
said AS (
    SELECT
        stated_timing.source,
        stated_timing.record_id,
        stated_timing.timing_code,
        stated_timing.matched_text,
        stated_timing.matched_field,
        stated_timing.span_start,
        stated_timing.span_end,
        stated_timing.rule_id,
        stated_timing.certainty
    FROM concept.stated_timing
    ANTI JOIN treated
        ON treated.source = stated_timing.source
        AND treated.record_id = stated_timing.record_id
        AND stated_timing.rule_id = 'day_not_anchored'
),
kept AS (
    SELECT source, record_id, timing_code, matched_text, matched_field, span_start, span_end, rule_id, certainty FROM said
    UNION ALL
    SELECT
        treated.source,
        treated.record_id,
        treated.timing_code,
        treated.matched_text,
        treated.matched_field,
        treated.span_start,
        treated.span_end,
        'complication_implies_time' AS rule_id,
        'medium' AS certainty
    FROM treated
    SEMI JOIN concept.subject_record USING (source, record_id)
    ANTI JOIN said
        ON said.source = treated.source
        AND said.record_id = treated.record_id
        AND (treated.timing_code IS DISTINCT FROM 'at_rejection' OR said.timing_code = treated.timing_code)
)
SELECT source, record_id, timing_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    source,
    record_id,
    'not_stated' AS timing_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_time_named' AS rule_id,
    'high' AS certainty
FROM concept.subject_record
ANTI JOIN kept USING (source, record_id)
