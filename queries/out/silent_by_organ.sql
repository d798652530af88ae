-- title: What each organ's silent studies hold back
-- question: Of the studies that ended at least 24 months ago, how many told nothing, and how many people were in them, organ by organ?
-- grain: one row per organ of the review
-- missing: sums of people are NULL where no silent study states a number; reference_date is NULL in a warehouse without data
-- reference: evidence.due_report
-- care: a study of two organs stands under both: rows do not add up. People planned are not people treated.
-- care: studies of MSC alone; other strata (MSC with blood-forming cells, cells given to the organ, vesicles) have columns of their own.
-- care: trials of unknown status have their own columns and are in no other; of those only the silent ones are counted.
WITH due AS (
    SELECT
        study_organ.organ_code,
        study.stratum = 'msc_alone' AS is_main_stratum,
        due_report.is_status_unknown,
        due_report.has_results,
        due_report.n_people,
        coalesce(due_report.n_people_basis = 'actual', FALSE) AS is_enrolled
    FROM evidence.due_report
    INNER JOIN study.study ON study.study_id = due_report.study_id
    INNER JOIN study.study_organ ON study_organ.study_id = due_report.study_id
),
counted AS (
    SELECT
        organ_code,
        count(*) FILTER (WHERE is_main_stratum AND NOT is_status_unknown)::BIGINT AS n_due,
        count(*) FILTER (WHERE is_main_stratum AND NOT is_status_unknown AND NOT has_results)::BIGINT AS n_silent,
        (sum(n_people) FILTER (WHERE is_main_stratum AND NOT is_status_unknown AND NOT has_results AND is_enrolled))::BIGINT AS n_people_enrolled,
        (sum(n_people) FILTER (WHERE is_main_stratum AND NOT is_status_unknown AND NOT has_results AND NOT is_enrolled))::BIGINT
            AS n_people_planned_or_unclear,
        count(*) FILTER (WHERE is_main_stratum AND NOT is_status_unknown AND NOT has_results AND n_people IS NULL)::BIGINT AS n_silent_without_number,
        count(*) FILTER (WHERE is_main_stratum AND is_status_unknown AND NOT has_results)::BIGINT AS n_status_unknown,
        (sum(n_people) FILTER (WHERE is_main_stratum AND is_status_unknown AND NOT has_results))::BIGINT AS n_people_status_unknown,
        count(*) FILTER (WHERE NOT is_main_stratum AND NOT is_status_unknown)::BIGINT AS n_due_other_strata,
        count(*) FILTER (WHERE NOT is_main_stratum AND NOT is_status_unknown AND NOT has_results)::BIGINT AS n_silent_other_strata
    FROM due
    GROUP BY organ_code
),
filled AS (
    SELECT
        organ.organ_code,
        organ.organ_name,
        organ.sort_order,
        coalesce(counted.n_due, 0) AS n_due,
        coalesce(counted.n_silent, 0) AS n_silent,
        counted.n_people_enrolled,
        counted.n_people_planned_or_unclear,
        coalesce(counted.n_silent_without_number, 0) AS n_silent_without_number,
        coalesce(counted.n_status_unknown, 0) AS n_status_unknown,
        counted.n_people_status_unknown,
        coalesce(counted.n_due_other_strata, 0) AS n_due_other_strata,
        coalesce(counted.n_silent_other_strata, 0) AS n_silent_other_strata
    FROM vocab.organ
    LEFT JOIN counted ON counted.organ_code = organ.organ_code
    WHERE organ.is_in_review_scope
),
reference AS (
    SELECT max(reference_date) AS reference_date
    FROM evidence.due_report
)
SELECT
    filled.organ_code,
    filled.organ_name,
    reference.reference_date,
    filled.n_due,
    filled.n_silent,
    filled.n_people_enrolled,
    filled.n_people_planned_or_unclear,
    filled.n_silent_without_number,
    filled.n_status_unknown,
    filled.n_people_status_unknown,
    CASE filled.n_due
        WHEN 0 THEN 'No study is known to have ended at least 24 months ago'
        WHEN 1 THEN 'The one study that ended at least 24 months ago ' || CASE filled.n_silent WHEN 0 THEN 'has told something' ELSE 'told nothing' END
        ELSE filled.n_silent || ' of ' || filled.n_due || ' studies that ended at least 24 months ago told nothing'
    END
        || coalesce(' (' || nullif(concat_ws(
            ', ',
            filled.n_people_enrolled || ' people enrolled',
            filled.n_people_planned_or_unclear || ' people planned, or it is not said',
            CASE WHEN filled.n_silent_without_number > 0 THEN filled.n_silent_without_number || ' without a number of people' END
        ), '') || ')', '')
        || CASE filled.n_status_unknown
            WHEN 0 THEN ''
            WHEN 1 THEN '; of one more the status is unknown, and it told nothing'
            ELSE '; of ' || filled.n_status_unknown || ' more the status is unknown, and they told nothing'
        END
        || CASE WHEN filled.n_status_unknown > 0 THEN coalesce(' (' || filled.n_people_status_unknown || ' people, planned or enrolled)', '') ELSE '' END
        || CASE WHEN filled.n_due_other_strata > 0
            THEN '; of ' || filled.n_due_other_strata || ' in other strata than MSC alone ' || filled.n_silent_other_strata || ' told nothing' ELSE ''
        END || '.' AS statement,
    filled.n_due_other_strata,
    filled.n_silent_other_strata
FROM filled
CROSS JOIN reference
ORDER BY filled.sort_order
