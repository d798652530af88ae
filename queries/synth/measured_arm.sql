-- title: Measured values that a mean difference can be made of
-- question: Which means with their standard deviations stand for each side of each study?
-- grain: one row per study, organ, outcome, side, time and unit; several arms of one side are combined
-- missing: medians, rates, shares, means without spread or number of people, and values from before the cells have no row;
--   nor have changes from baseline (told by the time frame) among values of an outcome that is no change
-- reference: evidence.arm_outcome; combining groups after Cochrane Handbook, table 6.5.a (not looked up: the usual formula)
-- care: per study and side what people read before what a register posts, and one record of it; what rules read in abstracts is not taken.
-- care: a unit that is the outcome's own but for spelling (spaces, capitals, raised figures, per for /) is written as the outcome has it.
-- care: an arm that is the sum of the others of its side stands only where they do not.
-- care: a side of more people than the study has is left out: some arm would stand in it twice.
WITH candidate AS (
    SELECT
        study.stratum,
        arm_outcome.study_id,
        arm_outcome.organ_code,
        arm_outcome.outcome_code,
        arm_outcome.arm_role,
        arm_outcome.arm_label,
        arm_outcome.timepoint_months,
        arm_outcome.n_at_risk AS n,
        arm_outcome.value AS mean,
        arm_outcome.sd,
        CASE
            WHEN regexp_replace(replace(replace(replace(lower(arm_outcome.unit), '²', '2'), ' per ', '/'), 'minute', 'min'), '[^a-z0-9%/]', '', 'g')
                = regexp_replace(lower(outcome.unit), '[^a-z0-9%/]', '', 'g') THEN outcome.unit
            ELSE arm_outcome.unit
        END AS unit,
        arm_outcome.outcome_definition,
        arm_outcome.count_basis,
        coalesce(arm_outcome.is_pooled_arm, FALSE) AS is_pooled_arm,
        arm_outcome.certainty,
        arm_outcome.source || ' ' || arm_outcome.record_id AS record_key,
        certainty.sort_order AS certainty_order,
        CASE arm_outcome.evidence_kind WHEN 'curated' THEN 1 ELSE 2 END AS level,
        CASE arm_outcome.arm_role WHEN 'msc' THEN study.n_msc ELSE nullif(study.n_control, 0) END AS n_in_study
    FROM evidence.arm_outcome
    INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code AND outcome.kind = 'continuous'
    INNER JOIN vocab.certainty ON certainty.certainty = arm_outcome.certainty
    INNER JOIN study.study ON study.study_id = arm_outcome.study_id
    WHERE arm_outcome.exclusion_reason IS NULL
        AND arm_outcome.value_kind = 'mean'
        AND arm_outcome.sd > 0
        AND arm_outcome.n_at_risk > 1
        AND arm_outcome.timepoint_months > 0
        AND (
            ends_with(arm_outcome.outcome_code, '_change')
            OR NOT coalesce(regexp_matches(lower(arm_outcome.timepoint_text), '\b(?:change|difference)s?\b.*\bbaseline\b|\bminus baseline\b'), FALSE)
        )
        AND arm_outcome.evidence_kind IN ('curated', 'registry')
),
of_best_source AS (
    SELECT *
    FROM candidate
    QUALIFY rank() OVER (PARTITION BY study_id, organ_code, outcome_code, arm_role ORDER BY level, record_key) = 1
),
of_one_value AS (
    SELECT *
    FROM of_best_source
    QUALIFY row_number() OVER (
        PARTITION BY study_id, organ_code, outcome_code, arm_role, arm_label, timepoint_months, unit
        ORDER BY certainty_order, outcome_definition, mean, sd
    ) = 1
),
without_sums AS (
    SELECT *
    FROM of_one_value
    WINDOW side AS (PARTITION BY study_id, organ_code, outcome_code, arm_role, timepoint_months, unit)
    QUALIFY NOT is_pooled_arm OR bool_and(is_pooled_arm) OVER side
),
weighed AS (
    SELECT
        *,
        sum(n * mean) OVER side / sum(n) OVER side AS side_mean
    FROM without_sums
    WINDOW side AS (PARTITION BY stratum, study_id, organ_code, outcome_code, arm_role, timepoint_months, unit)
)
SELECT
    stratum,
    study_id,
    organ_code,
    outcome_code,
    arm_role,
    timepoint_months,
    unit,
    count(*)::BIGINT AS n_arms,
    sum(n)::BIGINT AS n,
    min(side_mean) AS mean,
    sqrt(sum((n - 1) * sd * sd + n * (mean - side_mean) * (mean - side_mean)) / (sum(n) - 1)) AS sd,
    string_agg(DISTINCT outcome_definition, '; ' ORDER BY outcome_definition) AS outcome_definition,
    string_agg(DISTINCT count_basis, ';' ORDER BY count_basis) AS count_bases,
    string_agg(DISTINCT record_key, ';' ORDER BY record_key) AS record_ids,
    first(certainty ORDER BY certainty_order DESC) AS certainty,
    max(certainty_order) AS certainty_order
FROM weighed
GROUP BY stratum, study_id, organ_code, outcome_code, arm_role, timepoint_months, unit
HAVING sum(n) <= coalesce(max(n_in_study), sum(n))
