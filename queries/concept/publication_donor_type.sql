-- title: Whose organs the people of a paper get
-- question: Do the organs come from living or deceased donors, and which words say so?
-- grain: one row per record on the subject and kind of donor named; one row with not_stated where none is named
-- missing: not_stated means that the record does not say whose organ it is
-- reference: vocab.donor_type, vocab.donor_type_word
-- care: title and abstract speak alike; keywords and headings only where those are silent.
-- care: a code gives way to one that says the same more exactly (gives_way_to): deceased to the kind of death.
WITH record AS (
    SELECT publication_scope.pmid
    FROM concept.publication_scope
    WHERE publication_scope.is_in_scope
),
found AS (
    SELECT
        mention.record_id AS pmid,
        mention.code,
        mention.tier,
        mention.field,
        mention.field_order,
        mention.matched_text,
        mention.span_start,
        mention.span_end,
        min(mention.tier) OVER (PARTITION BY mention.record_id) AS best_tier
    FROM concept.mention
    INNER JOIN record ON record.pmid = mention.record_id
    WHERE mention.source = 'pubmed'
        AND mention.concept_name = 'donor_type'
        AND mention.tier <= 4
),
narrowed AS (
    SELECT
        found.pmid,
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
        ON more_exact.pmid = found.pmid
        AND more_exact.tier = more_exact.best_tier
        AND list_contains(string_split(coalesce(donor_type.gives_way_to, ''), ';'), more_exact.code)
)
SELECT
    pmid,
    code AS donor_type_code,
    first(matched_text ORDER BY field_order, span_start) AS matched_text,
    first(field ORDER BY field_order, span_start) AS matched_field,
    first(span_start ORDER BY field_order, span_start) AS span_start,
    first(span_end ORDER BY field_order, span_start) AS span_end,
    CASE best_tier WHEN 1 THEN 'donor_in_subject' ELSE 'donor_in_description' END AS rule_id,
    CASE best_tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM narrowed
WHERE tier = best_tier
GROUP BY pmid, code, best_tier
UNION ALL
SELECT
    record.pmid,
    'not_stated' AS donor_type_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_donor_named' AS rule_id,
    'high' AS certainty
FROM record
ANTI JOIN found ON found.pmid = record.pmid
