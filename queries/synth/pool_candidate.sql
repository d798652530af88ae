-- title: Which study could stand in which pool
-- question: In which pools, by design and measure, could the numbers of each study stand, and what keeps them out?
-- grain: one row per pool (stratum, organ, outcome, design class, measure) and study
-- missing: exclusion_reason is NULL where the study may be pooled, remark where nothing is to be said of its numbers;
--   what is missing in synth.pool_member is missing here
-- reference: synth.pool_member; classes of vocab.design_class, measures of vocab.effect_measure
-- care: a study stands in the pool of its own design class; its MSC arms stand in the pool of MSC arms as well, which compares nothing.
-- care: a comparison takes both sides at the last time at which both are counted, the pool of MSC arms the last time of the MSC side.
-- care: studies of unknown design are a pool of their own and stand in no other; case reports only appear as left out.
-- care: studies that share people are told apart in the pool: the larger one is kept (pipeline/estimating/pools.py).
WITH pool AS (
    SELECT
        own_class.design_class AS study_class,
        pool_class.design_class,
        effect_measure.measure,
        effect_measure.code_of_synthesis,
        effect_measure.is_default,
        effect_measure.is_comparison,
        effect_measure.outcome_kind,
        own_class.designs IS NULL AS is_unknown,
        pool_class.is_study_class
    FROM vocab.design_class AS own_class
    CROSS JOIN vocab.design_class AS pool_class
    CROSS JOIN vocab.effect_measure
    WHERE own_class.is_study_class
        AND CASE
            WHEN NOT pool_class.is_study_class THEN NOT effect_measure.is_comparison
            WHEN pool_class.design_class IS DISTINCT FROM own_class.design_class OR own_class.is_case THEN FALSE
            WHEN effect_measure.is_comparison THEN own_class.is_comparison OR effect_measure.outcome_kind = 'continuous'
            ELSE NOT own_class.is_comparison OR own_class.designs IS NULL
        END
),
chosen AS (
    SELECT
        pool_member.*,
        pool.design_class AS pool_class,
        pool.measure,
        pool.code_of_synthesis,
        pool.is_default,
        pool.is_comparison,
        pool.is_unknown,
        pool.is_study_class,
        pool.is_comparison AND pool_member.control_note IS NULL AS is_compared
    FROM synth.pool_member
    INNER JOIN pool ON pool.study_class = pool_member.design_class AND pool.outcome_kind = pool_member.outcome_kind
),
numbered AS (
    SELECT
        * REPLACE (
            CASE WHEN is_compared THEN n_events_msc_compared ELSE n_events_msc END AS n_events_msc,
            CASE WHEN is_compared THEN n_at_risk_msc_compared ELSE n_at_risk_msc END AS n_at_risk_msc,
            CASE WHEN is_compared THEN compared_months ELSE timepoint_months END AS timepoint_months,
            CASE WHEN is_compared THEN compared_definition ELSE outcome_definition END AS outcome_definition,
            CASE WHEN is_compared THEN compared_certainty ELSE certainty END AS certainty
        )
    FROM chosen
)
SELECT
    stratum,
    organ_code,
    outcome_code,
    pool_class AS design_class,
    measure,
    study_id,
    design_class AS study_class,
    code_of_synthesis,
    is_default,
    is_comparison,
    n_events_msc,
    n_at_risk_msc,
    n_events_control,
    n_at_risk_control,
    mean_msc,
    sd_msc,
    mean_control,
    sd_control,
    unit,
    timepoint_months,
    outcome_definition,
    certainty,
    first_year,
    shares_people_with,
    CASE
        WHEN exclusion_reason IS NOT NULL THEN exclusion_reason
        WHEN is_unknown AND NOT is_study_class THEN 'its design is not known'
        WHEN is_comparison THEN control_note
    END AS exclusion_reason,
    nullif(concat_ws(
        '; ',
        CASE WHEN is_compared THEN time_remark END,
        CASE WHEN n_at_risk_msc < n_msc_in_study AND outcome_kind = 'count'
            THEN n_at_risk_msc || ' of the ' || n_msc_in_study || ' people given MSC are in the count'
        END
    ), '') AS remark,
    cell_origin,
    cell_source,
    timing,
    dose_band,
    cni_regimen,
    induction_role
FROM numbered
