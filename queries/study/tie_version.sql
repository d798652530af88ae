-- title: Which version of a record ties a trial and a paper
-- question: Since which version of the registration or of the paper's record are the two tied, and by what?
-- grain: one row per trial, paper, method, source and version of the record that says so
-- missing: a version that ties nothing has no row; trial or paper need not be held
-- reference: methods in vocab.tie_method, as in study.trial_publication; merged registrations under the number they go by now
-- care: a background reference never ties.
WITH tie AS (
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
