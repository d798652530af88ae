-- title: every span points at the words it claims
-- question: Which concept rows have a span at which the stored text does not hold their matched text, or half of the four columns?
-- grain: one row per faulty concept row
-- missing: rows without any matched text have no span and are no fault; decisions of people (override) quote their reason and have none
-- reference: concept.trial_text, concept.publication_text; spans are characters from 0, the end not included
WITH spanned AS (
    SELECT 'record_cell_origin' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_cell_origin
    UNION ALL
    SELECT 'record_cell_source' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_cell_source
    UNION ALL
    SELECT 'trial_comparator' AS concept, nct_id AS record_id, matched_field, matched_text, span_start, span_end FROM concept.trial_comparator
    UNION ALL
    SELECT 'trial_design' AS concept, nct_id AS record_id, matched_field, matched_text, span_start, span_end FROM concept.trial_design
    UNION ALL
    SELECT 'record_donor_type' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_donor_type
    UNION ALL
    SELECT 'record_dose' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_dose
    UNION ALL
    SELECT 'record_immunosuppression' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_immunosuppression
    UNION ALL
    SELECT 'record_infusion' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_infusion
    UNION ALL
    SELECT 'trial_is_msc' AS concept, nct_id AS record_id, matched_field, matched_text, span_start, span_end FROM concept.trial_is_msc
    UNION ALL
    SELECT 'trial_organ' AS concept, nct_id AS record_id, matched_field, matched_text, span_start, span_end FROM concept.trial_organ
    UNION ALL
    SELECT 'record_product_role' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_product_role
    UNION ALL
    SELECT 'record_purpose' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_purpose
    UNION ALL
    SELECT 'record_route' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_route
    UNION ALL
    SELECT 'trial_scope' AS concept, nct_id AS record_id, matched_field, matched_text, span_start, span_end FROM concept.trial_scope
    WHERE NOT starts_with(coalesce(rule_id, ''), 'override')
    UNION ALL
    SELECT 'record_target' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_target
    UNION ALL
    SELECT 'record_timing' AS concept, record_id, matched_field, matched_text, span_start, span_end FROM concept.record_timing
    UNION ALL
    SELECT 'publication_comparator' AS concept, pmid AS record_id, matched_field, matched_text, span_start, span_end FROM concept.publication_comparator
    UNION ALL
    SELECT 'publication_design' AS concept, pmid AS record_id, matched_field, matched_text, span_start, span_end FROM concept.publication_design
    UNION ALL
    SELECT 'publication_is_msc' AS concept, pmid AS record_id, matched_field, matched_text, span_start, span_end FROM concept.publication_is_msc
    UNION ALL
    SELECT 'publication_organ' AS concept, pmid AS record_id, matched_field, matched_text, span_start, span_end FROM concept.publication_organ
    UNION ALL
    SELECT 'publication_preclinical' AS concept, pmid AS record_id, matched_field, matched_text, span_start, span_end FROM concept.publication_preclinical
    UNION ALL
    SELECT 'publication_scope' AS concept, pmid AS record_id, matched_field, matched_text, span_start, span_end FROM concept.publication_scope
    WHERE NOT starts_with(coalesce(rule_id, ''), 'override')
),
stored AS (
    SELECT nct_id AS record_id, field, text FROM concept.trial_text
    UNION ALL
    SELECT pmid AS record_id, field, text FROM concept.publication_text
)
SELECT spanned.concept, spanned.record_id, spanned.matched_field, spanned.matched_text, spanned.span_start, spanned.span_end
FROM spanned
LEFT JOIN stored ON stored.record_id = spanned.record_id AND stored.field = spanned.matched_field
WHERE (spanned.matched_field IS NULL) IS DISTINCT FROM (spanned.matched_text IS NULL)
    OR (spanned.span_start IS NULL) IS DISTINCT FROM (spanned.matched_text IS NULL)
    OR (spanned.span_end IS NULL) IS DISTINCT FROM (spanned.matched_text IS NULL)
    OR spanned.span_start >= spanned.span_end
    OR spanned.matched_text IS NOT NULL
        AND lower(substring(stored.text, spanned.span_start + 1, spanned.span_end - spanned.span_start)) IS DISTINCT FROM lower(spanned.matched_text)
