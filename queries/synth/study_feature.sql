-- title: How the cells were given in each study
-- question: Whose cells, of which tissue, when, how many, with which calcineurin inhibitor, and beside or instead of induction?
-- grain: one row per study and variable of vocab.subgroup_variable that is known
-- missing: a study whose records do not tell has no row for the variable; mixed: several answers within one study
-- reference: curated.study speaks first; concept.trial_… and concept.publication_… of the study's records else (study.study_record)
-- care: reports speak before registrations and protocols, and what a person read before both.
-- care: a dose counts per kilogram only, and where every number of the study lies in one band of vocab.dose_band.
-- care: cni_regimen: what is done with the drug; in a study of several MSC arms a named change may be of one arm only: mixed.
-- care: arms of a registration that several studies share do not tell whose they are and are not read.
-- care: induction_role: replacement where an antibody is the comparator or cells come in its place; addition where an arm with cells names one.
WITH record AS (
    SELECT
        study_record.study_id,
        study_record.nct_id,
        study_record.pmid,
        study_record.organ_code IS NULL AS is_of_one_study,
        CASE WHEN record_role.is_report THEN 2 ELSE 3 END AS tier
    FROM study.study_record
    INNER JOIN vocab.record_role ON record_role.record_role = study_record.record_role
    WHERE study_record.record_role NOT IN ('meta_analysis', 'notice') AND coalesce(study_record.nct_id, study_record.pmid) IS NOT NULL
),
dose AS (
    SELECT nct_id AS record_id, dose_min_million_per_kg, dose_max_million_per_kg FROM concept.trial_dose WHERE certainty IN ('high', 'medium')
    UNION ALL
    SELECT pmid AS record_id, dose_min_million_per_kg, dose_max_million_per_kg FROM concept.publication_dose WHERE certainty IN ('high', 'medium')
),
immunosuppression AS (
    SELECT nct_id AS record_id, kind, immunosuppressant_code FROM concept.trial_immunosuppression
    UNION ALL
    SELECT pmid AS record_id, kind, immunosuppressant_code FROM concept.publication_immunosuppression
),
induction_word AS (
    SELECT string_agg(immunosuppressant_word.pattern, '|' ORDER BY immunosuppressant_word.pattern) AS drugs
    FROM vocab.immunosuppressant_word
    INNER JOIN vocab.immunosuppressant ON immunosuppressant.immunosuppressant_code = immunosuppressant_word.immunosuppressant_code
    WHERE immunosuppressant.kind = 'induction' AND immunosuppressant_word.kind = 'is'
),
replacing AS (
    SELECT string_agg(pattern, '|' ORDER BY pattern) AS words FROM vocab.induction_role_word WHERE induction_role = 'replacement'
),
cell_word AS (
    SELECT string_agg(pattern, '|' ORDER BY pattern) AS cells FROM vocab.msc_word WHERE kind IN ('msc', 'msc_like', 'msc_product')
),
arm_text AS (
    SELECT trial_arm.nct_id AS record_id, lower(concat_ws(' ', trial_arm.arm_label, trial_arm.arm_description)) AS text
    FROM core.trial_arm
    SEMI JOIN record ON record.nct_id = trial_arm.nct_id AND record.is_of_one_study
),
record_text AS (
    SELECT trial_text.nct_id AS record_id, trial_text.lower_text AS text
    FROM concept.trial_text
    SEMI JOIN record ON record.nct_id = trial_text.nct_id
    UNION ALL
    SELECT publication_text.pmid AS record_id, publication_text.lower_text AS text
    FROM concept.publication_text
    SEMI JOIN record ON record.pmid = publication_text.pmid
),
induction AS (
    SELECT nct_id AS record_id, 'replacement' AS value FROM concept.trial_comparator WHERE comparator_code = 'induction_antibody'
    UNION ALL
    SELECT pmid AS record_id, 'replacement' AS value FROM concept.publication_comparator WHERE comparator_code = 'induction_antibody'
    UNION ALL
    SELECT record_text.record_id, 'replacement' AS value
    FROM record_text
    CROSS JOIN replacing
    CROSS JOIN induction_word
    WHERE regexp_matches(record_text.text, '\b(?:' || replacing.words || ')\s+(?:[\w-]+\s+){0,4}?(?:' || induction_word.drugs || ')\b')
    UNION ALL
    SELECT arm_text.record_id, 'addition' AS value
    FROM arm_text
    CROSS JOIN cell_word
    CROSS JOIN induction_word
    CROSS JOIN replacing
    WHERE regexp_matches(arm_text.text, '\b(?:' || cell_word.cells || ')\b')
        AND regexp_matches(arm_text.text, '\b(?:' || induction_word.drugs || ')\b')
        AND NOT regexp_matches(arm_text.text, '\b(?:' || replacing.words || ')\b|\bwithout\b|\bno cells?\b')
),
several_arms AS (
    SELECT study_id, count(DISTINCT arm_label) > 1 AS has_several_arms
    FROM evidence.counted_outcome
    WHERE arm_role = 'msc'
    GROUP BY study_id
),
said AS (
    SELECT study_id, 'cell_origin' AS subgroup_by, trim(unnest(string_split(cell_origin, ';'))) AS value, 1 AS tier FROM study.study WHERE cell_origin IS NOT NULL
    UNION ALL
    SELECT study_id, 'cell_source' AS subgroup_by, trim(unnest(string_split(cell_source, ';'))) AS value, 1 AS tier FROM study.study WHERE cell_source IS NOT NULL
    UNION ALL
    SELECT record.study_id, 'cell_origin' AS subgroup_by, told.cell_origin_code AS value, record.tier
    FROM record
    INNER JOIN concept.trial_cell_origin AS told ON told.nct_id = record.nct_id
    UNION ALL
    SELECT record.study_id, 'cell_origin' AS subgroup_by, told.cell_origin_code AS value, record.tier
    FROM record
    INNER JOIN concept.publication_cell_origin AS told ON told.pmid = record.pmid
    UNION ALL
    SELECT record.study_id, 'cell_source' AS subgroup_by, told.cell_source_code AS value, record.tier
    FROM record
    INNER JOIN concept.trial_cell_source AS told ON told.nct_id = record.nct_id
    UNION ALL
    SELECT record.study_id, 'cell_source' AS subgroup_by, told.cell_source_code AS value, record.tier
    FROM record
    INNER JOIN concept.publication_cell_source AS told ON told.pmid = record.pmid
    UNION ALL
    SELECT record.study_id, 'timing' AS subgroup_by, told.timing_code AS value, record.tier
    FROM record
    INNER JOIN concept.trial_timing AS told ON told.nct_id = record.nct_id
    UNION ALL
    SELECT record.study_id, 'timing' AS subgroup_by, told.timing_code AS value, record.tier
    FROM record
    INNER JOIN concept.publication_timing AS told ON told.pmid = record.pmid
    UNION ALL
    SELECT record.study_id, 'dose_band' AS subgroup_by, coalesce(dose_band.dose_band, 'mixed') AS value, record.tier
    FROM record
    INNER JOIN dose ON dose.record_id = coalesce(record.nct_id, record.pmid) AND dose.dose_min_million_per_kg IS NOT NULL
    LEFT JOIN vocab.dose_band
        ON round(dose.dose_min_million_per_kg, 3) >= dose_band.million_per_kg_low
        AND round(dose.dose_max_million_per_kg, 3) <= dose_band.million_per_kg_high
    UNION ALL
    SELECT
        record.study_id,
        'cni_regimen' AS subgroup_by,
        CASE WHEN coalesce(several_arms.has_several_arms, FALSE) AND cni_regimen.is_change THEN 'mixed' ELSE cni_regimen.cni_regimen END AS value,
        CASE WHEN cni_regimen.is_change THEN record.tier ELSE 9 END AS tier
    FROM record
    INNER JOIN immunosuppression ON immunosuppression.record_id = coalesce(record.nct_id, record.pmid)
    INNER JOIN vocab.cni_regimen ON list_contains(string_split(cni_regimen.immunosuppressant_codes, ';'), immunosuppression.immunosuppressant_code)
    LEFT JOIN several_arms ON several_arms.study_id = record.study_id
    UNION ALL
    SELECT record.study_id, 'induction_role' AS subgroup_by, induction.value, CASE induction.value WHEN 'replacement' THEN 2 ELSE 3 END AS tier
    FROM record
    INNER JOIN induction ON induction.record_id = coalesce(record.nct_id, record.pmid)
),
best AS (
    SELECT study_id, subgroup_by, value
    FROM said
    WHERE value IS DISTINCT FROM 'not_stated'
    QUALIFY rank() OVER (PARTITION BY study_id, subgroup_by ORDER BY tier) = 1
)
SELECT
    study_id,
    subgroup_by,
    CASE WHEN count(DISTINCT value) > 1 THEN 'mixed' ELSE min(value) END AS subgroup_value
FROM best
GROUP BY study_id, subgroup_by
