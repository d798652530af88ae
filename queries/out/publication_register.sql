-- title: Register of papers
-- question: Which papers are on MSC in solid-organ transplantation, and of what kind?
-- grain: one row per paper on the subject: reports on people, protocols, reviews and borderline papers; animal work has its own list
-- missing: organ_codes is NULL where no organ is named; doi is NULL where PubMed gives none
-- reference: PubMed; concept.publication_scope
WITH organ AS (
    SELECT
        publication_organ.pmid,
        string_agg(publication_organ.organ_code, ';' ORDER BY organ.sort_order) AS organ_codes,
        min(organ.sort_order) AS organ_order
    FROM concept.publication_organ
    INNER JOIN vocab.organ ON organ.organ_code = publication_organ.organ_code
    GROUP BY publication_organ.pmid
),
study_of_paper AS (
    SELECT
        pmid,
        string_agg(DISTINCT study_id, ';' ORDER BY study_id) AS study_ids,
        string_agg(DISTINCT record_role, ';' ORDER BY record_role) AS record_roles
    FROM study.study_record
    WHERE pmid IS NOT NULL
    GROUP BY pmid
),
trial_of_paper AS (
    SELECT pmid, string_agg(DISTINCT nct_id, ';' ORDER BY nct_id) AS linked_nct_ids
    FROM study.trial_publication
    WHERE method IN ('databank_accession', 'reference_result', 'reference_derived', 'named_in_abstract', 'other_number_in_databank', 'other_number_in_abstract')
    GROUP BY pmid
)
SELECT
    publication.pmid,
    publication.title,
    publication.journal_title,
    publication.pub_year,
    publication.doi,
    organ.organ_codes,
    publication_scope.stratum,
    CASE WHEN publication_scope.is_in_scope THEN 'include' WHEN publication_scope.is_borderline THEN 'borderline' ELSE 'beside' END AS decision,
    publication_scope.reason_code,
    study_of_paper.study_ids,
    study_of_paper.record_roles,
    trial_of_paper.linked_nct_ids,
    publication_scope.matched_text AS scope_matched_text,
    publication_scope.certainty AS scope_certainty,
    'https://pubmed.ncbi.nlm.nih.gov/' || publication.pmid || '/' AS record_url
FROM concept.publication_scope
INNER JOIN core.publication ON publication.pmid = publication_scope.pmid
LEFT JOIN organ ON organ.pmid = publication.pmid
LEFT JOIN study_of_paper ON study_of_paper.pmid = publication.pmid
LEFT JOIN trial_of_paper ON trial_of_paper.pmid = publication.pmid
WHERE publication_scope.is_on_subject AND publication_scope.stratum IS DISTINCT FROM 'preclinical'
ORDER BY publication_scope.is_in_scope DESC, organ.organ_order NULLS LAST, publication.pub_year, publication.pmid
