-- title: Which grafted organ a paper is about
-- question: Grafts of which organ does the paper speak of, and in which words?
-- grain: one row per paper that names MSC and organ
-- missing: a paper that ties no organ to a graft has no row; papers without any MSC word are not looked at
-- reference: organs as in the anchor review, doi:10.3389/fimmu.2020.618243
-- care: title, keywords and subject headings speak first; the abstract only where they name no grafted organ,
-- care: and then only where it speaks of somebody who has or gets the graft.
-- care: an organ outside the body (donor organ, machine perfusion) counts only where title, keywords or headings speak of perfusion.
-- care: apart from trial_organ: only papers that name MSC are looked at, and the abstract is all there is beside the subject.
WITH perfused AS (
    SELECT DISTINCT pmid
    FROM concept.publication_mention
    WHERE pattern_name = 'scope_perfusion' AND tier = 1
),
phrase AS (
    SELECT
        publication_mention.pmid,
        publication_mention.tier,
        publication_mention.field,
        publication_mention.field_order,
        publication_mention.matched_text,
        lower(publication_mention.matched_text) AS phrase,
        publication_mention.span_start,
        publication_mention.span_end
    FROM concept.publication_mention
    INNER JOIN concept.publication_is_msc ON publication_is_msc.pmid = publication_mention.pmid AND publication_is_msc.is_msc
    LEFT JOIN perfused ON perfused.pmid = publication_mention.pmid
    WHERE publication_mention.pattern_name IN ('subject_graft', 'subject_recipient')
        OR publication_mention.pattern_name = 'scope_donor_organ' AND perfused.pmid IS NOT NULL
),
organ_phrase AS (
    SELECT
        phrase.*,
        organ_pattern.organ_code,
        min(phrase.tier) OVER (PARTITION BY phrase.pmid) AS best_tier
    FROM phrase
    INNER JOIN concept.organ_pattern
        ON organ_pattern.pattern_kind = 'graft' AND regexp_matches(phrase.phrase, organ_pattern.pattern)
    WHERE NOT regexp_matches(phrase.phrase, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'not_subject'))
)
SELECT
    pmid,
    organ_code,
    matched_text,
    field AS matched_field,
    span_start,
    span_end,
    CASE best_tier WHEN 1 THEN 'graft_in_title_or_headings' ELSE 'graft_in_abstract' END AS rule_id,
    CASE best_tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM organ_phrase
WHERE tier = best_tier
QUALIFY row_number() OVER (PARTITION BY pmid, organ_code ORDER BY field_order, span_start, span_end) = 1
