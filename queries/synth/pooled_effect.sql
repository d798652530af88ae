-- title: Pooled effects
-- question: What do the studies of one design say together about an organ and outcome, how sure is it, and what could not be pooled?
-- grain: one row per pool (stratum, organ, outcome, design class, measure) and, for default measures of two studies or more, per subgroup
-- missing: numbers are NULL where they cannot be had, and note says why; pi_low and pi_high are hidden below five studies
-- reference: the package synthesis, whose modules name the source of each method; method holds model, estimator and interval
-- compute: pooled_effects
-- care: is_pooled is FALSE where a single informative study is described or nothing could be estimated.
-- care: where all events lie on one side, the risk ratio has no bound: its row has no numbers, the exact odds ratio stands in the row of odds_ratio.
-- care: input_digest is the SHA-256 of the numbers of the studies kept, sorted; every float is rounded to 12 significant digits.
SELECT
    pool_candidate.*,
    organ.organ_name,
    outcome.outcome_name,
    outcome.direction,
    outcome.unit AS outcome_unit,
    design_class.phrase AS design_phrase,
    design_class.caution AS design_caution,
    design_class.is_comparison AS has_controls,
    stratum_phrase.treatment,
    study.control_kind
FROM synth.pool_candidate
INNER JOIN vocab.organ ON organ.organ_code = pool_candidate.organ_code
INNER JOIN vocab.outcome ON outcome.outcome_code = pool_candidate.outcome_code
INNER JOIN vocab.design_class ON design_class.design_class = pool_candidate.design_class
INNER JOIN vocab.stratum_phrase ON stratum_phrase.stratum = pool_candidate.stratum
LEFT JOIN study.study ON study.study_id = pool_candidate.study_id
