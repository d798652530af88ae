-- title: Terms of the strategies in known records
-- question: Which terms of each search strategy stand in the known records that were found, and in which field?
-- grain: one row per known record found, strategy of its source, term and field
-- missing: a term that stands in no text has no row; a record found through other fields, headings followed down or synonyms may have none
-- reference: ops.strategy_term, the strategies as they stand now; texts of concept.trial_text and concept.publication_text
-- care: terms after NOT are left out; a heading is looked for among subject headings only, words everywhere else.
WITH record AS (
    SELECT DISTINCT source, held_id FROM study.known_record WHERE is_found
),
field_text AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, field, FALSE AS is_heading, lower_text FROM concept.trial_text
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, field, field = 'descriptor_name' AS is_heading, lower_text
    FROM concept.publication_text
),
candidate AS MATERIALIZED (
    SELECT
        record.source,
        record.held_id AS record_id,
        strategy_term.strategy,
        strategy_term.block_number,
        strategy_term.term_number,
        strategy_term.term,
        strategy_term.pattern,
        field_text.field,
        field_text.lower_text
    FROM record
    INNER JOIN field_text ON field_text.source = record.source AND field_text.record_id = record.held_id
    INNER JOIN ops.strategy_term
        ON strategy_term.source = record.source
        AND strategy_term.is_heading = field_text.is_heading
        AND contains(field_text.lower_text, strategy_term.stem)
    WHERE NOT strategy_term.is_excluding
)
SELECT source, record_id, strategy, block_number, term_number, term, field
FROM candidate
WHERE regexp_matches(lower_text, pattern)
