-- title: Whose organs the people of a trial get
-- question: Do the organs come from living or deceased donors, and which words say so?
-- grain: one row per record on the subject and kind of donor named; one row with not_stated where none is named
-- missing: not_stated means that the record does not say whose organ it is
-- reference: vocab.donor_type, vocab.donor_type_word
-- care: titles, conditions, keywords and arms speak first, then summary and description, last who is admitted; exclusions do not count.
-- care: a code gives way to one that says the same more exactly (gives_way_to): deceased to the kind of death.
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
        AND mention.concept_name = 'donor_type'
        AND mention.tier <= 4
),
narrowed AS (
    SELECT
        found.nct_id,
        found.code,
        found.tier,
        found.best_tier,
        found.field,
        found.field_order,
        found.matched_text,
        found.span_start,
        found.span_end
    FROM found
    INNER JOIN vocab.donor_type ON donor_type.donor_type_code = found.code
    ANTI JOIN found AS more_exact
        ON more_exact.nct_id = found.nct_id
        AND more_exact.tier = more_exact.best_tier
        AND list_contains(string_split(coalesce(donor_type.gives_way_to, ''), ';'), more_exact.code)
)
SELECT
    nct_id,
    code AS donor_type_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE best_tier WHEN 1 THEN 'donor_in_subject' ELSE 'donor_in_description' END AS rule_id,
    CASE best_tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM narrowed
WHERE tier = best_tier
GROUP BY nct_id, code, best_tier
UNION ALL
SELECT
    record.nct_id,
    'not_stated' AS donor_type_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_donor_named' AS rule_id,
    'high' AS certainty
FROM record
ANTI JOIN found ON found.nct_id = record.nct_id
