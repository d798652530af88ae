-- title: Way by which the cells of a trial are given
-- question: Into which vessel, organ or tissue are the cells given, and which words say so?
-- grain: one row per record on the subject and route named; one row with not_stated where none is named
-- missing: not_stated means that the record does not say how the cells are given
-- reference: vocab.route, vocab.route_word
-- care: titles, arms and interventions speak first; summary and description only where those are silent; only sentences about the cells count.
-- care: "intra-arterial" without a vessel is intra_arterial, unless an artery is named elsewhere in the record: then it is that one.
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
        min(mention.tier) OVER (PARTITION BY mention.record_id) AS best_tier,
        bool_or(mention.code IN ('renal_artery', 'hepatic_artery', 'intracoronary')) OVER (PARTITION BY mention.record_id) AS has_named_artery
    FROM concept.mention
    INNER JOIN record ON record.nct_id = mention.record_id
    WHERE mention.source = 'clinicaltrials_gov'
        AND mention.concept_name = 'route'
        AND mention.tier <= 2 AND mention.is_about_cells AND NOT (mention.tier = 2 AND mention.is_elsewhere)
)
SELECT
    nct_id,
    code AS route_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE best_tier WHEN 1 THEN 'route_of_product' ELSE 'route_in_description' END AS rule_id,
    CASE best_tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM found
WHERE (tier = best_tier OR code IN ('renal_artery', 'hepatic_artery', 'intracoronary') AND has_named_artery)
    AND NOT (code = 'intra_arterial' AND has_named_artery)
GROUP BY nct_id, code, best_tier
UNION ALL
SELECT
    record.nct_id,
    'not_stated' AS route_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_route_named' AS rule_id,
    'high' AS certainty
FROM record
ANTI JOIN found ON found.nct_id = record.nct_id
