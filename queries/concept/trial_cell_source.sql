-- title: Tissue that the cells of a trial come from
-- question: From which tissue are the MSC of this trial made, and which words say so?
-- grain: one row per trial that gives MSC (or vesicles of MSC) and tissue named; one row with not_stated where none is named
-- missing: not_stated means that the record names no tissue
-- reference: vocab.cell_source and vocab.cell_source_word
-- care: what is given (interventions, arms, titles) speaks first; summary and description only where that is silent.
-- care: "umbilical cord blood" is cord_blood, not umbilical_cord, unless the cord itself is named as well.
WITH word AS (
    SELECT cell_source_code, '\b(?:' || string_agg(pattern, '|' ORDER BY pattern) || ')\b' AS pattern
    FROM vocab.cell_source_word
    GROUP BY cell_source_code
),
tier_text AS (
    SELECT
        trial_text.nct_id,
        CASE WHEN trial_text.product_tier <= 2 THEN 1 ELSE 2 END AS tier,
        string_agg(trial_text.text, ' | ' ORDER BY trial_text.field_order) AS text
    FROM concept.trial_text
    INNER JOIN concept.trial_is_msc ON trial_is_msc.nct_id = trial_text.nct_id
    WHERE trial_text.product_tier IS NOT NULL AND trial_is_msc.product_kind IS DISTINCT FROM 'none'
    GROUP BY trial_text.nct_id, tier
),
found AS (
    SELECT
        tier_text.nct_id,
        tier_text.tier,
        word.cell_source_code,
        regexp_extract(
            CASE
                WHEN word.cell_source_code = 'umbilical_cord' THEN regexp_replace(tier_text.text, 'cord[\s-]*blood', 'cordblood', 'g')
                ELSE tier_text.text
            END,
            word.pattern
        ) AS matched_text
    FROM tier_text
    CROSS JOIN word
),
best AS (
    SELECT nct_id, min(tier) AS tier
    FROM found
    WHERE matched_text IS DISTINCT FROM ''
    GROUP BY nct_id
)
SELECT
    found.nct_id,
    found.cell_source_code,
    found.matched_text,
    arg_min(trial_text.field, trial_text.field_order) AS matched_field,
    CASE best.tier WHEN 1 THEN 'tissue_of_product' ELSE 'tissue_in_description' END AS rule_id,
    CASE best.tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM found
INNER JOIN best ON best.nct_id = found.nct_id AND best.tier = found.tier
LEFT JOIN concept.trial_text
    ON trial_text.nct_id = found.nct_id
    AND (trial_text.product_tier <= 2) = (found.tier = 1)
    AND contains(trial_text.text, found.matched_text)
WHERE found.matched_text IS DISTINCT FROM ''
GROUP BY found.nct_id, found.cell_source_code, found.matched_text, best.tier
UNION ALL
SELECT
    trial_is_msc.nct_id,
    'not_stated' AS cell_source_code,
    NULL AS matched_text,
    NULL AS matched_field,
    'no_tissue_named' AS rule_id,
    'high' AS certainty
FROM concept.trial_is_msc
LEFT JOIN best ON best.nct_id = trial_is_msc.nct_id
WHERE trial_is_msc.product_kind IS DISTINCT FROM 'none' AND best.nct_id IS NULL
