-- title: no record that looks like MSC is put aside without a word
-- question: Which records put aside as giving no MSC hold words in title, intervention or arm that look like MSC and that no rule explains?
-- grain: one row per record and field
-- missing: summaries, descriptions and abstracts are not looked at: there such words are background more often than not
-- reference: vocab.msc_word (looks_like_msc; explained by the cells themselves, by not_msc, unsure and other_stroma)
WITH mention AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, field, pattern_name, matched_text, span_start, span_end
    FROM concept.trial_mention
    WHERE product_tier <= 2
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, field, pattern_name, matched_text, span_start, span_end
    FROM concept.publication_mention
    WHERE field IN ('title', 'keyword_text')
),
put_aside AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id FROM concept.trial_is_msc WHERE product_kind = 'none'
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id FROM concept.publication_is_msc WHERE product_kind = 'none'
)
SELECT looks.source, looks.record_id, looks.field, string_agg(DISTINCT lower(looks.matched_text), '; ' ORDER BY lower(looks.matched_text)) AS words
FROM mention AS looks
INNER JOIN put_aside ON put_aside.source = looks.source AND put_aside.record_id = looks.record_id
ANTI JOIN mention AS explained
    ON explained.source = looks.source
    AND explained.record_id = looks.record_id
    AND explained.field = looks.field
    AND explained.pattern_name IN ('product_any', 'product_not_msc', 'product_unsure', 'product_other_stroma')
    AND explained.span_start < looks.span_end
    AND explained.span_end > looks.span_start
WHERE looks.pattern_name = 'product_looks_like_msc'
GROUP BY looks.source, looks.record_id, looks.field
