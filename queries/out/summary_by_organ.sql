-- title: Summary by organ
-- question: In one line per organ: how many trials and studies are there, and what became of the people given MSC?
-- grain: one row per organ of the review
-- missing: "not reported" where no study gives a number, "no report" where there is no clinical study; 0 was reported as none
-- reference: out.landscape_by_organ; evidence.organ_outcome
-- care: crude sums over the studies named in out.safety_by_organ and out.efficacy_by_organ, MSC side only; not a meta-analysis.
WITH told AS (
    SELECT
        organ_code,
        outcome_code,
        CASE
            WHEN n_studies_with_report = 0 THEN 'no report'
            WHEN n_studies_reporting = 0 THEN 'not reported'
            ELSE n_events || '/' || n_at_risk || ' (' || n_studies_reporting || ' of ' || n_studies_with_report || ')'
        END AS told_text
    FROM evidence.organ_outcome
    WHERE stratum = 'msc_alone' AND arm_role = 'msc' AND outcome_kind = 'count'
)
SELECT
    organ.sort_order,
    organ.organ_name,
    landscape.n_trials,
    landscape.n_recruiting,
    landscape.n_completed,
    landscape.n_with_results,
    landscape.n_studies_with_report,
    max(told.told_text) FILTER (WHERE told.outcome_code = 'patient_death') AS patient_death,
    max(told.told_text) FILTER (WHERE told.outcome_code = 'graft_loss') AS graft_loss,
    max(told.told_text) FILTER (WHERE told.outcome_code = 'acute_rejection') AS acute_rejection,
    max(told.told_text) FILTER (WHERE told.outcome_code = 'infection') AS infection
FROM out.landscape_by_organ AS landscape
INNER JOIN vocab.organ ON organ.organ_code = landscape.organ_code
LEFT JOIN told ON told.organ_code = landscape.organ_code
WHERE landscape.breakdown = 'all'
GROUP BY
    organ.sort_order, organ.organ_name, landscape.n_trials, landscape.n_recruiting, landscape.n_completed,
    landscape.n_with_results, landscape.n_studies_with_report
ORDER BY organ.sort_order
