-- title: Times of giving that records state
-- question: Which times relative to transplantation does a record give for the cells, in days or in words?
-- grain: one row per record on the subject and time
-- missing: a record that states no time has no row here; what a treated complication implies is added by trial_timing and publication_timing
-- reference: vocab.timing (days of each code), concept.moment, concept.mention
-- care: days counted from a named operation and words for it speak before bare days (rule day_not_anchored); plain fields before summary and description.
WITH dated AS (
    SELECT
        moment.source,
        moment.record_id,
        timing.timing_code,
        moment.tier,
        moment.field,
        moment.field_order,
        moment.matched_text,
        moment.span_start,
        moment.span_end,
        CASE WHEN moment.is_anchored THEN 'day_from_operation' ELSE 'day_not_anchored' END AS rule_id
    FROM concept.moment
    INNER JOIN vocab.timing ON moment.day BETWEEN timing.day_from AND timing.day_to
    WHERE moment.is_about_cells
    UNION ALL
    SELECT
        source,
        record_id,
        code AS timing_code,
        tier,
        field,
        field_order,
        matched_text,
        span_start,
        span_end,
        'words_for_time' AS rule_id
    FROM concept.mention
    WHERE concept_name = 'timing' AND tier <= 2 AND is_about_cells AND NOT is_elsewhere
),
best AS (
    SELECT source, record_id, min(tier) AS tier
    FROM dated
    GROUP BY source, record_id
)
SELECT
    dated.source,
    dated.record_id,
    dated.timing_code,
    first(dated.matched_text ORDER BY dated.rule_id, dated.field_order, dated.span_start) AS matched_text,
    first(dated.field ORDER BY dated.rule_id, dated.field_order, dated.span_start) AS matched_field,
    first(dated.span_start ORDER BY dated.rule_id, dated.field_order, dated.span_start) AS span_start,
    first(dated.span_end ORDER BY dated.rule_id, dated.field_order, dated.span_start) AS span_end,
    CASE
        WHEN bool_or(dated.rule_id = 'day_from_operation') THEN 'day_from_operation'
        WHEN bool_or(dated.rule_id = 'words_for_time') THEN 'words_for_time'
        ELSE 'day_not_anchored'
    END AS rule_id,
    CASE
        WHEN best.tier = 1 AND bool_or(dated.rule_id = 'day_from_operation') THEN 'high'
        WHEN best.tier = 1 THEN 'medium'
        ELSE 'low'
    END AS certainty
FROM dated
INNER JOIN best ON best.source = dated.source AND best.record_id = dated.record_id AND best.tier = dated.tier
GROUP BY dated.source, dated.record_id, dated.timing_code, best.tier
