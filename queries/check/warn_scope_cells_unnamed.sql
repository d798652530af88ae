-- title: no organ recipients get cells of a kind that nobody looked up
-- question: Which trials and papers about recipients of an organ of the review give cells without saying of which kind?
-- grain: one row per record
-- missing: records that name MSC, or cells of another kind, are no fault
-- reference: vocab.msc_word (cell_therapy, other_cell); concept.trial_organ, concept.publication_mention
WITH open_cells AS (
    SELECT nct_id, arg_min(matched_text, field_order * 1000000 + span_start) AS words
    FROM concept.trial_mention
    WHERE pattern_name = 'product_cell_therapy' AND product_tier <= 2
    GROUP BY nct_id
),
named_cells AS (
    SELECT DISTINCT nct_id
    FROM concept.trial_mention
    WHERE pattern_name = 'product_other_cell' AND product_tier <= 2
),
open_paper AS (
    SELECT
        pmid,
        arg_min(matched_text, field_order * 1000000 + span_start) FILTER (WHERE pattern_name = 'product_cell_therapy') AS words,
        bool_or(pattern_name IN ('product_other_cell', 'product_not_msc')) AS has_named_cells,
        bool_or(pattern_name = 'subject_graft' AND field = 'title') AS has_organ
    FROM concept.publication_mention
    WHERE tier = 1
    GROUP BY pmid
)
SELECT 'clinicaltrials_gov' AS source, trial_is_msc.nct_id AS record_id, open_cells.words
FROM concept.trial_is_msc
INNER JOIN open_cells ON open_cells.nct_id = trial_is_msc.nct_id
ANTI JOIN named_cells ON named_cells.nct_id = trial_is_msc.nct_id
SEMI JOIN concept.trial_organ
    ON trial_organ.nct_id = trial_is_msc.nct_id AND trial_organ.organ_code IS DISTINCT FROM 'other' AND trial_organ.rule_id IS DISTINCT FROM 'recipient_in_summary_or_criteria'
WHERE trial_is_msc.rule_id = 'no_product_words'
UNION ALL
SELECT 'pubmed' AS source, publication_is_msc.pmid AS record_id, open_paper.words
FROM concept.publication_is_msc
INNER JOIN open_paper ON open_paper.pmid = publication_is_msc.pmid
WHERE NOT publication_is_msc.is_msc AND open_paper.words IS NOT NULL AND open_paper.has_organ AND NOT open_paper.has_named_cells
