-- title: every number of posted results stands in the text it was read from
-- question: Which posted numbers differ from their own text, stand nowhere, or are missing without a reason?
-- grain: one row per fault
-- missing: a number that is missing must have a missing_reason, and one that is there must have none
-- reference: evidence.registry_value
-- care: separators of thousands are no difference; sd must not be negative.
SELECT
    nct_id,
    module,
    json_pointer,
    outcome_text,
    value_text,
    coalesce(value, n_events) AS number,
    missing_reason
FROM evidence.registry_value
WHERE NOT starts_with(coalesce(json_pointer, ''), '/resultsSection/')
    OR (coalesce(value, n_events) IS NULL) IS DISTINCT FROM (missing_reason IS NOT NULL)
    OR (
        coalesce(value, n_events) IS NOT NULL
        AND TRY_CAST(replace(value_text, ',', '') AS DOUBLE) IS DISTINCT FROM coalesce(value, CAST(n_events AS DOUBLE))
    )
    OR coalesce(sd < 0, FALSE)
