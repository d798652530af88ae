-- title: Which records are one study
-- question: To which study does each registration and each paper belong, in which role, and who tied it?
-- grain: one row per study and record; a registration of two organs may stand under two studies
-- missing: records out of scope have no row unless a person entered them in curated.study_record
-- reference: curated.study_record speaks first; ties of study.trial_publication next; what is left is a study of its own
-- care: a paper is tied by rule only when its registrations lead to exactly one study; a background reference never ties.
-- care: papers whose kind was only guessed from their words do not found a study of their own: warn_report_without_study lists them.
WITH paper_by_doi AS (
    SELECT lower(doi) AS doi, min(pmid) AS pmid
    FROM core.publication
    WHERE doi IS NOT NULL
    GROUP BY lower(doi)
),
curated_record AS (
    SELECT
        study_record.study_id,
        study_record.source,
        study_record.record_id,
        study_record.record_role,
        study_record.organ_code,
        study_record.citation,
        CASE WHEN study_record.source = 'clinicaltrials_gov' THEN study_record.record_id END AS nct_id,
        CASE WHEN study_record.source = 'pubmed' THEN study_record.record_id ELSE paper_by_doi.pmid END AS pmid
    FROM curated.study_record
    LEFT JOIN paper_by_doi ON study_record.source = 'doi' AND paper_by_doi.doi = lower(study_record.record_id)
),
own_trial AS (
    SELECT trial_scope.nct_id, trial_scope.certainty
    FROM concept.trial_scope
    ANTI JOIN curated_record ON curated_record.nct_id = trial_scope.nct_id
    WHERE trial_scope.is_in_scope
),
registration AS (
    SELECT study_id, nct_id, organ_code FROM curated_record WHERE nct_id IS NOT NULL
    UNION ALL
    SELECT nct_id AS study_id, nct_id, NULL AS organ_code FROM own_trial
),
paper AS (
    SELECT
        publication_scope.pmid,
        publication_scope.stratum,
        publication_scope.is_in_scope,
        publication_scope.certainty,
        publication_scope.rule_id IS DISTINCT FROM 'words_counted' AS is_kind_sure
    FROM concept.publication_scope
    ANTI JOIN curated_record ON curated_record.pmid = publication_scope.pmid
    WHERE publication_scope.is_in_scope OR publication_scope.stratum = 'protocol'
),
candidate AS (
    SELECT DISTINCT
        paper.pmid,
        registration.study_id,
        trial_publication.method,
        trial_publication.certainty
    FROM paper
    INNER JOIN study.trial_publication
        ON trial_publication.pmid = paper.pmid
        AND trial_publication.method IN ('databank_accession', 'reference_result', 'reference_derived', 'named_in_abstract')
    INNER JOIN registration ON registration.nct_id = trial_publication.nct_id
    LEFT JOIN concept.publication_organ
        ON publication_organ.pmid = paper.pmid AND publication_organ.organ_code = registration.organ_code
    WHERE registration.organ_code IS NULL OR publication_organ.pmid IS NOT NULL
),
tied AS (
    SELECT
        pmid,
        min(study_id) AS study_id,
        arg_min(method, certainty || method) AS method,
        min(certainty) AS certainty
    FROM candidate
    GROUP BY pmid
    HAVING count(DISTINCT study_id) = 1
),
case_report AS (
    SELECT DISTINCT pmid FROM core.publication_type WHERE publication_type = 'Case Reports'
),
paper_record AS (
    SELECT
        coalesce(tied.study_id, 'pmid_' || paper.pmid) AS study_id,
        paper.pmid,
        CASE
            WHEN paper.stratum = 'protocol' THEN 'protocol'
            WHEN case_report.pmid IS NOT NULL THEN 'case_report'
            ELSE 'report'
        END AS record_role,
        coalesce(tied.method, 'own_study') AS method,
        coalesce(tied.certainty, paper.certainty) AS certainty
    FROM paper
    LEFT JOIN tied ON tied.pmid = paper.pmid
    LEFT JOIN case_report ON case_report.pmid = paper.pmid
    WHERE tied.pmid IS NOT NULL
        OR (paper.is_in_scope AND paper.stratum = 'clinical' AND paper.is_kind_sure)
)
SELECT study_id, source, record_id, record_role, organ_code, 'curated' AS method, 'high' AS certainty, citation, nct_id, pmid
FROM curated_record
UNION ALL
SELECT
    nct_id AS study_id,
    'clinicaltrials_gov' AS source,
    nct_id AS record_id,
    'registration' AS record_role,
    NULL AS organ_code,
    'own_study' AS method,
    certainty,
    'ClinicalTrials.gov ' || nct_id AS citation,
    nct_id,
    NULL AS pmid
FROM own_trial
UNION ALL
SELECT
    study_id,
    'pubmed' AS source,
    pmid AS record_id,
    record_role,
    NULL AS organ_code,
    method,
    certainty,
    'PMID ' || pmid AS citation,
    NULL AS nct_id,
    pmid
FROM paper_record
