-- title: How the estimates moved
-- question: For each organ and outcome: what did the pooled estimate say when, which records moved it, and did the answer change?
-- grain: one row per estimate (the usual measure of each pool) and published build at which it was first told, moved, or went
-- missing: …_before and …_without are NULL where there is nothing before, or nothing without the new and changed studies; an
--   organ without estimates has no row
-- reference: synth.estimate_history; the subgroups and other measures, and builds that left an estimate unchanged, stand there
-- care: known_until is when the newest record that the build knew was received, not when the build was made.
-- care: k_without and its numbers are this build's estimate, pooled again without the studies that are new or whose numbers changed.
-- care: the home remembers from its first build with this program on; what was published before has no rows.
SELECT
    estimate_history.organ_code,
    organ.organ_name,
    estimate_history.outcome_code,
    outcome.outcome_name,
    estimate_history.stratum,
    estimate_history.design_class,
    estimate_history.measure,
    estimate_history.estimate_id,
    estimate_history.sequence,
    estimate_history.build_id,
    estimate_build.known_until,
    estimate_history.event,
    estimate_history.sequence = max(estimate_history.sequence) OVER (PARTITION BY estimate_history.estimate_id) AS is_last,
    estimate_history.is_pooled,
    estimate_history.k,
    estimate_history.n,
    estimate_history.n_events,
    estimate_history.estimate,
    estimate_history.ci_low,
    estimate_history.ci_high,
    estimate_history.pi_low,
    estimate_history.pi_high,
    estimate_history.imprecision_level,
    estimate_history.k_before,
    estimate_history.estimate_before,
    estimate_history.ci_low_before,
    estimate_history.ci_high_before,
    estimate_history.imprecision_before,
    estimate_history.new_studies,
    estimate_history.changed_studies,
    estimate_history.gone_studies,
    estimate_history.records_moved,
    estimate_history.k_without,
    estimate_history.estimate_without,
    estimate_history.ci_low_without,
    estimate_history.ci_high_without,
    estimate_history.is_direction_changed,
    estimate_history.is_crossing_changed,
    estimate_history.is_imprecision_changed,
    estimate_history.method,
    estimate_history.statement
FROM synth.estimate_history
LEFT JOIN ops.estimate_build ON estimate_build.sequence = estimate_history.sequence
LEFT JOIN vocab.organ ON organ.organ_code = estimate_history.organ_code
LEFT JOIN vocab.outcome ON outcome.outcome_code = estimate_history.outcome_code
WHERE estimate_history.is_default AND estimate_history.event IS DISTINCT FROM 'unchanged'
ORDER BY organ.sort_order, estimate_history.organ_code, outcome.sort_order, estimate_history.estimate_id, estimate_history.sequence
