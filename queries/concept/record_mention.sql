-- title: Where a record says what matters for its scope
-- question: At which place of which field of a trial or paper do words of the vocabulary stand?
-- grain: one row per record, field, expression and place
-- missing: a record without any of the words has no row
-- reference: concept.pattern; vocab.record_field says which field can tell what
-- care: every field that tells of the product is read for MSC and look-alikes, those of product_tier 1 and 2 for all words of products; fields of
-- care: recipient_tier 1 and 2 for grafts and organs, of tier 3 for people who have or get one; words for the kind of a paper where tells_kind is TRUE.
-- care: asked is materialised: without that every expression may be laid over every field before its tiers are looked at.
-- care: the fields of many records are glued with " | " before they are searched, because an expression read from a table is
-- care: compiled anew for every text; no expression reaches over a "|". A place belongs to the last text that begins at it or before.
-- care: matched_text is in the source's own letters; span_start and span_end are characters of the field's text, from 0, the end not included.
WITH record_text AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, field, text, lower_text FROM concept.trial_text
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, field, text, lower_text FROM concept.publication_text
),
field_text AS (
    SELECT
        source,
        record_id,
        field,
        lower_text,
        (row_number() OVER (PARTITION BY source, field ORDER BY record_id) - 1) // 200 AS chunk
    FROM record_text
),
placed_text AS (
    SELECT
        source,
        record_id,
        field,
        chunk,
        sum(length(lower_text) + 3) OVER (PARTITION BY source, field, chunk ORDER BY record_id ROWS UNBOUNDED PRECEDING)
            - length(lower_text) - 3 AS text_start
    FROM field_text
),
glued AS (
    SELECT source, field, chunk, string_agg(lower_text, ' | ' ORDER BY record_id) AS text
    FROM field_text
    GROUP BY source, field, chunk
),
asked AS MATERIALIZED (
    SELECT record_field.record_source AS source, record_field.field, pattern.pattern_name, pattern.pattern
    FROM vocab.record_field
    INNER JOIN concept.pattern
        ON pattern.pattern_name IN ('product_any', 'product_not_msc') AND record_field.product_tier IS NOT NULL
        OR starts_with(pattern.pattern_name, 'product_') AND record_field.product_tier <= 2
        OR starts_with(pattern.pattern_name, 'scope_') AND record_field.recipient_tier <= 2
        OR pattern.pattern_name = 'subject_graft' AND record_field.recipient_tier <= 2
        OR pattern.pattern_name = 'subject_recipient' AND record_field.recipient_tier = 3
        OR (starts_with(pattern.pattern_name, 'publication_') OR pattern.pattern_name = 'scope_perfusion') AND record_field.tells_kind
),
searched AS (
    SELECT
        glued.source,
        glued.field,
        glued.chunk,
        asked.pattern_name,
        regexp_extract_all(glued.text, asked.pattern) AS words,
        string_split(regexp_replace(glued.text, asked.pattern, chr(30), 'g'), chr(30)) AS gaps
    FROM glued
    INNER JOIN asked ON asked.source = glued.source AND asked.field = glued.field
    WHERE regexp_matches(glued.text, asked.pattern)
),
hit AS (
    SELECT
        source,
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
        source,
        field,
        chunk,
        pattern_name,
        ltrim(word, '| ') AS word,
        sum(length(gap) + length(word)) OVER (
            PARTITION BY source, field, chunk, pattern_name ORDER BY place ROWS UNBOUNDED PRECEDING
        ) - length(ltrim(word, '| ')) AS hit_start
    FROM hit
),
along AS (
    SELECT source, field, chunk, text_start AS place, record_id, NULL AS pattern_name, NULL AS n_letters FROM placed_text
    UNION ALL
    SELECT source, field, chunk, hit_start AS place, NULL AS record_id, pattern_name, length(word) AS n_letters FROM placed_hit
),
located AS (
    SELECT
        source,
        field,
        pattern_name,
        last_value(record_id IGNORE NULLS) OVER before AS record_id,
        (place - max(place) FILTER (WHERE record_id IS NOT NULL) OVER before)::INTEGER AS span_start,
        n_letters::INTEGER AS n_letters
    FROM along
    WINDOW before AS (PARTITION BY source, field, chunk ORDER BY place, pattern_name NULLS FIRST ROWS UNBOUNDED PRECEDING)
)
SELECT
    located.source,
    located.record_id,
    located.field,
    record_field.sort_order AS field_order,
    record_field.product_tier,
    record_field.recipient_tier,
    located.pattern_name,
    substring(record_text.text, located.span_start + 1, located.n_letters) AS matched_text,
    located.span_start,
    located.span_start + located.n_letters AS span_end
FROM located
INNER JOIN record_text ON record_text.source = located.source AND record_text.record_id = located.record_id AND record_text.field = located.field
INNER JOIN vocab.record_field ON record_field.record_source = located.source AND record_field.field = located.field
WHERE located.pattern_name IS NOT NULL
