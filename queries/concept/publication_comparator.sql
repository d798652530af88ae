-- title: What the people of a paper without MSC got
-- question: Does the paper speak of people without the cells, and of what they got?
-- grain: one row per paper in scope and kind of comparison
-- missing: a paper whose title and abstract name no comparison has no row
-- reference: vocab.comparator, vocab.comparator_word
-- care: words only; how many people were in which group is told by evidence.arm, not here.
-- care: apart from trial_comparator, which reads arms and their kinds as registered.
SELECT
    mention.record_id AS pmid,
    mention.code AS comparator_code,
    first(mention.matched_text ORDER BY mention.field_order, mention.span_start) AS matched_text,
    first(mention.field ORDER BY mention.field_order, mention.span_start) AS matched_field,
    first(mention.span_start ORDER BY mention.field_order, mention.span_start) AS span_start,
    first(mention.span_end ORDER BY mention.field_order, mention.span_start) AS span_end,
    'comparison_in_abstract' AS rule_id,
    'medium' AS certainty
FROM concept.mention
INNER JOIN concept.publication_scope ON publication_scope.pmid = mention.record_id AND publication_scope.is_in_scope
WHERE mention.source = 'pubmed' AND mention.concept_name = 'comparator' AND mention.tier = 1 AND NOT mention.is_elsewhere
GROUP BY mention.record_id, mention.code
