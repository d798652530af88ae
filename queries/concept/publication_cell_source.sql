-- title: Tissue that the cells of a paper come from
-- question: From which tissue are the cells made, and which words say so?
-- grain: one row per record on the subject and tissue named; one row with not_stated where none is named
-- missing: not_stated means that the record names no tissue
-- reference: vocab.cell_source, vocab.cell_source_word
-- care: title and abstract speak alike; subject headings do not count; only sentences about the cells count.
-- care: "umbilical cord blood" is cord_blood, not umbilical_cord, unless the cord itself is named as well; marrow as an organ or a graft is no source.
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
        AND mention.concept_name = 'cell_source'
        AND mention.tier <= 2 AND mention.is_about_cells AND NOT (mention.tier = 2 AND mention.is_elsewhere)
)
SELECT
    pmid,
    code AS cell_source_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE best_tier WHEN 1 THEN 'tissue_of_product' ELSE 'tissue_in_description' END AS rule_id,
    CASE best_tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM found
WHERE tier = best_tier
GROUP BY pmid, code, best_tier
UNION ALL
SELECT
    record.pmid,
    'not_stated' AS cell_source_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_tissue_named' AS rule_id,
    'high' AS certainty
FROM record
ANTI JOIN found ON found.pmid = record.pmid
