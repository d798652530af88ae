-- title: What the people of a trial without MSC get
-- question: Is there a group without the cells, and what does it get?
-- grain: one row per trial on the subject and kind of comparison
-- missing: a trial with one group and no word of a comparison is none; groups that all get cells are dose_or_product; both without matched text
-- reference: vocab.comparator, vocab.comparator_word; kinds of arms as in the register
-- care: in a trial registered with a single group only placebo and historical controls named in titles or arms count: control is a common word.
-- care: apart from publication_comparator: the register tells arms and their kinds; a paper has words alone.
WITH record AS (
    SELECT
        trial.nct_id,
        trial.intervention_model IS NOT DISTINCT FROM 'SINGLE_GROUP' AS is_single_group
    FROM core.trial AS trial
    INNER JOIN concept.trial_scope ON trial_scope.nct_id = trial.nct_id AND (trial_scope.is_in_scope OR trial_scope.is_borderline)
),
arm AS (
    SELECT
        nct_id,
        count(*) AS n_arms,
        bool_or(arm_type = 'NO_INTERVENTION') AS has_untreated,
        bool_or(arm_type IN ('PLACEBO_COMPARATOR', 'SHAM_COMPARATOR')) AS has_placebo
    FROM core.trial_arm
    GROUP BY nct_id
),
worded AS (
    SELECT
        record.nct_id,
        mention.code,
        first(mention.matched_text ORDER BY mention.tier, mention.field_order, mention.span_start) AS matched_text,
        first(mention.field ORDER BY mention.tier, mention.field_order, mention.span_start) AS matched_field,
        first(mention.span_start ORDER BY mention.tier, mention.field_order, mention.span_start) AS span_start,
        first(mention.span_end ORDER BY mention.tier, mention.field_order, mention.span_start) AS span_end,
        min(mention.tier) AS tier
    FROM record
    INNER JOIN concept.mention
        ON mention.source = 'clinicaltrials_gov'
        AND mention.record_id = record.nct_id
        AND mention.concept_name = 'comparator'
        AND mention.tier <= 2
        AND NOT mention.is_elsewhere
    WHERE NOT record.is_single_group OR mention.tier = 1 AND mention.code IN ('placebo', 'historical_control')
    GROUP BY record.nct_id, mention.code
),
drugged AS (
    SELECT
        record.nct_id,
        'induction_antibody' AS code,
        first(mention.matched_text ORDER BY mention.field_order, mention.span_start) AS matched_text,
        first(mention.field ORDER BY mention.field_order, mention.span_start) AS matched_field,
        first(mention.span_start ORDER BY mention.field_order, mention.span_start) AS span_start,
        first(mention.span_end ORDER BY mention.field_order, mention.span_start) AS span_end,
        1 AS tier
    FROM record
    INNER JOIN concept.mention
        ON mention.source = 'clinicaltrials_gov'
        AND mention.record_id = record.nct_id
        AND mention.concept_name = 'immunosuppression'
        AND mention.field = 'arm_label'
        AND NOT mention.is_about_cells
    INNER JOIN vocab.immunosuppressant
        ON immunosuppressant.immunosuppressant_code = mention.code AND immunosuppressant.kind = 'induction'
    GROUP BY record.nct_id
),
found AS (
    SELECT nct_id, code, matched_text, matched_field, span_start, span_end, tier FROM worded
    UNION ALL
    SELECT nct_id, code, matched_text, matched_field, span_start, span_end, tier FROM drugged
),
registered AS (
    SELECT record.nct_id, 'no_intervention' AS code
    FROM record
    INNER JOIN arm ON arm.nct_id = record.nct_id AND arm.has_untreated
    UNION ALL
    SELECT record.nct_id, 'placebo' AS code
    FROM record
    INNER JOIN arm ON arm.nct_id = record.nct_id AND arm.has_placebo
),
kept AS (
    SELECT
        nct_id,
        code,
        matched_text,
        matched_field,
        span_start,
        span_end,
        CASE tier WHEN 1 THEN 'comparison_in_arms' ELSE 'comparison_in_description' END AS rule_id,
        CASE tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
    FROM found
    UNION ALL
    SELECT
        registered.nct_id,
        registered.code,
        NULL AS matched_text,
        NULL AS matched_field,
        NULL AS span_start,
        NULL AS span_end,
        'kind_of_arm' AS rule_id,
        'high' AS certainty
    FROM registered
    ANTI JOIN found ON found.nct_id = registered.nct_id AND found.code = registered.code
)
SELECT nct_id, code AS comparator_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM kept
UNION ALL
SELECT
    record.nct_id,
    CASE WHEN coalesce(arm.n_arms, 1) > 1 THEN 'dose_or_product' ELSE 'none' END AS comparator_code,
    NULL AS matched_text,
    NULL AS matched_field,
    NULL AS span_start,
    NULL AS span_end,
    'no_comparison_named' AS rule_id,
    'medium' AS certainty
FROM record
LEFT JOIN arm ON arm.nct_id = record.nct_id
ANTI JOIN kept ON kept.nct_id = record.nct_id
