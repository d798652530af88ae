-- title: What the cells of a trial are given for
-- question: Are the cells to prevent or treat rejection, to save drugs, to help the graft's function, or something else, and which words say so?
-- grain: one row per record on the subject and purpose; one row with other where none is named
-- missing: other means that no purpose of the vocabulary is stated
-- reference: vocab.purpose, vocab.purpose_word
-- care: subject (titles, conditions, keywords, arms, interventions) counts at once; summaries, descriptions and abstracts only in sentences about the cells.
-- care: acute rejection gives way to chronic rejection in the title, and to chronic lung graft dysfunction anywhere in the subject, unless the title names it itself.
-- care: rejection_prophylaxis is inferred (low certainty) where rejection is spoken of and cells are given before or at the operation, or early together with less drug, or at a time not said to people without a complication.
WITH record AS (
    SELECT trial_scope.nct_id
    FROM concept.trial_scope
    WHERE (trial_scope.is_in_scope OR trial_scope.is_borderline)
),
found AS (
    SELECT
        mention.record_id AS nct_id,
        mention.code,
        mention.field IN ('brief_title', 'official_title') AS is_title,
        mention.field IN ('brief_title', 'official_title', 'condition_text', 'keyword_text', 'intervention_name', 'arm_label', 'arm_description', 'intervention_description') AS is_subject,
        mention.field_order,
        mention.field,
        mention.matched_text,
        mention.span_start,
        mention.span_end
    FROM concept.mention
    INNER JOIN record ON record.nct_id = mention.record_id
    WHERE mention.source = 'clinicaltrials_gov'
        AND mention.concept_name = 'purpose'
        AND (mention.field IN ('brief_title', 'official_title', 'condition_text', 'keyword_text', 'intervention_name', 'arm_label', 'arm_description', 'intervention_description') OR mention.field IN ('brief_summary', 'detailed_description') AND mention.is_about_cells AND NOT mention.is_elsewhere)
),
ranked AS (
    SELECT
        found.nct_id,
        found.code,
        bool_or(found.is_title) AS is_title,
        bool_or(found.is_subject) AS is_subject,
        first(found.matched_text ORDER BY found.is_subject DESC, found.field_order, found.span_start) AS matched_text,
        first(found.field ORDER BY found.is_subject DESC, found.field_order, found.span_start) AS matched_field,
        first(found.span_start ORDER BY found.is_subject DESC, found.field_order, found.span_start) AS span_start,
        first(found.span_end ORDER BY found.is_subject DESC, found.field_order, found.span_start) AS span_end
    FROM found
    GROUP BY found.nct_id, found.code
),
summed AS (
    SELECT
        ranked.nct_id,
        bool_or(ranked.code = 'chronic_rejection_or_fibrosis' AND ranked.is_title) AS is_chronic,
        bool_or(ranked.code = 'bos_clad' AND ranked.is_subject) AS is_chronic_lung,
        bool_or(ranked.code = 'is_minimisation') AS is_minimisation,
        bool_or(purpose.treats_complication) AS treats_complication
    FROM ranked
    INNER JOIN vocab.purpose ON purpose.purpose_code = ranked.code
    GROUP BY ranked.nct_id
),
stated AS (
    SELECT
        ranked.nct_id,
        ranked.code,
        ranked.matched_text,
        ranked.matched_field,
        ranked.span_start,
        ranked.span_end,
        CASE WHEN ranked.is_subject THEN 'purpose_in_subject' ELSE 'purpose_in_description' END AS rule_id,
        CASE WHEN ranked.is_subject THEN 'high' ELSE 'medium' END AS certainty
    FROM ranked
    INNER JOIN summed ON summed.nct_id = ranked.nct_id
    WHERE NOT (ranked.code = 'acute_rejection_treatment' AND NOT ranked.is_title AND summed.is_chronic)
        AND NOT (ranked.code IN ('acute_rejection_treatment', 'chronic_rejection_or_fibrosis', 'rejection_prophylaxis') AND summed.is_chronic_lung)
),
timed AS (
    SELECT
        record_id AS nct_id,
        bool_or(timing_code IN ('pre', 'peri')) AS is_around,
        bool_or(timing_code = 'post_early<=30d') AS is_early,
        bool_or(timing_code IN ('post_late', 'at_rejection')) AS is_late
    FROM concept.stated_timing
    WHERE source = 'clinicaltrials_gov'
    GROUP BY record_id
),
rejection AS (
    SELECT
        record_id AS nct_id,
        first(matched_text ORDER BY field_order, span_start) AS matched_text,
        first(field ORDER BY field_order, span_start) AS matched_field,
        first(span_start ORDER BY field_order, span_start) AS span_start,
        first(span_end ORDER BY field_order, span_start) AS span_end
    FROM concept.mention
    WHERE source = 'clinicaltrials_gov' AND concept_name = 'context' AND code = 'rejection' AND tier <= 3
    GROUP BY record_id
),
inferred AS (
    SELECT
        rejection.nct_id,
        'rejection_prophylaxis' AS code,
        rejection.matched_text,
        rejection.matched_field,
        rejection.span_start,
        rejection.span_end,
        'rejection_watched_after_early_cells' AS rule_id,
        'low' AS certainty
    FROM rejection
    LEFT JOIN timed ON timed.nct_id = rejection.nct_id
    LEFT JOIN summed ON summed.nct_id = rejection.nct_id
    ANTI JOIN stated ON stated.nct_id = rejection.nct_id AND stated.code = 'rejection_prophylaxis'
    WHERE coalesce(timed.is_around, FALSE)
        OR coalesce(timed.is_early, FALSE) AND coalesce(summed.is_minimisation, FALSE) AND NOT coalesce(summed.treats_complication, FALSE)
        OR timed.nct_id IS NULL AND NOT coalesce(summed.treats_complication, FALSE)
),
kept AS (
    SELECT nct_id, code, matched_text, matched_field, span_start, span_end, rule_id, certainty FROM stated
    UNION ALL
    SELECT inferred.nct_id, inferred.code, inferred.matched_text, inferred.matched_field, inferred.span_start, inferred.span_end, inferred.rule_id, inferred.certainty
    FROM inferred
    INNER JOIN record ON record.nct_id = inferred.nct_id
)
SELECT nct_id, code AS purpose_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    record.nct_id,
    'other' AS purpose_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_purpose_named' AS rule_id,
    'low' AS certainty
FROM record
ANTI JOIN kept ON kept.nct_id = record.nct_id
