-- title: Whose organs the people of a trial or paper get
-- question: Do the organs come from living or deceased donors, and which words say so?
-- grain: one row per record on the subject and kind of donor named; one row with not_stated where none is named
-- missing: not_stated means that the record does not say whose organ it is
-- reference: vocab.donor_type, vocab.donor_type_word; tier is vocab.record_field.sentence_tier
-- care: titles, arms and interventions speak first (of papers title and abstract alike), then keywords and running text, then conditions and outcomes, last who is admitted; exclusions do not count.
-- care: a code gives way to one that says the same more exactly (gives_way_to): deceased to the kind of death.
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
    WHERE mention.concept_name = 'donor_type' AND mention.tier <= 4
    QUALIFY mention.tier = min(mention.tier) OVER (PARTITION BY mention.source, mention.record_id)
),
narrowed AS (
    SELECT
        found.source,
        found.record_id,
        found.code,
        found.tier,
        found.field,
        found.field_order,
        found.matched_text,
        found.span_start,
        found.span_end
    FROM found
    INNER JOIN vocab.donor_type ON donor_type.donor_type_code = found.code
    ANTI JOIN found AS more_exact
        ON more_exact.source = found.source
        AND more_exact.record_id = found.record_id
        AND list_contains(string_split(coalesce(donor_type.gives_way_to, ''), ';'), more_exact.code)
)
SELECT
    source,
    record_id,
    code AS donor_type_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE tier WHEN 1 THEN 'donor_in_subject' ELSE 'donor_in_description' END AS rule_id,
    CASE tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM narrowed
GROUP BY source, record_id, code, tier
UNION ALL
SELECT
    source,
    record_id,
    'not_stated' AS donor_type_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_donor_named' AS rule_id,
    'high' AS certainty
FROM concept.subject_record
ANTI JOIN found USING (source, record_id)
