-- title: People counted twice in a pool
-- question: Does a pooled estimate hold a study twice, or two studies that share people, or other totals than its studies have?
-- grain: one row per estimate and fault
-- missing: no rows: every person stands once in each pool
-- reference: synth.pooled_effect, synth.pool_member (shares_people_with)
-- care: totals are compared for the MSC side: one row of synth.pool_member per study, whatever the number of its arms and records;
-- care: of comparisons at the time at which both sides are counted.
WITH held AS (
    SELECT estimate_id, stratum, organ_code, outcome_code, measure, study_ids, n_msc, unnest(string_split(study_ids, ';')) AS study_id
    FROM synth.pooled_effect
    WHERE study_ids IS NOT NULL
),
member AS (
    SELECT
        held.estimate_id,
        held.study_ids,
        held.n_msc,
        held.study_id,
        CASE WHEN effect_measure.is_comparison THEN pool_member.n_at_risk_msc_compared ELSE pool_member.n_at_risk_msc END AS n_at_risk_msc,
        pool_member.shares_people_with
    FROM held
    LEFT JOIN vocab.effect_measure ON effect_measure.measure = held.measure
    LEFT JOIN synth.pool_member
        ON pool_member.stratum = held.stratum
        AND pool_member.organ_code = held.organ_code
        AND pool_member.outcome_code = held.outcome_code
        AND pool_member.study_id = held.study_id
)
SELECT estimate_id, 'two studies share people' AS fault, study_id AS detail
FROM member
WHERE list_has_any(string_split(shares_people_with, ';'), string_split(study_ids, ';'))
UNION ALL
SELECT estimate_id, 'a study stands twice' AS fault, study_id AS detail
FROM held
GROUP BY estimate_id, study_id
HAVING count(*) > 1
UNION ALL
SELECT estimate_id, 'the total is not that of its studies' AS fault, n_msc || ' against ' || sum(n_at_risk_msc) AS detail
FROM member
GROUP BY estimate_id, n_msc
HAVING n_msc IS DISTINCT FROM sum(n_at_risk_msc)
