-- title: Outcomes that registrations plan
-- question: Which outcomes of the vocabulary does each planned measure of a registration name, and in which words?
-- grain: one row per planned measure and outcome named in it
-- missing: a measure that names no outcome of the vocabulary has no row; nothing is read from time frames
-- reference: core.trial_outcome; words of vocab.registered_outcome_word and vocab.evidence_outcome_word
-- care: only registrations that belong to a study; a measure's title speaks before its description.
-- care: spans are characters of measure_text or outcome_description (matched_field), from 0, the end not included.
-- care: words made for sentences that look ahead or behind (which RE2 cannot) are left out; registrations have their own words.
-- care: every expression is laid once over all texts bound into one book, and the places counted back, as in concept.mention.
WITH registration AS (
    SELECT DISTINCT nct_id
    FROM study.study_record
    WHERE nct_id IS NOT NULL
),
said AS (
    SELECT
        trial_outcome.nct_id,
        trial_outcome.outcome_type,
        trial_outcome.outcome_position,
        'measure_text' AS field,
        1 AS field_order,
        trial_outcome.measure_text AS text
    FROM core.trial_outcome
    INNER JOIN registration ON registration.nct_id = trial_outcome.nct_id
    UNION ALL
    SELECT
        trial_outcome.nct_id,
        trial_outcome.outcome_type,
        trial_outcome.outcome_position,
        'outcome_description' AS field,
        2 AS field_order,
        trial_outcome.outcome_description AS text
    FROM core.trial_outcome
    INNER JOIN registration ON registration.nct_id = trial_outcome.nct_id
),
page AS (
    SELECT
        nct_id,
        outcome_type,
        outcome_position,
        field,
        field_order,
        text,
        row_number() OVER (ORDER BY nct_id, outcome_type, outcome_position, field_order) AS page_number
    FROM said
    WHERE text IS NOT NULL
),
book AS (
    SELECT string_agg(translate(lower(text), chr(2) || chr(3) || chr(30), '   '), chr(10) || chr(30) || chr(10) ORDER BY page_number) AS pages
    FROM page
),
word AS (
    SELECT outcome_code, kind, pattern FROM vocab.registered_outcome_word
    UNION
    SELECT outcome_code, kind, pattern
    FROM vocab.evidence_outcome_word
    WHERE NOT regexp_matches(pattern, '\(\?(?:[=!<>]|P[=>])|\\[1-9]')
),
expression AS (
    SELECT
        outcome_code,
        coalesce('\b(' || string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'not') || ')\b', '([^\s\S])')
            || '|\b(' || string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind IS DISTINCT FROM 'not') || ')(?:\b|$)' AS pattern
    FROM word
    GROUP BY outcome_code
    HAVING bool_or(kind IS DISTINCT FROM 'not')
),
marked AS (
    SELECT
        expression.outcome_code,
        string_split(
            regexp_replace(book.pages, expression.pattern, '\1' || chr(2) || '\2' || chr(3), 'g'),
            chr(10) || chr(30) || chr(10)
        ) AS pages
    FROM book
    CROSS JOIN expression
    WHERE book.pages IS NOT NULL
),
opened AS (
    SELECT outcome_code, unnest(pages) AS marked_text, generate_subscripts(pages, 1) AS page_number
    FROM marked
),
piece AS (
    SELECT
        outcome_code,
        page_number,
        string_split(marked_text, chr(2)) AS pieces,
        unnest(generate_series(2, len(string_split(marked_text, chr(2))))) AS n
    FROM opened
    WHERE contains(marked_text, chr(2))
),
hit AS (
    SELECT
        outcome_code,
        page_number,
        length(array_to_string(pieces[1:n - 1], '')) - (n - 2) AS span_start,
        length(split_part(pieces[n], chr(3), 1)) AS n_letters
    FROM piece
    WHERE split_part(pieces[n], chr(3), 1) IS DISTINCT FROM ''
)
SELECT
    page.nct_id,
    page.outcome_type,
    page.outcome_position,
    hit.outcome_code,
    substring(page.text, hit.span_start::BIGINT + 1, hit.n_letters) AS matched_text,
    page.field AS matched_field,
    hit.span_start::INTEGER AS span_start,
    (hit.span_start + hit.n_letters)::INTEGER AS span_end,
    CASE page.field WHEN 'measure_text' THEN 'words_in_measure' ELSE 'words_in_description' END AS rule_id,
    CASE page.field WHEN 'measure_text' THEN 'high' ELSE 'medium' END AS certainty
FROM hit
INNER JOIN page ON page.page_number = hit.page_number
QUALIFY row_number() OVER (
    PARTITION BY page.nct_id, page.outcome_type, page.outcome_position, hit.outcome_code
    ORDER BY page.field_order, hit.span_start
) = 1
