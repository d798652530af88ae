-- title: Which grafted organ a paper is about
-- question: Grafts of which organ does the paper speak of, and in which words?
-- grain: one row per paper that names MSC and organ
-- missing: a paper that ties no organ to a graft has no row; papers without any MSC word are not looked at
-- reference: organs as in the anchor review, doi:10.3389/fimmu.2020.618243
-- care: title, keywords and subject headings speak first; the abstract only where they name no grafted organ,
-- care: and then only where it speaks of somebody who has or gets the graft.
WITH tier_text AS (
    SELECT
        publication_text.pmid,
        publication_text.tier,
        regexp_replace(
            string_agg(publication_text.text, ' | ' ORDER BY publication_text.field_order),
            (SELECT pattern FROM concept.pattern WHERE pattern_name = 'background_phrase'), ' ', 'g'
        ) AS text
    FROM concept.publication_text
    INNER JOIN concept.publication_is_msc ON publication_is_msc.pmid = publication_text.pmid AND publication_is_msc.is_msc
    GROUP BY publication_text.pmid, publication_text.tier
),
phrase_in_subject AS (
    SELECT
        pmid,
        tier,
        trim(ltrim(unnest(regexp_extract_all(text, (
            SELECT pattern FROM concept.pattern WHERE pattern_name = 'graft_phrase'
        ))), '|')) AS phrase
    FROM tier_text
    WHERE tier = 1
),
phrase_in_abstract AS (
    SELECT
        tier_text.pmid,
        tier_text.tier,
        trim(ltrim(unnest(regexp_extract_all(tier_text.text, (
            SELECT pattern FROM concept.pattern WHERE pattern_name = 'recipient_phrase'
        ))), '|')) AS phrase
    FROM tier_text
    ANTI JOIN phrase_in_subject ON phrase_in_subject.pmid = tier_text.pmid
    WHERE tier_text.tier = 2
),
phrase AS (
    SELECT pmid, tier, phrase FROM phrase_in_subject
    UNION ALL
    SELECT pmid, tier, phrase FROM phrase_in_abstract
),
organ_phrase AS (
    SELECT DISTINCT phrase.pmid, phrase.tier, organ_pattern.organ_code, phrase.phrase
    FROM phrase
    INNER JOIN concept.organ_pattern
        ON organ_pattern.pattern_kind = 'graft' AND regexp_matches(phrase.phrase, organ_pattern.pattern)
)
SELECT
    organ_phrase.pmid,
    organ_phrase.organ_code,
    first(organ_phrase.phrase ORDER BY publication_text.field_order NULLS LAST, organ_phrase.phrase) AS matched_text,
    first(publication_text.field ORDER BY publication_text.field_order NULLS LAST, organ_phrase.phrase) AS matched_field,
    CASE organ_phrase.tier WHEN 1 THEN 'graft_in_title_or_headings' ELSE 'graft_in_abstract' END AS rule_id,
    CASE organ_phrase.tier WHEN 1 THEN 'high' ELSE 'medium' END AS certainty
FROM organ_phrase
LEFT JOIN concept.publication_text
    ON publication_text.pmid = organ_phrase.pmid
    AND publication_text.tier = organ_phrase.tier
    AND contains(publication_text.text, organ_phrase.phrase)
GROUP BY organ_phrase.pmid, organ_phrase.organ_code, organ_phrase.tier
