-- title: Cells given at a time in a trial
-- question: How many cells are given, per kilogram or in all, and is the number believable?
-- grain: one row per record on the subject that names a number of cells
-- missing: NULL bounds: no number in that unit; a record without a number has no row
-- reference: concept.dose_mention, vocab.dose_bound
-- care: titles, arms and interventions speak first; summary and description only where those are silent.
-- care: bounds are the lowest and highest number of all arms, in million cells; totals over all infusions and limits (at least, up to) count only where nothing else is named.
-- care: numbers beyond belief are left out of the bounds; where all are, the bounds are NULL, is_plausible is FALSE and the text stays to be read.
WITH ranked AS (
    SELECT
        dose_mention.record_id AS nct_id,
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
    INNER JOIN concept.trial_scope ON trial_scope.nct_id = dose_mention.record_id AND (trial_scope.is_in_scope OR trial_scope.is_borderline)
    WHERE dose_mention.source = 'clinicaltrials_gov'
),
best AS (
    SELECT nct_id, min(reading_rank) AS reading_rank
    FROM ranked
    GROUP BY nct_id
)
SELECT
    ranked.nct_id,
    min(ranked.dose_low_million) FILTER (WHERE ranked.dose_unit = 'per_kg' AND ranked.is_plausible) AS dose_min_million_per_kg,
    max(ranked.dose_high_million) FILTER (WHERE ranked.dose_unit = 'per_kg' AND ranked.is_plausible) AS dose_max_million_per_kg,
    min(ranked.dose_low_million) FILTER (WHERE ranked.dose_unit = 'absolute' AND ranked.is_plausible) AS dose_min_million,
    max(ranked.dose_high_million) FILTER (WHERE ranked.dose_unit = 'absolute' AND ranked.is_plausible) AS dose_max_million,
    bool_or(ranked.is_plausible) AS is_plausible,
    count(DISTINCT (ranked.dose_unit, ranked.dose_low_million, ranked.dose_high_million))::BIGINT AS n_doses,
    first(ranked.matched_text ORDER BY ranked.field_order, ranked.span_start) AS matched_text,
    first(ranked.field ORDER BY ranked.field_order, ranked.span_start) AS matched_field,
    first(ranked.span_start ORDER BY ranked.field_order, ranked.span_start) AS span_start,
    first(ranked.span_end ORDER BY ranked.field_order, ranked.span_start) AS span_end,
    first(ranked.rule_id ORDER BY ranked.field_order, ranked.span_start) AS rule_id,
    CASE
        WHEN best.reading_rank > 6 THEN 'low'
        WHEN best.reading_rank = 1 THEN first(ranked.certainty ORDER BY ranked.field_order, ranked.span_start)
        ELSE 'medium'
    END AS certainty
FROM ranked
INNER JOIN best ON best.nct_id = ranked.nct_id AND best.reading_rank = ranked.reading_rank
GROUP BY ranked.nct_id, best.reading_rank
