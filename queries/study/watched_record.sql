-- title: Whose changes are told
-- question: Which records belong to the question, and to which organ, also when their source no longer lists them?
-- grain: one row per trial or paper whose changes are told
-- missing: organ_codes is NULL where no organ is named; title is NULL where no version gives one; is_organ_from_title is never NULL
-- reference: concept.trial_scope and concept.publication_scope for what is held; study.study_record for what people entered
-- care: a record that left the warehouse is judged by its last version: it counts when a study holds it, or when its title, conditions
-- care: or keywords name the graft of an organ and these or the names of its interventions name the cells.
WITH last_version AS (
    SELECT
        'clinicaltrials_gov' AS source,
        nct_id AS record_id,
        brief_title AS title,
        lower(concat_ws(' | ', brief_title, replace(conditions_text, chr(10), ' | '))) AS subject_text,
        lower(interventions_text) AS product_text,
        'https://clinicaltrials.gov/study/' || nct_id AS record_url
    FROM core.trial_version
    QUALIFY row_number() OVER (PARTITION BY nct_id ORDER BY version DESC) = 1
    UNION ALL
    SELECT
        'pubmed' AS source,
        pmid AS record_id,
        title,
        lower(concat_ws(' | ', title, replace(keywords_text, chr(10), ' | '))) AS subject_text,
        NULL AS product_text,
        'https://pubmed.ncbi.nlm.nih.gov/' || pmid || '/' AS record_url
    FROM core.publication_version
    QUALIFY row_number() OVER (PARTITION BY pmid ORDER BY version DESC) = 1
),
judged AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, is_in_scope FROM concept.trial_scope
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, is_in_scope FROM concept.publication_scope
),
in_study AS (
    SELECT DISTINCT
        study_id,
        CASE WHEN pmid IS NULL THEN 'clinicaltrials_gov' ELSE 'pubmed' END AS source,
        coalesce(pmid, nct_id) AS record_id
    FROM study.study_record
    WHERE coalesce(pmid, nct_id) IS NOT NULL
),
phrase AS (
    SELECT
        last_version.source,
        last_version.record_id,
        unnest(regexp_extract_all(
            last_version.subject_text,
            (SELECT pattern FROM concept.pattern WHERE pattern_name = 'subject_graft')
        )) AS phrase
    FROM last_version
    ANTI JOIN judged ON judged.source = last_version.source AND judged.record_id = last_version.record_id
    WHERE regexp_matches(
        concat_ws(' | ', last_version.subject_text, last_version.product_text),
        (SELECT pattern FROM concept.pattern WHERE pattern_name = 'product_any')
    )
),
title_organ AS (
    SELECT DISTINCT phrase.source, phrase.record_id, organ_pattern.organ_code
    FROM phrase
    INNER JOIN concept.organ_pattern
        ON organ_pattern.pattern_kind = 'graft' AND regexp_matches(phrase.phrase, organ_pattern.pattern)
    WHERE NOT regexp_matches(phrase.phrase, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'not_subject'))
),
every_organ AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, organ_code, 1 AS basis FROM concept.trial_organ
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, organ_code, 1 AS basis FROM concept.publication_organ
    UNION ALL
    SELECT in_study.source, in_study.record_id, study_organ.organ_code, 2 AS basis
    FROM in_study
    INNER JOIN study.study_organ ON study_organ.study_id = in_study.study_id
    UNION ALL
    SELECT source, record_id, organ_code, 3 AS basis FROM title_organ
),
best_organ AS (
    SELECT DISTINCT source, record_id, organ_code, basis
    FROM every_organ
    QUALIFY basis = min(basis) OVER (PARTITION BY source, record_id)
),
organ AS (
    SELECT
        best_organ.source,
        best_organ.record_id,
        string_agg(best_organ.organ_code, ';' ORDER BY organ.sort_order) AS organ_codes,
        bool_or(best_organ.basis = 3) AS is_organ_from_title
    FROM best_organ
    INNER JOIN vocab.organ ON organ.organ_code = best_organ.organ_code
    GROUP BY best_organ.source, best_organ.record_id
),
wanted AS (
    SELECT source, record_id FROM judged WHERE is_in_scope
    UNION
    SELECT source, record_id FROM in_study
    UNION
    SELECT title_organ.source, title_organ.record_id
    FROM title_organ
    INNER JOIN vocab.organ ON organ.organ_code = title_organ.organ_code
    WHERE organ.is_in_review_scope
)
SELECT
    wanted.source,
    wanted.record_id,
    last_version.title,
    organ.organ_codes,
    coalesce(organ.is_organ_from_title, FALSE) AS is_organ_from_title,
    last_version.record_url
FROM wanted
INNER JOIN last_version ON last_version.source = wanted.source AND last_version.record_id = wanted.record_id
LEFT JOIN organ ON organ.source = wanted.source AND organ.record_id = wanted.record_id
