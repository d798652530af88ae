-- title: Analyses as the register posted them
-- question: Which comparison did the sponsor report for a measure, with which estimate, interval and P value, as stated?
-- grain: one row per analysis of a posted outcome measure
-- missing: a number is NULL where its text states none; p_value_text keeps what is written, such as a bound
-- reference: resultsSection.outcomeMeasuresModule.outcomeMeasures[].analyses[], evidence.registry_arm
-- care: kept as stated, never computed again and never pooled: a P value below a bound has no number.
-- care: json_pointer leads to the analysis; group_titles are in the order of group_ids, an unknown group as its id.
WITH grouped AS (
    SELECT
        nct_id,
        outcome_position,
        analysis_position,
        unnest(group_ids) AS group_id,
        generate_subscripts(group_ids, 1) AS place
    FROM core.result_outcome_analysis
),
titled AS (
    SELECT
        grouped.nct_id,
        grouped.outcome_position,
        grouped.analysis_position,
        list(coalesce(registry_arm.group_title, grouped.group_id) ORDER BY grouped.place) AS group_titles,
        list(registry_arm.arm_role ORDER BY grouped.place) AS arm_roles
    FROM grouped
    LEFT JOIN evidence.registry_arm
        ON registry_arm.nct_id = grouped.nct_id
        AND registry_arm.module = 'outcome_measure'
        AND registry_arm.outcome_position = grouped.outcome_position
        AND registry_arm.group_id = grouped.group_id
    GROUP BY grouped.nct_id, grouped.outcome_position, grouped.analysis_position
)
SELECT
    analysis.nct_id,
    analysis.outcome_position,
    analysis.analysis_position,
    measure.outcome_title AS outcome_text,
    named.outcome_code,
    registry_time_frame.timepoint_months,
    measure.time_frame_text AS timepoint_text,
    analysis.group_ids,
    titled.group_titles,
    titled.arm_roles,
    analysis.statistical_method,
    analysis.p_value_text,
    analysis.p_value,
    analysis.param_type AS estimate_kind,
    analysis.param_value_text AS estimate_text,
    analysis.param_value AS estimate,
    analysis.dispersion_type,
    analysis.dispersion_value_text,
    analysis.ci_pct,
    analysis.ci_num_sides,
    analysis.ci_lower_limit_text,
    analysis.ci_lower_limit,
    analysis.ci_upper_limit_text,
    analysis.ci_upper_limit,
    coalesce(analysis.is_non_inferiority_tested, FALSE) AS is_non_inferiority_tested,
    '/resultsSection/outcomeMeasuresModule/outcomeMeasures/' || (analysis.outcome_position - 1)
        || '/analyses/' || (analysis.analysis_position - 1) AS json_pointer
FROM core.result_outcome_analysis AS analysis
INNER JOIN core.result_outcome AS measure
    ON measure.nct_id = analysis.nct_id AND measure.outcome_position = analysis.outcome_position
LEFT JOIN evidence.registry_measure_outcome AS named
    ON named.nct_id = analysis.nct_id AND named.outcome_position = analysis.outcome_position
LEFT JOIN evidence.registry_time_frame ON registry_time_frame.timepoint_text = measure.time_frame_text
LEFT JOIN titled
    ON titled.nct_id = analysis.nct_id
    AND titled.outcome_position = analysis.outcome_position
    AND titled.analysis_position = analysis.analysis_position
