-- title: The counts that stand behind the summaries
-- question: Which count of each arm enters the tables, so that nobody is counted twice?
-- grain: one row per study, organ, outcome, arm role and arm
-- missing: values without both n_events and n_at_risk have no row; 0 events is a count
-- reference: the chosen values of evidence.reconciled_outcome; study units of study.study_record; roles of vocab.record_role
-- care: per study, organ, outcome and role one source (people before the register before abstracts), and of rules' readings one record;
-- care: and one time only: main reports before substudies, then the longest follow-up.
-- care: a case report counts only in a study that has no other report; protocols and meta-analyses never count.
-- care: values of withdrawn records and of retracted papers never count (evidence.arm_outcome tells why).
-- care: arms of one role are taken to share nobody (curated.arm_outcome); a pooled arm counts only where its parts do not.
-- care: what a rule read counts only within the size of the study, from an abstract only where no abstract says otherwise,
-- care: from a register only where it does not contradict itself (periods of one arm posted apart).
-- care: arms of an abstract count only where each is a known arm of the study: two names may mean the same people.
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
of_best_source AS (
    SELECT *
    FROM candidate
    QUALIFY rank() OVER (PARTITION BY study_id, organ_code, outcome_code, arm_role ORDER BY level) = 1
),
of_one_record AS (
    SELECT *
    FROM of_best_source
    QUALIFY record_key = first_value(record_key) OVER (
        PARTITION BY study_id, organ_code, outcome_code, arm_role
        ORDER BY role_order, timepoint_months DESC NULLS LAST, certainty_order, record_key
    )
),
at_one_time AS (
    SELECT *
    FROM of_one_record
    QUALIFY rank() OVER (
        PARTITION BY study_id, organ_code, outcome_code, arm_role
        ORDER BY role_order, timepoint_months DESC NULLS LAST
    ) = 1
),
without_sums AS (
    SELECT *
    FROM at_one_time
    QUALIFY NOT is_pooled_arm OR bool_and(is_pooled_arm) OVER (PARTITION BY study_id, organ_code, outcome_code, arm_role)
),
told_apart AS (
    SELECT *
    FROM without_sums
    WINDOW side AS (PARTITION BY study_id, organ_code, outcome_code, arm_role)
    QUALIFY level < 3
        OR bool_and(study_arm_label IS NOT NULL) OVER side
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
    is_conflict
FROM told_apart
QUALIFY row_number() OVER (
    PARTITION BY study_id, organ_code, outcome_code, arm_role, arm_id
    ORDER BY certainty_order, source, record_id, curated_line, value_id
) = 1
