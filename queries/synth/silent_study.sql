-- title: What each silent study could have brought to a pool
-- question: Of the studies that ended at least 24 months ago without a result: in which pool would each stand, and with how many people?
-- grain: one row per silent study and organ of the review
-- missing: n_msc and n_control are NULL where exclusion_reason says why; n_control also where there is no control group whose size is registered
-- reference: evidence.due_report (as out.silent_evidence); classes of vocab.design_class
-- care: arms of equal size are assumed (the odd person gets MSC): registers give the people of the whole study.
-- care: a study of several organs, or a registration of several studies, does not tell whose people they are and is left out.
-- care: studies of unknown status are marked: nobody confirmed that they took place.
WITH silent AS (
    SELECT
        study.stratum,
        due_report.study_id,
        study.design,
        due_report.nct_ids,
        due_report.is_status_unknown,
        due_report.n_people,
        due_report.n_people_basis
    FROM evidence.due_report
    INNER JOIN study.study ON study.study_id = due_report.study_id
    WHERE NOT due_report.has_results
),
registration AS (
    SELECT
        silent.study_id,
        count(DISTINCT trial.allocation) = 1 AS has_one_allocation,
        min(trial.allocation) AS allocation,
        bool_and(trial.intervention_model IS NOT DISTINCT FROM 'SINGLE_GROUP') AS is_single_group,
        coalesce(bool_or(comparator.is_control), FALSE) AS has_control
    FROM silent
    INNER JOIN study.study_record ON study_record.study_id = silent.study_id
    INNER JOIN core.trial AS trial ON trial.nct_id = study_record.nct_id
    LEFT JOIN concept.trial_comparator ON trial_comparator.nct_id = trial.nct_id
    LEFT JOIN vocab.comparator ON comparator.comparator_code = trial_comparator.comparator_code
    GROUP BY silent.study_id
),
shared_registration AS (
    SELECT DISTINCT study_record.study_id
    FROM study.study_record
    INNER JOIN study.study_record AS other ON other.nct_id = study_record.nct_id AND other.study_id IS DISTINCT FROM study_record.study_id
),
organ_count AS (
    SELECT study_id, count(DISTINCT organ_code)::BIGINT AS n_organs
    FROM study.study_organ
    GROUP BY study_id
),
designed AS (
    SELECT
        silent.*,
        study_organ.organ_code,
        organ_count.n_organs,
        shared_registration.study_id IS NOT NULL AS has_shared_registration,
        CASE
            WHEN read_class.design_class IS NOT NULL THEN read_class.design_class
            WHEN registration.is_single_group OR NOT registration.has_control AND registration.has_one_allocation THEN 'uncontrolled'
            WHEN registration.has_one_allocation THEN coalesce(allotted_class.design_class, 'unknown_design')
            ELSE 'unknown_design'
        END AS design_class
    FROM silent
    INNER JOIN study.study_organ ON study_organ.study_id = silent.study_id
    INNER JOIN vocab.organ ON organ.organ_code = study_organ.organ_code AND organ.is_in_review_scope
    INNER JOIN organ_count ON organ_count.study_id = silent.study_id
    LEFT JOIN registration ON registration.study_id = silent.study_id
    LEFT JOIN shared_registration ON shared_registration.study_id = silent.study_id
    LEFT JOIN vocab.design_class AS read_class ON list_contains(string_split(read_class.designs, ';'), silent.design)
    LEFT JOIN vocab.design_class AS allotted_class ON list_contains(string_split(allotted_class.allocations, ';'), registration.allocation)
),
judged AS (
    SELECT
        designed.*,
        design_class.is_comparison AND design_class.design_class IS DISTINCT FROM 'historical_control' AS has_registered_control,
        CASE
            WHEN designed.n_people IS NULL OR designed.n_people < 1 THEN 'the register does not say how many people'
            WHEN designed.n_organs > 1 THEN 'recipients of several organs: how many of each is not known'
            WHEN designed.has_shared_registration THEN 'one registration of several studies: whose people they are is not known'
            WHEN design_class.designs IS NULL THEN 'its design is not known'
            WHEN design_class.is_comparison AND design_class.design_class IS DISTINCT FROM 'historical_control' AND designed.n_people < 2 THEN 'one person cannot be split between two arms'
        END AS exclusion_reason
    FROM designed
    INNER JOIN vocab.design_class ON design_class.design_class = designed.design_class
)
SELECT
    stratum,
    organ_code,
    study_id,
    design_class,
    is_status_unknown,
    nct_ids,
    n_people,
    n_people_basis,
    CASE
        WHEN exclusion_reason IS NOT NULL THEN NULL
        WHEN has_registered_control THEN n_people - n_people // 2
        ELSE n_people
    END::BIGINT AS n_msc,
    CASE WHEN exclusion_reason IS NULL AND has_registered_control THEN n_people // 2 END::BIGINT AS n_control,
    exclusion_reason
FROM judged
