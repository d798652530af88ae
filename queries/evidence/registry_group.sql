-- title: Groups of posted results
-- question: Which groups do the tables of posted results have, and how many people are in each?
-- grain: one row per trial, module, outcome measure (module outcome_measure only) and group id
-- missing: n_people is NULL where the table gives no number of participants for the group; 0 is a group with nobody
-- reference: participant flow, baseline, outcome measures and adverse events of the register
-- care: n_people is who started the first period (flow), who was analysed (baseline, outcome_measure), who was at risk (adverse_event).
WITH started AS (
    SELECT
        achievement.nct_id,
        achievement.group_id,
        first(achievement.num_subjects ORDER BY achievement.period_position, achievement.milestone_position) AS n_people
    FROM core.result_flow_achievement AS achievement
    INNER JOIN core.result_flow_milestone AS milestone
        ON milestone.nct_id = achievement.nct_id
        AND milestone.period_position = achievement.period_position
        AND milestone.milestone_position = achievement.milestone_position
    WHERE upper(milestone.milestone_type) = 'STARTED' AND achievement.num_subjects > 0
    GROUP BY achievement.nct_id, achievement.group_id
),
at_baseline AS (
    SELECT nct_id, group_id, first(count ORDER BY denom_position, count_position) AS n_people
    FROM core.result_baseline_denom
    WHERE lower(units) = 'participants'
    GROUP BY nct_id, group_id
),
analysed AS (
    SELECT nct_id, outcome_position, group_id, first(count ORDER BY denom_position, count_position) AS n_people
    FROM core.result_outcome_denom
    WHERE lower(units) = 'participants'
    GROUP BY nct_id, outcome_position, group_id
),
all_groups AS (
    SELECT
        flow.nct_id,
        'flow' AS module,
        CAST(NULL AS INTEGER) AS outcome_position,
        flow.group_position,
        flow.group_id,
        flow.group_title,
        flow.group_description,
        started.n_people
    FROM core.result_flow_group AS flow
    LEFT JOIN started ON started.nct_id = flow.nct_id AND started.group_id = flow.group_id
    UNION ALL
    SELECT
        baseline.nct_id,
        'baseline' AS module,
        NULL AS outcome_position,
        baseline.group_position,
        baseline.group_id,
        baseline.group_title,
        baseline.group_description,
        at_baseline.n_people
    FROM core.result_baseline_group AS baseline
    LEFT JOIN at_baseline ON at_baseline.nct_id = baseline.nct_id AND at_baseline.group_id = baseline.group_id
    UNION ALL
    SELECT
        outcome.nct_id,
        'outcome_measure' AS module,
        outcome.outcome_position,
        outcome.group_position,
        outcome.group_id,
        outcome.group_title,
        outcome.group_description,
        analysed.n_people
    FROM core.result_outcome_group AS outcome
    LEFT JOIN analysed
        ON analysed.nct_id = outcome.nct_id
        AND analysed.outcome_position = outcome.outcome_position
        AND analysed.group_id = outcome.group_id
    UNION ALL
    SELECT
        nct_id,
        'adverse_event' AS module,
        NULL AS outcome_position,
        group_position,
        group_id,
        group_title,
        group_description,
        coalesce(serious_num_at_risk, other_num_at_risk, deaths_num_at_risk) AS n_people
    FROM core.adverse_event_group
)
SELECT nct_id, module, outcome_position, group_position, group_id, group_title, group_description, n_people
FROM all_groups
WHERE group_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY nct_id, module, outcome_position, group_id ORDER BY group_position) = 1
