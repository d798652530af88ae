-- title: Words of every concept, where they stand
-- question: Which words of the vocabulary stand in which sentence, and does the sentence speak of the cells?
-- grain: one row per record, concept, code and place in a field
-- missing: a record without words of the vocabulary has no row
-- reference: concept.word_pattern, concept.sentence
-- care: every expression is laid once over all sentences bound into one book (compiling them per sentence would take most of the build);
-- care: found words are put between two control characters, and the places counted back from those.
WITH page AS (
    SELECT
        source,
        record_id,
        field,
        field_order,
        tier,
        sentence_start,
        text,
        row_number() OVER (ORDER BY source, record_id, field_order, field, sentence_start) AS page_number
    FROM concept.sentence
),
book AS (
    SELECT string_agg(lower(text), chr(10) || chr(30) || chr(10) ORDER BY page_number) AS pages
    FROM page
),
marked AS (
    SELECT
        word_pattern.concept_name,
        word_pattern.code,
        string_split(
            regexp_replace(book.pages, word_pattern.pattern, '\1' || chr(2) || '\2' || chr(3), 'g'),
            chr(10) || chr(30) || chr(10)
        ) AS pages
    FROM book
    CROSS JOIN concept.word_pattern
    WHERE book.pages IS NOT NULL
),
opened AS (
    SELECT concept_name, code, unnest(pages) AS marked_text, generate_subscripts(pages, 1) AS page_number
    FROM marked
),
piece AS (
    SELECT
        concept_name,
        code,
        page_number,
        string_split(marked_text, chr(2)) AS pieces,
        unnest(generate_series(2, len(string_split(marked_text, chr(2))))) AS n
    FROM opened
    WHERE contains(marked_text, chr(2))
),
hit AS (
    SELECT
        concept_name,
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
        bool_or(code = 'cells') AS has_cells,
        bool_or(code = 'giving') AS has_giving,
        bool_or(code = 'drug') AS has_drug,
        bool_or(code = 'measuring') AS has_measuring,
        bool_or(code = 'elsewhere') AS is_elsewhere
    FROM hit
    WHERE concept_name = 'context'
    GROUP BY page_number
)
SELECT
    page.source,
    page.record_id,
    hit.concept_name,
    hit.code,
    page.field,
    page.field_order,
    page.tier,
    page.sentence_start,
    coalesce(context.has_cells OR (context.has_giving AND NOT context.has_drug), FALSE) AS is_about_cells,
    coalesce(context.has_measuring, FALSE) AS has_measuring,
    coalesce(context.is_elsewhere, FALSE) AS is_elsewhere,
    substring(page.text, hit.place + 1, hit.n_letters) AS matched_text,
    page.sentence_start + hit.place AS span_start,
    page.sentence_start + hit.place + hit.n_letters AS span_end
FROM hit
INNER JOIN page ON page.page_number = hit.page_number
LEFT JOIN context ON context.page_number = hit.page_number
