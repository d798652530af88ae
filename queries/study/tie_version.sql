-- title: Which version of a record ties a trial and a paper
-- question: Since which version of the registration or of the paper's record are the two tied, and by what?
-- grain: one row per trial, paper, method, source and version of the record that says so
-- missing: a version that ties nothing has no row; trial or paper need not be held
-- reference: methods in vocab.tie_method, as in study.trial_publication; merged registrations under the number they go by now
-- care: a background reference never ties. A number of another register ties once both records have it: the later version counts.
WITH both_numbered AS (
    SELECT
        trial_number.record_id AS nct_id,
        paper_number.record_id AS pmid,
        'other_number_in_' || paper_number.stated_in AS method,
        trial_number.version AS trial_version,
        paper_number.version AS paper_version
    FROM study.register_number AS trial_number
    INNER JOIN study.register_number AS paper_number
        ON paper_number.source = 'pubmed'
        AND paper_number.register_code = trial_number.register_code
        AND paper_number.register_number = trial_number.register_number
    WHERE trial_number.source = 'clinicaltrials_gov'
),
other_number AS (
    SELECT
        both_numbered.nct_id,
        both_numbered.pmid,
        both_numbered.method,
        CASE WHEN trial.valid_from > paper.valid_from THEN 'clinicaltrials_gov' ELSE 'pubmed' END AS source,
        CASE WHEN trial.valid_from > paper.valid_from THEN both_numbered.trial_version ELSE both_numbered.paper_version END AS version
    FROM both_numbered
    INNER JOIN raw.record_version AS trial
        ON trial.source = 'clinicaltrials_gov'
        AND trial.record_id = both_numbered.nct_id
        AND trial.version = both_numbered.trial_version
    INNER JOIN raw.record_version AS paper
        ON paper.source = 'pubmed' AND paper.record_id = both_numbered.pmid AND paper.version = both_numbered.paper_version
    WHERE (paper.valid_to IS NULL OR paper.valid_to > trial.valid_from)
        AND (trial.valid_to IS NULL OR trial.valid_to > paper.valid_from)
),
tie AS (
    SELECT nct_id, unnest(result_pmids) AS pmid, 'reference_result' AS method, 'clinicaltrials_gov' AS source, version
    FROM core.trial_version
    UNION ALL
    SELECT nct_id, unnest(derived_pmids) AS pmid, 'reference_derived' AS method, 'clinicaltrials_gov' AS source, version
    FROM core.trial_version
    UNION ALL
    SELECT unnest(nct_ids) AS nct_id, pmid, 'databank_accession' AS method, 'pubmed' AS source, version
    FROM core.publication_version
    UNION ALL
    SELECT unnest(named_nct_ids) AS nct_id, pmid, 'named_in_abstract' AS method, 'pubmed' AS source, version
    FROM core.publication_version
    UNION ALL
    SELECT nct_id, pmid, method, source, version FROM other_number
),
alias AS (
    SELECT alias_nct_id, min(nct_id) AS nct_id
    FROM core.trial_alias
    GROUP BY alias_nct_id
)
SELECT DISTINCT
    coalesce(alias.nct_id, tie.nct_id) AS nct_id,
    tie.pmid,
    tie.method,
    tie.source,
    CASE WHEN tie.source = 'pubmed' THEN tie.pmid ELSE tie.nct_id END AS record_id,
    tie.version
FROM tie
LEFT JOIN alias ON alias.alias_nct_id = tie.nct_id
