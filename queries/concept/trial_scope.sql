-- title: Does a trial belong to the question?
-- question: Is this a trial of MSC given to recipients of a kidney, liver, heart, lung or small bowel, and if not, why not?
-- grain: one row per trial in the warehouse
-- missing: reason_code is NULL only for trials in scope; is_in_scope and is_borderline are never NULL
-- reference: scope of the anchor review, doi:10.3389/fimmu.2020.618243; codes in vocab.scope_reason, strata in vocab.stratum
-- care: borderline trials are not in scope until a person decides: curated.scope_override speaks last (rule_id = override).
-- care: people named as recipients only in the summary or the criteria are a mixed population, unless the subject line is about organ grafts.
-- care: a transplantation that is background, an exclusion, an outcome or awaited does not make people recipients.
-- care: recipients in whose record MSC stand in the running text alone are unclear: the product may go by another name.
-- care: a disease of blood or marrow means a marrow graft only where such a graft or its cells are named.
-- care: apart from publication_scope: kinds of trials and of papers are other questions, with other reasons to put aside.
WITH organ AS (
    SELECT
        trial_organ.nct_id,
        bool_or(organ.is_in_review_scope) AS is_review_organ,
        arg_min(trial_organ.certainty, certainty.sort_order) FILTER (WHERE organ.is_in_review_scope) AS certainty,
        first(trial_organ.rule_id ORDER BY organ.sort_order) AS rule_id
    FROM concept.trial_organ
    INNER JOIN vocab.organ ON organ.organ_code = trial_organ.organ_code
    INNER JOIN vocab.certainty ON certainty.certainty = trial_organ.certainty
    GROUP BY trial_organ.nct_id
),
subject AS (
    SELECT
        nct_id,
        bool_or(pattern_name = 'scope_unnamed_organ' AND recipient_tier = 1) AS has_unnamed_organ,
        bool_or(pattern_name = 'scope_graft_topic' AND recipient_tier = 1) AS is_about_grafts,
        bool_or(pattern_name = 'scope_hsct' AND recipient_tier = 1) AS is_about_hsct,
        bool_or(pattern_name = 'scope_hsct_open' AND recipient_tier = 1) AS is_perhaps_hsct,
        bool_or(pattern_name IN ('scope_hsct', 'scope_hsct_open') AND recipient_tier <= 2 OR pattern_name = 'product_hsc' AND product_tier <= 2) AS names_marrow_graft,
        bool_or(pattern_name = 'scope_marrow_disease' AND recipient_tier = 1) AS has_marrow_disease,
        bool_or(pattern_name = 'scope_tissue_graft' AND recipient_tier = 1) AS has_tissue_graft,
        bool_or(pattern_name = 'scope_cell_bank' AND field IN ('brief_title', 'official_title')) AS is_cell_bank,
        bool_or(pattern_name = 'scope_organ_disease' AND recipient_tier = 1) AS has_organ_disease,
        bool_or(pattern_name = 'scope_perfusion' AND recipient_tier <= 2) AS has_perfusion
    FROM concept.trial_mention
    GROUP BY nct_id
),
fact AS (
    SELECT
        trial.nct_id,
        coalesce(trial.study_type, '') AS study_type,
        trial_is_msc.product_kind,
        trial_is_msc.has_hsc_words,
        trial_is_msc.rule_id AS product_rule,
        trial_is_msc.certainty AS product_certainty,
        trial_is_msc.not_msc_text IS NOT NULL AS is_transition,
        coalesce(organ.is_review_organ, FALSE) AS is_review_organ,
        coalesce(organ.rule_id IS DISTINCT FROM 'recipient_in_summary_or_criteria' OR subject.is_about_grafts AND NOT subject.is_about_hsct, FALSE) AS is_plainly_recipient,
        organ.nct_id IS NOT NULL AS has_organ,
        organ.certainty AS organ_certainty,
        organ.rule_id AS organ_rule,
        coalesce(subject.has_unnamed_organ, FALSE) AS has_unnamed_organ,
        coalesce(subject.is_about_hsct, FALSE) AS is_about_hsct,
        coalesce((subject.has_marrow_disease AND subject.names_marrow_graft OR subject.is_perhaps_hsct) AND NOT subject.has_organ_disease, FALSE) AS is_marrow_graft,
        coalesce(subject.has_tissue_graft, FALSE) AS has_tissue_graft,
        coalesce(subject.is_cell_bank, FALSE) AS is_cell_bank,
        coalesce(subject.has_organ_disease, FALSE) AS has_organ_disease,
        coalesce(subject.has_perfusion, FALSE) AS has_perfusion
    FROM core.trial AS trial
    INNER JOIN concept.trial_is_msc ON trial_is_msc.nct_id = trial.nct_id
    LEFT JOIN organ ON organ.nct_id = trial.nct_id
    LEFT JOIN subject ON subject.nct_id = trial.nct_id
),
judged AS (
    SELECT
        *,
        CASE
            WHEN product_kind = 'none' THEN
                CASE
                    WHEN is_transition THEN 'epithelial_mesenchymal_transition'
                    WHEN product_rule = 'product_mentioned_only' AND is_review_organ AND is_plainly_recipient THEN 'unclear'
                    WHEN is_cell_bank AND product_rule IS DISTINCT FROM 'no_product_words' THEN 'other'
                    WHEN (is_about_hsct OR is_marrow_graft) AND NOT is_review_organ THEN 'hsct_or_gvhd'
                    WHEN has_tissue_graft AND product_rule = 'observational_without_product' THEN 'other'
                    WHEN study_type = 'OBSERVATIONAL' THEN 'observational_no_msc'
                    ELSE 'not_msc_intervention'
                END
            WHEN is_cell_bank THEN 'other'
            WHEN is_review_organ AND is_plainly_recipient OR has_unnamed_organ THEN
                CASE
                    WHEN product_kind = 'msc_vesicles' THEN 'vesicles_not_cells'
                    WHEN product_kind = 'unsure_cells' THEN 'unclear'
                    WHEN study_type = 'EXPANDED_ACCESS' THEN 'expanded_access'
                    ELSE 'in_scope'
                END
            WHEN is_review_organ THEN 'mixed_population'
            WHEN has_organ THEN 'islet_or_vca_only'
            WHEN is_about_hsct OR is_marrow_graft THEN 'hsct_or_gvhd'
            WHEN has_tissue_graft THEN 'other'
            WHEN has_organ_disease THEN 'organ_disease_without_transplant'
            ELSE 'not_transplant_recipient'
        END AS verdict
    FROM fact
),
evidence AS (
    SELECT judged.nct_id, trial_organ.matched_text, trial_organ.matched_field, trial_organ.span_start, trial_organ.span_end, 0 AS rank, organ.sort_order AS place
    FROM judged
    INNER JOIN concept.trial_organ ON trial_organ.nct_id = judged.nct_id
    INNER JOIN vocab.organ ON organ.organ_code = trial_organ.organ_code
    WHERE judged.verdict IN ('in_scope', 'vesicles_not_cells', 'unclear', 'expanded_access', 'mixed_population', 'islet_or_vca_only')
    UNION ALL
    SELECT
        judged.nct_id,
        trial_mention.matched_text,
        trial_mention.field AS matched_field,
        trial_mention.span_start,
        trial_mention.span_end,
        CASE trial_mention.pattern_name WHEN 'scope_marrow_disease' THEN 3 WHEN 'scope_hsct_open' THEN 2 ELSE 1 END AS rank,
        trial_mention.field_order * 1000000 + trial_mention.span_start AS place
    FROM judged
    INNER JOIN concept.trial_mention ON trial_mention.nct_id = judged.nct_id
    WHERE judged.verdict = 'hsct_or_gvhd' AND trial_mention.pattern_name IN ('scope_hsct', 'scope_hsct_open', 'scope_marrow_disease') AND trial_mention.recipient_tier = 1
        OR trial_mention.pattern_name = CASE judged.verdict
            WHEN 'epithelial_mesenchymal_transition' THEN 'product_not_msc'
            WHEN 'organ_disease_without_transplant' THEN 'scope_organ_disease'
            WHEN 'other' THEN CASE WHEN judged.is_cell_bank THEN 'scope_cell_bank' ELSE 'scope_tissue_graft' END
            WHEN 'in_scope' THEN 'scope_unnamed_organ'
            WHEN 'vesicles_not_cells' THEN 'scope_unnamed_organ'
            WHEN 'unclear' THEN 'scope_unnamed_organ'
            WHEN 'expanded_access' THEN 'scope_unnamed_organ'
        END
        AND (trial_mention.recipient_tier = 1 OR judged.verdict = 'epithelial_mesenchymal_transition')
    UNION ALL
    SELECT judged.nct_id, trial_is_msc.matched_text, trial_is_msc.matched_field, trial_is_msc.span_start, trial_is_msc.span_end, 1 AS rank, 0 AS place
    FROM judged
    INNER JOIN concept.trial_is_msc ON trial_is_msc.nct_id = judged.nct_id
    WHERE judged.verdict IN ('not_msc_intervention', 'observational_no_msc', 'not_transplant_recipient')
),
best_evidence AS (
    SELECT nct_id, matched_text, matched_field, span_start, span_end
    FROM evidence
    QUALIFY row_number() OVER (PARTITION BY nct_id ORDER BY rank, place, span_end) = 1
),
ruled AS (
    SELECT
        judged.nct_id,
        judged.verdict = 'in_scope' AS is_in_scope,
        coalesce(scope_reason.decision = 'borderline', FALSE) AS is_borderline,
        nullif(judged.verdict, 'in_scope') AS reason_code,
        CASE
            WHEN judged.product_kind = 'msc_vesicles' THEN 'vesicles'
            WHEN judged.study_type = 'EXPANDED_ACCESS' THEN 'expanded_access'
            WHEN judged.has_perfusion AND judged.is_review_organ THEN 'donor_organ_perfusion'
            WHEN judged.has_hsc_words THEN 'msc_with_hsc'
            ELSE 'msc_alone'
        END AS stratum,
        best_evidence.matched_text,
        best_evidence.matched_field,
        best_evidence.span_start,
        best_evidence.span_end,
        CASE WHEN judged.verdict = 'in_scope' THEN coalesce(judged.organ_rule, 'graft_of_unnamed_organ') ELSE judged.verdict END AS rule_id,
        CASE
            WHEN judged.verdict IN ('mixed_population', 'not_transplant_recipient', 'other', 'unclear') THEN 'low'
            WHEN judged.verdict = 'in_scope' AND judged.organ_certainty = 'high' AND judged.product_certainty = 'high' THEN 'high'
            WHEN judged.verdict = 'in_scope' THEN 'medium'
            ELSE 'high'
        END AS certainty
    FROM judged
    LEFT JOIN best_evidence ON best_evidence.nct_id = judged.nct_id
    LEFT JOIN vocab.scope_reason ON scope_reason.reason_code = judged.verdict
)
SELECT
    ruled.nct_id,
    CASE WHEN person.is_standing THEN person.decision = 'include' ELSE ruled.is_in_scope END AS is_in_scope,
    CASE WHEN person.is_standing THEN person.reason_code ELSE ruled.reason_code END AS reason_code,
    CASE WHEN person.is_standing THEN person.decision = 'borderline' ELSE ruled.is_borderline END AS is_borderline,
    ruled.stratum,
    coalesce(person.reason_text, ruled.matched_text) AS matched_text,
    CASE WHEN person.reason_text IS NULL THEN ruled.matched_field END AS matched_field,
    CASE WHEN person.reason_text IS NULL THEN ruled.span_start END AS span_start,
    CASE WHEN person.reason_text IS NULL THEN ruled.span_end END AS span_end,
    coalesce(person.rule_id, ruled.rule_id) AS rule_id,
    coalesce(person.certainty, ruled.certainty) AS certainty
FROM ruled
LEFT JOIN concept.scope_override_state AS person
    ON person.source = 'clinicaltrials_gov' AND person.record_id = ruled.nct_id AND person.is_standing
