-- title: Fewer drugs against rejection, study by study
-- question: Which strategy did each study follow with the drugs against rejection, and in how many people did less of them succeed?
-- grain: one row per study and organ of the review whose records name such drugs, or with a number on fewer drugs, or with an account of weaning
-- missing: drug lists are NULL where the records name none; counts are NULL where no number has been read, 0 is a count
-- reference: concept.trial_immunosuppression, concept.publication_immunosuppression (matched words), evidence.counted_outcome,
--   synth.study_feature, curated.weaning_case
-- care: a drug that is named need not be given to everybody, and may belong to the control arm: words tells which words in which record.
-- care: is_cni_spared, is_cni_withdrawn, is_steroid_withdrawn and is_all_withdrawn say what the records speak of, not that it succeeded.
-- care: induction_role is replaced where a control arm got an induction agent in the place of the cells, or people read so; added where cells
-- care: come on top of one (synth.study_feature); named says only that an agent is named, not in which arm.
WITH named AS (
    SELECT
        study_record.study_id,
        found.kind,
        found.immunosuppressant_code,
        immunosuppressant.immunosuppressant_name,
        immunosuppressant.sort_order,
        study_record.nct_id AS record_id,
        found.matched_text
    FROM study.study_record
    INNER JOIN concept.trial_immunosuppression AS found ON found.nct_id = study_record.nct_id
    INNER JOIN vocab.immunosuppressant ON immunosuppressant.immunosuppressant_code = found.immunosuppressant_code
    UNION ALL
    SELECT
        study_record.study_id,
        found.kind,
        found.immunosuppressant_code,
        immunosuppressant.immunosuppressant_name,
        immunosuppressant.sort_order,
        'PMID ' || study_record.pmid AS record_id,
        found.matched_text
    FROM study.study_record
    INNER JOIN concept.publication_immunosuppression AS found ON found.pmid = study_record.pmid
    INNER JOIN vocab.immunosuppressant ON immunosuppressant.immunosuppressant_code = found.immunosuppressant_code
),
drug AS (
    SELECT study_id, kind, immunosuppressant_code, immunosuppressant_name, min(sort_order) AS sort_order
    FROM named
    GROUP BY study_id, kind, immunosuppressant_code, immunosuppressant_name
),
regimen AS (
    SELECT
        study_id,
        string_agg(immunosuppressant_name, '; ' ORDER BY sort_order) FILTER (WHERE kind = 'induction') AS induction_drugs,
        string_agg(immunosuppressant_name, '; ' ORDER BY sort_order) FILTER (WHERE kind = 'maintenance') AS maintenance_drugs,
        string_agg(immunosuppressant_name, '; ' ORDER BY sort_order) FILTER (WHERE kind = 'desensitisation') AS desensitisation_drugs,
        string_agg(immunosuppressant_name, '; ' ORDER BY sort_order) FILTER (WHERE kind = 'change') AS change_of_drugs,
        bool_or(immunosuppressant_code = 'cni_minimisation') AS is_cni_spared,
        bool_or(immunosuppressant_code = 'cni_withdrawal') AS is_cni_withdrawn,
        bool_or(immunosuppressant_code = 'steroid_withdrawal') AS is_steroid_withdrawn,
        bool_or(immunosuppressant_code = 'is_withdrawal') AS is_all_withdrawn,
        bool_or(immunosuppressant_code = 'is_minimisation') AS is_any_reduced,
        bool_or(immunosuppressant_code IN ('sirolimus', 'everolimus', 'mtor')) AS has_mtor_inhibitor,
        bool_or(immunosuppressant_code = 'mycophenolate') AS has_mycophenolate
    FROM drug
    GROUP BY study_id
),
words AS (
    SELECT
        study_id,
        string_agg(DISTINCT record_id || ': ' || matched_text, '; ' ORDER BY record_id || ': ' || matched_text) AS words
    FROM named
    GROUP BY study_id
),
replaced AS (
    SELECT study_record.study_id
    FROM study.study_record
    INNER JOIN concept.trial_comparator ON trial_comparator.nct_id = study_record.nct_id
    WHERE trial_comparator.comparator_code = 'induction_antibody'
    UNION
    SELECT study_record.study_id
    FROM study.study_record
    INNER JOIN concept.publication_comparator ON publication_comparator.pmid = study_record.pmid
    WHERE publication_comparator.comparator_code = 'induction_antibody'
),
counted AS (
    SELECT
        study_id,
        organ_code,
        (sum(n_events) FILTER (WHERE outcome_code = 'is_minimisation' AND arm_role = 'msc'))::BIGINT AS n_minimised,
        (sum(n_at_risk) FILTER (WHERE outcome_code = 'is_minimisation' AND arm_role = 'msc'))::BIGINT AS n_minimised_of,
        (sum(n_events) FILTER (WHERE outcome_code = 'is_minimisation' AND arm_role = 'control'))::BIGINT AS n_minimised_control,
        (sum(n_at_risk) FILTER (WHERE outcome_code = 'is_minimisation' AND arm_role = 'control'))::BIGINT AS n_minimised_control_of,
        (sum(n_events) FILTER (WHERE outcome_code = 'is_withdrawal_success' AND arm_role = 'msc'))::BIGINT AS n_withdrawn,
        (sum(n_at_risk) FILTER (WHERE outcome_code = 'is_withdrawal_success' AND arm_role = 'msc'))::BIGINT AS n_withdrawn_of,
        (sum(n_events) FILTER (WHERE outcome_code = 'is_withdrawal_success' AND arm_role = 'control'))::BIGINT AS n_withdrawn_control,
        (sum(n_at_risk) FILTER (WHERE outcome_code = 'is_withdrawal_success' AND arm_role = 'control'))::BIGINT AS n_withdrawn_control_of
    FROM evidence.counted_outcome
    WHERE outcome_code IN ('is_minimisation', 'is_withdrawal_success')
    GROUP BY study_id, organ_code
),
told AS (
    SELECT study_id, organ_code, count(*)::BIGINT AS n_accounts
    FROM curated.weaning_case
    GROUP BY study_id, organ_code
)
SELECT
    study_organ.organ_code,
    organ.organ_name,
    study.study_id,
    study.study_name,
    study.stratum,
    study.n_msc,
    regimen.induction_drugs,
    CASE
        WHEN replaced.study_id IS NOT NULL OR feature.subgroup_value = 'replacement' THEN 'replaced'
        WHEN feature.subgroup_value = 'addition' THEN 'added'
        WHEN regimen.induction_drugs IS NOT NULL THEN 'named'
        ELSE 'not_stated'
    END AS induction_role,
    regimen.maintenance_drugs,
    regimen.desensitisation_drugs,
    regimen.change_of_drugs,
    coalesce(regimen.is_cni_spared, FALSE) AS is_cni_spared,
    coalesce(regimen.is_cni_withdrawn, FALSE) AS is_cni_withdrawn,
    coalesce(regimen.is_steroid_withdrawn, FALSE) AS is_steroid_withdrawn,
    coalesce(regimen.is_all_withdrawn, FALSE) AS is_all_withdrawn,
    coalesce(regimen.is_any_reduced, FALSE) AS is_any_reduced,
    coalesce(regimen.has_mtor_inhibitor, FALSE) AS has_mtor_inhibitor,
    coalesce(regimen.has_mycophenolate, FALSE) AS has_mycophenolate,
    counted.n_minimised,
    counted.n_minimised_of,
    counted.n_minimised_control,
    counted.n_minimised_control_of,
    counted.n_withdrawn,
    counted.n_withdrawn_of,
    counted.n_withdrawn_control,
    counted.n_withdrawn_control_of,
    coalesce(told.n_accounts, 0) AS n_accounts,
    words.words,
    trim(CASE WHEN study.stratum = 'msc_with_hsc' THEN 'Cells given together with blood-forming cells. ' ELSE '' END
    || coalesce(
        'Named in the records: ' || regimen.change_of_drugs || '. ',
        CASE WHEN counted.study_id IS NULL AND told.study_id IS NULL THEN 'No reduction of drugs is named in the records we hold. ' ELSE '' END
    )
    || coalesce('Reduced without rejection: ' || counted.n_minimised || ' of ' || counted.n_minimised_of || ' given cells'
        || coalesce(', ' || counted.n_minimised_control || ' of ' || counted.n_minimised_control_of || ' controls', '') || '. ', '')
    || coalesce('Off drugs: ' || counted.n_withdrawn || ' of ' || counted.n_withdrawn_of || ' given cells'
        || coalesce(', ' || counted.n_withdrawn_control || ' of ' || counted.n_withdrawn_control_of || ' controls', '') || '. ', '')
    || CASE WHEN counted.study_id IS NULL AND (regimen.change_of_drugs IS NOT NULL OR told.study_id IS NOT NULL)
        THEN 'How many succeeded is not reported in what we hold. ' ELSE '' END
    || CASE WHEN told.n_accounts > 0 THEN 'Accounts of weaning stand in out.tolerance_case; they are no rates.' ELSE '' END) AS statement
FROM study.study
INNER JOIN study.study_organ ON study_organ.study_id = study.study_id
INNER JOIN vocab.organ ON organ.organ_code = study_organ.organ_code AND organ.is_in_review_scope
LEFT JOIN regimen ON regimen.study_id = study.study_id
LEFT JOIN words ON words.study_id = study.study_id
LEFT JOIN replaced ON replaced.study_id = study.study_id
LEFT JOIN synth.study_feature AS feature ON feature.study_id = study.study_id AND feature.subgroup_by = 'induction_role'
LEFT JOIN counted ON counted.study_id = study.study_id AND counted.organ_code = study_organ.organ_code
LEFT JOIN told ON told.study_id = study.study_id AND told.organ_code = study_organ.organ_code
WHERE regimen.study_id IS NOT NULL OR counted.study_id IS NOT NULL OR told.study_id IS NOT NULL
ORDER BY organ.sort_order, study.study_id
