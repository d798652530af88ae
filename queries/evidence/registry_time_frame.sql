-- title: Time frames of posted results, in months
-- question: At which single moment after the start was a posted number taken?
-- grain: one row per text of a time frame, and per title of a class of measurements
-- missing: timepoint_months is NULL where a text names no single moment: lists of visits, cycles, ends that differ
-- reference: vocab.registry_word; a month is 30.4375 days, a year 365.25
-- care: a span counts by its end. is_only_time tells that a text holds nothing but the moment.
-- compute: time_frames
WITH word AS (
    SELECT kind, string_agg(pattern, '|' ORDER BY pattern) AS words
    FROM vocab.registry_word
    GROUP BY kind
),
text AS (
    SELECT time_frame_text AS timepoint_text FROM core.result_outcome
    UNION
    SELECT time_frame_text AS timepoint_text FROM core.adverse_event_reporting
    UNION
    SELECT class_title AS timepoint_text FROM core.result_outcome_class
)
SELECT
    text.timepoint_text,
    max(word.words) FILTER (WHERE word.kind = 'minute') AS minute_words,
    max(word.words) FILTER (WHERE word.kind = 'hour') AS hour_words,
    max(word.words) FILTER (WHERE word.kind = 'day') AS day_words,
    max(word.words) FILTER (WHERE word.kind = 'week') AS week_words,
    max(word.words) FILTER (WHERE word.kind = 'month') AS month_words,
    max(word.words) FILTER (WHERE word.kind = 'year') AS year_words,
    max(word.words) FILTER (WHERE word.kind = 'range') AS span_words,
    max(word.words) FILTER (WHERE word.kind = 'not_a_moment') AS not_a_moment_words,
    max(word.words) FILTER (WHERE word.kind = 'other_start') AS other_start_words,
    max(word.words) FILTER (WHERE word.kind = 'open_end') AS open_end_words,
    max(word.words) FILTER (WHERE word.kind = 'bounded') AS bounded_words,
    max(word.words) FILTER (WHERE word.kind = 'cycle') AS cycle_words,
    max(word.words) FILTER (WHERE word.kind = 'baseline') AS baseline_words,
    max(word.words) FILTER (WHERE word.kind = 'time_filler') AS filler_words
FROM text
CROSS JOIN word
WHERE text.timepoint_text IS NOT NULL
GROUP BY text.timepoint_text
