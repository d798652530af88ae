-- title: Stories of weaning
-- question: In whom were drugs against rejection reduced or withdrawn, in which steps, and what became of the graft?
-- grain: one row per account: a person or a described group as read by people, or a count off all drugs read by rule
-- missing: n_people, months_off_drugs, n_success and graft_function are NULL where the source does not say or nobody could verify it, never 0
-- reference: curated.weaning_case; evidence.arm_outcome (is_withdrawal_success) for what rules read
-- care: an account is not a rate: its people are already counted in their study and add nobody.
-- care: is_case marks one person; same_person_as points from an earlier account to the later one of the same person.
-- care: is_off_all_drugs FALSE also where nobody could verify it.
-- care: basis planned is what a protocol says, attempted that it was tried; neither says that it succeeded.
WITH account AS (
    SELECT
        case_id,
        study_id,
        organ_code,
        n_people,
        same_person_as,
        drugs_withdrawn,
        steps,
        drugs_kept,
        is_off_all_drugs,
        months_off_drugs,
        n_success,
        graft_function,
        basis,
        'curated' AS evidence_kind,
        source,
        record_id,
        citation,
        locator,
        CAST(NULL AS VARCHAR) AS field,
        CAST(NULL AS INTEGER) AS span_start,
        CAST(NULL AS INTEGER) AS span_end,
        CAST(NULL AS VARCHAR) AS quote,
        CAST(NULL AS VARCHAR) AS json_pointer,
        certainty,
        note
    FROM curated.weaning_case
    UNION ALL
    SELECT
        arm_outcome.record_id || ' ' || arm_outcome.arm_label AS case_id,
        arm_outcome.study_id,
        arm_outcome.organ_code,
        arm_outcome.n_at_risk AS n_people,
        NULL AS same_person_as,
        'all drugs against rejection' AS drugs_withdrawn,
        NULL AS steps,
        NULL AS drugs_kept,
        NULL AS is_off_all_drugs,
        NULL AS months_off_drugs,
        arm_outcome.n_events AS n_success,
        NULL AS graft_function,
        'reported' AS basis,
        arm_outcome.evidence_kind,
        arm_outcome.source,
        arm_outcome.record_id,
        arm_outcome.citation,
        arm_outcome.locator,
        arm_outcome.field,
        arm_outcome.span_start,
        arm_outcome.span_end,
        arm_outcome.quote,
        arm_outcome.json_pointer,
        arm_outcome.certainty,
        NULL AS note
    FROM evidence.arm_outcome
    WHERE arm_outcome.outcome_code = 'is_withdrawal_success'
        AND arm_outcome.arm_role = 'msc'
        AND arm_outcome.evidence_kind IS DISTINCT FROM 'curated'
        AND arm_outcome.exclusion_reason IS NULL
        AND arm_outcome.n_events IS NOT NULL
)
SELECT
    account.organ_code,
    organ.organ_name,
    account.study_id,
    study.study_name,
    study.stratum,
    account.case_id,
    coalesce(account.n_people = 1, FALSE) AS is_case,
    account.n_people,
    account.same_person_as,
    account.drugs_withdrawn,
    account.steps,
    account.drugs_kept,
    coalesce(account.is_off_all_drugs, FALSE) AS is_off_all_drugs,
    account.months_off_drugs,
    account.n_success,
    account.graft_function,
    account.basis,
    account.evidence_kind,
    account.source,
    account.record_id,
    account.citation,
    account.locator,
    account.field,
    account.span_start,
    account.span_end,
    account.quote,
    account.json_pointer,
    account.certainty,
    account.note,
    CASE WHEN account.n_people = 1 THEN 'A case, not a rate: ' ELSE 'An account of a group, not a rate: ' END
    || CASE account.basis
        WHEN 'planned' THEN 'planned in ' || study.study_name
            || coalesce(' for ' || account.n_people || CASE account.n_people WHEN 1 THEN ' person' ELSE ' people' END, ', for how many people is not verified')
            || '; whether it succeeded is not verified.'
        WHEN 'attempted' THEN 'attempted in ' || study.study_name
            || coalesce(
                ', ' || account.n_people || CASE account.n_people WHEN 1 THEN ' person' ELSE ' people' END || '; with what success is not verified',
                '; in how many people, and with what success, is not verified'
            ) || '.'
        ELSE
            CASE WHEN account.n_people = 1 THEN 'one' ELSE coalesce(account.n_people::VARCHAR, 'an unknown number') END
            || CASE WHEN account.n_people <= study.n_msc THEN ' of the ' || study.n_msc || ' people given cells' ELSE ' of the people' END
            || ' in ' || study.study_name
            || coalesce(', ' || printf('%g', account.months_off_drugs) || CASE account.months_off_drugs WHEN 1 THEN ' month' ELSE ' months' END || ' without drugs', '')
            || CASE WHEN account.n_people > 1 THEN coalesce(', in ' || account.n_success || ' it succeeded', ', success not stated') ELSE '' END
            || coalesce(', graft function ' || account.graft_function, '') || '.'
    END
    || CASE WHEN account.same_person_as IS NOT NULL THEN ' An earlier account of ' || account.same_person_as || '.' ELSE '' END
    || ' Adds nobody to any count.' AS statement
FROM account
INNER JOIN study.study ON study.study_id = account.study_id
LEFT JOIN vocab.organ ON organ.organ_code = account.organ_code
ORDER BY organ.sort_order NULLS LAST, account.is_off_all_drugs DESC NULLS LAST, account.study_id, account.case_id
