-- title: Whose cells a trial or paper gives
-- question: Are the cells the recipient's own, of the organ donor, or of somebody else, and which words say so?
-- grain: one row per record on the subject and origin named; one row with not_stated where none is named
-- missing: not_stated means that the record does not say and the tissue does not tell
-- reference: vocab.cell_origin, vocab.cell_origin_word, vocab.cell_source (implied_origin_code); tier is vocab.record_field.sentence_tier
-- care: the fields that name what is given speak first (of papers title and abstract alike), running text only where those are silent; only sentences about the cells count.
-- care: allogeneic_unspecified gives way to donor_derived or third_party wherever the record says it; birth tissue of nobody named is third_party (rule tissue_implies_origin).
WITH found AS (
    SELECT
        mention.source,
        mention.record_id,
        mention.code,
        mention.tier,
        mention.field,
        mention.field_order,
        mention.matched_text,
        mention.span_start,
        mention.span_end
    FROM concept.mention
    SEMI JOIN concept.subject_record USING (source, record_id)
    WHERE mention.concept_name = 'cell_origin'
        AND mention.tier <= 2 AND mention.is_about_cells AND NOT (mention.tier = 2 AND mention.is_elsewhere)
    QUALIFY mention.code IN ('donor_derived', 'third_party')
        OR mention.tier = min(mention.tier) OVER (PARTITION BY mention.source, mention.record_id)
),
told AS (
    SELECT
        source,
        record_id,
        code,
        min(tier) AS tier,
        first(matched_text ORDER BY tier, field_order, span_start) AS matched_text,
        first(field ORDER BY tier, field_order, span_start) AS matched_field,
        first(span_start ORDER BY tier, field_order, span_start) AS span_start,
        first(span_end ORDER BY tier, field_order, span_start) AS span_end
    FROM found
    GROUP BY source, record_id, code
),
summed AS (
    SELECT
        source,
        record_id,
        bool_or(code IN ('donor_derived', 'third_party')) AS is_somebody_named,
        bool_or(code = 'autologous' AND tier = 1) AS is_own,
        bool_or(code IS DISTINCT FROM 'allogeneic_unspecified') AS is_told
    FROM told
    GROUP BY source, record_id
),
implied AS (
    SELECT
        tissue.source,
        tissue.record_id,
        cell_source.implied_origin_code AS code,
        first(tissue.matched_text ORDER BY cell_source.sort_order) AS matched_text,
        first(tissue.matched_field ORDER BY cell_source.sort_order) AS matched_field,
        first(tissue.span_start ORDER BY cell_source.sort_order) AS span_start,
        first(tissue.span_end ORDER BY cell_source.sort_order) AS span_end
    FROM concept.record_cell_source AS tissue
    INNER JOIN vocab.cell_source ON cell_source.cell_source_code = tissue.cell_source_code
    ANTI JOIN summed ON summed.source = tissue.source AND summed.record_id = tissue.record_id AND summed.is_told
    WHERE cell_source.implied_origin_code IS NOT NULL
    GROUP BY tissue.source, tissue.record_id, cell_source.implied_origin_code
),
kept AS (
    SELECT
        told.source,
        told.record_id,
        told.code,
        told.matched_text,
        told.matched_field,
        told.span_start,
        told.span_end,
        CASE told.tier WHEN 1 THEN 'origin_of_product' ELSE 'origin_in_description' END AS rule_id,
        CASE told.tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
    FROM told
    INNER JOIN summed ON summed.source = told.source AND summed.record_id = told.record_id
    LEFT JOIN implied ON implied.source = told.source AND implied.record_id = told.record_id
    WHERE NOT (told.code = 'allogeneic_unspecified' AND (summed.is_somebody_named OR implied.record_id IS NOT NULL))
        AND NOT (told.code IN ('donor_derived', 'third_party') AND told.tier = 2 AND summed.is_own)
    UNION ALL
    SELECT
        source, record_id, code, matched_text, matched_field, span_start, span_end,
        'tissue_implies_origin' AS rule_id, 'low' AS certainty
    FROM implied
)
SELECT source, record_id, code AS cell_origin_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    source,
    record_id,
    'not_stated' AS cell_origin_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_origin_named' AS rule_id,
    'high' AS certainty
FROM concept.subject_record
ANTI JOIN kept USING (source, record_id)
