-- title: Effect of each study
-- question: What does each study say by itself, and what does it weigh in its pool?
-- grain: one row per pool (estimate_id, without subgroups) and study, also of those left out
-- missing: weight_pct is NULL where nothing was pooled or the method has no weights; estimate is NULL where the study has none
-- reference: the package synthesis; intervals of ratios and differences are normal, of proportions exact (Clopper–Pearson)
-- compute: study_effects
-- care: where a cell is empty, 0.5 is added for the study's own ratio (note says so); the pooled estimate is not made of it unless its method says so.
SELECT
    pool_candidate.*,
    organ.organ_name,
    outcome.outcome_name,
    outcome.direction,
    outcome.unit AS outcome_unit,
    design_class.phrase AS design_phrase,
    design_class.caution AS design_caution,
    stratum_phrase.treatment,
    study.control_kind
FROM synth.pool_candidate
INNER JOIN vocab.organ ON organ.organ_code = pool_candidate.organ_code
INNER JOIN vocab.outcome ON outcome.outcome_code = pool_candidate.outcome_code
INNER JOIN vocab.design_class ON design_class.design_class = pool_candidate.design_class
INNER JOIN vocab.stratum_phrase ON stratum_phrase.stratum = pool_candidate.stratum
LEFT JOIN study.study ON study.study_id = pool_candidate.study_id
