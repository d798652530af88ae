-- title: Landscape of trials by organ
-- question: How many trials are registered, recruiting, completed or stopped for each organ, by cell source and by phase?
-- grain: one row per organ of the review and breakdown value (all; each cell source; each phase)
-- missing: a trial without enrolment counts in n_trials but not in n_trials_with_enrolment; every organ has its row "all", with zeros where nothing is registered
-- reference: ClinicalTrials.gov; trials in scope after concept.trial_scope
-- care: rows do not add up over organs or cell sources: a trial of two organs stands under both.
-- care: n_studies_with_report counts studies with a paper or posted results, of all strata, MSC alone and MSC with blood-forming cells among them.
-- care: n_participants_actual counts people enrolled, n_participants_estimated is a plan.
WITH trial_of_organ AS (
    SELECT
        trial_organ.organ_code,
        trial.nct_id,
        trial_status.status_group,
        coalesce(trial.has_results, FALSE) AS has_results,
        trial.enrollment_count,
        trial.enrollment_type,
        coalesce(nullif(array_to_string(trial.phases, ';'), ''), 'none') AS phase_code
    FROM concept.trial_scope
    INNER JOIN core.trial AS trial ON trial.nct_id = trial_scope.nct_id
    INNER JOIN concept.trial_organ ON trial_organ.nct_id = trial.nct_id
    LEFT JOIN vocab.trial_status ON trial_status.overall_status = trial.overall_status
    WHERE trial_scope.is_in_scope
),
broken_down AS (
    SELECT organ_code, 'all' AS breakdown, 'all' AS breakdown_code, nct_id, status_group, has_results, enrollment_count, enrollment_type
    FROM trial_of_organ
    UNION ALL
    SELECT
        trial_of_organ.organ_code,
        'cell_source' AS breakdown,
        trial_cell_source.cell_source_code AS breakdown_code,
        trial_of_organ.nct_id,
        trial_of_organ.status_group,
        trial_of_organ.has_results,
        trial_of_organ.enrollment_count,
        trial_of_organ.enrollment_type
    FROM trial_of_organ
    INNER JOIN concept.trial_cell_source ON trial_cell_source.nct_id = trial_of_organ.nct_id
    UNION ALL
    SELECT organ_code, 'phase' AS breakdown, phase_code AS breakdown_code, nct_id, status_group, has_results, enrollment_count, enrollment_type
    FROM trial_of_organ
),
row_frame AS (
    SELECT organ_code, 'all' AS breakdown, 'all' AS breakdown_code FROM vocab.organ WHERE is_in_review_scope
    UNION
    SELECT broken_down.organ_code, broken_down.breakdown, broken_down.breakdown_code
    FROM broken_down
    INNER JOIN vocab.organ ON organ.organ_code = broken_down.organ_code AND organ.is_in_review_scope
),
reported AS (
    SELECT study_organ.organ_code, count(*)::BIGINT AS n_studies_with_report
    FROM study.study
    INNER JOIN study.study_organ ON study_organ.study_id = study.study_id
    WHERE study.has_report OR study.has_posted_results
    GROUP BY study_organ.organ_code
)
SELECT
    row_frame.organ_code,
    organ.organ_name,
    row_frame.breakdown,
    row_frame.breakdown_code,
    coalesce(cell_source.cell_source_name, phase.phase_name, row_frame.breakdown_code) AS breakdown_name,
    count(broken_down.nct_id)::BIGINT AS n_trials,
    count(broken_down.nct_id) FILTER (WHERE broken_down.status_group = 'recruiting')::BIGINT AS n_recruiting,
    count(broken_down.nct_id) FILTER (WHERE broken_down.status_group = 'active')::BIGINT AS n_active,
    count(broken_down.nct_id) FILTER (WHERE broken_down.status_group = 'completed')::BIGINT AS n_completed,
    count(broken_down.nct_id) FILTER (WHERE broken_down.status_group = 'stopped')::BIGINT AS n_stopped,
    count(broken_down.nct_id) FILTER (WHERE coalesce(broken_down.status_group, 'unknown') NOT IN ('recruiting', 'active', 'completed', 'stopped'))::BIGINT
        AS n_status_unknown,
    count(broken_down.nct_id) FILTER (WHERE broken_down.has_results)::BIGINT AS n_with_results,
    count(broken_down.enrollment_count)::BIGINT AS n_trials_with_enrolment,
    (sum(broken_down.enrollment_count) FILTER (WHERE broken_down.enrollment_type = 'ACTUAL'))::BIGINT AS n_participants_actual,
    (sum(broken_down.enrollment_count) FILTER (WHERE broken_down.enrollment_type IS DISTINCT FROM 'ACTUAL'))::BIGINT AS n_participants_estimated,
    CASE WHEN row_frame.breakdown = 'all' THEN coalesce(reported.n_studies_with_report, 0) END AS n_studies_with_report
FROM row_frame
INNER JOIN vocab.organ ON organ.organ_code = row_frame.organ_code
LEFT JOIN broken_down
    ON broken_down.organ_code = row_frame.organ_code
    AND broken_down.breakdown = row_frame.breakdown
    AND broken_down.breakdown_code = row_frame.breakdown_code
LEFT JOIN vocab.cell_source ON row_frame.breakdown = 'cell_source' AND cell_source.cell_source_code = row_frame.breakdown_code
LEFT JOIN vocab.phase ON row_frame.breakdown = 'phase' AND phase.phase_code = row_frame.breakdown_code
LEFT JOIN reported ON reported.organ_code = row_frame.organ_code
GROUP BY
    row_frame.organ_code, organ.organ_name, organ.sort_order, row_frame.breakdown, row_frame.breakdown_code,
    cell_source.cell_source_name, cell_source.sort_order, phase.phase_name, phase.sort_order, reported.n_studies_with_report
ORDER BY organ.sort_order, row_frame.breakdown, coalesce(cell_source.sort_order, phase.sort_order), row_frame.breakdown_code
