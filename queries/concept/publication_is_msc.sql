-- title: Is a paper about mesenchymal stromal cells as a product?
-- question: Does the paper name MSC, where, and in which words?
-- grain: one row per paper in the warehouse
-- missing: a paper without any MSC word has is_msc FALSE and no matched text; is_msc is never NULL
-- reference: MSC as in the anchor review, doi:10.3389/fimmu.2020.618243; adult progenitor cells (MAPC) count as MSC
-- care: named in the abstract only is certainty medium: it may be background.
WITH tier_text AS (
    SELECT pmid, tier, string_agg(text, ' | ' ORDER BY field_order) AS text
    FROM concept.publication_text
    GROUP BY pmid, tier
),
found AS (
    SELECT
        pmid,
        tier,
        nullif(regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_any')), '') AS product_words,
        nullif(regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_vesicle')), '') AS vesicle_words,
        nullif(regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_hsc')), '') AS hsc_words,
        nullif(regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_not_msc')), '') AS not_msc_words
    FROM tier_text
),
summed AS (
    SELECT
        publication.pmid,
        min(found.tier) FILTER (WHERE found.product_words IS NOT NULL) AS product_tier,
        arg_min(found.product_words, found.tier) FILTER (WHERE found.product_words IS NOT NULL) AS product_words,
        bool_or(found.tier = 1 AND found.vesicle_words IS NOT NULL) AS has_vesicle_words,
        bool_or(found.hsc_words IS NOT NULL) AS has_hsc_words,
        arg_min(found.not_msc_words, found.tier) FILTER (WHERE found.not_msc_words IS NOT NULL) AS not_msc_words
    FROM core.publication
    LEFT JOIN found ON found.pmid = publication.pmid
    GROUP BY publication.pmid
)
SELECT
    summed.pmid,
    summed.product_words IS NOT NULL AS is_msc,
    CASE
        WHEN summed.product_words IS NULL THEN 'none'
        WHEN summed.has_vesicle_words THEN 'msc_vesicles'
        ELSE 'msc_cells'
    END AS product_kind,
    coalesce(summed.has_hsc_words, FALSE) AS has_hsc_words,
    summed.not_msc_words AS not_msc_text,
    summed.product_words AS matched_text,
    arg_min(publication_text.field, publication_text.field_order) AS matched_field,
    CASE summed.product_tier
        WHEN 1 THEN 'product_in_title_or_headings'
        WHEN 2 THEN 'product_in_abstract'
        ELSE 'no_product_words'
    END AS rule_id,
    CASE summed.product_tier WHEN 2 THEN 'medium' ELSE 'high' END AS certainty
FROM summed
LEFT JOIN concept.publication_text
    ON publication_text.pmid = summed.pmid
    AND publication_text.tier = summed.product_tier
    AND contains(publication_text.text, summed.product_words)
GROUP BY ALL
