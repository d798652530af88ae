-- title: Every number of posted results
-- question: Which numbers did the register post for which group, what are they about, and where in the record do they stand?
-- grain: one row per number posted: total or term of adverse events, measurement, milestone, reason for leaving, value at baseline
-- missing: missing_reason tells why value and n_events are both NULL; n_at_risk NULL is not reported; 0 is reported as none
-- reference: evidence.registry_adverse_number, registry_measure_number, registry_flow_number, registry_arm; vocab.missing_reason
-- care: json_pointer (RFC 6901) leads to value_text within the stored record. Nothing is summed. Groups of everybody and groups that may
-- care: share people have no arm_role, and arm_method total or may_share_people: adding them to others would count people twice.
-- care: outcome_code is NULL where the words do not allow.
-- care: of flow, value is people (value_kind started, completed, not_completed, milestone, left) and n_at_risk who started that period.
-- care: sd holds standard deviations only, other spreads are spread_text with spread_kind, bounds are spread_low and spread_high.
WITH number AS (
    SELECT
        adverse.nct_id,
        'adverse_event' AS module,
        CAST(NULL AS INTEGER) AS outcome_position,
        adverse.group_id,
        adverse.outcome_code,
        adverse.outcome_text,
        reporting.time_frame_text AS timepoint_text,
        CAST(adverse.n_affected AS BIGINT) AS n_events,
        CAST(adverse.n_at_risk AS BIGINT) AS n_at_risk,
        CAST(NULL AS DOUBLE) AS value,
        'count' AS value_kind,
        CAST(NULL AS VARCHAR) AS dispersion_type,
        CAST(NULL AS VARCHAR) AS spread_one,
        CAST(NULL AS DOUBLE) AS spread,
        CAST(NULL AS VARCHAR) AS lower_limit_text,
        CAST(NULL AS DOUBLE) AS lower_limit,
        CAST(NULL AS VARCHAR) AS upper_limit_text,
        CAST(NULL AS DOUBLE) AS upper_limit,
        'Participants' AS unit,
        CAST(adverse.n_affected AS VARCHAR) AS value_text,
        CAST(NULL AS VARCHAR) AS core_reason,
        CAST(NULL AS VARCHAR) AS remark,
        adverse.json_pointer,
        adverse.rule_id,
        adverse.certainty
    FROM evidence.registry_adverse_number AS adverse
    LEFT JOIN core.adverse_event_reporting AS reporting ON reporting.nct_id = adverse.nct_id
    UNION ALL BY NAME
    SELECT *, 'outcome_measure' AS module
    FROM evidence.registry_measure_number
    UNION ALL BY NAME
    SELECT *, 'high' AS certainty
    FROM evidence.registry_flow_number
),
reason AS (
    SELECT DISTINCT
        number.value_text,
        number.remark,
        first(missing_reason.missing_reason ORDER BY missing_reason.sort_order) AS worded_reason
    FROM (SELECT DISTINCT value_text, remark FROM number WHERE core_reason IS NOT NULL AND (value_text IS NOT NULL OR remark IS NOT NULL)) AS number
    INNER JOIN vocab.missing_reason
        ON regexp_full_match(lower(trim(number.value_text)), '(?:' || missing_reason.pattern || ')')
        OR regexp_matches(lower(number.remark), '\b(?:' || missing_reason.pattern || ')\b')
    GROUP BY number.value_text, number.remark
),
spread_kind AS (
    SELECT
        stated.dispersion_type,
        first(
            CASE statistic.statistic_kind
                WHEN 'ci' THEN 'ci' || regexp_extract(stated.dispersion_type, '\d+(?:\.\d+)?')
                ELSE statistic.statistic_kind
            END
            ORDER BY statistic.statistic_kind
        ) AS spread_kind
    FROM (SELECT DISTINCT dispersion_type FROM number) AS stated
    INNER JOIN vocab.registry_statistic AS statistic
        ON statistic.role = 'dispersion' AND regexp_full_match(lower(trim(stated.dispersion_type)), statistic.stated_pattern)
    GROUP BY stated.dispersion_type
)
SELECT
    number.nct_id,
    number.module,
    number.group_id,
    registry_arm.group_title AS arm_label,
    registry_arm.arm_role,
    registry_arm.arm_position,
    CASE
        WHEN registry_arm.is_total THEN 'total'
        WHEN registry_arm.may_share_people THEN 'may_share_people'
        ELSE registry_arm.arm_method
    END AS arm_method,
    number.outcome_code,
    number.outcome_text,
    registry_time_frame.timepoint_months,
    number.timepoint_text,
    number.n_events,
    number.n_at_risk,
    number.value,
    number.value_kind,
    CASE WHEN spread_kind.spread_kind = 'sd' AND number.spread >= 0 THEN number.spread END AS sd,
    CASE WHEN number.spread_one IS NOT NULL OR number.lower_limit_text IS NOT NULL OR number.upper_limit_text IS NOT NULL
        THEN coalesce(spread_kind.spread_kind, 'other') END AS spread_kind,
    number.lower_limit AS spread_low,
    number.upper_limit AS spread_high,
    coalesce(
        number.spread_one,
        CASE WHEN number.lower_limit_text IS NOT NULL OR number.upper_limit_text IS NOT NULL
            THEN coalesce(number.lower_limit_text, '?') || ' to ' || coalesce(number.upper_limit_text, '?') END
    ) AS spread_text,
    number.unit,
    number.value_text,
    CASE WHEN number.n_events IS NULL AND number.value IS NULL THEN
        CASE
            WHEN number.core_reason IN ('not_posted', 'no_measurement') THEN number.core_reason
            ELSE coalesce(reason.worded_reason, number.core_reason, 'text')
        END
    END AS missing_reason,
    CASE WHEN number.n_events IS NOT NULL THEN 'reported' END AS count_basis,
    number.json_pointer,
    number.rule_id,
    CASE
        WHEN registry_arm.arm_role IS NOT NULL AND registry_arm.certainty = 'low' THEN 'low'
        WHEN registry_arm.arm_role IS NOT NULL AND registry_arm.certainty = 'medium' THEN 'medium'
        ELSE number.certainty
    END AS certainty
FROM number
LEFT JOIN evidence.registry_arm
    ON registry_arm.nct_id = number.nct_id
    AND registry_arm.module = number.module
    AND registry_arm.outcome_position IS NOT DISTINCT FROM number.outcome_position
    AND registry_arm.group_id = number.group_id
LEFT JOIN evidence.registry_time_frame ON registry_time_frame.timepoint_text = number.timepoint_text
LEFT JOIN spread_kind ON spread_kind.dispersion_type = number.dispersion_type
LEFT JOIN reason
    ON reason.value_text IS NOT DISTINCT FROM number.value_text
    AND reason.remark IS NOT DISTINCT FROM number.remark
    AND number.core_reason IS NOT NULL
