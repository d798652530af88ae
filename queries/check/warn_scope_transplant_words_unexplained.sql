-- title: no graft in a subject line is passed over without a word
-- question: Which trials of MSC that were put aside speak of a graft in title, condition or keyword, in words that no rule explains?
-- grain: one row per trial and field
-- missing: trials in scope, borderline, decided by a person, or put aside because of another graft are no fault
-- reference: vocab.transplant_word (graft_word; explained by organs, marrow, tissue, and by cells that are called a transplant)
SELECT
    looks.nct_id,
    trial_scope.reason_code,
    looks.field,
    string_agg(DISTINCT lower(looks.matched_text), '; ' ORDER BY lower(looks.matched_text)) AS words
FROM concept.trial_mention AS looks
INNER JOIN concept.trial_scope
    ON trial_scope.nct_id = looks.nct_id AND trial_scope.rule_id IN ('organ_disease_without_transplant', 'not_transplant_recipient')
INNER JOIN concept.trial_is_msc ON trial_is_msc.nct_id = looks.nct_id AND trial_is_msc.product_kind IS DISTINCT FROM 'none'
ANTI JOIN concept.trial_mention AS explained
    ON explained.nct_id = looks.nct_id
    AND explained.field = looks.field
    AND explained.pattern_name IN (
        'subject_graft', 'scope_donor_organ', 'scope_hsct', 'scope_hsct_open', 'scope_tissue_graft', 'scope_cell_graft', 'scope_unnamed_organ'
    )
    AND explained.span_start < looks.span_end
    AND explained.span_end > looks.span_start
WHERE looks.pattern_name = 'scope_graft_word' AND looks.recipient_tier = 1
GROUP BY looks.nct_id, trial_scope.reason_code, looks.field
