-- title: Which values speak of the same thing, and which of them is chosen
-- question: For one study, organ, outcome, arm and time: which value stands, and which are beside it?
-- grain: one row per value that nothing speaks against (value_id), with the group it belongs to (reconciled_id)
-- missing: values with an exclusion_reason, or without any number, have no row
-- reference: evidence.arm_outcome, study.study_record, vocab.certainty
-- care: a count of people before a bare percentage; two people before one, people before the register before abstracts; then certainty,
-- care: then main reports before substudies and cases, then the record.
-- care: times within a week or 5 % of one another are one time. A value of a rule without a time belongs to the only time known of
-- care: the same arm and outcome, unless the register posts for that time no more events than without a time (adverse events of the whole
-- care: study); two readings of people are never one. Measured values are alike only in kind and unit.
WITH usable AS (
    SELECT
        arm_outcome.*,
        certainty.sort_order AS certainty_order,
        CASE study_record.record_role WHEN 'substudy' THEN 2 WHEN 'case_report' THEN 3 ELSE 1 END AS role_order,
        CASE
            WHEN arm_outcome.study_arm_label IS NOT NULL THEN 'arm ' || arm_outcome.study_arm_label
            ELSE arm_outcome.source || ' ' || arm_outcome.record_id || ' ' || arm_outcome.arm_label
        END AS arm_id,
        CASE
            WHEN arm_outcome.n_events IS NOT NULL OR (outcome.kind = 'count' AND arm_outcome.value_kind = 'percent') THEN 'count'
            WHEN arm_outcome.value_kind = 'percent' THEN 'percent'
            ELSE coalesce(arm_outcome.value_kind, '') || '|' || regexp_replace(lower(coalesce(arm_outcome.unit, '')), '[^a-z0-9%/.]', '', 'g')
        END AS measure
    FROM evidence.arm_outcome
    INNER JOIN vocab.certainty ON certainty.certainty = arm_outcome.certainty
    INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code
    LEFT JOIN (
        SELECT study_id, source, record_id, min(record_role) AS record_role
        FROM study.study_record
        GROUP BY study_id, source, record_id
    ) AS study_record
        ON study_record.study_id = arm_outcome.study_id
        AND study_record.source = arm_outcome.source
        AND study_record.record_id = arm_outcome.record_id
    WHERE arm_outcome.exclusion_reason IS NULL
        AND (arm_outcome.n_events IS NOT NULL OR arm_outcome.value IS NOT NULL)
),
stepped AS (
    SELECT
        *,
        timepoint_months - lag(timepoint_months) OVER thing > greatest(0.25, 0.05 * abs(timepoint_months)) AS is_step
    FROM usable
    WINDOW thing AS (
        PARTITION BY study_id, organ_code, outcome_code, arm_role, arm_id, measure
        ORDER BY timepoint_months NULLS LAST, value_id
    )
),
timed AS (
    SELECT
        *,
        CASE
            WHEN timepoint_months IS NOT NULL THEN
                'time ' || sum(coalesce(is_step, FALSE)::INTEGER) OVER (
                    PARTITION BY study_id, organ_code, outcome_code, arm_role, arm_id, measure
                    ORDER BY timepoint_months NULLS LAST, value_id
                )::BIGINT
            ELSE 'text ' || lower(coalesce(timepoint_text, ''))
        END AS own_time,
        level = 2 AND coalesce(
            n_events >= max(n_events) FILTER (WHERE timepoint_months IS NOT NULL) OVER (
                PARTITION BY study_id, organ_code, outcome_code, arm_role, arm_id, measure, source, record_id
            ),
            FALSE
        ) AS is_of_longer_time
    FROM stepped
),
times AS (
    SELECT
        study_id,
        organ_code,
        outcome_code,
        arm_role,
        arm_id,
        measure,
        count(DISTINCT own_time) FILTER (WHERE timepoint_months IS NOT NULL) AS n_known,
        min(own_time) FILTER (WHERE timepoint_months IS NOT NULL) AS only_known,
        bool_or(level = 1) FILTER (WHERE timepoint_months IS NOT NULL) AS is_known_by_people,
        count(DISTINCT own_time) FILTER (WHERE timepoint_months IS NULL AND level = 1) AS n_unknown_of_people,
        min(own_time) FILTER (WHERE timepoint_months IS NULL AND level = 1) AS only_unknown
    FROM timed
    GROUP BY study_id, organ_code, outcome_code, arm_role, arm_id, measure
),
settled AS (
    SELECT
        timed.*,
        CASE
            WHEN timed.timepoint_months IS NOT NULL THEN timed.own_time
            WHEN timed.is_of_longer_time THEN timed.own_time
            WHEN timed.level > 1 AND times.n_known = 1 AND times.n_unknown_of_people = 0 THEN times.only_known
            WHEN timed.level > 1 AND times.n_known = 0 AND times.n_unknown_of_people = 1 THEN times.only_unknown
            WHEN timed.level > 1 AND times.n_known = 0 THEN 'text '
            WHEN timed.level = 1 AND times.n_known = 1 AND times.n_unknown_of_people = 1 AND NOT times.is_known_by_people THEN times.only_known
            ELSE timed.own_time
        END AS time_id
    FROM timed
    INNER JOIN times
        ON times.study_id = timed.study_id
        AND times.organ_code = timed.organ_code
        AND times.outcome_code = timed.outcome_code
        AND times.arm_role = timed.arm_role
        AND times.arm_id = timed.arm_id
        AND times.measure = timed.measure
)
SELECT
    value_id,
    study_id || ' | ' || organ_code || ' | ' || outcome_code || ' | ' || arm_role || ' | ' || arm_id || ' | ' || time_id || ' | ' || measure AS reconciled_id,
    arm_id,
    role_order,
    certainty_order,
    row_number() OVER (
        PARTITION BY study_id, organ_code, outcome_code, arm_role, arm_id, time_id, measure
        ORDER BY
            measure = 'count' AND (n_events IS NULL OR n_at_risk IS NULL),
            level,
            rule_id IS DISTINCT FROM 'read_by_two_people',
            certainty_order,
            role_order,
            timepoint_months DESC NULLS LAST,
            source,
            record_id,
            curated_line NULLS LAST,
            value_id
    ) AS choice_order
FROM settled
