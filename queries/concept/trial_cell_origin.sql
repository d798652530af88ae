-- title: Whose cells a trial gives
-- question: Are the cells the recipient's own, of the organ donor, or of somebody else, and which words say so?
-- grain: one row per record on the subject and origin named; one row with not_stated where none is named
-- missing: not_stated means that the record does not say and the tissue does not tell
-- reference: vocab.cell_origin, vocab.cell_origin_word, vocab.cell_source (implied_origin_code)
-- care: titles, arms and interventions speak first; summary and description only where those are silent; only sentences about the cells count.
-- care: allogeneic_unspecified gives way to donor_derived or third_party wherever the record says it; birth tissue of nobody named is third_party (rule tissue_implies_origin).
WITH record AS (
    SELECT trial_scope.nct_id
    FROM concept.trial_scope
    WHERE (trial_scope.is_in_scope OR trial_scope.is_borderline)
),
found AS (
    SELECT
        mention.record_id AS nct_id,
        mention.code,
        mention.tier,
        mention.field,
        mention.field_order,
        mention.matched_text,
        mention.span_start,
        mention.span_end,
        min(mention.tier) OVER (PARTITION BY mention.record_id) AS best_tier
    FROM concept.mention
    INNER JOIN record ON record.nct_id = mention.record_id
    WHERE mention.source = 'clinicaltrials_gov'
        AND mention.concept_name = 'cell_origin'
        AND mention.tier <= 2 AND mention.is_about_cells AND NOT (mention.tier = 2 AND mention.is_elsewhere)
),
told AS (
    SELECT
        nct_id,
        code,
        min(tier) AS tier,
        first(matched_text ORDER BY tier, field_order, span_start) AS matched_text,
        first(field ORDER BY tier, field_order, span_start) AS matched_field,
        first(span_start ORDER BY tier, field_order, span_start) AS span_start,
        first(span_end ORDER BY tier, field_order, span_start) AS span_end
    FROM found
    WHERE tier = best_tier OR code IN ('donor_derived', 'third_party')
    GROUP BY nct_id, code
),
summed AS (
    SELECT
        nct_id,
        bool_or(code IN ('donor_derived', 'third_party')) AS is_somebody_named,
        bool_or(code = 'autologous' AND tier = 1) AS is_own,
        bool_or(code IS DISTINCT FROM 'allogeneic_unspecified') AS is_told
    FROM told
    GROUP BY nct_id
),
implied AS (
    SELECT
        trial_cell_source.nct_id,
        cell_source.implied_origin_code AS code,
        first(trial_cell_source.matched_text ORDER BY cell_source.sort_order) AS matched_text,
        first(trial_cell_source.matched_field ORDER BY cell_source.sort_order) AS matched_field,
        first(trial_cell_source.span_start ORDER BY cell_source.sort_order) AS span_start,
        first(trial_cell_source.span_end ORDER BY cell_source.sort_order) AS span_end
    FROM concept.trial_cell_source
    INNER JOIN vocab.cell_source ON cell_source.cell_source_code = trial_cell_source.cell_source_code
    LEFT JOIN summed ON summed.nct_id = trial_cell_source.nct_id
    WHERE cell_source.implied_origin_code IS NOT NULL AND NOT coalesce(summed.is_told, FALSE)
    GROUP BY trial_cell_source.nct_id, cell_source.implied_origin_code
),
kept AS (
    SELECT
        told.nct_id,
        told.code,
        told.matched_text,
        told.matched_field,
        told.span_start,
        told.span_end,
        CASE told.tier WHEN 1 THEN 'origin_of_product' ELSE 'origin_in_description' END AS rule_id,
        CASE told.tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
    FROM told
    INNER JOIN summed ON summed.nct_id = told.nct_id
    LEFT JOIN implied ON implied.nct_id = told.nct_id
    WHERE NOT (told.code = 'allogeneic_unspecified' AND (summed.is_somebody_named OR implied.nct_id IS NOT NULL))
        AND NOT (told.code IN ('donor_derived', 'third_party') AND told.tier = 2 AND summed.is_own)
    UNION ALL
    SELECT nct_id, code, matched_text, matched_field, span_start, span_end, 'tissue_implies_origin' AS rule_id, 'low' AS certainty
    FROM implied
)
SELECT nct_id, code AS cell_origin_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    record.nct_id,
    'not_stated' AS cell_origin_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_origin_named' AS rule_id,
    'high' AS certainty
FROM record
ANTI JOIN kept ON kept.nct_id = record.nct_id
