-- title: Does the trial give mesenchymal stromal cells?
-- question: Is an MSC product among what this trial gives, and which words say so?
-- grain: one row per trial in the warehouse
-- missing: a trial without any MSC word has is_msc FALSE and no matched text; is_msc is never NULL
-- reference: MSC as in the anchor review, doi:10.3389/fimmu.2020.618243; adult progenitor cells (MAPC) count as MSC
-- care: observational studies count only where an intervention names the cells, or, where none is listed, arm or title say that
-- care: they are given; titles there often speak of cells that are looked at.
-- care: summary and description count only where the record lists no intervention and no arm.
-- care: vesicles and media made from MSC are another product (msc_vesicles), and so are stem cells that may as well be
-- care: blood-forming (unsure_cells); both leave is_msc FALSE.
-- care: apart from publication_is_msc: a registration lists what is given, so arms and interventions decide; a paper only names it.
WITH entry AS (
    SELECT nct_id, unnest(string_split(lower_text, ' | ')) AS text
    FROM concept.trial_text
    WHERE field IN ('intervention_name', 'arm_label')
),
entry_of_cells AS (
    SELECT DISTINCT entry.nct_id
    FROM entry
    INNER JOIN concept.trial_mention ON trial_mention.nct_id = entry.nct_id AND trial_mention.pattern_name = 'product_any' AND trial_mention.product_tier = 1
    WHERE contains(entry.text, lower(trial_mention.matched_text))
        AND NOT EXISTS (
            SELECT 1
            FROM concept.trial_mention AS vesicle
            WHERE vesicle.nct_id = entry.nct_id AND vesicle.pattern_name = 'product_vesicle' AND contains(entry.text, lower(vesicle.matched_text))
        )
),
has_fields AS (
    SELECT nct_id, min(product_tier) AS best_tier, bool_or(field = 'intervention_name') AS has_intervention
    FROM concept.trial_text
    WHERE product_tier IS NOT NULL
    GROUP BY nct_id
),
named AS (
    SELECT
        nct_id,
        bool_or(pattern_name = 'product_any') AS has_product,
        min(product_tier) FILTER (WHERE pattern_name = 'product_any') AS product_tier,
        bool_or(pattern_name = 'product_any' AND field IN ('intervention_name', 'other_names')) AS is_in_intervention,
        bool_or(pattern_name = 'product_given' AND field IN ('arm_label', 'arm_description', 'intervention_description')) AS is_given_in_arm,
        bool_or(pattern_name = 'product_given' AND field IN ('brief_title', 'official_title')) AS is_given_in_title,
        bool_or(pattern_name = 'product_unsure' AND product_tier <= 2) AS has_unsure,
        bool_or(pattern_name = 'product_vesicle' AND product_tier = 1) AS has_vesicle,
        bool_or(pattern_name = 'product_hsc' AND product_tier <= 2) AS has_hsc_words,
        arg_min(matched_text, field_order * 1000000 + span_start) FILTER (WHERE pattern_name = 'product_not_msc') AS not_msc_text
    FROM concept.trial_mention
    GROUP BY nct_id
),
judged AS (
    SELECT
        trial.nct_id,
        coalesce(named.has_hsc_words, FALSE) AS has_hsc_words,
        named.not_msc_text,
        CASE
            WHEN NOT coalesce(named.has_product, FALSE) THEN CASE WHEN named.has_unsure THEN 'unsure_product' ELSE 'no_product_words' END
            WHEN trial.study_type = 'OBSERVATIONAL' AND NOT named.is_in_intervention
                AND NOT (NOT has_fields.has_intervention AND (named.is_given_in_arm OR named.is_given_in_title)) THEN 'observational_without_product'
            WHEN named.has_vesicle AND entry_of_cells.nct_id IS NULL THEN 'product_is_vesicles'
            WHEN named.product_tier = 1 THEN 'product_in_intervention'
            WHEN named.product_tier = 2 AND named.not_msc_text IS NULL THEN 'product_in_title_or_description'
            WHEN has_fields.best_tier > 1 AND trial.study_type IS DISTINCT FROM 'OBSERVATIONAL' AND named.not_msc_text IS NULL THEN 'product_in_summary'
            ELSE 'product_mentioned_only'
        END AS rule_id
    FROM core.trial AS trial
    LEFT JOIN named ON named.nct_id = trial.nct_id
    LEFT JOIN has_fields ON has_fields.nct_id = trial.nct_id
    LEFT JOIN entry_of_cells ON entry_of_cells.nct_id = trial.nct_id
),
evidence AS (
    SELECT judged.nct_id, trial_mention.field, trial_mention.matched_text, trial_mention.span_start, trial_mention.span_end
    FROM judged
    INNER JOIN concept.trial_mention
        ON trial_mention.nct_id = judged.nct_id
        AND trial_mention.pattern_name = CASE judged.rule_id WHEN 'unsure_product' THEN 'product_unsure' ELSE 'product_any' END
    QUALIFY row_number() OVER (
        PARTITION BY judged.nct_id ORDER BY trial_mention.product_tier, trial_mention.field_order, trial_mention.span_start
    ) = 1
)
SELECT
    judged.nct_id,
    judged.rule_id IN ('product_in_intervention', 'product_in_title_or_description', 'product_in_summary') AS is_msc,
    CASE
        WHEN judged.rule_id IN ('product_in_intervention', 'product_in_title_or_description', 'product_in_summary') THEN 'msc_cells'
        WHEN judged.rule_id = 'product_is_vesicles' THEN 'msc_vesicles'
        WHEN judged.rule_id = 'unsure_product' THEN 'unsure_cells'
        ELSE 'none'
    END AS product_kind,
    judged.has_hsc_words,
    judged.not_msc_text,
    evidence.matched_text,
    evidence.field AS matched_field,
    evidence.span_start,
    evidence.span_end,
    judged.rule_id,
    CASE judged.rule_id
        WHEN 'product_in_intervention' THEN 'high'
        WHEN 'no_product_words' THEN 'high'
        WHEN 'product_mentioned_only' THEN 'low'
        WHEN 'unsure_product' THEN 'low'
        ELSE 'medium'
    END AS certainty
FROM judged
LEFT JOIN evidence ON evidence.nct_id = judged.nct_id
