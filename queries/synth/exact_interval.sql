-- title: Exact intervals of the proportions shown
-- question: Between which bounds does each crude proportion lie, with 95 % confidence?
-- grain: one row per pair of events and people at risk that any table shows
-- missing: pairs are complete; a figure that is not reported has no pair
-- reference: Clopper CJ, Pearson ES. Biometrika 1934;26:404-413
-- compute: clopper_pearson
SELECT n_events, n_at_risk
FROM evidence.organ_outcome
WHERE n_events IS NOT NULL AND n_at_risk > 0
UNION
SELECT n_events, n_at_risk
FROM evidence.counted_outcome
WHERE n_events <= n_at_risk
