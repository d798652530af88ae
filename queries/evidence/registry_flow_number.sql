-- title: Numbers of the participant flow and of the baseline tables
-- question: How many people of each group started, completed or left, and what were they like?
-- grain: one row per group and milestone, reason for leaving, or measurement at baseline
-- missing: value is NULL with a missing_reason where the text states no number; n_at_risk NULL: nobody is said to have started
-- reference: resultsSection.participantFlowModule and baselineCharacteristicsModule
-- care: n_at_risk is who started the same period (flow) or was analysed (baseline). No number here has an outcome: a death among the
-- care: reasons for leaving is not all deaths, and what people were like at the start is not what became of them.
WITH started AS (
    SELECT
        achievement.nct_id,
        achievement.period_position,
        achievement.group_id,
        max(achievement.num_subjects) AS n_started
    FROM core.result_flow_achievement AS achievement
    INNER JOIN core.result_flow_milestone AS milestone
        ON milestone.nct_id = achievement.nct_id
        AND milestone.period_position = achievement.period_position
        AND milestone.milestone_position = achievement.milestone_position
    WHERE upper(milestone.milestone_type) = 'STARTED'
    GROUP BY achievement.nct_id, achievement.period_position, achievement.group_id
),
flow AS (
    SELECT
        achievement.nct_id,
        achievement.group_id,
        period.period_title,
        milestone.milestone_type AS what,
        achievement.num_subjects_text AS value_text,
        achievement.num_subjects AS value,
        achievement.num_subjects_missing_reason AS core_reason,
        achievement.achievement_comment AS remark,
        lower(replace(milestone.milestone_type, ' ', '_')) AS milestone_code,
        started.n_started,
        '/resultsSection/participantFlowModule/periods/' || (achievement.period_position - 1) || '/milestones/'
            || (achievement.milestone_position - 1) || '/achievements/' || (achievement.achievement_position - 1) || '/numSubjects' AS json_pointer
    FROM core.result_flow_achievement AS achievement
    INNER JOIN core.result_flow_period AS period
        ON period.nct_id = achievement.nct_id AND period.period_position = achievement.period_position
    INNER JOIN core.result_flow_milestone AS milestone
        ON milestone.nct_id = achievement.nct_id
        AND milestone.period_position = achievement.period_position
        AND milestone.milestone_position = achievement.milestone_position
    LEFT JOIN started
        ON started.nct_id = achievement.nct_id
        AND started.period_position = achievement.period_position
        AND started.group_id = achievement.group_id
),
at_baseline AS (
    SELECT nct_id, group_id, n_people FROM evidence.registry_group
    WHERE module = 'baseline'
),
measure AS (
    SELECT
        baseline.nct_id,
        baseline.measure_position,
        baseline.measure_title,
        baseline.dispersion_type,
        baseline.unit_of_measure,
        coalesce(parameter.statistic_kind, 'number') AS statistic_kind
    FROM core.result_baseline_measure AS baseline
    LEFT JOIN vocab.registry_statistic AS parameter
        ON parameter.role = 'parameter' AND regexp_full_match(lower(baseline.param_type), parameter.stated_pattern)
)
SELECT
    nct_id,
    'flow' AS module,
    group_id,
    concat_ws(': ', period_title, what) AS outcome_text,
    CAST(n_started AS BIGINT) AS n_at_risk,
    CAST(value AS DOUBLE) AS value,
    CASE WHEN milestone_code IN ('started', 'completed', 'not_completed') THEN milestone_code ELSE 'milestone' END AS value_kind,
    CAST(NULL AS VARCHAR) AS dispersion_type,
    CAST(NULL AS VARCHAR) AS spread_one,
    CAST(NULL AS DOUBLE) AS spread,
    CAST(NULL AS VARCHAR) AS lower_limit_text,
    CAST(NULL AS DOUBLE) AS lower_limit,
    CAST(NULL AS VARCHAR) AS upper_limit_text,
    CAST(NULL AS DOUBLE) AS upper_limit,
    'Participants' AS unit,
    value_text,
    core_reason,
    remark,
    json_pointer,
    'flow_milestone' AS rule_id
FROM flow
WHERE value_text IS NOT NULL
UNION ALL
SELECT
    counted.nct_id,
    'flow' AS module,
    counted.group_id,
    concat_ws(': ', period.period_title, withdrawal.withdrawal_type) AS outcome_text,
    started.n_started AS n_at_risk,
    counted.num_subjects AS value,
    'left' AS value_kind,
    NULL AS dispersion_type,
    NULL AS spread_one,
    NULL AS spread,
    NULL AS lower_limit_text,
    NULL AS lower_limit,
    NULL AS upper_limit_text,
    NULL AS upper_limit,
    'Participants' AS unit,
    counted.num_subjects_text AS value_text,
    counted.num_subjects_missing_reason AS core_reason,
    counted.count_comment AS remark,
    '/resultsSection/participantFlowModule/periods/' || (counted.period_position - 1) || '/dropWithdraws/'
        || (counted.withdrawal_position - 1) || '/reasons/' || (counted.count_position - 1) || '/numSubjects' AS json_pointer,
    'flow_reason' AS rule_id
FROM core.result_flow_withdrawal_count AS counted
INNER JOIN core.result_flow_period AS period ON period.nct_id = counted.nct_id AND period.period_position = counted.period_position
INNER JOIN core.result_flow_withdrawal AS withdrawal
    ON withdrawal.nct_id = counted.nct_id
    AND withdrawal.period_position = counted.period_position
    AND withdrawal.withdrawal_position = counted.withdrawal_position
LEFT JOIN started
    ON started.nct_id = counted.nct_id AND started.period_position = counted.period_position AND started.group_id = counted.group_id
WHERE counted.num_subjects_text IS NOT NULL
UNION ALL
SELECT
    measurement.nct_id,
    'baseline' AS module,
    measurement.group_id,
    concat_ws(' | ', measure.measure_title, measurement.class_title, measurement.category_title) AS outcome_text,
    at_baseline.n_people AS n_at_risk,
    measurement.value,
    measure.statistic_kind AS value_kind,
    measure.dispersion_type,
    measurement.spread_text AS spread_one,
    measurement.spread,
    measurement.lower_limit_text,
    measurement.lower_limit,
    measurement.upper_limit_text,
    measurement.upper_limit,
    measure.unit_of_measure AS unit,
    measurement.value_text,
    measurement.value_missing_reason AS core_reason,
    measurement.measurement_comment AS remark,
    '/resultsSection/baselineCharacteristicsModule/measures/' || (measurement.measure_position - 1) || '/classes/'
        || (measurement.class_position - 1) || '/categories/' || (measurement.category_position - 1) || '/measurements/'
        || (measurement.measurement_position - 1) || '/value' AS json_pointer,
    'baseline_measurement' AS rule_id
FROM core.result_baseline_measurement AS measurement
INNER JOIN measure ON measure.nct_id = measurement.nct_id AND measure.measure_position = measurement.measure_position
LEFT JOIN at_baseline ON at_baseline.nct_id = measurement.nct_id AND at_baseline.group_id = measurement.group_id
WHERE measurement.value_text IS NOT NULL
