-- title: Whose cells a paper gives
-- question: Are the cells the recipient's own, of the organ donor, or of somebody else, and which words say so?
-- grain: one row per record on the subject and origin named; one row with not_stated where none is named
-- missing: not_stated means that the record does not say and the tissue does not tell
-- reference: vocab.cell_origin, vocab.cell_origin_word, vocab.cell_source (implied_origin_code)
-- care: title and abstract speak alike; subject headings do not count; only sentences about the cells count.
-- care: allogeneic_unspecified gives way to donor_derived or third_party wherever the record says it; birth tissue of nobody named is third_party (rule tissue_implies_origin).
WITH record AS (
    SELECT publication_scope.pmid
    FROM concept.publication_scope
    WHERE publication_scope.is_in_scope
),
found AS (
    SELECT
        mention.record_id AS pmid,
        mention.code,
        mention.tier,
        mention.field,
        mention.field_order,
        mention.matched_text,
        mention.span_start,
        mention.span_end,
        min(mention.tier) OVER (PARTITION BY mention.record_id) AS best_tier
    FROM concept.mention
    INNER JOIN record ON record.pmid = mention.record_id
    WHERE mention.source = 'pubmed'
        AND mention.concept_name = 'cell_origin'
        AND mention.tier <= 2 AND mention.is_about_cells AND NOT (mention.tier = 2 AND mention.is_elsewhere)
),
told AS (
    SELECT
        pmid,
        code,
        min(tier) AS tier,
        first(matched_text ORDER BY tier, field_order, span_start) AS matched_text,
        first(field ORDER BY tier, field_order, span_start) AS matched_field,
        first(span_start ORDER BY tier, field_order, span_start) AS span_start,
        first(span_end ORDER BY tier, field_order, span_start) AS span_end
    FROM found
    WHERE tier = best_tier OR code IN ('donor_derived', 'third_party')
    GROUP BY pmid, code
),
summed AS (
    SELECT
        pmid,
        bool_or(code IN ('donor_derived', 'third_party')) AS is_somebody_named,
        bool_or(code = 'autologous' AND tier = 1) AS is_own,
        bool_or(code IS DISTINCT FROM 'allogeneic_unspecified') AS is_told
    FROM told
    GROUP BY pmid
),
implied AS (
    SELECT
        publication_cell_source.pmid,
        cell_source.implied_origin_code AS code,
        first(publication_cell_source.matched_text ORDER BY cell_source.sort_order) AS matched_text,
        first(publication_cell_source.matched_field ORDER BY cell_source.sort_order) AS matched_field,
        first(publication_cell_source.span_start ORDER BY cell_source.sort_order) AS span_start,
        first(publication_cell_source.span_end ORDER BY cell_source.sort_order) AS span_end
    FROM concept.publication_cell_source
    INNER JOIN vocab.cell_source ON cell_source.cell_source_code = publication_cell_source.cell_source_code
    LEFT JOIN summed ON summed.pmid = publication_cell_source.pmid
    WHERE cell_source.implied_origin_code IS NOT NULL AND NOT coalesce(summed.is_told, FALSE)
    GROUP BY publication_cell_source.pmid, cell_source.implied_origin_code
),
kept AS (
    SELECT
        told.pmid,
        told.code,
        told.matched_text,
        told.matched_field,
        told.span_start,
        told.span_end,
        CASE told.tier WHEN 1 THEN 'origin_of_product' ELSE 'origin_in_description' END AS rule_id,
        CASE told.tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
    FROM told
    INNER JOIN summed ON summed.pmid = told.pmid
    LEFT JOIN implied ON implied.pmid = told.pmid
    WHERE NOT (told.code = 'allogeneic_unspecified' AND (summed.is_somebody_named OR implied.pmid IS NOT NULL))
        AND NOT (told.code IN ('donor_derived', 'third_party') AND told.tier = 2 AND summed.is_own)
    UNION ALL
    SELECT pmid, code, matched_text, matched_field, span_start, span_end, 'tissue_implies_origin' AS rule_id, 'low' AS certainty
    FROM implied
)
SELECT pmid, code AS cell_origin_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    record.pmid,
    'not_stated' AS cell_origin_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_origin_named' AS rule_id,
    'high' AS certainty
FROM record
ANTI JOIN kept ON kept.pmid = record.pmid
