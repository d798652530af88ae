-- title: Who or what gets the cells in a trial or paper
-- question: Are the cells given to the recipient, to the organ outside the body, or to the donor, and which words say so?
-- grain: one row per record on the subject and target
-- missing: a record whose words name no other target is recipient, without matched text (rule no_other_target)
-- reference: vocab.target, vocab.target_word; tier is vocab.record_field.sentence_tier
-- care: only sentences about the cells count, in fields that name what is given.
WITH found AS (
    SELECT
        mention.source,
        mention.record_id,
        mention.code,
        mention.field,
        mention.field_order,
        mention.matched_text,
        mention.span_start,
        mention.span_end
    FROM concept.mention
    SEMI JOIN concept.subject_record USING (source, record_id)
    WHERE mention.concept_name = 'target' AND mention.tier = 1 AND mention.is_about_cells
)
SELECT
    source,
    record_id,
    code AS target_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    'target_named' AS rule_id,
    'high' AS certainty
FROM found
GROUP BY source, record_id, code
UNION ALL
SELECT
    source,
    record_id,
    'recipient' AS target_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_other_target' AS rule_id,
    'medium' AS certainty
FROM concept.subject_record
ANTI JOIN found USING (source, record_id)
