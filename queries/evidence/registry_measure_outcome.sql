-- title: Which outcome a posted measure is about
-- question: Does the title of a posted measure name one outcome of the vocabulary, and does its number count people who had it?
-- grain: one row per posted outcome measure whose title names exactly one outcome in a way its parameter can express
-- missing: a measure that names none, several, or a time to it, has no row
-- reference: vocab.registry_outcome_word, vocab.registry_word; parameter and unit of the measure
-- care: an outcome that is counted needs a count or a share of people; one that is measured needs a mean, a median or, for survival, a share.
-- care: words that look like the outcome and mean something else are taken out first; a difference is not the value itself.
WITH word AS (
    SELECT kind, '(?:' || string_agg(pattern, '|' ORDER BY pattern) || ')' AS words
    FROM vocab.registry_word
    GROUP BY kind
),
words AS (
    SELECT
        max(words) FILTER (WHERE kind = 'not_a_count') AS not_a_count,
        max(words) FILTER (WHERE kind = 'change') AS change,
        max(words) FILTER (WHERE kind = 'people_unit') AS people_unit,
        max(words) FILTER (WHERE kind = 'percent_unit') AS percent_unit
    FROM word
),
measure AS (
    SELECT
        outcome.nct_id,
        outcome.outcome_position,
        lower(outcome.outcome_title) AS title,
        parameter.statistic_kind,
        regexp_full_match(lower(trim(outcome.unit_of_measure)), words.people_unit) AS is_in_people,
        regexp_full_match(lower(trim(outcome.unit_of_measure)), words.percent_unit) AS is_in_percent,
        regexp_matches(lower(outcome.outcome_title), '\b' || words.not_a_count || '(?:\b|$)') AS is_not_a_count,
        regexp_matches(lower(outcome.outcome_title), '\b' || words.change || '\b') AS is_change
    FROM core.result_outcome AS outcome
    CROSS JOIN words
    LEFT JOIN vocab.registry_statistic AS parameter
        ON parameter.role = 'parameter' AND regexp_full_match(lower(outcome.param_type), parameter.stated_pattern)
),
titled AS (
    SELECT title.title, pattern.outcome_code
    FROM (SELECT DISTINCT title FROM measure) AS title
    INNER JOIN evidence.registry_outcome_pattern AS pattern ON regexp_matches(title.title, pattern.title_pattern)
    WHERE pattern.other_pattern IS NULL
        OR regexp_matches(regexp_replace(title.title, pattern.other_pattern, ' ~ ', 'g'), pattern.title_pattern)
),
named AS (
    SELECT measure.*, titled.outcome_code, outcome.kind AS outcome_kind, outcome.unit AS outcome_unit
    FROM measure
    INNER JOIN titled ON titled.title = measure.title
    INNER JOIN vocab.outcome ON outcome.outcome_code = titled.outcome_code
),
only_one AS (
    SELECT *
    FROM named
    QUALIFY count(*) OVER (PARTITION BY nct_id, outcome_position) = 1
)
SELECT
    nct_id,
    outcome_position,
    outcome_code,
    outcome_kind,
    statistic_kind = 'count' OR coalesce(statistic_kind = 'number' AND is_in_people, FALSE) AS is_people_counted
FROM only_one
WHERE CASE
    WHEN outcome_kind = 'count'
        THEN NOT is_not_a_count AND (statistic_kind = 'count' OR statistic_kind = 'number' AND (is_in_people OR is_in_percent))
    WHEN outcome_unit = '%' THEN statistic_kind IN ('number', 'mean') AND is_in_percent AND NOT is_change
    ELSE statistic_kind IN ('mean', 'median', 'ls_mean', 'geometric_mean', 'geometric_ls_mean') AND NOT is_change AND NOT is_in_percent
END
