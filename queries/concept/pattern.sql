-- title: The words of the vocabulary, joined to expressions
-- question: Which regular expression finds each idea in lower-cased text?
-- grain: one row per idea
-- missing: an idea without words in the vocabulary has no row, and neither have the phrases made of it
-- reference: vocab.msc_word, vocab.transplant_word, vocab.organ_word, vocab.publication_word; expressions are RE2
-- care: names tell where an expression is used: product_ (what is given), scope_ (who is treated), subject_ (phrases that tie an organ
-- care: to a graft, each with the phrases in front that must not count), publication_ (kind of a paper), not_subject (a test on such a
-- care: phrase), part_ (building blocks, not searched by themselves).
WITH word AS (
    SELECT 'product_any' AS idea, pattern FROM vocab.msc_word WHERE kind IN ('msc', 'msc_like', 'msc_product')
    UNION ALL
    SELECT CASE WHEN kind IN ('given_before', 'given_after') THEN 'part_' || kind ELSE 'product_' || kind END AS idea, pattern FROM vocab.msc_word
    WHERE kind NOT IN ('msc', 'msc_like', 'msc_product')
    UNION ALL
    SELECT
        CASE
            WHEN kind IN (
                'any_organ', 'cell_bank', 'cell_graft', 'graft_topic', 'graft_word', 'hsct', 'hsct_open', 'marrow_disease', 'perfusion', 'tissue_graft',
                'unnamed_organ'
            ) THEN 'scope_' || kind
            ELSE 'part_' || kind
        END AS idea,
        pattern
    FROM vocab.transplant_word
    UNION ALL
    SELECT 'part_' || kind AS idea, pattern FROM vocab.organ_word WHERE kind IS DISTINCT FROM 'disease'
    UNION ALL
    SELECT 'scope_organ_disease' AS idea, pattern FROM vocab.organ_word WHERE kind = 'disease'
    UNION ALL
    SELECT 'publication_' || kind AS idea, pattern FROM vocab.publication_word
),
idea AS (
    SELECT idea, '(?:' || string_agg(pattern, '|' ORDER BY pattern) || ')' AS words
    FROM word
    GROUP BY idea
),
part AS (
    SELECT
        '[\s,/&()+-]' AS gap,
        max(words) FILTER (WHERE idea = 'product_any') AS product,
        max(words) FILTER (WHERE idea = 'part_given_before') AS given_before,
        max(words) FILTER (WHERE idea = 'part_given_after') AS given_after,
        max(words) FILTER (WHERE idea = 'part_organ') AS organ,
        max(words) FILTER (WHERE idea = 'part_graft_condition') AS graft_condition,
        max(words) FILTER (WHERE idea = 'part_graft') AS graft,
        max(words) FILTER (WHERE idea = 'part_graft_before') AS graft_before,
        max(words) FILTER (WHERE idea = 'part_graft_donor') AS graft_donor,
        max(words) FILTER (WHERE idea = 'part_graft_heading') AS heading,
        max(words) FILTER (WHERE idea = 'part_heading_filler') AS heading_filler,
        max(words) FILTER (WHERE idea = 'part_filler') AS filler,
        max(words) FILTER (WHERE idea = 'part_recipient_before') AS recipient_before,
        max(words) FILTER (WHERE idea = 'part_recipient_article') AS recipient_article,
        max(words) FILTER (WHERE idea = 'part_recipient_after') AS recipient_after,
        max(words) FILTER (WHERE idea = 'part_background') AS background,
        max(words) FILTER (WHERE idea = 'part_background_after') AS background_after,
        max(words) FILTER (WHERE idea = 'scope_perfusion') AS perfusion
    FROM idea
),
phrase AS (
    SELECT
        *,
        organ || '(?:' || gap || '+(?:' || filler || '|' || organ || '))*' || gap || '*' || graft AS organ_graft
    FROM part
),
clause AS (
    SELECT
        *,
        '\b' || background || '(?:' || gap || '+(?:' || recipient_article || '|' || filler || '|' || organ || '))*' || gap || '+' || graft || '\b'
            || '|\b' || organ_graft || gap || '+' || background_after || '\b' AS not_subject
    FROM phrase
)
SELECT idea AS pattern_name, '\b' || words || '\b' AS pattern
FROM idea
UNION ALL
SELECT
    'product_given' AS pattern_name,
    '\b(?:' || product || gap || '+' || given_after || '|' || given_before || gap || '+(?:\w+' || gap || '+){0,4}?' || product || ')\b' AS pattern
FROM clause
UNION ALL
SELECT 'not_subject' AS pattern_name, '^(?:' || not_subject || ')' AS pattern
FROM clause
UNION ALL
SELECT
    'subject_graft' AS pattern_name,
    not_subject
        || '|\b(?:' || organ_graft
        || '|' || graft_before || '(?:' || gap || '+' || filler || ')*' || gap || '+' || organ
        || '|' || graft_condition || ')\b'
        || '|(?:^|\| )' || heading || '[\s,;:()]+(?:' || heading_filler || '[\s,;:()]+)*' || organ || '\b' AS pattern
FROM clause
UNION ALL
SELECT
    'subject_recipient' AS pattern_name,
    not_subject
        || '|\b(?:' || recipient_before || '(?:' || gap || '+' || recipient_article || ')*' || gap || '+' || organ_graft
        || '|' || organ_graft || gap || '+' || recipient_after
        || '|' || graft_before || gap || '+' || organ || ')\b' AS pattern
FROM clause
UNION ALL
SELECT
    'scope_donor_organ' AS pattern_name,
    '\b(?:' || graft_donor || '(?:' || gap || '+' || filler || ')*' || gap || '+' || organ
        || '|' || perfusion || '(?:' || gap || '+(?:' || filler || '|' || recipient_article || '|' || graft_donor || '))*' || gap || '+' || organ
        || '|' || organ || '(?:' || gap || '+' || filler || ')*' || gap || '+' || perfusion || ')\b' AS pattern
FROM clause
