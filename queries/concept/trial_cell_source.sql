-- title: Tissue that the cells of a trial come from
-- question: From which tissue are the cells made, and which words say so?
-- grain: one row per record on the subject and tissue named; one row with not_stated where none is named
-- missing: not_stated means that the record names no tissue
-- reference: vocab.cell_source, vocab.cell_source_word
-- care: titles, arms and interventions speak first; summary and description only where those are silent; only sentences about the cells count.
-- care: "umbilical cord blood" is cord_blood, not umbilical_cord, unless the cord itself is named as well; marrow as an organ or a graft is no source.
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
        AND mention.concept_name = 'cell_source'
        AND mention.tier <= 2 AND mention.is_about_cells AND NOT (mention.tier = 2 AND mention.is_elsewhere)
)
SELECT
    nct_id,
    code AS cell_source_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE best_tier WHEN 1 THEN 'tissue_of_product' ELSE 'tissue_in_description' END AS rule_id,
    CASE best_tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM found
WHERE tier = best_tier
GROUP BY nct_id, code, best_tier
UNION ALL
SELECT
    record.nct_id,
    'not_stated' AS cell_source_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_tissue_named' AS rule_id,
    'high' AS certainty
FROM record
ANTI JOIN found ON found.nct_id = record.nct_id
