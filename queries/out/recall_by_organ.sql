-- title: Recall self-test by organ
-- question: How many of the records that any search must find did the search find, organ by organ and source by source?
-- grain: one row per organ of the review and source
-- missing: n_found, prop and its bounds are NULL where the source was not searched or no record is known; missed_ids is NULL where none is missed
-- reference: curated.known_studies; interval after Wilson 1927
-- care: known records are those people knew already: recall of what nobody knew is not measured by it.
-- care: over the embedded sample the figures tell what is shipped, not how well the search works.
WITH counted AS (
    SELECT
        organ_code,
        source,
        count(*)::BIGINT AS n_known,
        count(*) FILTER (WHERE is_found)::BIGINT AS n_found,
        count(*) FILTER (WHERE is_found AND is_in_scope)::BIGINT AS n_in_scope,
        string_agg(record_id, ';' ORDER BY record_id) FILTER (WHERE NOT is_found) AS missed_ids
    FROM study.known_record
    GROUP BY organ_code, source
),
wanted AS (
    SELECT
        organ.organ_code,
        organ.organ_name,
        organ.sort_order AS organ_order,
        search_source.source,
        search_source.sort_order AS source_order
    FROM vocab.organ
    CROSS JOIN vocab.search_source
    WHERE organ.is_in_review_scope
),
searched AS (
    SELECT source FROM ops.harvest_run WHERE status = 'finished'
    UNION
    SELECT source FROM raw.record_strategy
)
SELECT
    wanted.organ_code,
    wanted.organ_name,
    wanted.source,
    searched.source IS NOT NULL AS is_searched,
    coalesce(counted.n_known, 0) AS n_known,
    CASE WHEN searched.source IS NOT NULL THEN counted.n_found END AS n_found,
    CASE WHEN searched.source IS NOT NULL THEN counted.n_in_scope END AS n_in_scope,
    recall_interval.prop,
    recall_interval.prop_ci_low,
    recall_interval.prop_ci_high,
    CASE WHEN searched.source IS NOT NULL THEN counted.missed_ids END AS missed_ids
FROM wanted
LEFT JOIN counted ON counted.organ_code = wanted.organ_code AND counted.source = wanted.source
LEFT JOIN searched ON searched.source = wanted.source
LEFT JOIN synth.recall_interval
    ON searched.source IS NOT NULL
    AND recall_interval.n_found = counted.n_found
    AND recall_interval.n_known = counted.n_known
ORDER BY wanted.organ_order, wanted.source_order
