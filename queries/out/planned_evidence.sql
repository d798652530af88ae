-- title: What evidence is on its way
-- question: Which trials in scope are recruiting, about to recruit or following people, for how many people, until when, and who is late?
-- grain: one row per organ of the review and trial under way; an organ without any has one row without a trial
-- missing: nct_id is NULL where no trial of the organ is under way; n_people is NULL where the register gives no number; sums leave unknown numbers out
-- reference: core.trial, concept.trial_scope, vocab.trial_status; reference_date is the last moment at which data were received, never the clock
-- care: dates stay as partial as they are written; last_possible_date (last day of the month or year) only serves to order and to compare.
-- care: where there is no primary completion, the end of the study stands in for it (date_basis).
-- care: is_overdue: the date was still a plan and its last possible day has passed. Such a date is not to be relied on.
-- care: planned people are not people treated; a trial of several organs stands under each with all its people: sums over organs count people twice.
-- care: has_report: a paper of the study is there already, though its registration is open; n_people_reported_until_then is the share of
-- care: n_people_until_then in trials with a paper or posted results, of whom some or all stand in the evidence already.
-- care: cumulative sums run over trials of one stratum only, by last_possible_date; trials without a date are in none.
-- care: suspended trials and those of unknown status are not here (see out.silent_evidence), nor trials in scope that name no organ (see out.trial_register).
-- care: core outcomes are those of SONG-Tx, agreed on for the kidney, as the words of registered outcomes tell them.
WITH reference AS (
    SELECT max(moment)::DATE AS reference_date
    FROM (
        SELECT max(fetched_at) AS moment FROM raw.record_version
        UNION ALL
        SELECT max(finished_at) AS moment FROM ops.harvest_run
    )
),
control AS (
    SELECT
        trial_comparator.nct_id,
        bool_or(comparator.is_control) AS has_control,
        string_agg(trial_comparator.comparator_code, ';' ORDER BY comparator.sort_order) AS comparator_codes
    FROM concept.trial_comparator
    INNER JOIN vocab.comparator ON comparator.comparator_code = trial_comparator.comparator_code
    GROUP BY trial_comparator.nct_id
),
reported AS (
    SELECT study_record.nct_id, bool_or(study.has_report) AS has_report
    FROM study.study_record
    INNER JOIN study.study ON study.study_id = study_record.study_id
    WHERE study_record.nct_id IS NOT NULL
    GROUP BY study_record.nct_id
),
under_way AS (
    SELECT
        trial.nct_id,
        trial.brief_title,
        trial.acronym,
        trial_scope.stratum,
        trial.overall_status,
        trial_status.status_name,
        trial.allocation,
        CASE WHEN trial.enrollment_count < 99999999 THEN trial.enrollment_count END::BIGINT AS n_people,
        CASE trial.enrollment_type WHEN 'ACTUAL' THEN 'actual' WHEN 'ESTIMATED' THEN 'planned' END AS n_people_basis,
        trial.primary_completion_date,
        trial.primary_completion_date_text,
        trial.primary_completion_date_precision,
        coalesce(trial.primary_completion_date_type = 'ACTUAL', FALSE) AS is_primary_completed,
        trial.completion_date_text,
        CASE
            WHEN trial.primary_completion_date_text IS NOT NULL THEN 'primary_completion'
            WHEN trial.completion_date_text IS NOT NULL THEN 'completion'
        END AS date_basis,
        CASE coalesce(trial.primary_completion_date_precision, trial.completion_date_precision)
            WHEN 'year' THEN make_date(TRY_CAST(coalesce(trial.primary_completion_date_text, trial.completion_date_text) AS BIGINT), 12, 31)
            WHEN 'month' THEN last_day(TRY_CAST(coalesce(trial.primary_completion_date_text, trial.completion_date_text) || '-01' AS DATE))
            ELSE coalesce(trial.primary_completion_date, trial.completion_date)
        END AS last_possible_date,
        coalesce(trial.has_results, FALSE) AS has_results,
        coalesce(reported.has_report, FALSE) AS has_report,
        coalesce(control.has_control, FALSE) AS is_comparison_planned,
        control.comparator_codes
    FROM concept.trial_scope
    INNER JOIN core.trial AS trial ON trial.nct_id = trial_scope.nct_id
    INNER JOIN vocab.trial_status ON trial_status.overall_status = trial.overall_status AND trial_status.status_group IN ('recruiting', 'active')
    LEFT JOIN control ON control.nct_id = trial.nct_id
    LEFT JOIN reported ON reported.nct_id = trial.nct_id
    WHERE trial_scope.is_in_scope
),
by_organ AS (
    SELECT
        trial_organ.organ_code,
        under_way.*,
        reference.reference_date,
        coalesce(NOT under_way.is_primary_completed AND under_way.last_possible_date < reference.reference_date, FALSE) AS is_overdue
    FROM under_way
    INNER JOIN concept.trial_organ ON trial_organ.nct_id = under_way.nct_id
    CROSS JOIN reference
),
registered AS (
    SELECT
        by_organ.organ_code,
        by_organ.nct_id,
        string_agg(DISTINCT core_outcome.core_outcome_name, '; ' ORDER BY core_outcome.core_outcome_name) AS core_outcomes
    FROM by_organ
    INNER JOIN evidence.registered_outcome ON registered_outcome.nct_id = by_organ.nct_id
    INNER JOIN vocab.outcome ON outcome.outcome_code = registered_outcome.outcome_code
    INNER JOIN vocab.core_outcome ON core_outcome.song_tx_core = outcome.song_tx_core
    WHERE outcome.song_tx_organ_codes IS NULL OR list_contains(string_split(outcome.song_tx_organ_codes, ';'), by_organ.organ_code)
    GROUP BY by_organ.organ_code, by_organ.nct_id
),
summed AS (
    SELECT
        *,
        CASE WHEN last_possible_date IS NOT NULL THEN (sum(n_people) OVER until_then)::BIGINT END AS n_people_until_then,
        CASE WHEN last_possible_date IS NOT NULL
            THEN coalesce((sum(n_people) FILTER (WHERE is_comparison_planned AND allocation = 'RANDOMIZED') OVER until_then)::BIGINT, 0)
        END AS n_people_randomised_until_then,
        CASE WHEN last_possible_date IS NOT NULL THEN coalesce((sum(n_people) FILTER (WHERE is_overdue) OVER until_then)::BIGINT, 0) END AS n_people_overdue_until_then,
        CASE WHEN last_possible_date IS NOT NULL
            THEN coalesce((sum(n_people) FILTER (WHERE has_report OR has_results) OVER until_then)::BIGINT, 0)
        END AS n_people_reported_until_then
    FROM by_organ
    WINDOW until_then AS (PARTITION BY organ_code, stratum ORDER BY last_possible_date NULLS LAST, nct_id)
)
SELECT
    organ.organ_code,
    organ.organ_name,
    summed.stratum,
    summed.nct_id,
    summed.brief_title,
    summed.acronym,
    summed.overall_status,
    summed.status_name,
    summed.n_people,
    summed.n_people_basis,
    summed.allocation,
    coalesce(summed.is_comparison_planned, FALSE) AS is_comparison_planned,
    summed.comparator_codes,
    summed.primary_completion_date,
    summed.primary_completion_date_text,
    summed.primary_completion_date_precision,
    coalesce(summed.is_primary_completed, FALSE) AS is_primary_completed,
    summed.completion_date_text,
    summed.date_basis,
    summed.last_possible_date,
    reference.reference_date,
    coalesce(summed.is_overdue, FALSE) AS is_overdue,
    coalesce(summed.has_results, FALSE) AS has_results,
    registered.core_outcomes,
    summed.n_people_until_then,
    summed.n_people_randomised_until_then,
    summed.n_people_overdue_until_then,
    CASE
        WHEN summed.nct_id IS NULL THEN 'No trial in scope is recruiting, about to recruit or following people.'
        ELSE coalesce(
            summed.n_people || CASE summed.n_people WHEN 1 THEN ' person' ELSE ' people' END
            || CASE summed.n_people_basis WHEN 'actual' THEN ' enrolled' WHEN 'planned' THEN ' planned' ELSE ', planned or enrolled' END,
            'Number of people not stated'
        )
            || CASE
                WHEN NOT summed.is_comparison_planned THEN ', no control group named'
                WHEN summed.allocation = 'RANDOMIZED' THEN ', MSC against a control group, allotted by chance'
                ELSE ', MSC against a control group, not allotted by chance as far as is known'
            END
            || CASE
                WHEN summed.date_basis IS NULL THEN '; no date of completion'
                WHEN summed.date_basis = 'completion' AND summed.is_overdue THEN '; no date for the primary outcome; the study was to end in ' || summed.completion_date_text || ', which has passed'
                WHEN summed.date_basis = 'completion' THEN '; no date for the primary outcome; the study is to end in ' || summed.completion_date_text
                WHEN summed.is_primary_completed THEN '; data for the primary outcome complete since ' || summed.primary_completion_date_text
                WHEN summed.is_overdue THEN '; primary outcome was planned for ' || summed.primary_completion_date_text || ', which has passed: the date is not to be relied on'
                ELSE '; primary outcome planned for ' || summed.primary_completion_date_text
            END
            || CASE WHEN summed.has_results THEN '; results already posted' ELSE '' END
            || CASE WHEN summed.has_report THEN '; a report is already there: not all of its people are still to come' ELSE '' END || '.'
    END AS statement,
    coalesce(summed.has_report, FALSE) AS has_report,
    summed.n_people_reported_until_then
FROM vocab.organ
CROSS JOIN reference
LEFT JOIN summed ON summed.organ_code = organ.organ_code
LEFT JOIN registered ON registered.nct_id = summed.nct_id AND registered.organ_code = summed.organ_code
WHERE organ.is_in_review_scope
ORDER BY organ.sort_order, summed.stratum, summed.last_possible_date NULLS LAST, summed.nct_id
