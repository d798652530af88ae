-- title: Does the verdict of a pooled estimate hold
-- question: What does each default estimate say when it is reckoned in another way, and is that another verdict?
-- grain: one row per default estimate of two studies or more and scenario (one per study left out)
-- missing: numbers are NULL where the scenario has no estimate; one bound may be missing by itself: then there is no limit on that side
-- reference: synth.sensitivity_run; words of vocab.verdict; no difference after vocab.effect_measure
-- care: the verdict rests on the 95 % interval against no difference alone. Proportions have none: see is_estimate_outside.
-- care: is_verdict_changed is FALSE where the scenario has no estimate: a method that cannot be used changes nothing.
-- care: is_estimate_outside: the estimate lies outside the default interval; only asked where both are of one measure.
WITH whole AS (
    SELECT
        pooled_effect.estimate_id,
        pooled_effect.measure,
        pooled_effect.estimate,
        pooled_effect.ci_low,
        pooled_effect.ci_high,
        effect_measure.null_value,
        outcome.direction
    FROM synth.pooled_effect
    INNER JOIN vocab.effect_measure ON effect_measure.measure = pooled_effect.measure
    INNER JOIN vocab.outcome ON outcome.outcome_code = pooled_effect.outcome_code
    WHERE pooled_effect.is_default AND pooled_effect.subgroup_by IS NULL AND pooled_effect.k >= 2
),
told AS (
    SELECT
        sensitivity_run.* EXCLUDE (measure),
        scenario.scenario_kind,
        coalesce(effect_measure.measure, scenario.scenario) AS measure,
        coalesce(scenario.null_value, effect_measure.null_value) AS null_value,
        whole.direction,
        whole.measure AS default_measure,
        whole.ci_low AS default_low,
        whole.ci_high AS default_high
    FROM synth.sensitivity_run
    INNER JOIN whole ON whole.estimate_id = sensitivity_run.estimate_id
    INNER JOIN vocab.sensitivity_scenario AS scenario ON scenario.scenario = sensitivity_run.scenario
    LEFT JOIN vocab.effect_measure ON effect_measure.code_of_synthesis = sensitivity_run.measure
),
side AS (
    SELECT estimate_id, '' AS scenario, '' AS left_out, estimate, ci_low, ci_high, null_value, direction FROM whole
    UNION ALL
    SELECT estimate_id, scenario, coalesce(left_out_study_id, '') AS left_out, estimate, ci_low, ci_high, null_value, direction FROM told
),
judged AS (
    SELECT
        estimate_id,
        scenario,
        left_out,
        CASE
            WHEN null_value IS NULL THEN CASE WHEN estimate IS NULL AND ci_high IS NULL THEN 'not_estimable' ELSE 'no_comparison' END
            WHEN ci_low IS NULL AND ci_high IS NULL THEN 'not_estimable'
            WHEN ci_low > null_value THEN CASE direction WHEN 'harm' THEN 'favours_control' WHEN 'benefit' THEN 'favours_msc' ELSE 'more_with_msc' END
            WHEN ci_high < null_value THEN CASE direction WHEN 'harm' THEN 'favours_msc' WHEN 'benefit' THEN 'favours_control' ELSE 'less_with_msc' END
            ELSE 'no_clear_difference'
        END AS verdict_code
    FROM side
)
SELECT
    told.estimate_id,
    told.scenario_kind,
    told.scenario,
    told.left_out_study_id,
    told.measure,
    told.method,
    told.k,
    told.k_informative,
    told.n,
    told.estimate,
    told.ci_low,
    told.ci_high,
    verdict.verdict_name AS verdict,
    default_verdict.verdict_name AS default_verdict,
    own.verdict_code IS DISTINCT FROM 'not_estimable' AND own.verdict_code IS DISTINCT FROM usual.verdict_code AS is_verdict_changed,
    coalesce(told.measure = told.default_measure AND (told.estimate < told.default_low OR told.estimate > told.default_high), FALSE) AS is_estimate_outside,
    told.n_silent_studies,
    told.n_silent_people,
    told.note
FROM told
INNER JOIN judged AS own
    ON own.estimate_id = told.estimate_id AND own.scenario = told.scenario AND own.left_out = coalesce(told.left_out_study_id, '')
INNER JOIN judged AS usual ON usual.estimate_id = told.estimate_id AND usual.scenario = ''
INNER JOIN vocab.verdict ON verdict.verdict_code = own.verdict_code
INNER JOIN vocab.verdict AS default_verdict ON default_verdict.verdict_code = usual.verdict_code
