-- title: every record we hold was read or is listed with the reason why not
-- question: Which records of the archive stand neither in core nor among the rejected, and which stand in core without a record?
-- grain: one row per record, with what is wrong
-- missing: withdrawn records need stand nowhere
-- reference: raw.record_version, core.trial, core.publication, ops.rejected_record
WITH held AS (
    SELECT source, record_id, count(*)::BIGINT AS n_current
    FROM raw.record_version
    WHERE is_current
    GROUP BY source, record_id
),
parsed AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id FROM core.trial
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id FROM core.publication
)
SELECT held.source, held.record_id, 'neither in core nor rejected' AS fault
FROM held
ANTI JOIN parsed ON parsed.source = held.source AND parsed.record_id = held.record_id
ANTI JOIN ops.rejected_record AS rejected ON rejected.source = held.source AND rejected.record_id = held.record_id
UNION ALL
SELECT parsed.source, parsed.record_id, 'in core without a current record' AS fault
FROM parsed
ANTI JOIN held ON held.source = parsed.source AND held.record_id = parsed.record_id
UNION ALL
SELECT source, record_id, 'more than one current version' AS fault
FROM held
WHERE n_current > 1
