-- title: Numbers of the posted outcome measures
-- question: What was measured in each group, class and category of a posted outcome measure, as number and as written?
-- grain: one row per measurement; one per measure that has no measurement at all
-- missing: value is NULL where the text states no number; n_at_risk is NULL where the number of participants is not given
-- reference: resultsSection.outcomeMeasuresModule, evidence.registry_measure_outcome, evidence.registry_time_frame
-- care: the outcome holds for the one number of an undivided measure, for the category that says yes, and for classes that are moments;
-- care: rows of any other class or category have none, for they are parts. n_events is people, only where the parameter counts people.
-- care: the number of participants of a class goes before that of the measure.
WITH word AS (
    SELECT kind, '(?:' || string_agg(pattern, '|' ORDER BY pattern) || ')' AS words
    FROM vocab.registry_word
    GROUP BY kind
),
words AS (
    SELECT
        max(words) FILTER (WHERE kind = 'yes') AS yes,
        max(words) FILTER (WHERE kind = 'no') AS no,
        max(words) FILTER (WHERE kind = 'people_unit') AS people_unit,
        max(words) FILTER (WHERE kind = 'percent_unit') AS percent_unit
    FROM word
),
measure_denom AS (
    SELECT nct_id, outcome_position, group_id, first(count ORDER BY denom_position, count_position) AS n
    FROM core.result_outcome_denom
    WHERE lower(units) = 'participants'
    GROUP BY nct_id, outcome_position, group_id
),
class_denom AS (
    SELECT nct_id, outcome_position, class_position, group_id, first(count ORDER BY denom_position, count_position) AS n
    FROM core.result_outcome_class_denom
    WHERE lower(units) = 'participants'
    GROUP BY nct_id, outcome_position, class_position, group_id
),
shape AS (
    SELECT nct_id, outcome_position, count(DISTINCT class_position) AS n_classes
    FROM core.result_outcome_class
    GROUP BY nct_id, outcome_position
),
category_title AS (
    SELECT
        title.category_title,
        coalesce(regexp_full_match(lower(trim(title.category_title)), words.yes), FALSE) AS is_yes,
        coalesce(regexp_full_match(lower(trim(title.category_title)), words.no), FALSE) AS is_no
    FROM (SELECT DISTINCT category_title FROM core.result_outcome_category) AS title
    CROSS JOIN words
),
class_shape AS (
    SELECT
        category.nct_id,
        category.outcome_position,
        category.class_position,
        count(*) AS n_categories,
        count(*) FILTER (WHERE category_title.is_yes) AS n_yes,
        count(*) FILTER (WHERE category_title.is_no) AS n_no
    FROM core.result_outcome_category AS category
    INNER JOIN category_title ON category_title.category_title IS NOT DISTINCT FROM category.category_title
    GROUP BY category.nct_id, category.outcome_position, category.class_position
),
measure AS (
    SELECT
        outcome.nct_id,
        outcome.outcome_position,
        outcome.outcome_title,
        outcome.dispersion_type,
        outcome.unit_of_measure,
        outcome.time_frame_text,
        coalesce(parameter.statistic_kind, 'number') AS statistic_kind,
        coalesce(regexp_full_match(lower(trim(outcome.unit_of_measure)), words.people_unit), FALSE) AS is_in_people,
        coalesce(regexp_full_match(lower(trim(outcome.unit_of_measure)), words.percent_unit), FALSE) AS is_in_percent,
        named.outcome_code,
        coalesce(shape.n_classes = 1, FALSE) AS is_whole_class
    FROM core.result_outcome AS outcome
    CROSS JOIN words
    LEFT JOIN shape ON shape.nct_id = outcome.nct_id AND shape.outcome_position = outcome.outcome_position
    LEFT JOIN vocab.registry_statistic AS parameter
        ON parameter.role = 'parameter' AND regexp_full_match(lower(outcome.param_type), parameter.stated_pattern)
    LEFT JOIN evidence.registry_measure_outcome AS named
        ON named.nct_id = outcome.nct_id AND named.outcome_position = outcome.outcome_position
),
measurement AS (
    SELECT
        measured.*,
        measure.* EXCLUDE (nct_id, outcome_position),
        coalesce(class_denom.n, measure_denom.n) AS n_people,
        coalesce(class_time.is_only_time, FALSE) AS is_class_a_moment,
        coalesce(class_shape.n_categories = 1, FALSE) AS is_whole_category,
        coalesce(class_shape.n_categories = 2 AND class_shape.n_yes = 1 AND class_shape.n_no = 1 AND category_title.is_yes, FALSE) AS is_yes
    FROM core.result_outcome_measurement AS measured
    INNER JOIN measure ON measure.nct_id = measured.nct_id AND measure.outcome_position = measured.outcome_position
    LEFT JOIN class_shape
        ON class_shape.nct_id = measured.nct_id
        AND class_shape.outcome_position = measured.outcome_position
        AND class_shape.class_position = measured.class_position
    LEFT JOIN category_title ON category_title.category_title = measured.category_title
    LEFT JOIN evidence.registry_time_frame AS class_time ON class_time.timepoint_text = measured.class_title
    LEFT JOIN measure_denom
        ON measure_denom.nct_id = measured.nct_id
        AND measure_denom.outcome_position = measured.outcome_position
        AND measure_denom.group_id = measured.group_id
    LEFT JOIN class_denom
        ON class_denom.nct_id = measured.nct_id
        AND class_denom.outcome_position = measured.outcome_position
        AND class_denom.class_position = measured.class_position
        AND class_denom.group_id = measured.group_id
),
judged AS (
    SELECT
        *,
        statistic_kind = 'count' OR statistic_kind = 'number' AND is_in_people AS is_people_counted,
        outcome_code IS NOT NULL AND (is_whole_class OR is_class_a_moment) AND (is_whole_category OR is_yes) AS is_the_outcome
    FROM measurement
)
SELECT
    nct_id,
    outcome_position,
    group_id,
    CASE WHEN is_the_outcome THEN outcome_code END AS outcome_code,
    concat_ws(' | ', outcome_title, class_title, category_title) AS outcome_text,
    CASE WHEN is_class_a_moment THEN class_title ELSE time_frame_text END AS timepoint_text,
    CASE WHEN is_people_counted AND value >= 0 AND value = floor(value) THEN CAST(value AS BIGINT) END AS n_events,
    CAST(n_people AS BIGINT) AS n_at_risk,
    CASE WHEN NOT is_people_counted THEN value END AS value,
    CASE WHEN is_people_counted THEN 'count' WHEN statistic_kind = 'number' AND is_in_percent THEN 'percent' ELSE statistic_kind END AS value_kind,
    dispersion_type,
    spread_text AS spread_one,
    spread,
    lower_limit_text,
    lower_limit,
    upper_limit_text,
    upper_limit,
    unit_of_measure AS unit,
    value_text,
    value_missing_reason AS core_reason,
    measurement_comment AS remark,
    '/resultsSection/outcomeMeasuresModule/outcomeMeasures/' || (outcome_position - 1) || '/classes/' || (class_position - 1) || '/categories/'
        || (category_position - 1) || '/measurements/' || (measurement_position - 1) || CASE WHEN value_text IS NULL THEN '' ELSE '/value' END AS json_pointer,
    CASE
        WHEN NOT is_the_outcome THEN 'outcome_measurement'
        WHEN is_yes THEN 'outcome_category_yes'
        WHEN is_class_a_moment THEN 'outcome_class_moment'
        ELSE 'outcome_whole_measure'
    END AS rule_id,
    CASE WHEN is_the_outcome THEN 'medium' ELSE 'high' END AS certainty
