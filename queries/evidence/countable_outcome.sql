-- title: The counts that may be summed or compared
-- question: Which chosen counts of each study may stand in a table at all, whatever their time and source?
-- grain: one row per study, organ, outcome, arm role, record, time and arm
-- missing: values without both n_events and n_at_risk have no row; 0 events is a count
-- reference: the chosen values of evidence.reconciled_outcome; study units of study.study_record; roles of vocab.record_role
-- care: a case report counts only in a study that has no other report; protocols and meta-analyses never count.
-- care: values of withdrawn records and of retracted papers never count (evidence.arm_outcome tells why).
-- care: arms of one role are taken to share nobody (curated.arm_outcome); a pooled arm counts only where its parts do not.
-- care: what a rule read counts only within the size of the study, from an abstract only where no abstract says otherwise,
-- care: from a register only where it does not contradict itself (periods of one arm posted apart).
-- care: a group of posted results that is no registered arm (unplaced) counts only where no registered arm of its side does, and of such
-- care: groups those of one measure, or of the adverse events: names that differ may mean the same people.
-- care: record_key names the record that a rule read, or all that people read together. Arms of an abstract count only where each of them
-- care: is a known arm of the study (is_told_apart): two names may mean the same people.
WITH candidate AS (
    SELECT
        reconciled_outcome.*,
        study.stratum,
        coalesce(study_record.record_role, 'report') AS record_role,
        certainty.sort_order AS certainty_order,
        CASE coalesce(study_record.record_role, 'report') WHEN 'substudy' THEN 2 WHEN 'case_report' THEN 3 ELSE 1 END AS role_order,
        CASE reconciled_outcome.level WHEN 1 THEN 'people' ELSE reconciled_outcome.source || ' ' || reconciled_outcome.record_id END AS record_key
    FROM evidence.reconciled_outcome
    INNER JOIN vocab.outcome ON outcome.outcome_code = reconciled_outcome.outcome_code AND outcome.kind = 'count'
    INNER JOIN vocab.certainty ON certainty.certainty = reconciled_outcome.certainty
    INNER JOIN study.study ON study.study_id = reconciled_outcome.study_id
    LEFT JOIN study.study_record
        ON study_record.study_id = reconciled_outcome.study_id
        AND study_record.source = reconciled_outcome.source
        AND study_record.record_id = reconciled_outcome.record_id
    WHERE reconciled_outcome.n_events IS NOT NULL
        AND reconciled_outcome.n_at_risk > 0
        AND (
            reconciled_outcome.level = 1
            OR (
                reconciled_outcome.n_events <= reconciled_outcome.n_at_risk
                AND coalesce(
                    reconciled_outcome.n_at_risk <= CASE reconciled_outcome.arm_role WHEN 'msc' THEN study.n_msc ELSE nullif(study.n_control, 0) END,
                    TRUE
                )
            )
        )
        AND NOT (reconciled_outcome.level = 3 AND reconciled_outcome.is_conflict)
        AND NOT (reconciled_outcome.level = 2 AND coalesce(reconciled_outcome.is_self_contradicted, FALSE))
        AND coalesce(study_record.record_role, 'report') NOT IN ('protocol', 'meta_analysis')
        AND (coalesce(study_record.record_role, 'report') IS DISTINCT FROM 'case_report' OR study.n_reports_beside_cases = 0)
),
of_known_arms AS (
    SELECT *, coalesce(arm_method = 'unplaced', FALSE) AS is_unplaced, regexp_extract(json_pointer, '^/[^/]+/[^/]+(?:/outcomeMeasures/[0-9]+)?') AS part_of_record
    FROM candidate
    WINDOW side AS (PARTITION BY study_id, organ_code, outcome_code, arm_role, level, role_order, record_key, timepoint_months)
    QUALIFY NOT is_unplaced
        OR (bool_and(is_unplaced) OVER side AND part_of_record IS NOT DISTINCT FROM min(part_of_record) OVER side)
),
without_sums AS (
    SELECT *
    FROM of_known_arms
    WINDOW side AS (PARTITION BY study_id, organ_code, outcome_code, arm_role, level, role_order, record_key, timepoint_months)
    QUALIFY NOT is_pooled_arm OR bool_and(is_pooled_arm) OVER side
)
SELECT
    study_id,
    stratum,
    organ_code,
    outcome_code,
    arm_role,
    arm_label,
    timepoint_months,
    timepoint_text,
    n_events,
    n_at_risk,
    count_basis,
    outcome_definition,
    source,
    record_id,
    record_role,
    record_sha256,
    evidence_kind,
    json_pointer,
    span_start,
    span_end,
    certainty,
    citation,
    locator,
    curated_line,
    value_id,
    n_sources,
    is_conflict,
    level,
    role_order,
    certainty_order,
    record_key,
    level < 3 OR bool_and(study_arm_label IS NOT NULL) OVER side AS is_told_apart
FROM without_sums
WINDOW side AS (PARTITION BY study_id, organ_code, outcome_code, arm_role, level, role_order, record_key, timepoint_months)
QUALIFY row_number() OVER (
    PARTITION BY study_id, organ_code, outcome_code, arm_role, level, role_order, record_key, timepoint_months, arm_id
    ORDER BY certainty_order, source, record_id, curated_line, value_id
) = 1
