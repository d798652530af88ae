-- title: Numbers of trials in other registers
-- question: Which number of which other trial register stands in a registration, or in the record of a paper?
-- grain: one row per record version, place and number
-- missing: records without such a number have no row; grants and numbers of sponsors are none
-- reference: spellings in vocab.register_number
-- care: of a European number only year, number and check digits count: CTIS adds the submission behind them.
WITH stated AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, version, is_current, 'registration' AS stated_in, unnest(other_ids) AS stated_text
    FROM core.trial_version
    UNION ALL
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, version, is_current, 'registration' AS stated_in, org_study_id AS stated_text
    FROM core.trial_version
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, version, is_current, 'databank' AS stated_in, unnest(accessions) AS stated_text
    FROM core.publication_version
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, version, is_current, 'abstract' AS stated_in, unnest(named_register_ids) AS stated_text
    FROM core.publication_version
),
number_read AS (
    SELECT
        stated.source,
        stated.record_id,
        stated.version,
        stated.is_current,
        stated.stated_in,
        register_number.register_code,
        register_number.kept,
        unnest(regexp_extract_all(lower(stated.stated_text), register_number.pattern)) AS number_text
    FROM stated
    CROSS JOIN vocab.register_number
    WHERE regexp_matches(lower(stated.stated_text), register_number.pattern)
)
SELECT DISTINCT
    source,
    record_id,
    version,
    is_current,
    stated_in,
    register_code,
    regexp_replace(number_text, CASE kept WHEN 'digits' THEN '[^0-9]' ELSE '[^a-z0-9]' END, '', 'g') AS register_number
FROM number_read