FROM judged
UNION ALL
SELECT
    measure.nct_id,
    measure.outcome_position,
    NULL AS group_id,
    NULL AS outcome_code,
    measure.outcome_title AS outcome_text,
    measure.time_frame_text AS timepoint_text,
    NULL AS n_events,
    NULL AS n_at_risk,
    NULL AS value,
    NULL AS value_kind,
    NULL AS dispersion_type,
    NULL AS spread_one,
    NULL AS spread,
    NULL AS lower_limit_text,
    NULL AS lower_limit,
    NULL AS upper_limit_text,
    NULL AS upper_limit,
    measure.unit_of_measure AS unit,
    measure.reporting_status AS value_text,
    CASE WHEN measure.reporting_status = 'NOT_POSTED' THEN 'not_posted' ELSE 'no_measurement' END AS core_reason,
    NULL AS remark,
    '/resultsSection/outcomeMeasuresModule/outcomeMeasures/' || (measure.outcome_position - 1)
        || CASE WHEN measure.reporting_status IS NULL THEN '' ELSE '/reportingStatus' END AS json_pointer,
    'outcome_without_measurement' AS rule_id,
    'high' AS certainty
FROM core.result_outcome AS measure
ANTI JOIN core.result_outcome_measurement AS measured
    ON measured.nct_id = measure.nct_id AND measured.outcome_position = measure.outcome_position
