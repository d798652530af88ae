-- title: Intervals of recall
-- question: Between which bounds does each share of known records found lie, with 95 % confidence?
-- grain: one row per pair of records found and records known that the recall self-test shows
-- missing: a source that was not searched has no pair
-- reference: Wilson EB. J Am Stat Assoc 1927;22:209-212
-- compute: wilson
SELECT DISTINCT
    count(*) FILTER (WHERE is_found)::BIGINT AS n_found,
    count(*)::BIGINT AS n_known
FROM study.known_record
WHERE is_searched
GROUP BY organ_code, source
