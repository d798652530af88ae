-- title: Anti-rejection drugs in a trial or paper
-- question: Which drugs for induction, maintenance and desensitisation does the record name, and are they to be reduced or withdrawn?
-- grain: one row per record on the subject, drug or change of drugs
-- missing: a record that names none has no row; a drug named need not be given to everybody
-- reference: vocab.immunosuppressant, vocab.immunosuppressant_word; tier is vocab.record_field.sentence_tier
-- care: kind is induction, maintenance, desensitisation or change (less or none of a drug); drugs of the control arm are named as well.
-- care: titles, arms and interventions (of papers title and abstract) give high certainty, summary and description medium; outcomes and criteria do not count.
SELECT
    mention.source,
    mention.record_id,
    immunosuppressant.kind,
    mention.code AS immunosuppressant_code,
    first(mention.matched_text ORDER BY mention.tier, mention.field_order, mention.span_start) AS matched_text,
    first(mention.field ORDER BY mention.tier, mention.field_order, mention.span_start) AS matched_field,
    first(mention.span_start ORDER BY mention.tier, mention.field_order, mention.span_start) AS span_start,
    first(mention.span_end ORDER BY mention.tier, mention.field_order, mention.span_start) AS span_end,
    CASE min(mention.tier) WHEN 1 THEN 'drug_of_arms' ELSE 'drug_in_description' END AS rule_id,
    CASE min(mention.tier) WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM concept.mention
SEMI JOIN concept.subject_record USING (source, record_id)
INNER JOIN vocab.immunosuppressant ON immunosuppressant.immunosuppressant_code = mention.code
WHERE mention.concept_name = 'immunosuppression' AND mention.tier <= 2
GROUP BY mention.source, mention.record_id, immunosuppressant.kind, mention.code
