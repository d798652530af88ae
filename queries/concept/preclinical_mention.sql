-- title: Words about animal experiments, where they stand
-- question: Which words of the vocabulary stand in which sentence of a pre-clinical paper, and does the sentence speak of giving cells?
-- grain: one row per paper, aspect, code and place in a field
-- missing: a paper without words of the vocabulary has no row
-- reference: vocab.preclinical_word; concept.word_pattern for cell source, route, drugs and context
-- care: every expression is laid once over all sentences bound into one book, and the places counted back, as in concept.mention.
-- care: is_aim marks sentences that ask, suppose or tell of others' findings.
WITH page AS (
    SELECT
        record_id AS pmid,
        field,
        field_order,
        sentence_start,
        text,
        row_number() OVER (ORDER BY record_id, field_order, sentence_start) AS page_number
    FROM concept.preclinical_sentence
),
book AS (
    SELECT string_agg(translate(lower(text), chr(2) || chr(3) || chr(30), '   '), chr(10) || chr(30) || chr(10) ORDER BY page_number) AS pages
    FROM page
),
expression AS (
    SELECT
        aspect,
        code,
        coalesce('\b(' || string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'not') || ')\b', '([^\s\S])')
            || '|\b(' || string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'is') || ')(?:\b|$)' AS pattern
    FROM vocab.preclinical_word
    GROUP BY aspect, code
    HAVING bool_or(kind = 'is')
    UNION ALL
    SELECT
        CASE concept_name WHEN 'immunosuppression' THEN 'drug' ELSE concept_name END AS aspect,
        code,
        pattern
    FROM concept.word_pattern
    WHERE concept_name IN ('cell_source', 'route', 'immunosuppression', 'context')
),
marked AS (
    SELECT
        expression.aspect,
        expression.code,
        string_split(
            regexp_replace(book.pages, expression.pattern, '\1' || chr(2) || '\2' || chr(3), 'g'),
            chr(10) || chr(30) || chr(10)
        ) AS pages
    FROM book
    CROSS JOIN expression
    WHERE book.pages IS NOT NULL
),
opened AS (
    SELECT aspect, code, unnest(pages) AS marked_text, generate_subscripts(pages, 1) AS page_number
    FROM marked
),
piece AS (
    SELECT
        aspect,
        code,
        page_number,
        string_split(marked_text, chr(2)) AS pieces,
        unnest(generate_series(2, len(string_split(marked_text, chr(2))))) AS n
    FROM opened
    WHERE contains(marked_text, chr(2))
),
hit AS (
    SELECT
        aspect,
        code,
        page_number,
        length(array_to_string(pieces[1:n - 1], '')) - (n - 2) AS place,
        length(split_part(pieces[n], chr(3), 1)) AS n_letters
    FROM piece
    WHERE split_part(pieces[n], chr(3), 1) IS DISTINCT FROM ''
),
context AS (
    SELECT
        page_number,
        bool_or(aspect = 'context' AND code = 'cells') AS has_cells,
        bool_or(aspect = 'context' AND code = 'giving') AS has_giving,
        bool_or(aspect = 'effect_aim') AS is_aim
    FROM hit
    GROUP BY page_number
)
SELECT
    page.pmid,
    hit.aspect,
    hit.code,
    page.field,
    page.field_order,
    page.sentence_start,
    coalesce(context.has_cells, FALSE) AS has_cells,
    coalesce(context.has_giving, FALSE) AS has_giving,
    coalesce(context.is_aim, FALSE) AS is_aim,
    substring(page.text, hit.place::BIGINT + 1, hit.n_letters) AS matched_text,
    (page.sentence_start + hit.place)::INTEGER AS span_start,
    (page.sentence_start + hit.place + hit.n_letters)::INTEGER AS span_end
FROM hit
INNER JOIN page ON page.page_number = hit.page_number
LEFT JOIN context ON context.page_number = hit.page_number
WHERE hit.aspect NOT IN ('context', 'effect_aim')
