-- title: no table counts more reporting studies than there are studies
-- question: Where do reporting and silent studies not add up?
-- grain: one row per stratum, organ, outcome and side
-- missing: not applicable
-- reference: evidence.organ_outcome
SELECT stratum, organ_code, outcome_code, arm_role, n_studies_with_report, n_studies_reporting, n_studies_silent
FROM evidence.organ_outcome
WHERE n_studies_silent < 0 OR n_studies_reporting + n_studies_silent IS DISTINCT FROM n_studies_with_report
