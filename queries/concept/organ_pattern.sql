-- title: The words that name an organ
-- question: Which expression recognises each organ within a phrase about a graft, and which its diseases?
-- grain: one row per organ and kind (graft: organ or disease of its graft; disease: disease of the own organ)
-- missing: an organ without words of a kind has no row of that kind
-- reference: vocab.organ_word; expressions are RE2, applied to lower-cased text
SELECT
    organ_code,
    CASE kind WHEN 'disease' THEN 'disease' ELSE 'graft' END AS pattern_kind,
    '\b(?:' || string_agg(pattern, '|' ORDER BY pattern) || ')' AS pattern
FROM vocab.organ_word
GROUP BY organ_code, pattern_kind
