-- title: Number of infusions in a paper
-- question: How often are the cells given to a person?
-- grain: one row per record on the subject that says how often
-- missing: n_infusions is NULL where arms differ or a range is written: see n_infusions_min and n_infusions_max; a record that does not say has no row
-- reference: concept.infusion_mention
-- care: title and abstract speak alike; subject headings do not count; only statements about the cells count.
-- care: a written number (two infusions, twice) speaks before an ordinal, a schedule (weekly for 4 weeks) and a list of days, and these before "single".
WITH ranked AS (
    SELECT
        infusion_mention.record_id AS pmid,
        infusion_mention.field,
        infusion_mention.field_order,
        infusion_mention.n_low,
        infusion_mention.n_high,
        infusion_mention.matched_text,
        infusion_mention.span_start,
        infusion_mention.span_end,
        infusion_mention.rule_id,
        10 * infusion_mention.tier + CASE infusion_mention.rule_id
            WHEN 'counted' THEN 1
            WHEN 'times' THEN 1
            WHEN 'ordinal' THEN 2
            WHEN 'schedule' THEN 2
            WHEN 'points' THEN 3
            ELSE 4
        END AS reading_rank
    FROM concept.infusion_mention
    INNER JOIN concept.publication_scope ON publication_scope.pmid = infusion_mention.record_id AND publication_scope.is_in_scope
    WHERE infusion_mention.source = 'pubmed' AND infusion_mention.is_about_cells
),
best AS (
    SELECT pmid, min(reading_rank) AS reading_rank
    FROM ranked
    GROUP BY pmid
)
SELECT
    ranked.pmid,
    CASE WHEN min(ranked.n_low) = max(ranked.n_high) THEN min(ranked.n_low) END AS n_infusions,
    min(ranked.n_low) AS n_infusions_min,
    max(ranked.n_high) AS n_infusions_max,
    first(ranked.matched_text ORDER BY ranked.field_order, ranked.span_start) AS matched_text,
    first(ranked.field ORDER BY ranked.field_order, ranked.span_start) AS matched_field,
    first(ranked.span_start ORDER BY ranked.field_order, ranked.span_start) AS span_start,
    first(ranked.span_end ORDER BY ranked.field_order, ranked.span_start) AS span_end,
    first(ranked.rule_id ORDER BY ranked.field_order, ranked.span_start) AS rule_id,
    CASE WHEN best.reading_rank IN (11, 12) THEN 'high' WHEN best.reading_rank < 20 THEN 'medium' ELSE 'low' END AS certainty
FROM ranked
INNER JOIN best ON best.pmid = ranked.pmid AND best.reading_rank = ranked.reading_rank
GROUP BY ranked.pmid, best.reading_rank
