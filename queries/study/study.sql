-- title: Studies
-- question: Which studies are there, of what design and size, and has anything been reported from them?
-- grain: one row per study, whatever the number of its papers and registrations
-- missing: n_msc, n_control and design are NULL where nobody has read them; is_… and has_… are never NULL
-- reference: curated.study for studies read by people; the others are one in-scope trial or paper each, with the records tied to it
-- care: n_msc and n_control are what people read in the papers, never the planned enrolment of a register.
WITH record AS (
    SELECT
        study_record.study_id,
        count(*)::BIGINT AS n_records,
        bool_or(study_record.method = 'curated') AS is_curated,
        bool_or(study_record.record_role = 'registration') AS is_registered,
        bool_or(record_role.is_report) AS has_report,
        count(*) FILTER (WHERE record_role.is_report AND study_record.record_role IS DISTINCT FROM 'case_report')::BIGINT AS n_reports_beside_cases,
        coalesce(bool_or(trial.has_results), FALSE) AS has_posted_results,
        first(trial.brief_title ORDER BY trial.nct_id) FILTER (WHERE trial.nct_id IS NOT NULL) AS trial_title,
        first(trial.allocation ORDER BY trial.nct_id) FILTER (WHERE trial.nct_id IS NOT NULL) AS allocation,
        first(publication.title ORDER BY publication.pub_year, publication.pmid) FILTER (WHERE publication.pmid IS NOT NULL) AS paper_title,
        first(trial_scope.stratum ORDER BY trial_scope.nct_id) FILTER (WHERE trial_scope.nct_id IS NOT NULL) AS trial_stratum,
        first(publication_scope.study_stratum ORDER BY publication_scope.pmid) FILTER (WHERE publication_scope.pmid IS NOT NULL) AS paper_stratum
    FROM study.study_record
    INNER JOIN vocab.record_role ON record_role.record_role = study_record.record_role
    LEFT JOIN core.trial AS trial ON trial.nct_id = study_record.nct_id
    LEFT JOIN core.publication ON publication.pmid = study_record.pmid
    LEFT JOIN concept.trial_scope ON trial_scope.nct_id = study_record.nct_id
    LEFT JOIN concept.publication_scope ON publication_scope.pmid = study_record.pmid
    GROUP BY study_record.study_id
),
organ AS (
    SELECT study_organ.study_id, string_agg(study_organ.organ_code, ';' ORDER BY organ.sort_order) AS organ_codes
    FROM study.study_organ
    INNER JOIN vocab.organ ON organ.organ_code = study_organ.organ_code
    GROUP BY study_organ.study_id
),
valued AS (
    SELECT study_id, bool_or(arm_role = 'control') AS has_control_value
    FROM curated.arm_outcome
    GROUP BY study_id
),
every_study AS (
    SELECT study_id FROM record
    UNION
    SELECT study_id FROM curated.study
)
SELECT
    every_study.study_id,
    coalesce(study.study_name, record.trial_title, record.paper_title, every_study.study_id) AS study_name,
    organ.organ_codes,
    coalesce(study.stratum, record.trial_stratum, record.paper_stratum, 'msc_alone') AS stratum,
    CASE
        WHEN study.study_id IS NOT NULL THEN study.design
        WHEN NOT record.has_report THEN 'registered_only'
        WHEN record.allocation = 'RANDOMIZED' THEN 'randomised'
        WHEN record.allocation = 'NON_RANDOMIZED' THEN 'controlled_nonrandomised'
    END AS design,
    study.n_msc,
    study.n_control,
    coalesce(study_design.has_control_group, FALSE) OR coalesce(study.n_control > 0, FALSE) OR coalesce(valued.has_control_value, FALSE) AS has_control_group,
    study.control_kind,
    study.cell_source,
    study.cell_origin,
    study.product,
    study.n_infusions,
    study.study_id IS NOT NULL AS is_curated,
    coalesce(record.is_registered, FALSE) AS is_registered,
    coalesce(record.has_report, FALSE) OR valued.study_id IS NOT NULL AS has_report,
    coalesce(record.has_posted_results, FALSE) AS has_posted_results,
    coalesce(record.n_reports_beside_cases, 0) AS n_reports_beside_cases,
    coalesce(record.n_records, 0) AS n_records,
    study.citation,
    study.note,
    study.shares_patients_with
FROM every_study
LEFT JOIN curated.study ON study.study_id = every_study.study_id
LEFT JOIN record ON record.study_id = every_study.study_id
LEFT JOIN organ ON organ.study_id = every_study.study_id
LEFT JOIN valued ON valued.study_id = every_study.study_id
LEFT JOIN vocab.study_design ON study_design.design = study.design
