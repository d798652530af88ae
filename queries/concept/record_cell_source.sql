-- title: Tissue that the cells of a trial or paper come from
-- question: From which tissue are the cells made, and which words say so?
-- grain: one row per record on the subject and tissue named; one row with not_stated where none is named
-- missing: not_stated means that the record names no tissue
-- reference: vocab.cell_source, vocab.cell_source_word; tier is vocab.record_field.sentence_tier
-- care: the fields that name what is given speak first (of papers title and abstract alike), running text only where those are silent; only sentences about the cells count.
-- care: "umbilical cord blood" is cord_blood, not umbilical_cord, unless the cord itself is named as well; marrow as an organ or a graft is no source.
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
    WHERE mention.concept_name = 'cell_source'
        AND mention.tier <= 2 AND mention.is_about_cells AND NOT (mention.tier = 2 AND mention.is_elsewhere)
    QUALIFY mention.tier = min(mention.tier) OVER (PARTITION BY mention.source, mention.record_id)
)
SELECT
    source,
    record_id,
    code AS cell_source_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE tier WHEN 1 THEN 'tissue_of_product' ELSE 'tissue_in_description' END AS rule_id,
    CASE tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM found
GROUP BY source, record_id, code, tier
UNION ALL
SELECT
    source,
    record_id,
    'not_stated' AS cell_source_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_tissue_named' AS rule_id,
    'high' AS certainty
FROM concept.subject_record
ANTI JOIN found USING (source, record_id)
