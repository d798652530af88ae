-- title: The words of every concept, joined to expressions
-- question: Which expression finds each code of each concept in lower-cased text, and what must not be taken for it?
-- grain: one row per concept and code
-- missing: a code without words has no row
-- reference: the *_word tables of vocab; expressions are RE2
-- care: group 1 holds words that look like the code and mean something else, group 2 the code's own words; what starts first and is foreign wins.
WITH word AS (
    SELECT 'cell_source' AS concept_name, cell_source_code AS code, kind, pattern FROM vocab.cell_source_word
    UNION ALL
    SELECT 'cell_origin' AS concept_name, cell_origin_code AS code, kind, pattern FROM vocab.cell_origin_word
    UNION ALL
    SELECT 'route' AS concept_name, route_code AS code, kind, pattern FROM vocab.route_word
    UNION ALL
    SELECT 'timing' AS concept_name, timing_code AS code, kind, pattern FROM vocab.timing_word
    UNION ALL
    SELECT 'purpose' AS concept_name, purpose_code AS code, kind, pattern FROM vocab.purpose_word
    UNION ALL
    SELECT 'donor_type' AS concept_name, donor_type_code AS code, kind, pattern FROM vocab.donor_type_word
    UNION ALL
    SELECT 'target' AS concept_name, target_code AS code, kind, pattern FROM vocab.target_word
    UNION ALL
    SELECT 'immunosuppression' AS concept_name, immunosuppressant_code AS code, kind, pattern FROM vocab.immunosuppressant_word
    UNION ALL
    SELECT 'comparator' AS concept_name, comparator_code AS code, kind, pattern FROM vocab.comparator_word
    UNION ALL
    SELECT 'design' AS concept_name, design AS code, kind, pattern FROM vocab.study_design_word
    UNION ALL
    SELECT 'context' AS concept_name, context_code AS code, kind, pattern FROM vocab.context_word
),
joined AS (
    SELECT
        concept_name,
        code,
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'is') AS own_words,
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'not') AS foreign_words
    FROM word
    GROUP BY concept_name, code
)
SELECT
    concept_name,
    code,
    coalesce('\b(' || foreign_words || ')\b', '([^\s\S])') || '|\b(' || own_words || ')(?:\b|$)' AS pattern
FROM joined
WHERE own_words IS NOT NULL
