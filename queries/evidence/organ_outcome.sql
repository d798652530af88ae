-- title: Outcomes summed by organ
-- question: For each organ, outcome and side: how many studies report it, how many are silent, how many people had it?
-- grain: one row per stratum, organ of the review, outcome and arm role; the MSC side always, the control side where it is reported
-- missing: n_events and n_at_risk are NULL when no study reports a count; 0 events is reported as none
-- reference: evidence.counted_outcome, evidence.reconciled_outcome (measured values); a crude sum of people, not a meta-analysis
-- care: silent are studies of the organ with a clinical report (a paper, posted results, or a value that people read) that give no count here;
-- care: for controls only studies that have any.
-- care: studies of MSC with haematopoietic cells are a stratum apart. Values from before the cells are no follow-up.
WITH stated AS (
    SELECT study_id, organ_code, bool_or(arm_role = 'control') AS has_control_value
    FROM evidence.reconciled_outcome
    GROUP BY study_id, organ_code
),
study_by_organ AS (
    SELECT
        study.study_id,
        study.stratum,
        study_organ.organ_code,
        study.has_control_group OR coalesce(stated.has_control_value, FALSE) AS has_control_group
    FROM study.study
    INNER JOIN (
        SELECT study_id, organ_code FROM study.study_organ
        UNION
        SELECT study_id, organ_code FROM stated
    ) AS study_organ ON study_organ.study_id = study.study_id
    LEFT JOIN stated ON stated.study_id = study_organ.study_id AND stated.organ_code = study_organ.organ_code
    WHERE study.has_report OR study.has_posted_results OR stated.study_id IS NOT NULL
),
organ_total AS (
    SELECT
        stratum,
        organ_code,
        count(*)::BIGINT AS n_with_report,
        count(*) FILTER (WHERE has_control_group)::BIGINT AS n_with_report_and_control
    FROM study_by_organ
    GROUP BY stratum, organ_code
),
counted AS (
    SELECT
        stratum,
        organ_code,
        outcome_code,
        arm_role,
        count(DISTINCT study_id)::BIGINT AS n_studies_reporting,
        count(*)::BIGINT AS n_arms,
        sum(n_events)::BIGINT AS n_events,
        sum(n_at_risk)::BIGINT AS n_at_risk,
        min(timepoint_months) AS followup_months_min,
        max(timepoint_months) AS followup_months_max,
        string_agg(DISTINCT count_basis, ';' ORDER BY count_basis) AS count_bases,
        string_agg(DISTINCT study_id, ';' ORDER BY study_id) AS study_ids,
        string_agg(DISTINCT coalesce(outcome_definition, 'as reported'), '; ' ORDER BY coalesce(outcome_definition, 'as reported')) AS definitions
    FROM evidence.counted_outcome
    GROUP BY stratum, organ_code, outcome_code, arm_role
),
measured AS (
    SELECT
        study.stratum,
        reconciled_outcome.organ_code,
        reconciled_outcome.outcome_code,
        reconciled_outcome.arm_role,
        count(DISTINCT reconciled_outcome.study_id)::BIGINT AS n_studies_reporting,
        count(DISTINCT reconciled_outcome.study_id || '|' || reconciled_outcome.arm_label)::BIGINT AS n_arms,
        min(reconciled_outcome.timepoint_months) FILTER (WHERE reconciled_outcome.timepoint_months > 0) AS followup_months_min,
        max(reconciled_outcome.timepoint_months) FILTER (WHERE reconciled_outcome.timepoint_months > 0) AS followup_months_max,
        string_agg(DISTINCT reconciled_outcome.study_id, ';' ORDER BY reconciled_outcome.study_id) AS study_ids,
        string_agg(DISTINCT coalesce(reconciled_outcome.outcome_definition, 'as reported'), '; '
            ORDER BY coalesce(reconciled_outcome.outcome_definition, 'as reported')) AS definitions
    FROM evidence.reconciled_outcome
    INNER JOIN study.study ON study.study_id = reconciled_outcome.study_id
    INNER JOIN vocab.outcome ON outcome.outcome_code = reconciled_outcome.outcome_code AND outcome.kind = 'continuous'
    WHERE reconciled_outcome.value IS NOT NULL
    GROUP BY study.stratum, reconciled_outcome.organ_code, reconciled_outcome.outcome_code, reconciled_outcome.arm_role
),
frame AS (
    SELECT
        stratum.stratum,
        organ.organ_code,
        outcome.outcome_code,
        outcome.kind AS outcome_kind,
        arm_role.arm_role,
        outcome.organ_codes IS NULL OR list_contains(string_split(outcome.organ_codes, ';'), organ.organ_code) AS can_occur
    FROM vocab.stratum
    CROSS JOIN vocab.organ
    CROSS JOIN vocab.outcome
    CROSS JOIN vocab.arm_role
    WHERE stratum.applies_to = 'study' AND organ.is_in_review_scope
),
filled AS (
    SELECT
        frame.stratum,
        frame.organ_code,
        frame.outcome_code,
        frame.outcome_kind,
        frame.arm_role,
        frame.can_occur,
        coalesce(organ_total.n_with_report, 0) AS n_with_report,
        CASE frame.arm_role
            WHEN 'control' THEN coalesce(organ_total.n_with_report_and_control, 0)
            ELSE coalesce(organ_total.n_with_report, 0)
        END AS n_studies_with_report,
        coalesce(counted.n_studies_reporting, measured.n_studies_reporting, 0) AS n_studies_reporting,
        coalesce(counted.n_arms, measured.n_arms, 0) AS n_arms,
        counted.n_events,
        counted.n_at_risk,
        coalesce(counted.followup_months_min, measured.followup_months_min) AS followup_months_min,
        coalesce(counted.followup_months_max, measured.followup_months_max) AS followup_months_max,
        counted.count_bases,
        coalesce(counted.study_ids, measured.study_ids) AS study_ids,
        coalesce(counted.definitions, measured.definitions) AS definitions
    FROM frame
    LEFT JOIN organ_total ON organ_total.stratum = frame.stratum AND organ_total.organ_code = frame.organ_code
    LEFT JOIN counted
        ON counted.stratum = frame.stratum
        AND counted.organ_code = frame.organ_code
        AND counted.outcome_code = frame.outcome_code
        AND counted.arm_role = frame.arm_role
    LEFT JOIN measured
        ON measured.stratum = frame.stratum
        AND measured.organ_code = frame.organ_code
        AND measured.outcome_code = frame.outcome_code
        AND measured.arm_role = frame.arm_role
)
SELECT
    stratum,
    organ_code,
    outcome_code,
    outcome_kind,
    arm_role,
    n_studies_with_report,
    n_studies_reporting,
    n_studies_with_report - n_studies_reporting AS n_studies_silent,
    n_arms,
    n_events,
    n_at_risk,
    round(100.0 * n_events / n_at_risk, 1) AS events_pct,
    followup_months_min,
    followup_months_max,
    count_bases,
    study_ids,
    definitions,
    CASE
        WHEN n_with_report = 0 THEN 'no clinical report'
        WHEN n_studies_reporting = 0
            THEN 'not reported: ' || n_studies_with_report || CASE n_studies_with_report WHEN 1 THEN ' study' ELSE ' studies' END
                || ' with a clinical report, none gives a number'
        WHEN outcome_kind = 'continuous'
            THEN 'measured in ' || n_studies_reporting || CASE n_studies_reporting WHEN 1 THEN ' study' ELSE ' studies' END
                || '; values are listed study by study, not pooled'
        ELSE n_events || ' of ' || n_at_risk || CASE n_at_risk WHEN 1 THEN ' person in ' ELSE ' people in ' END || n_studies_reporting
            || CASE n_studies_reporting WHEN 1 THEN ' study' ELSE ' studies; crude sum, not a meta-analysis' END
            || CASE WHEN n_studies_with_report > n_studies_reporting
                THEN '; silent: ' || (n_studies_with_report - n_studies_reporting) ELSE '' END
    END AS statement
FROM filled
WHERE (arm_role = 'msc' AND can_occur AND (stratum = 'msc_alone' OR n_with_report > 0)) OR n_studies_reporting > 0
