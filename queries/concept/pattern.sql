-- title: The words of the vocabulary, joined to expressions
-- question: Which regular expression finds each idea in lower-cased text?
-- grain: one row per idea
-- missing: an idea without words in the vocabulary has no row
-- reference: vocab.msc_word, vocab.transplant_word, vocab.organ_word, vocab.publication_word; expressions are RE2
WITH word AS (
    SELECT 'product_' || kind AS idea, pattern FROM vocab.msc_word
    UNION ALL
    SELECT 'product_any' AS idea, pattern FROM vocab.msc_word WHERE kind IN ('msc', 'msc_like', 'msc_product')
    UNION ALL
    SELECT 'transplant_' || kind AS idea, pattern FROM vocab.transplant_word
    UNION ALL
    SELECT 'transplant_mention' AS idea, pattern FROM vocab.transplant_word WHERE kind IN ('graft', 'graft_heading')
    UNION ALL
    SELECT 'transplant_mention' AS idea, pattern FROM vocab.organ_word WHERE kind = 'graft_condition'
    UNION ALL
    SELECT 'organ_' || kind AS idea, pattern FROM vocab.organ_word
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
        max(words) FILTER (WHERE idea = 'organ_organ') AS organ,
        max(words) FILTER (WHERE idea = 'organ_graft_condition') AS graft_condition,
        max(words) FILTER (WHERE idea = 'transplant_graft') AS graft,
        max(words) FILTER (WHERE idea = 'transplant_graft_before') AS graft_before,
        max(words) FILTER (WHERE idea = 'transplant_graft_heading') AS heading,
        max(words) FILTER (WHERE idea = 'transplant_heading_filler') AS heading_filler,
        max(words) FILTER (WHERE idea = 'transplant_filler') AS filler,
        max(words) FILTER (WHERE idea = 'transplant_recipient_before') AS recipient_before,
        max(words) FILTER (WHERE idea = 'transplant_recipient_article') AS recipient_article,
        max(words) FILTER (WHERE idea = 'transplant_recipient_after') AS recipient_after,
        max(words) FILTER (WHERE idea = 'transplant_background') AS background
    FROM idea
),
phrase AS (
    SELECT
        gap,
        organ,
        graft_condition,
        graft,
        graft_before,
        heading,
        heading_filler,
        filler,
        recipient_before,
        recipient_article,
        recipient_after,
        background,
        organ || '(?:' || gap || '+(?:' || filler || '|' || organ || '))*' || gap || '*' || graft AS organ_graft
    FROM part
)
SELECT idea AS pattern_name, '\b' || words || '\b' AS pattern
FROM idea
UNION ALL
SELECT
    'graft_phrase' AS pattern_name,
    '\b(?:' || organ_graft
        || '|' || graft_before || '(?:' || gap || '+' || filler || ')*' || gap || '+' || organ
        || '|' || graft_condition || ')\b'
        || '|(?:^|\| )' || heading || '[\s,;:()]+(?:' || heading_filler || '[\s,;:()]+)*' || organ || '\b' AS pattern
FROM phrase
UNION ALL
SELECT
    'recipient_phrase' AS pattern_name,
    '\b(?:' || recipient_before || '(?:' || gap || '+' || recipient_article || ')*' || gap || '+' || organ_graft
        || '|' || organ_graft || gap || '+' || recipient_after
        || '|' || graft_before || gap || '+' || organ || ')\b' AS pattern
FROM phrase
UNION ALL
SELECT
    'background_phrase' AS pattern_name,
    '\b' || background || '(?:' || gap || '+\w+){0,4}?' || gap || '+' || graft || '\b' AS pattern
FROM phrase
