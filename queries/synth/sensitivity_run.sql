-- title: Pooled estimates reckoned in other ways
-- question: What does each default estimate of two studies or more become by another model, measure or correction, without each study, and with the silent ones?
-- grain: one row per default estimate and scenario of vocab.sensitivity_scenario that concerns it; one per study left out
-- missing: numbers are NULL where the scenario has no estimate, and note says why
-- reference: the package synthesis, whose modules name the source of each method; scenarios of vocab.sensitivity_scenario
-- compute: sensitivity_runs
-- care: silent studies stand in the pool of their stratum, organ and design (synth.silent_study), as if each had looked for this outcome.
-- care: n_silent_studies and n_silent_people are NULL where the scenario takes in no silent study.
-- care: an estimate without silent studies to set keeps its scenario, and note says that there are none.
WITH whole AS (
    SELECT
        pooled_effect.estimate_id,
        pooled_effect.stratum,
        pooled_effect.organ_code,
        pooled_effect.outcome_code,
        pooled_effect.design_class,
        pooled_effect.measure,
        string_split(pooled_effect.study_ids, ';') AS study_ids,
        effect_measure.code_of_synthesis,
        effect_measure.is_comparison,
        effect_measure.outcome_kind,
        outcome.direction,
        design_class.is_study_class
    FROM synth.pooled_effect
    INNER JOIN vocab.effect_measure ON effect_measure.measure = pooled_effect.measure
    INNER JOIN vocab.outcome ON outcome.outcome_code = pooled_effect.outcome_code
    INNER JOIN vocab.design_class ON design_class.design_class = pooled_effect.design_class
    WHERE pooled_effect.is_default AND pooled_effect.subgroup_by IS NULL AND pooled_effect.k >= 2
),
member AS (
    SELECT
        whole.estimate_id,
        pool_candidate.study_id,
        pool_candidate.n_events_msc,
        pool_candidate.n_at_risk_msc,
        pool_candidate.n_events_control,
        pool_candidate.n_at_risk_control,
        pool_candidate.mean_msc,
        pool_candidate.sd_msc,
        pool_candidate.mean_control,
        pool_candidate.sd_control
    FROM whole
    INNER JOIN synth.pool_candidate
        ON pool_candidate.stratum = whole.stratum
        AND pool_candidate.organ_code = whole.organ_code
        AND pool_candidate.outcome_code = whole.outcome_code
        AND pool_candidate.design_class = whole.design_class
        AND pool_candidate.measure = whole.measure
        AND list_contains(whole.study_ids, pool_candidate.study_id)
),
described AS (
    SELECT
        estimate_id,
        coalesce(bool_or(
            n_events_msc = 0 OR n_events_control = 0 OR n_events_msc = n_at_risk_msc OR n_events_control = n_at_risk_control
        ), FALSE) AS has_empty_cell,
        coalesce(bool_or(
            n_events_msc = 0 AND n_events_control = 0 OR n_events_msc = n_at_risk_msc AND n_events_control = n_at_risk_control
        ), FALSE) AS has_double_zero,
        coalesce(sum(n_events_msc) > 0 AND sum(n_events_msc) < sum(n_at_risk_msc), FALSE) AS has_both_outcomes
    FROM member
    GROUP BY estimate_id
),
asked AS (
    SELECT whole.*, scenario.* EXCLUDE (measure, outcome_kind, is_comparison), coalesce(scenario.measure, whole.code_of_synthesis) AS asked_measure
    FROM whole
    INNER JOIN described ON described.estimate_id = whole.estimate_id
    INNER JOIN vocab.sensitivity_scenario AS scenario
        ON coalesce(scenario.outcome_kind, whole.outcome_kind) = whole.outcome_kind
        AND coalesce(scenario.is_comparison, whole.is_comparison) = whole.is_comparison
    WHERE CASE scenario.applies_where
        WHEN 'empty_cell' THEN described.has_empty_cell
        WHEN 'double_zero' THEN described.has_double_zero
        WHEN 'both_outcomes' THEN described.has_both_outcomes
        WHEN 'silent' THEN whole.direction IN ('harm', 'benefit')
        ELSE TRUE
    END
),
placed AS (
    SELECT
        asked.estimate_id,
        asked.scenario,
        silent_study.*,
        silent_study.exclusion_reason IS NULL AND (NOT asked.is_comparison OR silent_study.n_control IS NOT NULL) AS is_set,
        (asked.silent_set = 'worst') = (asked.direction = 'harm') AS is_event_in_msc,
        asked.is_comparison
    FROM asked
    INNER JOIN synth.silent_study
        ON silent_study.stratum = asked.stratum
        AND silent_study.organ_code = asked.organ_code
        AND (NOT asked.is_study_class OR silent_study.design_class = asked.design_class)
        AND (asked.has_unknown_status OR NOT silent_study.is_status_unknown)
    WHERE asked.silent_set IS NOT NULL AND NOT list_contains(asked.study_ids, silent_study.study_id)
),
silent_note AS (
    SELECT
        estimate_id,
        scenario,
        count(*) FILTER (WHERE is_set)::BIGINT AS n_set,
        (sum(n_msc + CASE WHEN is_comparison THEN n_control ELSE 0 END) FILTER (WHERE is_set))::BIGINT AS n_people,
        bool_or(is_comparison OR n_control IS NOT NULL) FILTER (WHERE is_set) AS is_split,
        count(*) FILTER (WHERE NOT is_set)::BIGINT AS n_left_out,
        string_agg(DISTINCT study_id || ' (' || coalesce(exclusion_reason, 'size of the control group not registered') || ')', ', '
            ORDER BY study_id || ' (' || coalesce(exclusion_reason, 'size of the control group not registered') || ')') FILTER (WHERE NOT is_set) AS left_out
    FROM placed
    GROUP BY estimate_id, scenario
),
used AS (
    SELECT asked.estimate_id, asked.scenario, left_out.study_id AS left_out_study_id, member.* EXCLUDE (estimate_id)
    FROM asked
    INNER JOIN member ON member.estimate_id = asked.estimate_id
    LEFT JOIN member AS left_out ON asked.is_leave_one_out AND left_out.estimate_id = asked.estimate_id
    WHERE member.study_id IS DISTINCT FROM left_out.study_id
    UNION ALL
    SELECT
        estimate_id,
        scenario,
        NULL AS left_out_study_id,
        study_id,
        CASE WHEN is_event_in_msc THEN n_msc ELSE 0 END AS n_events_msc,
        n_msc AS n_at_risk_msc,
        CASE WHEN NOT is_comparison THEN NULL WHEN is_event_in_msc THEN 0 ELSE n_control END AS n_events_control,
        CASE WHEN is_comparison THEN n_control END AS n_at_risk_control,
        NULL AS mean_msc,
        NULL AS sd_msc,
        NULL AS mean_control,
        NULL AS sd_control
    FROM placed
    WHERE is_set
),
gathered AS (
    SELECT
        estimate_id,
        scenario,
        left_out_study_id,
        list({
            'study_id': study_id,
            'n_events_msc': n_events_msc,
            'n_at_risk_msc': n_at_risk_msc,
            'n_events_control': n_events_control,
            'n_at_risk_control': n_at_risk_control,
            'mean_msc': mean_msc,
            'sd_msc': sd_msc,
            'mean_control': mean_control,
            'sd_control': sd_control
        } ORDER BY study_id) AS members
    FROM used
    GROUP BY estimate_id, scenario, left_out_study_id
)
SELECT
    gathered.estimate_id,
    gathered.scenario,
    gathered.left_out_study_id,
    asked.asked_measure AS measure,
    CASE WHEN asked.silent_set IS NOT NULL AND coalesce(silent_note.n_set, 0) = 0 THEN 'default' ELSE asked.model END AS model,
    asked.tau2,
    asked.test,
    asked.empty_cells,
    asked.is_leave_one_out OR asked.silent_set IS NOT NULL AS is_by_default_rule,
    concat_ws('; ',
        CASE WHEN asked.silent_set IS NULL OR silent_note.n_set > 0 THEN asked.caution END,
        CASE
            WHEN silent_note.n_set > 0 THEN silent_note.n_set || CASE silent_note.n_set WHEN 1 THEN ' study' ELSE ' studies' END || ' with ' || silent_note.n_people
                || ' people, as if each had looked for this outcome' || CASE WHEN silent_note.is_split THEN ', arms assumed to be of equal size' ELSE '' END
            WHEN asked.silent_set IS NOT NULL THEN 'there is no such study whose people could be set'
        END,
        'not set: ' || silent_note.left_out
    ) AS note,
    CASE WHEN asked.silent_set IS NOT NULL THEN coalesce(silent_note.n_set, 0) END AS n_silent_studies,
    CASE WHEN asked.silent_set IS NOT NULL THEN coalesce(silent_note.n_people, 0) END AS n_silent_people,
    gathered.members
FROM gathered
INNER JOIN asked ON asked.estimate_id = gathered.estimate_id AND asked.scenario = gathered.scenario
LEFT JOIN silent_note ON silent_note.estimate_id = gathered.estimate_id AND silent_note.scenario = gathered.scenario
