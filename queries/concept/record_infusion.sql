-- title: Number of infusions in a trial or paper
-- question: How often are the cells given to a person?
-- grain: one row per record on the subject that says how often
-- missing: n_infusions is NULL where arms differ or a range is written: see n_infusions_min and n_infusions_max; a record that does not say has no row
-- reference: concept.infusion_mention; tier is vocab.record_field.sentence_tier
-- care: the fields that name what is given speak first (of papers title and abstract alike); running text only where those are silent; only statements about the cells count.
-- care: a written number (two infusions, twice) speaks before an ordinal, a schedule (weekly for 4 weeks) and a list of days, and these before "single".
WITH ranked AS (
    SELECT
        infusion_mention.source,
        infusion_mention.record_id,
        infusion_mention.field,
        infusion_mention.field_order,
        infusion_mention.n_low,
        infusion_mention.n_high,
        infusion_mention.matched_text,
        infusion_mention.span_start,
        infusion_mention.span_end,
        infusion_mention.rule_id,
        10 * infusion_mention.tier + CASE infusion_mention.rule_id
            WHEN 'counted' THEN 1
            WHEN 'times' THEN 1
            WHEN 'ordinal' THEN 2
            WHEN 'schedule' THEN 2
            WHEN 'points' THEN 3
            ELSE 4
        END AS reading_rank
    FROM concept.infusion_mention
    SEMI JOIN concept.subject_record USING (source, record_id)
    WHERE infusion_mention.is_about_cells
    QUALIFY reading_rank = min(reading_rank) OVER (PARTITION BY infusion_mention.source, infusion_mention.record_id)
)
SELECT
    source,
    record_id,
    CASE WHEN min(n_low) = max(n_high) THEN min(n_low) END AS n_infusions,
    min(n_low) AS n_infusions_min,
    max(n_high) AS n_infusions_max,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    first(rule_id ORDER BY field_order, span_start) AS rule_id,
    CASE WHEN reading_rank IN (11, 12) THEN 'high' WHEN reading_rank < 20 THEN 'medium' ELSE 'low' END AS certainty
FROM ranked
GROUP BY source, record_id, reading_rank
