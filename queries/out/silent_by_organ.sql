-- title: What each organ's silent studies hold back
-- question: Of the studies that ended at least 24 months ago, how many told nothing, and how many people were in them, organ by organ?
-- grain: one row per organ of the review
-- missing: sums of people are NULL where no silent study states a number; reference_date is NULL in a warehouse without data
-- reference: evidence.due_report
-- care: a study of two organs stands under both: rows do not add up. People planned are not people treated.
-- care: trials of unknown status have their own columns and are in no other.
WITH counted AS (
    SELECT
        study_organ.organ_code,
        count(*) FILTER (WHERE NOT due_report.is_status_unknown)::BIGINT AS n_due,
        count(*) FILTER (WHERE NOT due_report.is_status_unknown AND NOT due_report.has_results)::BIGINT AS n_silent,
        (sum(due_report.n_people) FILTER (
            WHERE NOT due_report.is_status_unknown AND NOT due_report.has_results AND due_report.n_people_basis = 'actual'
        ))::BIGINT AS n_people_enrolled,
        (sum(due_report.n_people) FILTER (
            WHERE NOT due_report.is_status_unknown AND NOT due_report.has_results AND due_report.n_people_basis IS DISTINCT FROM 'actual'
        ))::BIGINT AS n_people_planned_or_unclear,
        count(*) FILTER (WHERE NOT due_report.is_status_unknown AND NOT due_report.has_results AND due_report.n_people IS NULL)::BIGINT AS n_silent_without_number,
        count(*) FILTER (WHERE due_report.is_status_unknown AND NOT due_report.has_results)::BIGINT AS n_status_unknown,
        (sum(due_report.n_people) FILTER (WHERE due_report.is_status_unknown AND NOT due_report.has_results))::BIGINT AS n_people_status_unknown
    FROM evidence.due_report
    INNER JOIN study.study_organ ON study_organ.study_id = due_report.study_id
    GROUP BY study_organ.organ_code
),
reference AS (
    SELECT max(reference_date) AS reference_date
    FROM evidence.due_report
)
SELECT
    organ.organ_code,
    organ.organ_name,
    reference.reference_date,
    coalesce(counted.n_due, 0) AS n_due,
    coalesce(counted.n_silent, 0) AS n_silent,
    counted.n_people_enrolled,
    counted.n_people_planned_or_unclear,
    coalesce(counted.n_silent_without_number, 0) AS n_silent_without_number,
    coalesce(counted.n_status_unknown, 0) AS n_status_unknown,
    counted.n_people_status_unknown,
    coalesce(counted.n_silent, 0) || ' of ' || coalesce(counted.n_due, 0) || ' studies that ended at least 24 months ago told nothing'
        || coalesce(' (' || counted.n_people_enrolled || ' people enrolled)', '') || '; of '
        || coalesce(counted.n_status_unknown, 0) || ' more the status is unknown'
        || coalesce(' (' || counted.n_people_status_unknown || ' people, mostly planned)', '') || '.' AS statement
FROM vocab.organ
CROSS JOIN reference
LEFT JOIN counted ON counted.organ_code = organ.organ_code
WHERE organ.is_in_review_scope
ORDER BY organ.sort_order
