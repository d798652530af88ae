-- title: Anti-rejection drugs in a trial
-- question: Which drugs for induction, maintenance and desensitisation does the record name, and are they to be reduced or withdrawn?
-- grain: one row per record on the subject, drug or change of drugs
-- missing: a record that names none has no row; a drug named need not be given to everybody
-- reference: vocab.immunosuppressant, vocab.immunosuppressant_word
-- care: kind is induction, maintenance, desensitisation or change (less or none of a drug); drugs of the control arm are named as well.
-- care: titles, arms and interventions give high certainty, summary and description medium; outcomes and criteria do not count.
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
        AND mention.concept_name = 'immunosuppression'
        AND mention.tier <= 2
)
SELECT
    found.nct_id,
    immunosuppressant.kind,
    found.code AS immunosuppressant_code,
    first(found.matched_text ORDER BY found.tier, found.field_order, found.span_start) AS matched_text,
    first(found.field ORDER BY found.tier, found.field_order, found.span_start) AS matched_field,
    first(found.span_start ORDER BY found.tier, found.field_order, found.span_start) AS span_start,
    first(found.span_end ORDER BY found.tier, found.field_order, found.span_start) AS span_end,
    CASE min(found.tier) WHEN 1 THEN 'drug_of_arms' ELSE 'drug_in_description' END AS rule_id,
    CASE min(found.tier) WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM found
INNER JOIN vocab.immunosuppressant ON immunosuppressant.immunosuppressant_code = found.code
GROUP BY found.nct_id, immunosuppressant.kind, found.code
