-- title: every organ of the review stands in every summary, also where the answer is that nothing is reported
-- question: Which organ is missing from which table?
-- grain: one row per organ and table
-- missing: a row with NULL counts is present
-- reference: vocab.organ
WITH shown AS (
    SELECT 'safety_by_organ' AS table_name, organ_code FROM out.safety_by_organ
    UNION
    SELECT 'efficacy_by_organ' AS table_name, organ_code FROM out.efficacy_by_organ
    UNION
    SELECT 'landscape_by_organ' AS table_name, organ_code FROM out.landscape_by_organ
),
wanted AS (
    SELECT organ.organ_code, name.table_name
    FROM vocab.organ
    CROSS JOIN (VALUES ('safety_by_organ'), ('efficacy_by_organ'), ('landscape_by_organ')) AS name (table_name)
    WHERE organ.is_in_review_scope
)
SELECT wanted.organ_code, wanted.table_name
FROM wanted
ANTI JOIN shown ON shown.organ_code = wanted.organ_code AND shown.table_name = wanted.table_name
