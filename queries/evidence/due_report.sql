-- title: Studies that should have been reported by now
-- question: Which registered studies ended at least 24 months before the last harvest, how sure is the date, and has anything come of them?
-- grain: one row per study whose registrations have all ended or fallen silent
-- missing: ended_by_date is NULL where the status is unknown and no end was planned; n_people is NULL where the register gives no enrolment
-- reference: core.trial, vocab.trial_status; 24 months as in the issue of this view; FDAAA 801 asks for results after 12
-- care: counted back from reference_date, the last moment at which data were received, never from the clock.
-- care: a date known to the month or year counts as its last day; where a completed trial gives none, the day of its last update, by which it had ended.
-- care: trials of unknown status are kept apart (is_status_unknown): their date is the planned end, else the last update.
-- care: a registration of two studies (two organs, say) gives its enrolment to both: their sum would count people twice.
-- care: suspended trials may resume, withdrawn ones and those that say so enrolled nobody: none is due. Of several registrations of a study the largest enrolment counts once.
WITH reference AS (
    SELECT max(moment)::DATE AS reference_date
    FROM (
        SELECT max(fetched_at) AS moment FROM raw.record_version
        UNION ALL
        SELECT max(finished_at) AS moment FROM ops.harvest_run
    )
),
registration AS (
    SELECT
        study_record.study_id,
        trial.nct_id,
        trial.overall_status,
        trial_status.status_group,
        trial.enrollment_count,
        trial.enrollment_type,
        trial.completion_date_text,
        trial.completion_date_precision,
        CASE trial.completion_date_precision
            WHEN 'year' THEN make_date(TRY_CAST(trial.completion_date_text AS BIGINT), 12, 31)
            WHEN 'month' THEN last_day(TRY_CAST(trial.completion_date_text || '-01' AS DATE))
            ELSE trial.completion_date
        END AS completion_end,
        coalesce(trial.completion_date_type = 'ESTIMATED', FALSE) AS is_estimated,
        trial.last_update_post_date
    FROM study.study_record
    INNER JOIN core.trial AS trial ON trial.nct_id = study_record.nct_id
    LEFT JOIN vocab.trial_status ON trial_status.overall_status = trial.overall_status
),
ended AS (
    SELECT
        study_id,
        nct_id,
        overall_status,
        enrollment_count,
        enrollment_type,
        completion_date_text,
        completion_date_precision,
        coalesce(status_group = 'unknown', FALSE) AS is_status_unknown,
        coalesce(overall_status = 'TERMINATED', FALSE) AS is_terminated,
        coalesce(status_group IN ('completed', 'unknown') OR overall_status = 'TERMINATED', FALSE) AS is_ended,
        CASE
            WHEN status_group = 'unknown' THEN completion_end
            WHEN completion_end IS NOT NULL AND NOT is_estimated THEN completion_end
            ELSE last_update_post_date
        END AS ended_by_date,
        CASE
            WHEN status_group = 'unknown' AND completion_end IS NOT NULL THEN 'planned_end'
            WHEN status_group = 'unknown' THEN 'last_update'
            WHEN completion_end IS NOT NULL AND NOT is_estimated THEN 'completion_date'
            ELSE 'last_update'
        END AS date_basis,
        last_update_post_date
    FROM registration
),
by_study AS (
    SELECT
        study_id,
        string_agg(nct_id, ';' ORDER BY nct_id) AS nct_ids,
        string_agg(DISTINCT overall_status, ';' ORDER BY overall_status) AS overall_status,
        bool_and(is_ended) AS is_ended,
        bool_or(is_status_unknown) AS is_status_unknown,
        bool_or(is_terminated) AS is_terminated,
        CASE WHEN bool_and(ended_by_date IS NOT NULL) THEN max(ended_by_date) END AS ended_by_date,
        CASE WHEN bool_and(coalesce(ended_by_date, last_update_post_date) IS NOT NULL)
            THEN max(coalesce(ended_by_date, last_update_post_date))
        END AS silent_since,
        first(date_basis ORDER BY coalesce(ended_by_date, last_update_post_date) DESC NULLS LAST, nct_id) AS date_basis,
        first(completion_date_text ORDER BY coalesce(ended_by_date, last_update_post_date) DESC NULLS LAST, nct_id) AS completion_date_text,
        first(completion_date_precision ORDER BY coalesce(ended_by_date, last_update_post_date) DESC NULLS LAST, nct_id) AS completion_date_precision,
        max(enrollment_count) AS n_people,
        first(enrollment_type ORDER BY enrollment_count DESC NULLS LAST, nct_id) AS enrollment_type
    FROM ended
    GROUP BY study_id
),
numbered AS (
    SELECT study_id, count(*)::BIGINT AS n_values
    FROM evidence.arm_outcome
    WHERE n_events IS NOT NULL OR value IS NOT NULL
    GROUP BY study_id
)
SELECT
    by_study.study_id,
    by_study.nct_ids,
    by_study.overall_status,
    by_study.is_status_unknown,
    by_study.is_terminated,
    by_study.ended_by_date,
    by_study.silent_since,
    by_study.date_basis,
    by_study.completion_date_text,
    by_study.completion_date_precision,
    reference.reference_date,
    datesub('month', by_study.silent_since, reference.reference_date)::BIGINT AS months_silent,
    by_study.n_people::BIGINT AS n_people,
    CASE by_study.enrollment_type WHEN 'ACTUAL' THEN 'actual' WHEN 'ESTIMATED' THEN 'planned' END AS n_people_basis,
    study.has_report OR study.has_posted_results OR numbered.study_id IS NOT NULL AS has_results
FROM by_study
CROSS JOIN reference
INNER JOIN study.study ON study.study_id = by_study.study_id
LEFT JOIN numbered ON numbered.study_id = by_study.study_id
WHERE by_study.is_ended
    AND NOT coalesce(by_study.n_people = 0 AND by_study.enrollment_type = 'ACTUAL', FALSE)
    AND datesub('month', by_study.silent_since, reference.reference_date) >= 24
