-- title: Is a paper about mesenchymal stromal cells as a product?
-- question: Does the paper name MSC, where, and in which words?
-- grain: one row per paper in the warehouse
-- missing: a paper without any MSC word has is_msc FALSE and no matched text; is_msc is never NULL
-- reference: MSC as in the anchor review, doi:10.3389/fimmu.2020.618243; adult progenitor cells (MAPC) count as MSC
-- care: named in the abstract only is certainty medium: it may be background.
-- care: apart from trial_is_msc: a paper lists no interventions, so being named is all there is.
WITH named AS (
    SELECT
        pmid,
        bool_or(pattern_name = 'product_vesicle' AND tier = 1) AS has_vesicle_words,
        bool_or(pattern_name = 'product_hsc') AS has_hsc_words,
        arg_min(matched_text, field_order * 1000000 + span_start) FILTER (WHERE pattern_name = 'product_not_msc') AS not_msc_text
    FROM concept.publication_mention
    GROUP BY pmid
),
evidence AS (
    SELECT pmid, tier, field, matched_text, span_start, span_end
    FROM concept.publication_mention
    WHERE pattern_name = 'product_any'
    QUALIFY row_number() OVER (PARTITION BY pmid ORDER BY tier, field_order, span_start) = 1
)
SELECT
    publication.pmid,
    evidence.pmid IS NOT NULL AS is_msc,
    CASE
        WHEN evidence.pmid IS NULL THEN 'none'
        WHEN named.has_vesicle_words THEN 'msc_vesicles'
        ELSE 'msc_cells'
    END AS product_kind,
    coalesce(named.has_hsc_words, FALSE) AS has_hsc_words,
    named.not_msc_text,
    evidence.matched_text,
    evidence.field AS matched_field,
    evidence.span_start,
    evidence.span_end,
    CASE evidence.tier
        WHEN 1 THEN 'product_in_title_or_headings'
        WHEN 2 THEN 'product_in_abstract'
        ELSE 'no_product_words'
    END AS rule_id,
    CASE evidence.tier WHEN 2 THEN 'medium' ELSE 'high' END AS certainty
FROM core.publication AS publication
LEFT JOIN named ON named.pmid = publication.pmid
LEFT JOIN evidence ON evidence.pmid = publication.pmid
