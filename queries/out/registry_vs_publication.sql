-- title: Where a registration and its paper differ
-- question: Do enrolment, sizes of arms, primary outcome, time frame and counts in a registration agree with what its paper states?
-- grain: one row per study, registration, paper, topic and item (side, planned measure, or outcome with side and time)
-- missing: a topic that one of the two does not state has no row, but for the primary outcome: publication_text is NULL, is_comparable FALSE
-- reference: core.trial, core.trial_outcome, evidence.registered_outcome, evidence.registry_value, evidence.abstract_reading, evidence.value_comparison
-- care: main reports and follow-ups only, and registrations of one study only. Both sides as stated; difference says in words what differs.
-- care: the paper's side is what its abstract says by rule, of counts also what people read in the paper. A paper may report part of a
-- care: trial: a difference is a question, not a fault. A time frame is compared where it names one number of days, weeks, months or years.
-- care: enrolment planned is compared, and said to be planned. A posted group that is no registered arm adds nobody to those that are.
WITH shared_registration AS (
    SELECT nct_id
    FROM study.study_record
    WHERE record_role = 'registration' AND nct_id IS NOT NULL
    GROUP BY nct_id
    HAVING count(DISTINCT study_id) > 1
),
pair AS (
    SELECT DISTINCT
        registration.study_id,
        registration.nct_id,
        paper.pmid
    FROM study.study_record AS registration
    INNER JOIN study.study_record AS paper ON paper.study_id = registration.study_id AND paper.record_role IN ('report', 'follow_up')
    INNER JOIN core.publication ON publication.pmid = paper.pmid
    ANTI JOIN shared_registration ON shared_registration.nct_id = registration.nct_id
    WHERE registration.record_role = 'registration' AND registration.nct_id IS NOT NULL
),
enrolment AS (
    SELECT
        pair.study_id,
        pair.nct_id,
        pair.pmid,
        'enrolment' AS topic,
        1 AS topic_order,
        'people' AS item,
        trial.enrollment_count || CASE trial.enrollment_type WHEN 'ESTIMATED' THEN ' (planned)' ELSE '' END AS registry_text,
        abstract_reading.n_people || '' AS publication_text,
        TRUE AS is_comparable,
        trial.enrollment_count IS DISTINCT FROM abstract_reading.n_people AS is_different,
        abs(abstract_reading.n_people - trial.enrollment_count)
        || CASE WHEN abstract_reading.n_people > trial.enrollment_count THEN ' more' ELSE ' fewer' END || ' in the paper' AS difference
    FROM pair
    INNER JOIN core.trial AS trial ON trial.nct_id = pair.nct_id
    INNER JOIN evidence.abstract_reading
        ON abstract_reading.pmid = pair.pmid AND abstract_reading.kind = 'total' AND abstract_reading.item = 1
    WHERE trial.enrollment_count IS NOT NULL AND abstract_reading.n_people IS NOT NULL
),
registry_side AS (
    SELECT nct_id, arm_role, sum(n)::BIGINT AS n_people, string_agg(arm_label || ': ' || n, '; ' ORDER BY arm_label) AS said
    FROM (
        SELECT nct_id, arm_role, coalesce(arm_position || '', lower(arm_label)) AS arm, min(arm_label) AS arm_label, max(n_at_risk) AS n
        FROM evidence.registry_value
        WHERE arm_role IS NOT NULL AND n_at_risk IS NOT NULL
        GROUP BY nct_id, arm_role, coalesce(arm_position || '', lower(arm_label))
        QUALIFY bool_or(arm_position IS NOT NULL) OR NOT bool_or(bool_or(arm_position IS NOT NULL)) OVER (PARTITION BY nct_id, arm_role)
    )
    GROUP BY nct_id, arm_role
),
paper_side AS (
    SELECT pmid, arm_role, sum(n_people)::BIGINT AS n_people, string_agg(coalesce(arm_label, 'arm') || ': ' || n_people, '; ' ORDER BY item) AS said
    FROM evidence.abstract_arm
    WHERE arm_role IS NOT NULL
    GROUP BY pmid, arm_role
),
arm_size AS (
    SELECT
        pair.study_id,
        pair.nct_id,
        pair.pmid,
        'arm size' AS topic,
        2 AS topic_order,
        registry_side.arm_role AS item,
        registry_side.said AS registry_text,
        paper_side.said AS publication_text,
        TRUE AS is_comparable,
        registry_side.n_people IS DISTINCT FROM paper_side.n_people AS is_different,
        registry_side.n_people || ' in the register, ' || paper_side.n_people || ' in the paper' AS difference
    FROM pair
    INNER JOIN registry_side ON registry_side.nct_id = pair.nct_id
    INNER JOIN paper_side ON paper_side.pmid = pair.pmid AND paper_side.arm_role = registry_side.arm_role
),
planned AS (
    SELECT
        trial_outcome.nct_id,
        trial_outcome.outcome_position,
        trial_outcome.measure_text,
        trial_outcome.time_frame_text,
        list(DISTINCT registered_outcome.outcome_code) FILTER (WHERE registered_outcome.outcome_code IS NOT NULL) AS outcome_codes
    FROM core.trial_outcome
    LEFT JOIN evidence.registered_outcome
        ON registered_outcome.nct_id = trial_outcome.nct_id
        AND registered_outcome.outcome_type = trial_outcome.outcome_type
        AND registered_outcome.outcome_position = trial_outcome.outcome_position
    WHERE lower(trial_outcome.outcome_type) = 'primary'
    GROUP BY trial_outcome.nct_id, trial_outcome.outcome_position, trial_outcome.measure_text, trial_outcome.time_frame_text
),
stated AS (
    SELECT
        record_id AS pmid,
        list(DISTINCT outcome_code) AS outcome_codes,
        string_agg(DISTINCT outcome_code, ';' ORDER BY outcome_code) AS outcomes_text,
        list(DISTINCT timepoint_months) FILTER (WHERE timepoint_months IS NOT NULL) AS months,
        string_agg(DISTINCT coalesce(timepoint_text, 'month ' || printf('%g', round(timepoint_months, 1))), '; '
            ORDER BY coalesce(timepoint_text, 'month ' || printf('%g', round(timepoint_months, 1)))) FILTER (WHERE timepoint_months IS NOT NULL) AS times_text
    FROM evidence.arm_outcome
    WHERE source = 'pubmed' AND evidence_kind IN ('abstract', 'curated')
    GROUP BY record_id
),
primary_outcome AS (
    SELECT
        pair.study_id,
        pair.nct_id,
        pair.pmid,
        'primary outcome' AS topic,
        3 AS topic_order,
        'measure ' || planned.outcome_position AS item,
        planned.measure_text AS registry_text,
        stated.outcomes_text AS publication_text,
        planned.outcome_codes IS NOT NULL AND stated.pmid IS NOT NULL AS is_comparable,
        planned.outcome_codes IS NOT NULL AND stated.pmid IS NOT NULL AND NOT list_has_any(planned.outcome_codes, stated.outcome_codes) AS is_different,
        'no number read from the paper is about it' AS difference
    FROM pair
    INNER JOIN planned ON planned.nct_id = pair.nct_id
    LEFT JOIN stated ON stated.pmid = pair.pmid
),
framed AS (
    SELECT *, regexp_extract_all(lower(time_frame_text), '[0-9]+(?:\.[0-9]+)?[ -]*(?:day|week|month|year)') AS frames
    FROM planned
),
frame_months AS (
    SELECT
        *,
        CASE WHEN len(frames) = 1 THEN
            TRY_CAST(regexp_extract(frames[1], '[0-9.]+') AS DOUBLE) * CASE regexp_extract(frames[1], '[a-z]+')
                WHEN 'day' THEN 12 / 365.25 WHEN 'week' THEN 12 / 52.1786 WHEN 'month' THEN 1 ELSE 12 END
        END AS months
    FROM framed
),
time_frame AS (
    SELECT
        pair.study_id,
        pair.nct_id,
        pair.pmid,
        'time frame' AS topic,
        4 AS topic_order,
        'measure ' || frame_months.outcome_position AS item,
        frame_months.time_frame_text AS registry_text,
        stated.times_text AS publication_text,
        frame_months.months IS NOT NULL AS is_comparable,
        frame_months.months IS NOT NULL AND len(list_filter(
            stated.months,
            lambda month: abs(month - frame_months.months) <= greatest(0.25, 0.05 * frame_months.months)
        )) = 0 AS is_different,
        'no number read from the paper is of that time' AS difference
    FROM pair
    INNER JOIN frame_months ON frame_months.nct_id = pair.nct_id
    INNER JOIN stated ON stated.pmid = pair.pmid
    WHERE frame_months.time_frame_text IS NOT NULL AND stated.months IS NOT NULL
),
same_thing AS (
    SELECT value_choice.reconciled_id, arm_outcome.*
    FROM evidence.value_choice
    INNER JOIN evidence.arm_outcome ON arm_outcome.value_id = value_choice.value_id
    WHERE arm_outcome.n_events IS NOT NULL
),
counts AS (
    SELECT
        pair.study_id,
        pair.nct_id,
        pair.pmid,
        'count' AS topic,
        5 AS topic_order,
        registry.outcome_code || ', ' || registry.arm_role || coalesce(', ' || registry.study_arm_label, '')
        || coalesce(', month ' || printf('%g', round(registry.timepoint_months, 1)), '') AS item,
        concat_ws(' of ', registry.n_events, registry.n_at_risk) AS registry_text,
        concat_ws(' of ', paper.n_events, paper.n_at_risk) AS publication_text,
        TRUE AS is_comparable,
        coalesce(abs(registry.n_events - paper.n_events) > 0 OR abs(registry.n_at_risk - paper.n_at_risk) > 0, FALSE) AS is_different,
        concat_ws(
            ' and ',
            CASE WHEN abs(registry.n_events - paper.n_events) > 0 THEN 'people with the event' END,
            CASE WHEN abs(registry.n_at_risk - paper.n_at_risk) > 0 THEN 'people looked at' END
        ) AS difference
    FROM pair
    INNER JOIN same_thing AS registry ON registry.study_id = pair.study_id AND registry.record_id = pair.nct_id
    INNER JOIN same_thing AS paper
        ON paper.reconciled_id = registry.reconciled_id AND paper.archive_source = 'pubmed' AND paper.archive_record_id = pair.pmid
)
SELECT
    compared.study_id,
    study.study_name,
    compared.nct_id,
    compared.pmid,
    compared.topic,
    compared.item,
    compared.registry_text,
    compared.publication_text,
    compared.is_comparable,
    compared.is_different,
    CASE WHEN compared.is_different THEN compared.difference END AS difference
FROM (
    SELECT * FROM enrolment
    UNION ALL
    SELECT * FROM arm_size
    UNION ALL
    SELECT * FROM primary_outcome
    UNION ALL
    SELECT * FROM time_frame
    UNION ALL
    SELECT DISTINCT * FROM counts
) AS compared
INNER JOIN study.study ON study.study_id = compared.study_id
ORDER BY
    compared.study_id, compared.nct_id, compared.pmid, compared.topic_order, compared.item, compared.registry_text, compared.publication_text
