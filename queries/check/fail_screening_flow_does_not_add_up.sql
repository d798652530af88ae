-- title: the numbers of the flow add up, box by box
-- question: In which source, or in which total, do the boxes of the flow not add up?
-- grain: one row per source, or total, and sum that fails
-- missing: none
-- reference: out.screening_flow
-- care: identified - removed - not retrieved = screened; screened - excluded = assessed; assessed - awaiting = included; previous + new + other methods = total.
WITH per_source AS (
    SELECT
        source,
        coalesce(sum(n_records) FILTER (WHERE box = 'identified'), 0)::BIGINT AS n_identified,
        coalesce(sum(n_records) FILTER (WHERE box IN ('removed', 'not_retrieved')), 0)::BIGINT AS n_removed,
        coalesce(sum(n_records) FILTER (WHERE box = 'screened'), 0)::BIGINT AS n_screened,
        coalesce(sum(n_records) FILTER (WHERE box = 'excluded'), 0)::BIGINT AS n_excluded,
        coalesce(sum(n_records) FILTER (WHERE box = 'assessed'), 0)::BIGINT AS n_assessed,
        coalesce(sum(n_records) FILTER (WHERE box = 'awaiting'), 0)::BIGINT AS n_awaiting,
        coalesce(sum(n_records) FILTER (WHERE box = 'included'), 0)::BIGINT AS n_included,
        coalesce(sum(n_reports) FILTER (WHERE box = 'included'), 0)::BIGINT AS n_reports_included
    FROM out.screening_flow
    WHERE source IS NOT NULL
    GROUP BY source
),
part AS (
    SELECT
        coalesce(sum(n_records) FILTER (WHERE box IN ('included_previously', 'included_new')), 0)::BIGINT AS n_records_searched,
        coalesce(sum(n_reports) FILTER (WHERE box IN ('included_previously', 'included_new')), 0)::BIGINT AS n_reports_searched,
        coalesce(sum(n_records) FILTER (WHERE box IS DISTINCT FROM 'included_in_total'), 0)::BIGINT AS n_records,
        coalesce(sum(n_reports) FILTER (WHERE box IS DISTINCT FROM 'included_in_total'), 0)::BIGINT AS n_reports,
        coalesce(sum(n_studies) FILTER (WHERE box IS DISTINCT FROM 'included_in_total'), 0)::BIGINT AS n_studies,
        coalesce(sum(n_records) FILTER (WHERE box = 'included_in_total'), 0)::BIGINT AS n_records_total,
        coalesce(sum(n_reports) FILTER (WHERE box = 'included_in_total'), 0)::BIGINT AS n_reports_total,
        coalesce(sum(n_studies) FILTER (WHERE box = 'included_in_total'), 0)::BIGINT AS n_studies_total
    FROM out.screening_flow
    WHERE source IS NULL
),
included AS (
    SELECT coalesce(sum(n_included), 0)::BIGINT AS n_included, coalesce(sum(n_reports_included), 0)::BIGINT AS n_reports_included
    FROM per_source
)
SELECT source, 'identified - removed - not retrieved = screened' AS equation, n_identified - n_removed AS left_side, n_screened AS right_side
FROM per_source
WHERE n_identified - n_removed IS DISTINCT FROM n_screened
UNION ALL
SELECT source, 'screened - excluded = assessed' AS equation, n_screened - n_excluded AS left_side, n_assessed AS right_side
FROM per_source
WHERE n_screened - n_excluded IS DISTINCT FROM n_assessed
UNION ALL
SELECT source, 'assessed - awaiting = included' AS equation, n_assessed - n_awaiting AS left_side, n_included AS right_side
FROM per_source
WHERE n_assessed - n_awaiting IS DISTINCT FROM n_included
UNION ALL
SELECT NULL AS source, 'included = previous + new, records' AS equation, included.n_included AS left_side, part.n_records_searched AS right_side
FROM included
CROSS JOIN part
WHERE included.n_included IS DISTINCT FROM part.n_records_searched
UNION ALL
SELECT NULL AS source, 'included = previous + new, reports' AS equation, included.n_reports_included AS left_side, part.n_reports_searched AS right_side
FROM included
CROSS JOIN part
WHERE included.n_reports_included IS DISTINCT FROM part.n_reports_searched
UNION ALL
SELECT NULL AS source, 'previous + new + other methods = total, records' AS equation, n_records AS left_side, n_records_total AS right_side
FROM part
WHERE n_records IS DISTINCT FROM n_records_total
UNION ALL
SELECT NULL AS source, 'previous + new + other methods = total, reports' AS equation, n_reports AS left_side, n_reports_total AS right_side
FROM part
WHERE n_reports IS DISTINCT FROM n_reports_total
UNION ALL
SELECT NULL AS source, 'previous + new + other methods = total, studies' AS equation, n_studies AS left_side, n_studies_total AS right_side
FROM part
WHERE n_studies IS DISTINCT FROM n_studies_total
