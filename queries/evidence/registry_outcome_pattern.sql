-- title: The words of outcomes in posted results, joined to expressions
-- question: Which expression finds each outcome in the title of a posted measure or among the terms of adverse events?
-- grain: one row per outcome that has words
-- missing: an expression is NULL where the vocabulary has no words of that kind
-- reference: vocab.registry_outcome_word
SELECT
    outcome_code,
    '\b(?:' || string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'is') || ')(?:\b|$)' AS title_pattern,
    '\b(?:' || string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'not') || ')(?:\b|$)' AS other_pattern,
    '(?:' || string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'term') || ')' AS term_pattern,
    '(?:' || string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'adds') || ')' AS adding_pattern
FROM vocab.registry_outcome_word
GROUP BY outcome_code
