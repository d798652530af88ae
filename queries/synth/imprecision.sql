-- title: Imprecision of comparisons
-- question: What does each pooled comparison mean per 1,000 people, is its interval too wide to decide, and are there people enough?
-- grain: one row per default comparison of counts with a study in it (no subgroups)
-- missing: numbers are NULL where there is no estimate or no risk without MSC to start from; levels is NULL where nothing can be judged, and reason says why
-- reference: GRADE guidance 34, J Clin Epidemiol 2022;150:216-224 (msc_harvest.synthesis.imprecision); thresholds of vocab.imprecision_threshold
-- compute: imprecision_judgements
-- care: the risk without MSC is that of all controls of the studies taken together; the lowest and highest of the single studies stand beside it.
-- care: only imprecision is judged, never the overall certainty.
WITH whole AS (
    SELECT
        pooled_effect.*,
        effect_measure.code_of_synthesis,
        coalesce(own_threshold.threshold_code, usual_threshold.threshold_code) AS threshold_code
    FROM synth.pooled_effect
    INNER JOIN vocab.effect_measure ON effect_measure.measure = pooled_effect.measure
    INNER JOIN vocab.outcome ON outcome.outcome_code = pooled_effect.outcome_code
    LEFT JOIN vocab.imprecision_threshold AS own_threshold
        ON own_threshold.outcome_kind = outcome.kind AND list_contains(string_split(own_threshold.outcome_codes, ';'), outcome.outcome_code)
    LEFT JOIN vocab.imprecision_threshold AS usual_threshold
        ON usual_threshold.outcome_kind = outcome.kind AND usual_threshold.outcome_codes IS NULL
    WHERE pooled_effect.is_default
        AND pooled_effect.subgroup_by IS NULL
        AND pooled_effect.study_ids IS NOT NULL
        AND effect_measure.is_comparison
        AND effect_measure.outcome_kind = 'count'
)
SELECT
    whole.estimate_id,
    whole.code_of_synthesis AS measure,
    whole.threshold_code,
    threshold.small_per_1000,
    threshold.moderate_per_1000,
    threshold.large_per_1000,
    threshold.relative_risk_reduction,
    threshold.alpha,
    threshold.power,
    threshold.large_relative_effect,
    threshold.far_below_share,
    list({
        'study_id': pool_candidate.study_id,
        'n_events_msc': pool_candidate.n_events_msc,
        'n_at_risk_msc': pool_candidate.n_at_risk_msc,
        'n_events_control': pool_candidate.n_events_control,
        'n_at_risk_control': pool_candidate.n_at_risk_control
    } ORDER BY pool_candidate.study_id) AS members
FROM whole
INNER JOIN vocab.imprecision_threshold AS threshold ON threshold.threshold_code = whole.threshold_code
INNER JOIN synth.pool_candidate
    ON pool_candidate.stratum = whole.stratum
    AND pool_candidate.organ_code = whole.organ_code
    AND pool_candidate.outcome_code = whole.outcome_code
    AND pool_candidate.design_class = whole.design_class
    AND pool_candidate.measure = whole.measure
    AND list_contains(string_split(whole.study_ids, ';'), pool_candidate.study_id)
GROUP BY ALL
