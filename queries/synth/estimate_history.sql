-- title: How each estimate moved from build to build
-- question: What did each estimate say at each published build, and which records moved it?
-- grain: one row per published build (sequence) and estimate; an estimate that is no more has one row, at the build that lost it
-- missing: …_before is NULL where the build before had no such estimate, …_without where nothing is left without the new and changed
--   studies or none is new or changed; imprecision_level is NULL where the level was not judged
-- reference: ops.estimate_ledger (the home's runs/estimates) for earlier builds, synth.pooled_effect for this one
-- compute: estimate_history
-- care: earlier rows are kept as they were told then; only this build's are computed, against those of the build before.
-- care: event: first (the first build that is remembered), appeared, moved, unchanged, gone.
-- care: a study has changed where its numbers have; a new version of its record with the same numbers moves nothing.
-- care: this is memory: two homes that hold the same records may differ here, so that the digest of a warehouse leaves it out.
WITH this_build AS (
    SELECT
        max(sequence) FILTER (WHERE is_this_build) AS this_sequence,
        max(build_id) FILTER (WHERE is_this_build) AS this_build_id,
        bool_and(is_this_build) AS is_first_build
    FROM ops.estimate_build
    HAVING bool_or(is_this_build)
),
told AS (
    SELECT TRUE AS is_now, estimate_id, study_id, n_events_msc, n_at_risk_msc, n_events_control, n_at_risk_control, mean_msc, sd_msc, mean_control, sd_control, unit, records
    FROM synth.estimate_member
    UNION ALL
    SELECT FALSE AS is_now, estimate_id, study_id, n_events_msc, n_at_risk_msc, n_events_control, n_at_risk_control, mean_msc, sd_msc, mean_control, sd_control, unit, records
    FROM ops.estimate_ledger_member
),
numbers AS (
    SELECT
        is_now,
        estimate_id,
        study_id,
        struct_pack(
            study_id := study_id,
            n_events_msc := n_events_msc,
            n_at_risk_msc := n_at_risk_msc,
            n_events_control := n_events_control,
            n_at_risk_control := n_at_risk_control,
            mean_msc := mean_msc,
            sd_msc := sd_msc,
            mean_control := mean_control,
            sd_control := sd_control,
            unit := unit,
            records := records
        ) AS of_study
    FROM told
),
member AS (
    SELECT
        estimate_id,
        list(of_study ORDER BY study_id) FILTER (WHERE is_now) AS members,
        list(of_study ORDER BY study_id) FILTER (WHERE NOT is_now) AS members_before
    FROM numbers
    GROUP BY estimate_id
),
estimate AS (
    SELECT
        this_build.this_sequence,
        this_build.this_build_id,
        this_build.is_first_build,
        this_build.this_sequence AS sequence,
        this_build.this_build_id AS build_id,
        pooled_effect.estimate_id,
        pooled_effect.stratum,
        pooled_effect.organ_code,
        pooled_effect.outcome_code,
        pooled_effect.design_class,
        pooled_effect.measure,
        pooled_effect.subgroup_by,
        pooled_effect.subgroup_value,
        pooled_effect.is_default,
        pooled_effect.is_pooled,
        pooled_effect.method,
        pooled_effect.input_digest,
        pooled_effect.k,
        pooled_effect.n,
        pooled_effect.n_events_msc + coalesce(pooled_effect.n_events_control, 0) AS n_events,
        pooled_effect.estimate,
        pooled_effect.ci_low,
        pooled_effect.ci_high,
        pooled_effect.pi_low,
        pooled_effect.pi_high,
        imprecision.levels::INTEGER AS imprecision_level,
        pooled_effect.study_ids,
        pooled_effect.note
    FROM synth.pooled_effect
    CROSS JOIN this_build
    LEFT JOIN synth.imprecision ON imprecision.estimate_id = pooled_effect.estimate_id
)
SELECT
    TRUE AS is_of_this_build,
    estimate.*,
    effect_measure.code_of_synthesis,
    effect_measure.null_value,
    member.members,
    member.members_before
FROM estimate
INNER JOIN vocab.effect_measure ON effect_measure.measure = estimate.measure
LEFT JOIN member ON member.estimate_id = estimate.estimate_id
UNION ALL BY NAME
SELECT
    FALSE AS is_of_this_build,
    this_build.this_sequence,
    this_build.this_build_id,
    this_build.is_first_build,
    estimate_ledger.*,
    effect_measure.code_of_synthesis,
    effect_measure.null_value,
    member.members_before
FROM ops.estimate_ledger
CROSS JOIN this_build
LEFT JOIN vocab.effect_measure ON effect_measure.measure = estimate_ledger.measure
LEFT JOIN member ON member.estimate_id = estimate_ledger.estimate_id
