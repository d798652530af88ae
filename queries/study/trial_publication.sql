-- title: Which trial and which paper belong together
-- question: What ties a registration to a paper, who says so, and how sure is it?
-- grain: one row per trial, paper and method
-- missing: a pair without any tie has no row; trials or papers that we do not hold stay in, marked
-- reference: databank accession (PubMed), references with their type (ClinicalTrials.gov), identifier in title or abstract,
--   numbers of other registers on both sides (study.register_number)
-- care: a BACKGROUND reference is a paper the trial cites, not its result; an identifier in an abstract is a mention.
-- care: a number of another register that several registrations bear says little which of them is meant: certainty low.
WITH databank AS (
    SELECT
        upper(trim(accession)) AS nct_id,
        pmid,
        'databank_accession' AS method,
        'publication_to_trial' AS direction,
        'high' AS certainty
    FROM core.publication_databank
    WHERE regexp_matches(upper(trim(accession)), '^NCT[0-9]{8}$')
),
reference AS (
    SELECT
        nct_id,
        pmid,
        'reference_' || lower(coalesce(reference_type, 'unspecified')) AS method,
        'trial_to_publication' AS direction,
        CASE upper(reference_type) WHEN 'RESULT' THEN 'high' WHEN 'DERIVED' THEN 'medium' ELSE 'low' END AS certainty
    FROM core.trial_reference
    WHERE pmid IS NOT NULL
),
own_words AS (
    SELECT publication.pmid, upper(concat_ws(' ', publication.title, publication_abstract.abstract_text)) AS text
    FROM core.publication
    LEFT JOIN core.publication_abstract ON publication_abstract.pmid = publication.pmid
),
mention AS (
    SELECT
        unnest(regexp_extract_all(text, 'NCT[0-9]{8}')) AS nct_id,
        pmid,
        'named_in_abstract' AS method,
        'publication_to_trial' AS direction,
        'medium' AS certainty
    FROM own_words
),
bearer AS (
    SELECT register_code, register_number, count(DISTINCT record_id) AS n_trials
    FROM study.register_number
    WHERE source = 'clinicaltrials_gov' AND is_current
    GROUP BY register_code, register_number
),
other_number AS (
    SELECT DISTINCT
        trial_number.record_id AS nct_id,
        paper_number.record_id AS pmid,
        'other_number_in_' || paper_number.stated_in AS method,
        'publication_to_trial' AS direction,
        CASE
            WHEN bearer.n_trials > 1 THEN 'low'
            WHEN paper_number.stated_in = 'databank' THEN 'high'
            ELSE 'medium'
        END AS certainty
    FROM study.register_number AS trial_number
    INNER JOIN study.register_number AS paper_number
        ON paper_number.source = 'pubmed'
        AND paper_number.is_current
        AND paper_number.register_code = trial_number.register_code
        AND paper_number.register_number = trial_number.register_number
    INNER JOIN bearer
        ON bearer.register_code = trial_number.register_code AND bearer.register_number = trial_number.register_number
    WHERE trial_number.source = 'clinicaltrials_gov' AND trial_number.is_current
),
tie AS (
    SELECT nct_id, pmid, method, direction, certainty FROM databank
    UNION
    SELECT nct_id, pmid, method, direction, certainty FROM reference
    UNION
    SELECT nct_id, pmid, method, direction, certainty FROM mention
    UNION
    SELECT nct_id, pmid, method, direction, certainty FROM other_number
),
alias AS (
    SELECT alias_nct_id, min(nct_id) AS nct_id
    FROM core.trial_alias
    GROUP BY alias_nct_id
),
resolved AS (
    SELECT DISTINCT coalesce(alias.nct_id, tie.nct_id) AS nct_id, tie.pmid, tie.method, tie.direction, tie.certainty
    FROM tie
    LEFT JOIN alias ON alias.alias_nct_id = tie.nct_id
)
SELECT
    resolved.nct_id,
    resolved.pmid,
    resolved.method,
    resolved.direction,
    resolved.certainty,
    trial.nct_id IS NOT NULL AS is_trial_held,
    publication.pmid IS NOT NULL AS is_publication_held
FROM resolved
LEFT JOIN core.trial AS trial ON trial.nct_id = resolved.nct_id
LEFT JOIN core.publication ON publication.pmid = resolved.pmid
