-- title: Core outcomes that are missing
-- question: Which of the core outcomes has each study reported, which did its registration plan without a number, and which are nowhere?
-- grain: one row per study, organ of the review and core outcome
-- missing: reported_outcomes and registered_outcomes are NULL where there are none; nct_ids is NULL where no registration belongs to the study
-- reference: vocab.core_outcome (SONG-Tx, doi:10.1097/TP.0000000000001774); evidence.arm_outcome; evidence.registered_outcome
-- care: SONG-Tx was agreed on for kidney transplantation; for the other organs it is a yardstick, not their own consensus.
-- care: reported means that a number has been read from a record we hold or a person read; full texts that nobody read may say more.
-- care: kidney function is a sign of graft health in recipients of a kidney only (song_tx_organ_codes).
-- care: is_under_way: a registration of the study is recruiting, about to, or following people: what it plans is not missing yet.
-- care: has_core_measure tells whether the outcome itself is there (loss of the graft, say) or only a sign or a part of it (creatinine, serious infection, say).
WITH frame AS (
    SELECT
        study.study_id,
        study.study_name,
        study.stratum,
        study.has_report,
        study.has_posted_results,
        study.is_registered,
        organ.organ_code,
        organ.organ_name,
        organ.sort_order AS organ_order,
        core_outcome.song_tx_core AS core_outcome_code,
        core_outcome.core_outcome_name,
        core_outcome.sort_order AS core_order
    FROM study.study
    INNER JOIN study.study_organ ON study_organ.study_id = study.study_id
    INNER JOIN vocab.organ ON organ.organ_code = study_organ.organ_code AND organ.is_in_review_scope
    CROSS JOIN vocab.core_outcome
),
only_organ AS (
    SELECT study_id, min(organ_code) AS organ_code
    FROM study.study_organ
    GROUP BY study_id
    HAVING count(*) = 1
),
reported AS (
    SELECT
        arm_outcome.study_id,
        coalesce(arm_outcome.organ_code, only_organ.organ_code) AS organ_code,
        outcome.song_tx_core AS core_outcome_code,
        count(*)::BIGINT AS n_values,
        bool_or(list_contains(string_split(core_outcome.measure_outcome_codes, ';'), arm_outcome.outcome_code)) AS has_core_measure,
        string_agg(DISTINCT outcome.outcome_name, '; ' ORDER BY outcome.outcome_name) AS reported_outcomes
    FROM evidence.arm_outcome
    INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code
    INNER JOIN vocab.core_outcome ON core_outcome.song_tx_core = outcome.song_tx_core
    LEFT JOIN only_organ ON only_organ.study_id = arm_outcome.study_id
    WHERE arm_outcome.exclusion_reason IS NULL
        AND (
            outcome.song_tx_organ_codes IS NULL
            OR list_contains(string_split(outcome.song_tx_organ_codes, ';'), coalesce(arm_outcome.organ_code, only_organ.organ_code))
        )
        AND (arm_outcome.n_events IS NOT NULL OR arm_outcome.value IS NOT NULL)
    GROUP BY arm_outcome.study_id, coalesce(arm_outcome.organ_code, only_organ.organ_code), outcome.song_tx_core
),
planned AS (
    SELECT
        study_record.study_id,
        study_organ.organ_code,
        outcome.song_tx_core AS core_outcome_code,
        string_agg(DISTINCT registered_outcome.nct_id || ' ' || registered_outcome.outcome_type || ': ' || registered_outcome.matched_text, '; '
            ORDER BY registered_outcome.nct_id || ' ' || registered_outcome.outcome_type || ': ' || registered_outcome.matched_text) AS registered_outcomes
    FROM study.study_record
    INNER JOIN study.study_organ ON study_organ.study_id = study_record.study_id
    INNER JOIN evidence.registered_outcome ON registered_outcome.nct_id = study_record.nct_id
    INNER JOIN vocab.outcome ON outcome.outcome_code = registered_outcome.outcome_code
    WHERE outcome.song_tx_core IS NOT NULL
        AND (
            outcome.song_tx_organ_codes IS NULL
            OR list_contains(string_split(outcome.song_tx_organ_codes, ';'), study_organ.organ_code)
        )
    GROUP BY study_record.study_id, study_organ.organ_code, outcome.song_tx_core
),
registration AS (
    SELECT
        study_record.study_id,
        string_agg(DISTINCT study_record.nct_id, ';' ORDER BY study_record.nct_id) AS nct_ids,
        bool_or(trial.nct_id IS NOT NULL) AS has_registration_held,
        bool_or(trial_status.status_group IN ('recruiting', 'active')) AS is_under_way,
        bool_and(coalesce(trial.overall_status = 'WITHDRAWN', FALSE)) AS is_withdrawn
    FROM study.study_record
    LEFT JOIN core.trial AS trial ON trial.nct_id = study_record.nct_id
    LEFT JOIN vocab.trial_status ON trial_status.overall_status = trial.overall_status
    WHERE study_record.nct_id IS NOT NULL
    GROUP BY study_record.study_id
),
judged AS (
    SELECT
        frame.*,
        CASE
            WHEN reported.study_id IS NOT NULL THEN 'reported'
            WHEN planned.study_id IS NOT NULL THEN 'registered_not_reported'
            ELSE 'not_registered'
        END AS outcome_state,
        coalesce(registration.has_registration_held, FALSE) AS has_registration_held,
        coalesce(registration.is_under_way, FALSE) AS is_under_way,
        coalesce(registration.is_withdrawn, FALSE) AS is_withdrawn,
        planned.study_id IS NOT NULL AS is_planned,
        coalesce(reported.has_core_measure, FALSE) AS has_core_measure,
        coalesce(reported.n_values, 0) AS n_values,
        reported.reported_outcomes,
        planned.registered_outcomes,
        registration.nct_ids
    FROM frame
    LEFT JOIN reported
        ON reported.study_id = frame.study_id
        AND reported.organ_code = frame.organ_code
        AND reported.core_outcome_code = frame.core_outcome_code
    LEFT JOIN planned
        ON planned.study_id = frame.study_id
        AND planned.organ_code = frame.organ_code
        AND planned.core_outcome_code = frame.core_outcome_code
    LEFT JOIN registration ON registration.study_id = frame.study_id
)
SELECT
    organ_code,
    organ_name,
    study_id,
    study_name,
    stratum,
    core_outcome_code,
    core_outcome_name,
    outcome_state,
    has_core_measure,
    is_planned,
    n_values,
    reported_outcomes,
    registered_outcomes,
    nct_ids,
    has_registration_held,
    has_report,
    has_posted_results,
    CASE
        WHEN outcome_state = 'reported' AND has_core_measure THEN core_outcome_name || ': a number has been read.'
        WHEN outcome_state = 'reported' THEN core_outcome_name || ': only a sign or a part of it has been read (' || reported_outcomes || ').'
        WHEN outcome_state = 'registered_not_reported' AND has_report THEN
            core_outcome_name || ': planned in the registration; a report exists, but no number has been read from what we hold of it.'
        WHEN outcome_state = 'registered_not_reported' AND has_posted_results THEN
            core_outcome_name || ': planned in the registration; results are posted, but no number has been read from them.'
        WHEN outcome_state = 'registered_not_reported' AND is_withdrawn
            THEN core_outcome_name || ': planned in the registration, which was withdrawn before anybody was enrolled; nothing is to be expected.'
        WHEN outcome_state = 'registered_not_reported' AND is_under_way
            THEN core_outcome_name || ': planned in the registration; the study is under way, nothing is due yet.'
        WHEN outcome_state = 'registered_not_reported' THEN core_outcome_name || ': planned in the registration; nothing has been reported.'
        WHEN has_registration_held THEN core_outcome_name || ': not among the measures of the registration, and no number has been read.'
        WHEN is_registered THEN core_outcome_name || ': no number has been read; the registration is not held, what it plans is not known.'
        ELSE core_outcome_name || ': no number has been read; no registration is known, so it is not known whether it was planned.'
    END AS statement,
    is_under_way
FROM judged
ORDER BY organ_order, study_id, core_order
