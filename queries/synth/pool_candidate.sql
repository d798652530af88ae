-- title: Which study could stand in which pool
-- question: In which pools, by design and measure, could the numbers of each study stand, and what keeps them out?
-- grain: one row per pool (stratum, organ, outcome, design class, measure) and study
-- missing: exclusion_reason is NULL where the study may be pooled; what is missing in synth.pool_member is missing here
-- reference: synth.pool_member; classes of vocab.design_class, measures of vocab.effect_measure
-- care: a study stands in the pool of its own design class; its MSC arms stand in the pool of MSC arms as well, which compares nothing.
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
)
SELECT
    pool_member.stratum,
    pool_member.organ_code,
    pool_member.outcome_code,
    pool.design_class,
    pool.measure,
    pool_member.study_id,
    pool_member.design_class AS study_class,
    pool.code_of_synthesis,
    pool.is_default,
    pool.is_comparison,
    pool_member.n_events_msc,
    pool_member.n_at_risk_msc,
    pool_member.n_events_control,
    pool_member.n_at_risk_control,
    pool_member.mean_msc,
    pool_member.sd_msc,
    pool_member.mean_control,
    pool_member.sd_control,
    pool_member.unit,
    pool_member.timepoint_months,
    pool_member.outcome_definition,
    pool_member.certainty,
    pool_member.first_year,
    pool_member.shares_people_with,
    CASE
        WHEN pool_member.exclusion_reason IS NOT NULL THEN pool_member.exclusion_reason
        WHEN pool.is_unknown AND NOT pool.is_study_class THEN 'its design is not known'
        WHEN pool.is_comparison THEN pool_member.control_note
    END AS exclusion_reason,
    pool_member.cell_origin,
    pool_member.cell_source,
    pool_member.timing,
    pool_member.dose_band,
    pool_member.cni_regimen,
    pool_member.induction_role
FROM synth.pool_member
INNER JOIN pool ON pool.study_class = pool_member.design_class AND pool.outcome_kind = pool_member.outcome_kind
