-- title: Where a paper says what matters for its scope
-- question: At which place of which field do words of the vocabulary stand?
-- grain: one row per paper, field, expression and place
-- missing: a paper without any of the words has no row
-- reference: concept.pattern; tiers as in concept.publication_text
-- care: the fields of many papers are glued with " | " before they are searched, because an expression read from a table is
-- care: compiled anew for every text; no expression reaches over a "|". Places are mapped back to the field they stand in.
-- care: matched_text is in the source's own letters; span_start and span_end are characters of publication_text.text, from 0, the end not included.
WITH field_text AS (
    SELECT
        pmid,
        field,
        tier,
        lower_text,
        (row_number() OVER (PARTITION BY field ORDER BY pmid) - 1) // 200 AS chunk
    FROM concept.publication_text
),
placed_text AS (
    SELECT
        pmid,
        field,
        chunk,
        sum(length(lower_text) + 3) OVER (PARTITION BY field, chunk ORDER BY pmid ROWS UNBOUNDED PRECEDING)
            - length(lower_text) - 3 AS text_start
    FROM field_text
),
glued AS (
    SELECT field, tier, chunk, string_agg(lower_text, ' | ' ORDER BY pmid) AS text
    FROM field_text
    GROUP BY field, tier, chunk
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
        ON starts_with(pattern.pattern_name, 'product_')
        OR starts_with(pattern.pattern_name, 'scope_') AND glued.tier = 1
        OR pattern.pattern_name = 'scope_perfusion'
        OR pattern.pattern_name = 'subject_graft' AND glued.tier = 1
        OR pattern.pattern_name = 'subject_recipient' AND glued.tier = 2
        OR starts_with(pattern.pattern_name, 'publication_') AND glued.field IN ('title', 'abstract_text', 'keyword_text')
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
        sum(length(gap) + length(word)) OVER (PARTITION BY field, chunk, pattern_name ORDER BY place ROWS UNBOUNDED PRECEDING)
            - length(ltrim(word, '| ')) AS hit_start
    FROM hit
),
located AS (
    SELECT
        placed_text.pmid,
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
    located.pmid,
    located.field,
    publication_text.field_order,
    publication_text.tier,
    located.pattern_name,
    substring(publication_text.text, located.span_start + 1, located.span_end - located.span_start) AS matched_text,
    located.span_start,
    located.span_end
FROM located
INNER JOIN concept.publication_text ON publication_text.pmid = located.pmid AND publication_text.field = located.field
