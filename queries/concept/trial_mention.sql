-- title: Where a registration says what matters for its scope
-- question: At which place of which field do words of the vocabulary stand?
-- grain: one row per trial, field, expression and place; summary, description and criteria are read for the cells and for recipients only
-- missing: a trial without any of the words has no row
-- reference: concept.record_mention
SELECT record_id AS nct_id, field, field_order, product_tier, recipient_tier, pattern_name, matched_text, span_start, span_end
FROM concept.record_mention
WHERE source = 'clinicaltrials_gov'
