-- title: Known records found
-- question: Was each record that any search must find found, by which strategies, and which of their terms stand in it?
-- grain: one row per study and record of curated.known_studies
-- missing: strategies is NULL where none found it; terms is NULL where no term stands in its text; is_found is NULL where the source was not searched
-- reference: curated.known_studies, ops.strategy_term
-- care: terms are the words that stand in the text we hold; a service also follows headings to narrower ones and adds synonyms.
-- care: n_blocks_explained below n_blocks means that for some block no word in the text tells why the service found the record.
WITH per_term AS (
    SELECT
        known_term.source,
        known_term.record_id,
        known_term.strategy,
        known_term.block_number,
        known_term.term_number,
        known_term.term || ' in ' || string_agg(known_term.field, ', ' ORDER BY known_term.field) AS term_text
    FROM study.known_term
    INNER JOIN raw.record_strategy
        ON record_strategy.source = known_term.source
        AND record_strategy.record_id = known_term.record_id
        AND record_strategy.strategy = known_term.strategy
    GROUP BY known_term.source, known_term.record_id, known_term.strategy, known_term.block_number, known_term.term_number, known_term.term
),
per_record AS (
    SELECT
        source,
        record_id,
        count(DISTINCT strategy || ' ' || block_number)::BIGINT AS n_blocks_explained,
        string_agg(strategy || ' block ' || block_number || ': ' || term_text, '; ' ORDER BY strategy, term_number) AS terms
    FROM per_term
    GROUP BY source, record_id
),
block AS (
    SELECT DISTINCT source, strategy, block_number
    FROM ops.strategy_term
    WHERE NOT is_excluding
),
asked AS (
    SELECT record_strategy.source, record_strategy.record_id, count(*)::BIGINT AS n_blocks
    FROM raw.record_strategy
    INNER JOIN block ON block.source = record_strategy.source AND block.strategy = record_strategy.strategy
    GROUP BY record_strategy.source, record_strategy.record_id
)
SELECT
    known_record.study_id,
    known_record.organ_code,
    known_record.source,
    known_record.record_id,
    known_record.citation,
    known_record.is_searched,
    CASE WHEN known_record.is_searched THEN known_record.is_found END AS is_found,
    known_record.is_in_scope,
    known_record.strategies,
    asked.n_blocks,
    CASE WHEN known_record.is_found THEN coalesce(per_record.n_blocks_explained, 0) END AS n_blocks_explained,
    per_record.terms
FROM study.known_record
LEFT JOIN asked ON asked.source = known_record.source AND asked.record_id = known_record.held_id
LEFT JOIN per_record ON per_record.source = known_record.source AND per_record.record_id = known_record.held_id
LEFT JOIN vocab.organ ON organ.organ_code = known_record.organ_code
ORDER BY organ.sort_order, known_record.study_id, known_record.source, known_record.record_id
