-- title: What the cells of a paper are given for
-- question: Are the cells to prevent or treat rejection, to save drugs, to help the graft's function, or something else, and which words say so?
-- grain: one row per record on the subject and purpose; one row with other where none is named
-- missing: other means that no purpose of the vocabulary is stated
-- reference: vocab.purpose, vocab.purpose_word
-- care: the title counts at once; the abstract only in sentences about the cells.
-- care: acute rejection gives way to chronic rejection in the title, and to chronic lung graft dysfunction anywhere in the subject, unless the title names it itself.
-- care: rejection_prophylaxis is inferred (low certainty) where rejection is spoken of and cells are given before or at the operation, or early together with less drug, or at a time not said to people without a complication.
WITH record AS (
    SELECT publication_scope.pmid
    FROM concept.publication_scope
    WHERE publication_scope.is_in_scope
),
found AS (
    SELECT
        mention.record_id AS pmid,
        mention.code,
        mention.field = 'title' AS is_title,
        mention.field = 'title' AS is_subject,
        mention.field_order,
        mention.field,
        mention.matched_text,
        mention.span_start,
        mention.span_end
    FROM concept.mention
    INNER JOIN record ON record.pmid = mention.record_id
    WHERE mention.source = 'pubmed'
        AND mention.concept_name = 'purpose'
        AND (mention.field = 'title' OR mention.field = 'abstract_text' AND mention.is_about_cells AND NOT mention.is_elsewhere)
),
ranked AS (
    SELECT
        found.pmid,
        found.code,
        bool_or(found.is_title) AS is_title,
        bool_or(found.is_subject) AS is_subject,
        first(found.matched_text ORDER BY found.is_subject DESC, found.field_order, found.span_start) AS matched_text,
        first(found.field ORDER BY found.is_subject DESC, found.field_order, found.span_start) AS matched_field,
        first(found.span_start ORDER BY found.is_subject DESC, found.field_order, found.span_start) AS span_start,
        first(found.span_end ORDER BY found.is_subject DESC, found.field_order, found.span_start) AS span_end
    FROM found
    GROUP BY found.pmid, found.code
),
summed AS (
    SELECT
        ranked.pmid,
        bool_or(ranked.code = 'chronic_rejection_or_fibrosis' AND ranked.is_title) AS is_chronic,
        bool_or(ranked.code = 'bos_clad' AND ranked.is_subject) AS is_chronic_lung,
        bool_or(ranked.code = 'is_minimisation') AS is_minimisation,
        bool_or(purpose.treats_complication) AS treats_complication
    FROM ranked
    INNER JOIN vocab.purpose ON purpose.purpose_code = ranked.code
    GROUP BY ranked.pmid
),
stated AS (
    SELECT
        ranked.pmid,
        ranked.code,
        ranked.matched_text,
        ranked.matched_field,
        ranked.span_start,
        ranked.span_end,
        CASE WHEN ranked.is_subject THEN 'purpose_in_subject' ELSE 'purpose_in_description' END AS rule_id,
        CASE WHEN ranked.is_subject THEN 'high' ELSE 'medium' END AS certainty
    FROM ranked
    INNER JOIN summed ON summed.pmid = ranked.pmid
    WHERE NOT (ranked.code = 'acute_rejection_treatment' AND NOT ranked.is_title AND summed.is_chronic)
        AND NOT (ranked.code IN ('acute_rejection_treatment', 'chronic_rejection_or_fibrosis', 'rejection_prophylaxis') AND summed.is_chronic_lung)
),
timed AS (
    SELECT
        record_id AS pmid,
        bool_or(timing_code IN ('pre', 'peri')) AS is_around,
        bool_or(timing_code = 'post_early<=30d') AS is_early,
        bool_or(timing_code IN ('post_late', 'at_rejection')) AS is_late
    FROM concept.stated_timing
    WHERE source = 'pubmed'
    GROUP BY record_id
),
rejection AS (
    SELECT
        record_id AS pmid,
        first(matched_text ORDER BY field_order, span_start) AS matched_text,
        first(field ORDER BY field_order, span_start) AS matched_field,
        first(span_start ORDER BY field_order, span_start) AS span_start,
        first(span_end ORDER BY field_order, span_start) AS span_end
    FROM concept.mention
    WHERE source = 'pubmed' AND concept_name = 'context' AND code = 'rejection' AND tier <= 3
    GROUP BY record_id
),
inferred AS (
    SELECT
        rejection.pmid,
        'rejection_prophylaxis' AS code,
        rejection.matched_text,
        rejection.matched_field,
        rejection.span_start,
        rejection.span_end,
        'rejection_watched_after_early_cells' AS rule_id,
        'low' AS certainty
    FROM rejection
    LEFT JOIN timed ON timed.pmid = rejection.pmid
    LEFT JOIN summed ON summed.pmid = rejection.pmid
    ANTI JOIN stated ON stated.pmid = rejection.pmid AND stated.code = 'rejection_prophylaxis'
    WHERE coalesce(timed.is_around, FALSE)
        OR coalesce(timed.is_early, FALSE) AND coalesce(summed.is_minimisation, FALSE) AND NOT coalesce(summed.treats_complication, FALSE)
        OR timed.pmid IS NULL AND NOT coalesce(summed.treats_complication, FALSE)
),
kept AS (
    SELECT pmid, code, matched_text, matched_field, span_start, span_end, rule_id, certainty FROM stated
    UNION ALL
    SELECT inferred.pmid, inferred.code, inferred.matched_text, inferred.matched_field, inferred.span_start, inferred.span_end, inferred.rule_id, inferred.certainty
    FROM inferred
    INNER JOIN record ON record.pmid = inferred.pmid
)
SELECT pmid, code AS purpose_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    record.pmid,
    'other' AS purpose_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_purpose_named' AS rule_id,
    'low' AS certainty
FROM record
ANTI JOIN kept ON kept.pmid = record.pmid
