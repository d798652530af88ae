-- title: Designs or strata mixed in a pool
-- question: Does a pooled estimate hold a study of another design class or stratum than its own?
-- grain: one row per estimate and study that does not belong there
-- missing: no rows: every pool holds one design class of one stratum
-- reference: synth.pooled_effect, synth.pool_member, vocab.design_class
-- care: MSC arms of all designs are a pool of their own kind: it compares nothing, and holds neither cases nor studies of unknown design.
WITH held AS (
    SELECT estimate_id, stratum, organ_code, outcome_code, design_class, unnest(string_split(study_ids, ';')) AS study_id
    FROM synth.pooled_effect
    WHERE study_ids IS NOT NULL
)
SELECT
    held.estimate_id,
    held.study_id,
    held.stratum,
    held.design_class,
    pool_member.design_class AS study_class,
    pool_member.exclusion_reason
FROM held
INNER JOIN vocab.design_class AS pool_class ON pool_class.design_class = held.design_class
LEFT JOIN synth.pool_member
    ON pool_member.stratum = held.stratum
    AND pool_member.organ_code = held.organ_code
    AND pool_member.outcome_code = held.outcome_code
    AND pool_member.study_id = held.study_id
LEFT JOIN vocab.design_class AS own_class ON own_class.design_class = pool_member.design_class
WHERE pool_member.study_id IS NULL
    OR pool_member.exclusion_reason IS NOT NULL
    OR (pool_class.is_study_class AND pool_member.design_class IS DISTINCT FROM held.design_class)
    OR (NOT pool_class.is_study_class AND own_class.designs IS NULL)
