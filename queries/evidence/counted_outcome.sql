-- title: The counts that stand behind the summaries
-- question: Which count of each arm enters the tables, so that nobody is counted twice?
-- grain: one row per study, organ, outcome, arm role and arm
-- missing: values without both n_events and n_at_risk have no row; 0 events is a count
-- reference: evidence.countable_outcome, which tells what may count at all; evidence.compared_outcome for comparisons
-- care: per study, organ, outcome and role one source (people before the register before abstracts), and of rules' readings one record;
-- care: and one time only: main reports before substudies, then the longest follow-up.
-- care: so the two sides of a study may stand here at different times: what is compared is in evidence.compared_outcome.
WITH of_best_source AS (
    SELECT *
    FROM evidence.countable_outcome
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
FROM at_one_time
WHERE is_told_apart
