-- title: Studies that ended and told nothing
-- question: Which studies ended at least 24 months ago without a posted result, a report or any number, and how many people are missing with them?
-- grain: one row per silent study with an organ of the review
-- missing: n_people is NULL where the register gives no enrolment; n_people_basis is NULL where it does not say whether planned or actual
-- reference: evidence.due_report
-- care: silent in what we hold: a paper that neither names the registration nor was tied by a person may exist (see note).
-- care: is_status_unknown: nobody confirmed that the study ended, or began; its people are a plan.
SELECT
    study.organ_codes,
    due_report.study_id,
    study.study_name,
    study.stratum,
    due_report.nct_ids,
    due_report.overall_status,
    due_report.is_status_unknown,
    due_report.is_terminated,
    due_report.ended_by_date,
    due_report.date_basis,
    due_report.completion_date_text,
    due_report.completion_date_precision,
    due_report.reference_date,
    due_report.months_silent,
    due_report.n_people,
    due_report.n_people_basis,
    study.note,
    CASE
        WHEN due_report.is_status_unknown AND due_report.date_basis = 'planned_end' THEN 'Status unknown; it was to end by ' || due_report.ended_by_date
        WHEN due_report.is_status_unknown THEN 'Status unknown, no end planned; last update on ' || due_report.silent_since
        WHEN due_report.date_basis = 'last_update' THEN 'Ended by ' || due_report.ended_by_date || ', the day of its last update; it gives no date of completion'
        WHEN due_report.is_terminated THEN 'Stopped early, by ' || due_report.ended_by_date
        ELSE 'Completed by ' || due_report.ended_by_date
    END
    || '; no results found. '
    || CASE
        WHEN due_report.n_people IS NULL THEN 'How many people took part is not stated.'
        WHEN due_report.n_people_basis = 'actual' THEN due_report.n_people || CASE due_report.n_people WHEN 1 THEN ' person enrolled.' ELSE ' people enrolled.' END
        WHEN due_report.n_people_basis = 'planned' THEN due_report.n_people || ' people planned; how many took part is not known.'
        ELSE due_report.n_people || ' people, planned or enrolled: the register does not say.'
    END AS statement
FROM evidence.due_report
INNER JOIN study.study ON study.study_id = due_report.study_id
SEMI JOIN (
    SELECT study_organ.study_id
    FROM study.study_organ
    INNER JOIN vocab.organ ON organ.organ_code = study_organ.organ_code
    WHERE organ.is_in_review_scope
) AS in_review ON in_review.study_id = due_report.study_id
WHERE NOT due_report.has_results
ORDER BY study.organ_codes, due_report.is_status_unknown, due_report.months_silent DESC, due_report.study_id
