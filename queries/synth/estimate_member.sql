-- title: Whose numbers stand in which estimate
-- question: Which studies, with which numbers, read from which versions of which records, make up each estimate?
-- grain: one row per estimate, subgroups included, and study in it
-- missing: the control columns are NULL where the estimate compares nothing; records is NULL where no record is named
-- reference: synth.pooled_effect; numbers of synth.pool_candidate, records of synth.pool_member
-- care: records holds, for each record, source, id and the first 12 digits of its content's SHA-256; no @ where the record is not held.
-- care: this is what the next published build compares itself with (pipeline/estimating/moves.py).
WITH part AS (
    SELECT
        estimate_id,
        stratum,
        organ_code,
        outcome_code,
        design_class,
        measure,
        unnest(string_split(study_ids, ';')) AS study_id
    FROM synth.pooled_effect
    WHERE study_ids IS NOT NULL
),
named AS (
    SELECT stratum, organ_code, outcome_code, study_id, unnest(string_split(record_ids, ';')) AS record_key
    FROM synth.pool_member
),
held AS (
    SELECT source || ' ' || record_id AS record_key, '@' || left(content_sha256, 12) AS content_mark
    FROM raw.record_version
    WHERE is_current
),
read_from AS (
    SELECT
        named.stratum,
        named.organ_code,
        named.outcome_code,
        named.study_id,
        string_agg(named.record_key || coalesce(held.content_mark, ''), ';' ORDER BY named.record_key) AS records
    FROM named
    LEFT JOIN held ON held.record_key = named.record_key
    GROUP BY named.stratum, named.organ_code, named.outcome_code, named.study_id
)
SELECT
    part.estimate_id,
    part.study_id,
    pool_candidate.n_events_msc,
    pool_candidate.n_at_risk_msc,
    CASE WHEN pool_candidate.is_comparison THEN pool_candidate.n_events_control END AS n_events_control,
    CASE WHEN pool_candidate.is_comparison THEN pool_candidate.n_at_risk_control END AS n_at_risk_control,
    pool_candidate.mean_msc,
    pool_candidate.sd_msc,
    CASE WHEN pool_candidate.is_comparison THEN pool_candidate.mean_control END AS mean_control,
    CASE WHEN pool_candidate.is_comparison THEN pool_candidate.sd_control END AS sd_control,
    pool_candidate.unit,
    read_from.records
FROM part
INNER JOIN synth.pool_candidate
    ON pool_candidate.stratum = part.stratum
    AND pool_candidate.organ_code = part.organ_code
    AND pool_candidate.outcome_code = part.outcome_code
    AND pool_candidate.design_class = part.design_class
    AND pool_candidate.measure = part.measure
    AND pool_candidate.study_id = part.study_id
LEFT JOIN read_from
    ON read_from.stratum = part.stratum
    AND read_from.organ_code = part.organ_code
    AND read_from.outcome_code = part.outcome_code
    AND read_from.study_id = part.study_id
