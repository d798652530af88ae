-- title: The counts of both sides that are compared
-- question: Which counts of MSC and of control, taken at the latest time at which both are counted, stand against each other?
-- grain: one row per study, organ, outcome, arm role and arm; both roles or none
-- missing: a study whose sides are never counted at a common time has no row
-- reference: evidence.countable_outcome
-- care: times within a week or 5 % of one another are one time, as in evidence.value_choice; sides without a stated time are of one time
-- care: unless their words differ. compared_months is the time of the MSC side.
-- care: sides defined alike before others, people before the register before abstracts, main reports before substudies, then the latest
-- care: time, then both sides of one record. Each side is one record at one time (of what people read, any record).
WITH side AS (
    SELECT
        study_id,
        organ_code,
        outcome_code,
        arm_role,
        level,
        role_order,
        record_key,
        timepoint_months,
        string_agg(DISTINCT lower(timepoint_text), '; ' ORDER BY lower(timepoint_text)) AS time_words,
        string_agg(DISTINCT outcome_definition, '; ' ORDER BY outcome_definition) AS outcome_definition,
        max(certainty_order) AS certainty_order
    FROM evidence.countable_outcome
    WHERE is_told_apart
    GROUP BY study_id, organ_code, outcome_code, arm_role, level, role_order, record_key, timepoint_months
),
pair AS (
    SELECT
        msc.study_id,
        msc.organ_code,
        msc.outcome_code,
        msc.level AS msc_level,
        msc.role_order AS msc_role_order,
        msc.record_key AS msc_record_key,
        msc.timepoint_months AS compared_months,
        control.level AS control_level,
        control.role_order AS control_role_order,
        control.record_key AS control_record_key,
        control.timepoint_months AS control_months
    FROM side AS msc
    INNER JOIN side AS control
        ON control.arm_role = 'control'
        AND control.study_id = msc.study_id
        AND control.organ_code = msc.organ_code
        AND control.outcome_code = msc.outcome_code
        AND CASE
            WHEN msc.timepoint_months IS NULL OR control.timepoint_months IS NULL
                THEN msc.timepoint_months IS NOT DISTINCT FROM control.timepoint_months AND coalesce(msc.time_words = control.time_words, TRUE)
            ELSE abs(msc.timepoint_months - control.timepoint_months) <= greatest(0.25, 0.05 * abs(msc.timepoint_months))
        END
    WHERE msc.arm_role = 'msc'
    QUALIFY row_number() OVER (
        PARTITION BY msc.study_id, msc.organ_code, msc.outcome_code
        ORDER BY
            msc.outcome_definition IS NOT DISTINCT FROM control.outcome_definition DESC,
            greatest(msc.level, control.level),
            least(msc.level, control.level),
            greatest(msc.role_order, control.role_order),
            msc.timepoint_months DESC NULLS LAST,
            abs(msc.timepoint_months - control.timepoint_months),
            msc.record_key IS DISTINCT FROM control.record_key,
            greatest(msc.certainty_order, control.certainty_order),
            msc.record_key,
            control.record_key,
            control.timepoint_months
    ) = 1
)
SELECT
    countable_outcome.study_id,
    countable_outcome.stratum,
    countable_outcome.organ_code,
    countable_outcome.outcome_code,
    countable_outcome.arm_role,
    countable_outcome.arm_label,
    countable_outcome.timepoint_months,
    countable_outcome.timepoint_text,
    countable_outcome.n_events,
    countable_outcome.n_at_risk,
    countable_outcome.count_basis,
    countable_outcome.outcome_definition,
    countable_outcome.source,
    countable_outcome.record_id,
    countable_outcome.record_role,
    countable_outcome.record_sha256,
    countable_outcome.evidence_kind,
    countable_outcome.json_pointer,
    countable_outcome.span_start,
    countable_outcome.span_end,
    countable_outcome.certainty,
    countable_outcome.citation,
    countable_outcome.locator,
    countable_outcome.curated_line,
    countable_outcome.value_id,
    countable_outcome.n_sources,
    countable_outcome.is_conflict,
    pair.compared_months
FROM pair
INNER JOIN evidence.countable_outcome
    ON countable_outcome.study_id = pair.study_id
    AND countable_outcome.organ_code = pair.organ_code
    AND countable_outcome.outcome_code = pair.outcome_code
    AND countable_outcome.is_told_apart
    AND CASE countable_outcome.arm_role
        WHEN 'msc' THEN countable_outcome.level = pair.msc_level
            AND countable_outcome.role_order = pair.msc_role_order
            AND countable_outcome.record_key = pair.msc_record_key
            AND countable_outcome.timepoint_months IS NOT DISTINCT FROM pair.compared_months
        WHEN 'control' THEN countable_outcome.level = pair.control_level
            AND countable_outcome.role_order = pair.control_role_order
            AND countable_outcome.record_key = pair.control_record_key
            AND countable_outcome.timepoint_months IS NOT DISTINCT FROM pair.control_months
        ELSE FALSE
    END
