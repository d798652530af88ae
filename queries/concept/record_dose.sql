-- title: Cells given at a time in a trial or paper
-- question: How many cells are given, per kilogram or in all, and is the number believable?
-- grain: one row per record on the subject that names a number of cells
-- missing: NULL bounds: no number in that unit; a record without a number has no row
-- reference: concept.dose_mention, vocab.dose_bound; tier is vocab.record_field.sentence_tier
-- care: the fields that name what is given speak first (of papers title and abstract alike); running text only where those are silent.
-- care: bounds are the lowest and highest number of all arms, in million cells; totals over all infusions and limits (at least, up to) count only where nothing else is named.
-- care: numbers beyond belief are left out of the bounds; where all are, the bounds are NULL, is_plausible is FALSE and the text stays to be read.
WITH ranked AS (
    SELECT
        dose_mention.source,
        dose_mention.record_id,
        dose_mention.field,
        dose_mention.field_order,
        dose_mention.dose_unit,
        dose_mention.dose_low_million,
        dose_mention.dose_high_million,
        dose_mention.is_plausible,
        dose_mention.matched_text,
        dose_mention.span_start,
        dose_mention.span_end,
        dose_mention.rule_id,
        dose_mention.certainty,
        CASE
            WHEN NOT dose_mention.is_plausible THEN 9
            WHEN dose_mention.is_bound THEN 8
            WHEN coalesce(dose_mention.is_total, FALSE) THEN 7
            ELSE dose_mention.tier
        END AS reading_rank
    FROM concept.dose_mention
    SEMI JOIN concept.subject_record USING (source, record_id)
    QUALIFY reading_rank = min(reading_rank) OVER (PARTITION BY dose_mention.source, dose_mention.record_id)
)
SELECT
    source,
    record_id,
    min(dose_low_million) FILTER (WHERE dose_unit = 'per_kg' AND is_plausible) AS dose_min_million_per_kg,
    max(dose_high_million) FILTER (WHERE dose_unit = 'per_kg' AND is_plausible) AS dose_max_million_per_kg,
    min(dose_low_million) FILTER (WHERE dose_unit = 'absolute' AND is_plausible) AS dose_min_million,
    max(dose_high_million) FILTER (WHERE dose_unit = 'absolute' AND is_plausible) AS dose_max_million,
    bool_or(is_plausible) AS is_plausible,
    count(DISTINCT (dose_unit, dose_low_million, dose_high_million))::BIGINT AS n_doses,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    first(rule_id ORDER BY field_order, span_start) AS rule_id,
    CASE
        WHEN reading_rank > 6 THEN 'low'
        WHEN reading_rank = 1 THEN first(certainty ORDER BY field_order, span_start)
        ELSE 'medium'
    END AS certainty
FROM ranked
GROUP BY source, record_id, reading_rank
