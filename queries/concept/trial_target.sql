-- title: Who or what gets the cells in a trial
-- question: Are the cells given to the recipient, to the organ outside the body, or to the donor, and which words say so?
-- grain: one row per record on the subject and target
-- missing: a record whose words name no other target is recipient, without matched text (rule no_other_target)
-- reference: vocab.target, vocab.target_word
-- care: only sentences about the cells count.
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
        AND mention.concept_name = 'target'
        AND mention.tier = 1 AND mention.is_about_cells
)
SELECT
    nct_id,
    code AS target_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE best_tier WHEN 1 THEN 'target_named' ELSE 'target_named' END AS rule_id,
    CASE best_tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM found
WHERE tier = best_tier
GROUP BY nct_id, code, best_tier
UNION ALL
SELECT
    record.nct_id,
    'recipient' AS target_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_other_target' AS rule_id,
    'medium' AS certainty
FROM record
ANTI JOIN found ON found.nct_id = record.nct_id
