-- title: Does the trial give mesenchymal stromal cells?
-- question: Is an MSC product among what this trial gives, and which words say so?
-- grain: one row per trial in the warehouse
-- missing: a trial without any MSC word has is_msc FALSE and no matched text; is_msc is never NULL
-- reference: MSC as in the anchor review, doi:10.3389/fimmu.2020.618243; adult progenitor cells (MAPC) count as MSC
-- care: in observational studies only the interventions themselves count: titles there speak of cells that are looked at, not given.
-- care: summary and description count only where the record lists no intervention and no arm.
-- care: vesicles and media made from MSC are another product (product_kind = msc_vesicles) and leave is_msc FALSE.
WITH tier_text AS (
    SELECT nct_id, product_tier AS tier, string_agg(text, ' | ' ORDER BY field_order) AS text
    FROM concept.trial_text
    WHERE product_tier IS NOT NULL
    GROUP BY nct_id, product_tier
),
found AS (
    SELECT
        nct_id,
        tier,
        regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_any')) AS product_words,
        regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_vesicle')) AS vesicle_words,
        regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_hsc')) AS hsc_words,
        regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_not_msc')) AS not_msc_words
    FROM tier_text
),
summed AS (
    SELECT
        trial.nct_id,
        coalesce(trial.study_type, '') = 'OBSERVATIONAL' AS is_observational,
        min(found.tier) FILTER (WHERE found.product_words IS DISTINCT FROM '') AS product_tier,
        arg_min(found.product_words, found.tier) FILTER (WHERE found.product_words IS DISTINCT FROM '') AS product_words,
        coalesce(min(found.tier) > 1, TRUE) AS is_without_intervention,
        min(found.tier) FILTER (WHERE found.vesicle_words IS DISTINCT FROM '') AS vesicle_tier,
        arg_min(found.hsc_words, found.tier) FILTER (WHERE found.hsc_words IS DISTINCT FROM '' AND found.tier <= 2) AS hsc_words,
        arg_min(found.not_msc_words, found.tier) FILTER (WHERE found.not_msc_words IS DISTINCT FROM '') AS not_msc_words
    FROM core.trial AS trial
    LEFT JOIN found ON found.nct_id = trial.nct_id
    GROUP BY ALL
),
named AS (
    SELECT
        summed.nct_id,
        first(trial_text.field ORDER BY trial_text.field_order) AS matched_field,
        bool_or(trial_text.field IN ('intervention_name', 'other_names')) AS is_in_intervention
    FROM summed
    INNER JOIN concept.trial_text
        ON trial_text.nct_id = summed.nct_id
        AND trial_text.product_tier = summed.product_tier
        AND contains(trial_text.text, summed.product_words)
    GROUP BY summed.nct_id
),
judged AS (
    SELECT
        summed.*,
        named.matched_field,
        CASE
            WHEN summed.product_words IS NULL THEN 'no_product_words'
            WHEN summed.is_observational AND NOT named.is_in_intervention THEN 'observational_without_product'
            WHEN summed.vesicle_tier = 1 THEN 'product_is_vesicles'
            WHEN summed.product_tier = 1 THEN 'product_in_intervention'
            WHEN summed.product_tier = 2 AND summed.not_msc_words IS NULL THEN 'product_in_title_or_description'
            WHEN summed.is_without_intervention AND NOT summed.is_observational AND summed.not_msc_words IS NULL THEN 'product_in_summary'
            ELSE 'product_mentioned_only'
        END AS rule_id
    FROM summed
    LEFT JOIN named ON named.nct_id = summed.nct_id
)
SELECT
    nct_id,
    rule_id IN ('product_in_intervention', 'product_in_title_or_description', 'product_in_summary') AS is_msc,
    CASE
        WHEN rule_id IN ('product_in_intervention', 'product_in_title_or_description', 'product_in_summary') THEN 'msc_cells'
        WHEN rule_id = 'product_is_vesicles' THEN 'msc_vesicles'
        ELSE 'none'
    END AS product_kind,
    hsc_words IS NOT NULL AS has_hsc_words,
    not_msc_words AS not_msc_text,
    product_words AS matched_text,
    matched_field,
    rule_id,
    CASE rule_id
        WHEN 'product_in_intervention' THEN 'high'
        WHEN 'no_product_words' THEN 'high'
        WHEN 'product_mentioned_only' THEN 'low'
        ELSE 'medium'
    END AS certainty
FROM judged
