-- title: How far each pooled result hangs on how it is reckoned
-- question: Does the verdict change with model, measure, correction, studies without events, a study left out, or the silent studies?
-- grain: one row per default estimate of two studies or more and scenario (one per study left out)
-- missing: numbers are NULL where the scenario has no estimate, and note says why; one bound alone is NULL where there is no limit on that side
-- reference: synth.sensitivity; scenarios of vocab.sensitivity_scenario, words of vocab.verdict
-- care: silent studies set to best and worst are bounds, not estimates: nobody knows what they found.
-- care: n_scenarios, n_verdict_changed and n_not_estimable stand for the whole estimate and repeat in its rows; the bounds by silent studies are not among them.
WITH shown AS (
    SELECT
        pooled_effect.organ_code,
        organ.organ_name,
        pooled_effect.outcome_code,
        outcome.outcome_name,
        pooled_effect.stratum,
        pooled_effect.design_class,
        sensitivity.estimate_id,
        pooled_effect.measure AS default_measure,
        pooled_effect.estimate AS default_estimate,
        pooled_effect.ci_low AS default_ci_low,
        pooled_effect.ci_high AS default_ci_high,
        sensitivity.* EXCLUDE (estimate_id),
        scenario.scenario_name,
        sensitivity.measure IN ('proportion', 'risk_difference') AS is_share,
        [sensitivity.estimate, sensitivity.ci_low, sensitivity.ci_high] AS numbers,
        CASE sensitivity.measure WHEN 'proportion' THEN ' %' WHEN 'risk_difference' THEN ' percentage points' ELSE '' END AS sign,
        coalesce(effect_measure.measure_name, scenario.scenario_name) AS measure_name,
        organ.sort_order AS organ_order,
        outcome.sort_order AS outcome_order,
        design_class.sort_order AS design_order,
        scenario.sort_order AS scenario_order
    FROM synth.sensitivity
    INNER JOIN synth.pooled_effect ON pooled_effect.estimate_id = sensitivity.estimate_id
    INNER JOIN vocab.organ ON organ.organ_code = pooled_effect.organ_code
    INNER JOIN vocab.outcome ON outcome.outcome_code = pooled_effect.outcome_code
    INNER JOIN vocab.design_class ON design_class.design_class = pooled_effect.design_class
    INNER JOIN vocab.sensitivity_scenario AS scenario ON scenario.scenario = sensitivity.scenario
    LEFT JOIN vocab.effect_measure ON effect_measure.measure = sensitivity.measure
),
worded AS (
    SELECT
        *,
        coalesce('without ' || left_out_study_id, scenario_name) AS opening,
        [CASE
            WHEN is_share THEN format('{:.1f}', greatest(-100, least(100, 100 * number)))
            WHEN number >= 1000 THEN 'above 1000'
            WHEN number >= 100 THEN format('{:.0f}', number)
            WHEN number > 0 AND number < 0.005 THEN 'below 0.01'
            WHEN number IS NOT NULL THEN format('{:.2f}', number)
        END FOR number IN numbers] AS words
    FROM shown
),
counted AS (
    SELECT
        estimate_id,
        count(*) FILTER (WHERE scenario_kind IS DISTINCT FROM 'silent_evidence')::BIGINT AS n_scenarios,
        count(*) FILTER (WHERE scenario_kind IS DISTINCT FROM 'silent_evidence' AND is_verdict_changed)::BIGINT AS n_verdict_changed,
        count(*) FILTER (WHERE scenario_kind IS DISTINCT FROM 'silent_evidence' AND estimate IS NULL AND ci_low IS NULL AND ci_high IS NULL)::BIGINT AS n_not_estimable
    FROM synth.sensitivity
    GROUP BY estimate_id
)
SELECT
    shown.organ_code,
    shown.organ_name,
    shown.outcome_code,
    shown.outcome_name,
    shown.stratum,
    shown.design_class,
    shown.estimate_id,
    shown.default_measure,
    shown.default_estimate,
    shown.default_ci_low,
    shown.default_ci_high,
    shown.default_verdict,
    shown.scenario_kind,
    shown.scenario,
    shown.scenario_name,
    shown.left_out_study_id,
    shown.measure,
    shown.method,
    shown.k,
    shown.k_informative,
    shown.n,
    shown.estimate,
    shown.ci_low,
    shown.ci_high,
    shown.verdict,
    shown.is_verdict_changed,
    shown.is_estimate_outside,
    counted.n_scenarios,
    counted.n_verdict_changed,
    counted.n_not_estimable,
    shown.n_silent_studies,
    shown.n_silent_people,
    upper(left(shown.opening, 1)) || substr(shown.opening, 2) || ': '
        || CASE
            WHEN shown.n_silent_studies = 0 THEN 'there is no such study whose people could be set'
            WHEN shown.words[1] IS NULL AND shown.words[2] IS NULL AND shown.words[3] IS NULL THEN 'no estimate'
            ELSE CASE WHEN lower(shown.opening) = lower(shown.measure_name) THEN '' ELSE lower(shown.measure_name) || ' ' END
                || coalesce(shown.words[1] || shown.sign, 'without an estimate')
                || ' (' || CASE
                    WHEN shown.words[2] IS NULL AND shown.words[3] IS NULL THEN 'no interval'
                    WHEN shown.words[3] IS NULL THEN 'from ' || shown.words[2] || ' without an upper limit'
                    WHEN shown.words[2] IS NULL THEN 'up to ' || shown.words[3] || ' without a lower limit'
                    ELSE shown.words[2] || ' to ' || shown.words[3]
                END || CASE WHEN shown.k_informative = 1 THEN '; one study alone' ELSE '' END || ')'
                || CASE
                    WHEN shown.verdict = 'no comparison' AND shown.is_estimate_outside THEN '; outside the interval shown'
                    WHEN shown.verdict IN ('no comparison', 'not estimable') THEN ''
                    WHEN shown.is_verdict_changed THEN ': ' || shown.verdict || ', where the result shown says ' || shown.default_verdict
                    ELSE ': ' || shown.verdict || ', as shown'
                END
        END || '.' AS statement,
    shown.note
FROM worded AS shown
INNER JOIN counted ON counted.estimate_id = shown.estimate_id
ORDER BY shown.organ_order, shown.stratum, shown.outcome_order, shown.design_order, shown.estimate_id, shown.scenario_order, shown.left_out_study_id
