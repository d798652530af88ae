-- title: Way by which the cells of a trial or paper are given
-- question: Into which vessel, organ or tissue are the cells given, and which words say so?
-- grain: one row per record on the subject and route named; one row with not_stated where none is named
-- missing: not_stated means that the record does not say how the cells are given
-- reference: vocab.route, vocab.route_word; tier is vocab.record_field.sentence_tier
-- care: the fields that name what is given speak first (of papers title and abstract alike), running text only where those are silent; only sentences about the cells count.
-- care: "intra-arterial" without a vessel is intra_arterial, unless an artery is named elsewhere in the record: then it is that one.
WITH found AS (
    SELECT
        mention.source,
        mention.record_id,
        mention.code,
        mention.code IN ('renal_artery', 'hepatic_artery', 'intracoronary') AS is_named_artery,
        mention.tier,
        mention.field,
        mention.field_order,
        mention.matched_text,
        mention.span_start,
        mention.span_end,
        min(mention.tier) OVER (PARTITION BY mention.source, mention.record_id) AS best_tier
    FROM concept.mention
    SEMI JOIN concept.subject_record USING (source, record_id)
    WHERE mention.concept_name = 'route'
        AND mention.tier <= 2 AND mention.is_about_cells AND NOT (mention.tier = 2 AND mention.is_elsewhere)
),
narrowed AS (
    SELECT source, record_id, code, field, field_order, matched_text, span_start, span_end, best_tier
    FROM found
    WHERE tier = best_tier OR is_named_artery
    QUALIFY code IS DISTINCT FROM 'intra_arterial' OR NOT bool_or(is_named_artery) OVER (PARTITION BY source, record_id)
)
SELECT
    source,
    record_id,
    code AS route_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE best_tier WHEN 1 THEN 'route_of_product' ELSE 'route_in_description' END AS rule_id,
    CASE best_tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM narrowed
GROUP BY source, record_id, code, best_tier
UNION ALL
SELECT
    source,
    record_id,
    'not_stated' AS route_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_route_named' AS rule_id,
    'high' AS certainty
FROM concept.subject_record
ANTI JOIN found USING (source, record_id)
