-- title: Pooled effects by organ
-- question: For each organ and outcome: what do the studies say together, by design and measure, and where can nothing be pooled, and why?
-- grain: one row per organ of the review, stratum, outcome, design class and measure; one row without design and measure where no study gives a number to pool
-- missing: numbers are NULL where they cannot be had; statement and note say why; design_class NULL: nothing to pool
-- reference: synth.pooled_effect, evidence.organ_outcome
-- care: read the row with is_default first; randomised studies are never pooled with others, nor MSC alone with MSC given with blood-forming cells.
-- care: msc_arms is how often it happened after the cells in studies of all designs: it compares nothing.
-- care: no pooled estimate, or one without difference, is no evidence of no difference.
WITH registered AS (
    SELECT study_organ.organ_code, study.stratum, count(*)::BIGINT AS n_registered
    FROM study.study
    INNER JOIN study.study_organ ON study_organ.study_id = study.study_id
    WHERE NOT study.has_report AND study.has_posted_results IS DISTINCT FROM TRUE
    GROUP BY study_organ.organ_code, study.stratum
),
empty AS (
    SELECT
        organ_outcome.organ_code,
        organ_outcome.stratum,
        organ_outcome.outcome_code,
        'nothing can be pooled: ' || CASE
            WHEN organ_outcome.n_studies_with_report = 0
                THEN 'there is no clinical report' || CASE coalesce(registered.n_registered, 0)
                    WHEN 0 THEN ''
                    WHEN 1 THEN ', and one study is registered without one'
                    ELSE ', and ' || registered.n_registered || ' studies are registered without one'
                END
            WHEN organ_outcome.n_studies_reporting = 0
                THEN CASE organ_outcome.n_studies_with_report
                    WHEN 1 THEN 'the one study with a clinical report gives no number'
                    ELSE 'none of the ' || organ_outcome.n_studies_with_report || ' studies with a clinical report gives a number'
                END
            ELSE CASE organ_outcome.n_studies_reporting
                WHEN 1 THEN 'one study gives a value'
                ELSE organ_outcome.n_studies_reporting || ' studies give values'
            END || ', but no mean with its standard deviation and number of people after the cells'
        END AS reason
    FROM evidence.organ_outcome
    LEFT JOIN registered ON registered.organ_code = organ_outcome.organ_code AND registered.stratum = organ_outcome.stratum
    ANTI JOIN synth.pooled_effect
        ON pooled_effect.organ_code = organ_outcome.organ_code
        AND pooled_effect.stratum = organ_outcome.stratum
        AND pooled_effect.outcome_code = organ_outcome.outcome_code
    WHERE organ_outcome.arm_role = 'msc'
),
told AS (
    SELECT * EXCLUDE (subgroup_by, subgroup_value)
    FROM synth.pooled_effect
    WHERE subgroup_by IS NULL
    UNION ALL BY NAME
    SELECT
        organ_code || '.' || outcome_code || '.' || stratum AS estimate_id,
        organ_code,
        stratum,
        outcome_code,
        TRUE AS is_default,
        FALSE AS is_pooled,
        0 AS k,
        0 AS k_informative,
        reason AS note
    FROM empty
)
SELECT
    told.organ_code,
    organ.organ_name,
    told.stratum,
    told.outcome_code,
    outcome.outcome_name,
    told.design_class,
    design_class.design_class_name,
    told.measure,
    effect_measure.measure_name,
    told.is_default,
    told.is_pooled,
    told.k,
    told.k_informative,
    told.n,
    told.n_msc,
    told.n_control,
    told.n_events_msc,
    told.n_events_control,
    told.estimate,
    told.ci_low,
    told.ci_high,
    told.pi_low,
    told.pi_high,
    told.tau2,
    told.tau2_low,
    told.tau2_high,
    told.i2_pct,
    told.q,
    told.q_p,
    told.method,
    told.study_ids,
    told.excluded_studies,
    told.warnings,
    told.note,
    coalesce(
        told.statement,
        outcome.outcome_name || ' with ' || stratum_phrase.treatment || ' in ' || lower(organ.organ_name) || ' recipients: ' || told.note
            || '. This is a lack of evidence, not evidence of no difference.'
    ) AS statement,
    told.input_digest,
    told.estimate_id
FROM told
INNER JOIN vocab.organ ON organ.organ_code = told.organ_code AND organ.is_in_review_scope
INNER JOIN vocab.outcome ON outcome.outcome_code = told.outcome_code
INNER JOIN vocab.stratum_phrase ON stratum_phrase.stratum = told.stratum
LEFT JOIN vocab.design_class ON design_class.design_class = told.design_class
LEFT JOIN vocab.effect_measure ON effect_measure.measure = told.measure
ORDER BY
    organ.sort_order, told.stratum, outcome.sort_order, design_class.sort_order NULLS LAST, effect_measure.sort_order NULLS LAST
