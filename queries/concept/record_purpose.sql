-- title: What the cells of a trial or paper are given for
-- question: Are the cells to prevent or treat rejection, to save drugs, to help the graft's function, or something else, and which words say so?
-- grain: one row per record on the subject and purpose; one row with other where none is named
-- missing: other means that no purpose of the vocabulary is stated
-- reference: vocab.purpose, vocab.purpose_word, vocab.record_field (purpose_tier)
-- care: title and subject (of trials titles, conditions, keywords, arms, interventions) count at once; summaries, descriptions and abstracts only in sentences about the cells.
-- care: acute rejection gives way to chronic rejection in the title, and to chronic lung graft dysfunction anywhere in the subject, unless the title names it itself.
-- care: rejection_prophylaxis is inferred (low certainty) where rejection is spoken of and cells are given before or at the operation, or early together with less drug, or at a time not said to people without a complication.
WITH found AS (
    SELECT
        mention.source,
        mention.record_id,
        mention.code,
        record_field.purpose_tier = 1 AS is_title,
        record_field.purpose_tier <= 2 AS is_subject,
        mention.field_order,
        mention.field,
        mention.matched_text,
        mention.span_start,
        mention.span_end
    FROM concept.mention
    SEMI JOIN concept.subject_record USING (source, record_id)
    INNER JOIN vocab.record_field ON record_field.record_source = mention.source AND record_field.field = mention.field
    WHERE mention.concept_name = 'purpose'
        AND (record_field.purpose_tier <= 2 OR record_field.purpose_tier = 3 AND mention.is_about_cells AND NOT mention.is_elsewhere)
),
ranked AS (
    SELECT
        source,
        record_id,
        code,
        bool_or(is_title) AS is_title,
        bool_or(is_subject) AS is_subject,
        first(matched_text ORDER BY is_subject DESC, field_order, span_start) AS matched_text,
        first(field ORDER BY is_subject DESC, field_order, span_start) AS matched_field,
        first(span_start ORDER BY is_subject DESC, field_order, span_start) AS span_start,
        first(span_end ORDER BY is_subject DESC, field_order, span_start) AS span_end
    FROM found
    GROUP BY source, record_id, code
),
summed AS (
    SELECT
        ranked.source,
        ranked.record_id,
        bool_or(ranked.code = 'chronic_rejection_or_fibrosis' AND ranked.is_title) AS is_chronic,
        bool_or(ranked.code = 'bos_clad' AND ranked.is_subject) AS is_chronic_lung,
        bool_or(ranked.code = 'is_minimisation') AS is_minimisation,
        bool_or(purpose.treats_complication) AS treats_complication
    FROM ranked
    INNER JOIN vocab.purpose ON purpose.purpose_code = ranked.code
    GROUP BY ranked.source, ranked.record_id
),
stated AS (
    SELECT
        ranked.source,
        ranked.record_id,
        ranked.code,
        ranked.matched_text,
        ranked.matched_field,
        ranked.span_start,
        ranked.span_end,
        CASE WHEN ranked.is_subject THEN 'purpose_in_subject' ELSE 'purpose_in_description' END AS rule_id,
        CASE WHEN ranked.is_subject THEN 'high' ELSE 'medium' END AS certainty
    FROM ranked
    INNER JOIN summed ON summed.source = ranked.source AND summed.record_id = ranked.record_id
    WHERE NOT (ranked.code = 'acute_rejection_treatment' AND NOT ranked.is_title AND summed.is_chronic)
        AND NOT (ranked.code IN ('acute_rejection_treatment', 'chronic_rejection_or_fibrosis', 'rejection_prophylaxis') AND summed.is_chronic_lung)
),
timed AS (
    SELECT
        source,
        record_id,
        bool_or(timing_code IN ('pre', 'peri')) AS is_around,
        bool_or(timing_code = 'post_early<=30d') AS is_early
    FROM concept.stated_timing
    GROUP BY source, record_id
),
rejection AS (
    SELECT
        mention.source,
        mention.record_id,
        first(mention.matched_text ORDER BY mention.field_order, mention.span_start) AS matched_text,
        first(mention.field ORDER BY mention.field_order, mention.span_start) AS matched_field,
        first(mention.span_start ORDER BY mention.field_order, mention.span_start) AS span_start,
        first(mention.span_end ORDER BY mention.field_order, mention.span_start) AS span_end
    FROM concept.mention
    SEMI JOIN concept.subject_record USING (source, record_id)
    WHERE mention.concept_name = 'context' AND mention.code = 'rejection' AND mention.tier <= 3
    GROUP BY mention.source, mention.record_id
),
kept AS (
    SELECT source, record_id, code, matched_text, matched_field, span_start, span_end, rule_id, certainty FROM stated
    UNION ALL
    SELECT
        rejection.source,
        rejection.record_id,
        'rejection_prophylaxis' AS code,
        rejection.matched_text,
        rejection.matched_field,
        rejection.span_start,
        rejection.span_end,
        'rejection_watched_after_early_cells' AS rule_id,
        'low' AS certainty
    FROM rejection
    LEFT JOIN timed ON timed.source = rejection.source AND timed.record_id = rejection.record_id
    LEFT JOIN summed ON summed.source = rejection.source AND summed.record_id = rejection.record_id
    ANTI JOIN stated
        ON stated.source = rejection.source AND stated.record_id = rejection.record_id AND stated.code = 'rejection_prophylaxis'
    WHERE coalesce(timed.is_around, FALSE)
        OR coalesce(timed.is_early, FALSE) AND coalesce(summed.is_minimisation, FALSE) AND NOT coalesce(summed.treats_complication, FALSE)
        OR timed.record_id IS NULL AND NOT coalesce(summed.treats_complication, FALSE)
)
SELECT source, record_id, code AS purpose_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    source,
    record_id,
    'other' AS purpose_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_purpose_named' AS rule_id,
    'low' AS certainty
FROM concept.subject_record
ANTI JOIN kept USING (source, record_id)
