-- title: Where a registration says what matters for its scope
-- question: At which place of which field do words of the vocabulary stand?
-- grain: one row per trial, field, expression and place; summary, description and criteria are read for the cells and for recipients only
-- missing: a trial without any of the words has no row
-- reference: concept.pattern; vocab.trial_field says which field can tell what
-- care: the fields of many trials are glued with " | " before they are searched, because an expression read from a table is
-- care: compiled anew for every text; no expression reaches over a "|". Places are mapped back to the field they stand in.
-- care: matched_text is in the source's own letters; span_start and span_end are characters of trial_text.text, from 0, the end not included.
WITH field_text AS (
    SELECT
        nct_id,
        field,
        product_tier,
        recipient_tier,
        lower_text,
        (row_number() OVER (PARTITION BY field ORDER BY nct_id) - 1) // 200 AS chunk
    FROM concept.trial_text
    WHERE product_tier IS NOT NULL OR recipient_tier IS NOT NULL
),
placed_text AS (
    SELECT
        nct_id,
        field,
        chunk,
        sum(length(lower_text) + 3) OVER (PARTITION BY field, chunk ORDER BY nct_id ROWS UNBOUNDED PRECEDING)
            - length(lower_text) - 3 AS text_start
    FROM field_text
),
glued AS (
    SELECT field, product_tier, recipient_tier, chunk, string_agg(lower_text, ' | ' ORDER BY nct_id) AS text
    FROM field_text
    GROUP BY field, product_tier, recipient_tier, chunk
),
searched AS (
    SELECT
        glued.field,
        glued.chunk,
        pattern.pattern_name,
        regexp_extract_all(glued.text, pattern.pattern) AS words,
        string_split(regexp_replace(glued.text, pattern.pattern, chr(30), 'g'), chr(30)) AS gaps
    FROM glued
    INNER JOIN concept.pattern
        ON pattern.pattern_name IN ('product_any', 'product_not_msc') AND glued.product_tier IS NOT NULL
        OR starts_with(pattern.pattern_name, 'product_') AND glued.product_tier <= 2
        OR starts_with(pattern.pattern_name, 'scope_') AND glued.recipient_tier <= 2
        OR pattern.pattern_name = 'subject_graft' AND glued.recipient_tier <= 2
        OR pattern.pattern_name = 'subject_recipient' AND glued.recipient_tier = 3
    WHERE regexp_matches(glued.text, pattern.pattern)
),
hit AS (
    SELECT
        field,
        chunk,
        pattern_name,
        generate_subscripts(words, 1) AS place,
        unnest(words) AS word,
        unnest(gaps[1:len(words)]) AS gap
    FROM searched
),
placed_hit AS (
    SELECT
        field,
        chunk,
        pattern_name,
        ltrim(word, '| ') AS word,
        sum(length(gap) + length(word)) OVER (
            PARTITION BY field, chunk, pattern_name ORDER BY place ROWS UNBOUNDED PRECEDING
        ) - length(ltrim(word, '| ')) AS hit_start
    FROM hit
),
located AS (
    SELECT
        placed_text.nct_id,
        placed_text.field,
        placed_hit.pattern_name,
        (placed_hit.hit_start - placed_text.text_start)::INTEGER AS span_start,
        (placed_hit.hit_start - placed_text.text_start + length(placed_hit.word))::INTEGER AS span_end
    FROM placed_hit
    ASOF INNER JOIN placed_text
        ON placed_text.field = placed_hit.field
        AND placed_text.chunk = placed_hit.chunk
        AND placed_hit.hit_start >= placed_text.text_start
)
SELECT
    located.nct_id,
    located.field,
    trial_text.field_order,
    trial_text.product_tier,
    trial_text.recipient_tier,
    located.pattern_name,
    substring(trial_text.text, located.span_start + 1, located.span_end - located.span_start) AS matched_text,
    located.span_start,
    located.span_end
FROM located
INNER JOIN concept.trial_text ON trial_text.nct_id = located.nct_id AND trial_text.field = located.field
