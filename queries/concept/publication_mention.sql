-- title: Where a paper says what matters for its scope
-- question: At which place of which field do words of the vocabulary stand?
-- grain: one row per paper, field, expression and place
-- missing: a paper without any of the words has no row
-- reference: concept.record_mention; tiers as in concept.publication_text
SELECT record_id AS pmid, field, field_order, product_tier AS tier, pattern_name, matched_text, span_start, span_end
FROM concept.record_mention
WHERE source = 'pubmed'
