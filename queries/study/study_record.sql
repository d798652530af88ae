-- title: Which records are one study
-- question: To which study does each registration and each paper belong, in which role, and who tied it?
-- grain: one row per study and record; a registration of two organs may stand under two studies
-- missing: records out of scope have no row unless a person entered them in curated.study_record
-- reference: curated.study_record speaks first; ties of study.trial_publication and other registers' numbers next, then
--   study.publication_chain; what is left is a study of its own
-- care: a paper is tied by rule only when its registrations lead to exactly one study, its own accession numbers before what
-- care: abstracts and registrations say; a background reference never ties. Nothing ties two registrations to one another.
-- care: a record entered by its citation alone is recognised when the citation holds the paper's whole title, or its journal,
-- care: year, volume, issue and first page. Notices and new editions go with the paper they follow, one step and no further.
-- care: papers whose kind was only guessed from their words do not found a study of their own: warn_report_without_study lists them.
WITH paper_by_doi AS (
    SELECT lower(doi) AS doi, min(pmid) AS pmid
    FROM core.publication
    WHERE doi IS NOT NULL
    GROUP BY lower(doi)
),
citation_record AS (
    SELECT study_id, record_id, regexp_replace(lower(citation), '[^a-z0-9]', '', 'g') AS citation_key
    FROM curated.study_record
    WHERE source = 'citation'
),
paper_key AS (
    SELECT
        pmid,
        regexp_replace(lower(title), '[^a-z0-9]', '', 'g') AS title_key,
        regexp_replace(lower(journal_medline_ta || pub_year || volume || issue || start_page), '[^a-z0-9]', '', 'g') AS place_key
    FROM core.publication
),
paper_by_citation AS (
    SELECT citation_record.study_id, citation_record.record_id, min(paper_key.pmid) AS pmid
    FROM citation_record
    INNER JOIN paper_key
        ON (length(paper_key.title_key) >= 40 AND contains(citation_record.citation_key, paper_key.title_key))
        OR contains(citation_record.citation_key, paper_key.place_key)
    GROUP BY citation_record.study_id, citation_record.record_id
    HAVING count(DISTINCT paper_key.pmid) = 1
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
        CASE study_record.source
            WHEN 'pubmed' THEN study_record.record_id
            WHEN 'doi' THEN paper_by_doi.pmid
            WHEN 'citation' THEN paper_by_citation.pmid
        END AS pmid
    FROM curated.study_record
    LEFT JOIN paper_by_doi ON study_record.source = 'doi' AND paper_by_doi.doi = lower(study_record.record_id)
    LEFT JOIN paper_by_citation
        ON study_record.source = 'citation'
        AND paper_by_citation.study_id = study_record.study_id
        AND paper_by_citation.record_id = study_record.record_id
),
other_registration AS (
    SELECT
        study_record.study_id,
        study_record.organ_code,
        register_number.register_code,
        regexp_replace(
            regexp_extract(lower(study_record.source || ' ' || study_record.record_id), register_number.pattern),
            CASE register_number.kept WHEN 'digits' THEN '[^0-9]' ELSE '[^a-z0-9]' END,
            '',
            'g'
        ) AS register_number
    FROM curated.study_record
    INNER JOIN vocab.register_number ON register_number.register_code = study_record.source
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
found_tie AS (
    SELECT
        trial_publication.pmid,
        registration.study_id,
        registration.organ_code,
        trial_publication.method,
        trial_publication.certainty
    FROM study.trial_publication
    INNER JOIN vocab.tie_method ON tie_method.method = trial_publication.method
    INNER JOIN registration ON registration.nct_id = trial_publication.nct_id
    UNION
    SELECT
        register_number.record_id AS pmid,
        other_registration.study_id,
        other_registration.organ_code,
        'other_number_in_' || register_number.stated_in AS method,
        CASE register_number.stated_in WHEN 'databank' THEN 'high' ELSE 'medium' END AS certainty
    FROM study.register_number
    INNER JOIN other_registration
        ON other_registration.register_code = register_number.register_code
        AND other_registration.register_number = register_number.register_number
    WHERE register_number.source = 'pubmed' AND register_number.is_current
),
candidate AS (
    SELECT DISTINCT
        paper.pmid,
        found_tie.study_id,
        found_tie.method,
        found_tie.certainty,
        certainty.sort_order AS certainty_order
    FROM paper
    INNER JOIN found_tie ON found_tie.pmid = paper.pmid
    INNER JOIN vocab.certainty ON certainty.certainty = found_tie.certainty
    LEFT JOIN concept.publication_organ
        ON publication_organ.pmid = paper.pmid AND publication_organ.organ_code = found_tie.organ_code
    WHERE found_tie.organ_code IS NULL OR publication_organ.pmid IS NOT NULL
    QUALIFY rank() OVER (
        PARTITION BY paper.pmid
        ORDER BY found_tie.method NOT IN ('databank_accession', 'other_number_in_databank')
    ) = 1
),
tied AS (
    SELECT
        pmid,
        min(study_id) AS study_id,
        first(method ORDER BY certainty_order, method) AS method,
        first(certainty ORDER BY certainty_order, method) AS certainty
    FROM candidate
    GROUP BY pmid
    HAVING count(DISTINCT study_id) = 1
),
member AS (
    SELECT study_id, pmid FROM curated_record WHERE pmid IS NOT NULL
    UNION
    SELECT study_id, pmid FROM tied
    UNION
    SELECT 'pmid_' || paper.pmid AS study_id, paper.pmid
    FROM paper
    ANTI JOIN tied ON tied.pmid = paper.pmid
    WHERE paper.is_in_scope AND paper.stratum = 'clinical' AND paper.is_kind_sure
),
chain_end AS (
    SELECT pmid AS known_pmid, related_pmid AS other_pmid, tells_same_people FROM study.publication_chain
    UNION
    SELECT related_pmid AS known_pmid, pmid AS other_pmid, tells_same_people FROM study.publication_chain WHERE tells_same_people
),
chained AS (
    SELECT
        chain_end.other_pmid AS pmid,
        min(member.study_id) AS study_id,
        bool_or(chain_end.tells_same_people) AS tells_same_people
    FROM chain_end
    INNER JOIN member ON member.pmid = chain_end.known_pmid
    INNER JOIN core.publication ON publication.pmid = chain_end.other_pmid
    ANTI JOIN tied ON tied.pmid = chain_end.other_pmid
    ANTI JOIN curated_record ON curated_record.pmid = chain_end.other_pmid
    LEFT JOIN paper ON paper.pmid = chain_end.other_pmid
    LEFT JOIN curated_record AS read_record ON read_record.pmid = chain_end.known_pmid
    LEFT JOIN tied AS known_tie ON known_tie.pmid = chain_end.known_pmid
    WHERE (NOT chain_end.tells_same_people OR paper.pmid IS NOT NULL)
        AND (
            NOT chain_end.tells_same_people
            OR read_record.pmid IS NOT NULL
            OR known_tie.pmid IS NOT NULL
            OR TRY_CAST(chain_end.other_pmid AS BIGINT) > TRY_CAST(chain_end.known_pmid AS BIGINT)
        )
    GROUP BY chain_end.other_pmid
    HAVING count(DISTINCT member.study_id) = 1
),
case_report AS (
    SELECT DISTINCT pmid FROM core.publication_type WHERE publication_type = 'Case Reports'
),
paper_record AS (
    SELECT
        coalesce(tied.study_id, chained.study_id, 'pmid_' || paper.pmid) AS study_id,
        paper.pmid,
        CASE
            WHEN chained.pmid IS NOT NULL AND NOT chained.tells_same_people THEN 'notice'
            WHEN paper.stratum = 'protocol' THEN 'protocol'
            WHEN case_report.pmid IS NOT NULL THEN 'case_report'
            ELSE 'report'
        END AS record_role,
        CASE
            WHEN tied.pmid IS NOT NULL THEN tied.method
            WHEN chained.pmid IS NOT NULL THEN 'publication_chain'
            ELSE 'own_study'
        END AS method,
        CASE WHEN tied.pmid IS NULL AND chained.pmid IS NOT NULL THEN 'high' ELSE coalesce(tied.certainty, paper.certainty) END AS certainty
    FROM paper
    LEFT JOIN tied ON tied.pmid = paper.pmid
    LEFT JOIN chained ON chained.pmid = paper.pmid
    LEFT JOIN case_report ON case_report.pmid = paper.pmid
    WHERE tied.pmid IS NOT NULL
        OR chained.pmid IS NOT NULL
        OR (paper.is_in_scope AND paper.stratum = 'clinical' AND paper.is_kind_sure)
    UNION ALL
    SELECT chained.study_id, chained.pmid, 'notice' AS record_role, 'publication_chain' AS method, 'high' AS certainty
    FROM chained
    ANTI JOIN paper ON paper.pmid = chained.pmid
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
