-- title: How precise the pooled results are
-- question: What does each pooled result mean per 1,000 people, how many levels does its imprecision cost after GRADE, and are there people enough?
-- grain: one row per default pooled result (no subgroups) with a study in it
-- missing: levels is NULL where GRADE does not apply (proportions, measured values) or nothing can be judged, and reason says why; numbers per 1,000 then, too
-- reference: GRADE guidance 34, J Clin Epidemiol 2022;150:216-224; thresholds of vocab.imprecision_threshold, words of vocab.proportion_width
-- care: only imprecision; the overall certainty is never judged here. Levels do not say that a result is sure: risk of bias and the like are not in them.
-- care: the thresholds are this project's choice: other ones, other levels.
-- care: n_needed is the optimal information size: people of one trial that could find relative_risk_reduction_pct at this risk.
WITH shown AS (
    SELECT
        pooled_effect.organ_code,
        organ.organ_name,
        pooled_effect.outcome_code,
        outcome.outcome_name,
        pooled_effect.stratum,
        pooled_effect.design_class,
        pooled_effect.estimate_id,
        effect_measure.is_comparison,
        effect_measure.outcome_kind,
        coalesce(answered.measure, pooled_effect.measure) AS measure,
        pooled_effect.is_pooled,
        pooled_effect.k,
        coalesce(imprecision.n, pooled_effect.n) AS n,
        imprecision.* EXCLUDE (estimate_id, measure, n),
        threshold.small_per_1000,
        threshold.moderate_per_1000,
        threshold.large_per_1000,
        100 * threshold.relative_risk_reduction AS relative_risk_reduction_pct,
        threshold.why AS threshold_why,
        CASE WHEN NOT effect_measure.is_comparison THEN 100 * (pooled_effect.ci_high - pooled_effect.ci_low) END AS interval_width_pct_points,
        organ.sort_order AS organ_order,
        outcome.sort_order AS outcome_order,
        design_class.sort_order AS design_order
    FROM synth.pooled_effect
    INNER JOIN vocab.effect_measure ON effect_measure.measure = pooled_effect.measure
    INNER JOIN vocab.organ ON organ.organ_code = pooled_effect.organ_code
    INNER JOIN vocab.outcome ON outcome.outcome_code = pooled_effect.outcome_code
    INNER JOIN vocab.design_class ON design_class.design_class = pooled_effect.design_class
    LEFT JOIN synth.imprecision ON imprecision.estimate_id = pooled_effect.estimate_id
    LEFT JOIN vocab.effect_measure AS answered ON answered.code_of_synthesis = imprecision.measure
    LEFT JOIN vocab.imprecision_threshold AS threshold ON threshold.threshold_code = imprecision.threshold_code
    WHERE pooled_effect.is_default AND pooled_effect.subgroup_by IS NULL AND pooled_effect.study_ids IS NOT NULL
),
worded AS (
    SELECT
        shown.*,
        proportion_width.width_name,
        [CASE
            WHEN round(number) = 0 THEN 'no difference'
            WHEN number < 0 THEN format('{:.0f}', -number) || ' fewer'
            ELSE format('{:.0f}', number) || ' more'
        END FOR number IN [difference_per_1000, difference_low_per_1000, difference_high_per_1000]] AS words
    FROM shown
    LEFT JOIN vocab.proportion_width
        ON shown.interval_width_pct_points <= proportion_width.pct_points_high
        AND (shown.interval_width_pct_points > proportion_width.pct_points_low OR shown.interval_width_pct_points = 0 AND proportion_width.pct_points_low = 0)
),
judged AS (
    SELECT
        * EXCLUDE (reason),
        CASE
            WHEN is_comparison AND outcome_kind = 'count' THEN reason
            WHEN is_comparison THEN 'not judged: a measured value, for which no threshold has been set'
            ELSE 'no level: GRADE rates the certainty of a difference, and a proportion compares nothing; the interval is '
                || coalesce(width_name || ' (' || format('{:.0f}', interval_width_pct_points) || ' percentage points)', 'not to be had')
        END AS reason
    FROM worded
)
SELECT
    organ_code,
    organ_name,
    outcome_code,
    outcome_name,
    stratum,
    design_class,
    estimate_id,
    measure,
    is_comparison,
    is_pooled,
    k,
    n,
    baseline_per_1000,
    baseline_basis,
    baseline_lowest_per_1000,
    baseline_highest_per_1000,
    difference_per_1000,
    difference_low_per_1000,
    difference_high_per_1000,
    small_per_1000,
    moderate_per_1000,
    large_per_1000,
    threshold_why,
    relative_risk_reduction_pct,
    n_needed,
    information_pct,
    interval_width_pct_points,
    width_name,
    levels,
    reason,
    CASE
        WHEN difference_per_1000 IS NOT NULL THEN
            'Of 1,000 people without MSC ' || format('{:.0f}', baseline_per_1000) || ' would have it; with MSC ' || words[1]
            || CASE
                WHEN difference_low_per_1000 IS NULL OR difference_high_per_1000 IS NULL THEN ' (the interval has no limit on one side)'
                ELSE ' (from ' || words[2] || ' to ' || words[3] || ')'
            END || '. '
        ELSE ''
    END
    || 'Imprecision: ' || reason || '.'
    || CASE WHEN n_needed IS NULL OR contains(reason, 'optimal information size') THEN ''
        WHEN n >= n_needed THEN ' ' || n || ' people are no fewer than the ' || n_needed || ' needed to find a reduction by '
            || format('{:.0f}', relative_risk_reduction_pct) || ' % at this risk.'
        ELSE ' ' || n || ' of the ' || n_needed || ' people needed to find a reduction by ' || format('{:.0f}', relative_risk_reduction_pct) || ' % at this risk.'
    END
    || CASE WHEN is_comparison AND NOT is_pooled AND difference_per_1000 IS NOT NULL THEN ' One study alone, not pooled.' ELSE '' END AS statement
FROM judged
ORDER BY organ_order, stratum, outcome_order, design_order, estimate_id
