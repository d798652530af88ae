-- title: Do subgroups differ
-- question: Does the effect differ between groups of studies, by cell, time, dose or drugs, more than by chance?
-- grain: one row per pool of two studies or more (default measure) and variable of vocab.subgroup_variable
-- missing: statistics are NULL where fewer than two groups have two studies or more, and reason says so
-- reference: Borenstein M, Hedges LV, Higgins JPT, Rothstein HR. Introduction to Meta-Analysis, 2009, ch. 19 (tau² of each group's own, and in common)
-- compute: subgroup_tests
-- care: a difference between studies is no difference between treatments: nobody was allotted to a subgroup.
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
