-- title: Does a trial belong to the question?
-- question: Is this a trial of MSC given to recipients of a kidney, liver, heart, lung or small bowel, and if not, why not?
-- grain: one row per trial in the warehouse
-- missing: reason_code is NULL only for trials in scope; is_in_scope and is_borderline are never NULL
-- reference: scope of the anchor review, doi:10.3389/fimmu.2020.618243; codes in vocab.scope_reason
-- care: borderline trials are not in scope until a person decides: curated.scope_override speaks last (rule_id = override).
-- care: people named as recipients only in the summary or the criteria are a mixed population, unless the subject line is about grafts.
-- care: a transplantation that is background, an exclusion, an outcome or awaited does not make people recipients.
WITH organ AS (
    SELECT
        trial_organ.nct_id,
        bool_or(organ.is_in_review_scope) AS is_review_organ,
        arg_min(trial_organ.certainty, certainty.sort_order) FILTER (WHERE organ.is_in_review_scope) AS certainty,
        first(trial_organ.rule_id ORDER BY organ.sort_order) AS rule_id,
        first(trial_organ.matched_text ORDER BY organ.sort_order) AS matched_text,
        first(trial_organ.matched_field ORDER BY organ.sort_order) AS matched_field
    FROM concept.trial_organ
    INNER JOIN vocab.organ ON organ.organ_code = trial_organ.organ_code
    INNER JOIN vocab.certainty ON certainty.certainty = trial_organ.certainty
    GROUP BY trial_organ.nct_id
),
subject_text AS (
    SELECT nct_id, string_agg(text, ' | ' ORDER BY field_order) AS text
    FROM concept.trial_text
    WHERE recipient_tier = 1
    GROUP BY nct_id
),
subject AS (
    SELECT
        nct_id,
        regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'transplant_unnamed_organ')) AS unnamed_organ_words,
        regexp_matches(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'transplant_graft_topic')) AS is_about_grafts,
        regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'transplant_hsct')) AS hsct_words,
        regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'transplant_tissue_graft')) AS tissue_words,
        regexp_extract(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'organ_disease')) AS disease_words
    FROM subject_text
),
fact AS (
    SELECT
        trial.nct_id,
        trial.study_type,
        trial_is_msc.product_kind,
        trial_is_msc.has_hsc_words,
        trial_is_msc.rule_id AS product_rule,
        trial_is_msc.certainty AS product_certainty,
        trial_is_msc.matched_text AS product_text,
        trial_is_msc.matched_field AS product_field,
        trial_is_msc.not_msc_text,
        coalesce(organ.is_review_organ, FALSE) AS is_review_organ,
        coalesce(organ.rule_id IS DISTINCT FROM 'recipient_in_summary_or_criteria' OR subject.is_about_grafts, FALSE) AS is_plainly_recipient,
        organ.nct_id IS NOT NULL AS has_organ,
        organ.certainty AS organ_certainty,
        organ.rule_id AS organ_rule,
        organ.matched_text AS organ_text,
        organ.matched_field AS organ_field,
        nullif(subject.unnamed_organ_words, '') AS unnamed_organ_words,
        nullif(subject.hsct_words, '') AS hsct_words,
        nullif(subject.tissue_words, '') AS tissue_words,
        nullif(subject.disease_words, '') AS disease_words
    FROM core.trial AS trial
    INNER JOIN concept.trial_is_msc ON trial_is_msc.nct_id = trial.nct_id
    LEFT JOIN organ ON organ.nct_id = trial.nct_id
    LEFT JOIN subject ON subject.nct_id = trial.nct_id
),
judged AS (
    SELECT
        nct_id,
        product_certainty,
        organ_certainty,
        organ_text,
        organ_field,
        product_text,
        product_field,
        not_msc_text,
        unnamed_organ_words,
        hsct_words,
        tissue_words,
        disease_words,
        has_hsc_words,
        CASE
            WHEN product_kind = 'none' AND not_msc_text IS NOT NULL THEN 'epithelial_mesenchymal_transition'
            WHEN product_kind = 'none' AND study_type = 'OBSERVATIONAL' AND (hsct_words IS NULL OR is_review_organ) THEN 'observational_no_msc'
            WHEN product_kind = 'none' AND hsct_words IS NOT NULL AND NOT is_review_organ THEN 'hsct_or_gvhd'
            WHEN product_kind = 'none' THEN 'not_msc_intervention'
            WHEN is_review_organ AND is_plainly_recipient OR unnamed_organ_words IS NOT NULL THEN
                CASE
                    WHEN product_kind = 'msc_vesicles' THEN 'vesicles_not_cells'
                    WHEN study_type = 'EXPANDED_ACCESS' THEN 'expanded_access'
                    ELSE 'in_scope'
                END
            WHEN is_review_organ THEN 'mixed_population'
            WHEN has_organ THEN 'islet_or_vca_only'
            WHEN hsct_words IS NOT NULL THEN 'hsct_or_gvhd'
            WHEN tissue_words IS NOT NULL THEN 'other'
            WHEN disease_words IS NOT NULL THEN 'organ_disease_without_transplant'
            ELSE 'not_transplant_recipient'
        END AS verdict,
        organ_rule
    FROM fact
),
ruled AS (
    SELECT
        judged.nct_id,
        judged.verdict = 'in_scope' AS is_in_scope,
        coalesce(scope_reason.decision = 'borderline', FALSE) AS is_borderline,
        nullif(judged.verdict, 'in_scope') AS reason_code,
        CASE WHEN judged.has_hsc_words THEN 'msc_with_hsc' ELSE 'msc_alone' END AS stratum,
        CASE judged.verdict
            WHEN 'epithelial_mesenchymal_transition' THEN judged.not_msc_text
            WHEN 'hsct_or_gvhd' THEN judged.hsct_words
            WHEN 'other' THEN judged.tissue_words
            WHEN 'organ_disease_without_transplant' THEN judged.disease_words
            WHEN 'not_msc_intervention' THEN judged.product_text
            WHEN 'observational_no_msc' THEN judged.product_text
            WHEN 'not_transplant_recipient' THEN judged.product_text
            ELSE coalesce(judged.organ_text, judged.unnamed_organ_words)
        END AS matched_text,
        CASE
            WHEN judged.verdict IN ('not_msc_intervention', 'observational_no_msc', 'not_transplant_recipient') THEN judged.product_field
            WHEN judged.verdict IN ('in_scope', 'vesicles_not_cells', 'expanded_access', 'mixed_population', 'islet_or_vca_only') THEN judged.organ_field
        END AS matched_field,
        CASE
            WHEN judged.verdict = 'in_scope' THEN coalesce(judged.organ_rule, 'graft_of_unnamed_organ')
            ELSE judged.verdict
        END AS rule_id,
        CASE
            WHEN judged.verdict IN ('mixed_population', 'not_transplant_recipient', 'other') THEN 'low'
            WHEN judged.verdict = 'in_scope' AND judged.organ_certainty = 'high' AND judged.product_certainty = 'high' THEN 'high'
            WHEN judged.verdict = 'in_scope' THEN 'medium'
            ELSE 'high'
        END AS certainty
    FROM judged
    LEFT JOIN vocab.scope_reason ON scope_reason.reason_code = judged.verdict
)
SELECT
    ruled.nct_id,
    coalesce(scope_override.is_in_scope, ruled.is_in_scope) AS is_in_scope,
    CASE
        WHEN scope_override.record_id IS NOT NULL THEN CASE WHEN NOT scope_override.is_in_scope THEN scope_override.reason_code END
        ELSE ruled.reason_code
    END AS reason_code,
    scope_override.record_id IS NULL AND ruled.is_borderline AS is_borderline,
    ruled.stratum,
    coalesce(scope_override.reason_text, ruled.matched_text) AS matched_text,
    CASE WHEN scope_override.record_id IS NULL THEN ruled.matched_field END AS matched_field,
    CASE WHEN scope_override.record_id IS NULL THEN ruled.rule_id ELSE 'override' END AS rule_id,
    coalesce(scope_override.certainty, ruled.certainty) AS certainty
FROM ruled
LEFT JOIN curated.scope_override
    ON scope_override.source = 'clinicaltrials_gov' AND scope_override.record_id = ruled.nct_id
