-- title: The counts that stand behind the summaries
-- question: Which count of each arm enters the tables, so that nobody is counted twice?
-- grain: one row per study, organ, outcome, arm role and arm
-- missing: values without both n_events and n_at_risk have no row; 0 events is a count
-- reference: study units of study.study_record; roles of vocab.record_role
-- care: per study, organ, outcome and role one time only: main reports before substudies, then the longest follow-up.
-- care: a case report counts only in a study that has no other report; protocols and meta-analyses never count.
-- care: values of withdrawn records and of retracted papers never count (evidence.arm_outcome tells why).
-- care: arms of one role are taken to share nobody (curated.arm_outcome); a pooled arm beside its parts is a fault (check).
WITH at_one_time AS (
    SELECT
        arm_outcome.study_id,
        study.stratum,
        arm_outcome.organ_code,
        arm_outcome.outcome_code,
        arm_outcome.arm_role,
        arm_outcome.arm_label,
        arm_outcome.timepoint_months,
        arm_outcome.timepoint_text,
        arm_outcome.n_events,
        arm_outcome.n_at_risk,
        arm_outcome.count_basis,
        arm_outcome.outcome_definition,
        arm_outcome.source,
        arm_outcome.record_id,
        arm_outcome.record_sha256,
        arm_outcome.evidence_kind,
        arm_outcome.json_pointer,
        arm_outcome.span_start,
        arm_outcome.span_end,
        arm_outcome.certainty,
        arm_outcome.citation,
        arm_outcome.locator,
        arm_outcome.curated_line,
        coalesce(study_record.record_role, 'report') AS record_role,
        certainty.sort_order AS certainty_order,
        CASE coalesce(study_record.record_role, 'report') WHEN 'substudy' THEN 2 WHEN 'case_report' THEN 3 ELSE 1 END AS role_order
    FROM evidence.arm_outcome
    INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code AND outcome.kind = 'count'
    INNER JOIN vocab.certainty ON certainty.certainty = arm_outcome.certainty
    INNER JOIN study.study ON study.study_id = arm_outcome.study_id
    LEFT JOIN study.study_record
        ON study_record.study_id = arm_outcome.study_id
        AND study_record.source = arm_outcome.source
        AND study_record.record_id = arm_outcome.record_id
    WHERE arm_outcome.exclusion_reason IS NULL
        AND arm_outcome.n_events IS NOT NULL
        AND arm_outcome.n_at_risk > 0
        AND coalesce(study_record.record_role, 'report') NOT IN ('protocol', 'meta_analysis')
        AND (coalesce(study_record.record_role, 'report') IS DISTINCT FROM 'case_report' OR study.n_reports_beside_cases = 0)
    QUALIFY rank() OVER (
        PARTITION BY arm_outcome.study_id, arm_outcome.organ_code, arm_outcome.outcome_code, arm_outcome.arm_role
        ORDER BY role_order, arm_outcome.timepoint_months DESC NULLS LAST
    ) = 1
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
    curated_line
FROM at_one_time
QUALIFY row_number() OVER (
    PARTITION BY study_id, organ_code, outcome_code, arm_role, arm_label
    ORDER BY certainty_order, source, record_id, curated_line
) = 1
