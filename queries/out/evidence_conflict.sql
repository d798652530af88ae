-- title: Where sources disagree
-- question: Which two values of one arm, outcome and time differ, where does each stand, and which of them was chosen?
-- grain: one row per chosen value and value that disagrees with it
-- missing: a number that one of the two does not state is NULL and no disagreement; sources that agree have no row
-- reference: evidence.reconciled_outcome, evidence.value_comparison
-- care: people's readings before posted results before abstracts; within one kind the surer value, the main report, the first record.
-- care: chosen_quote and other_quote are the sentence of an abstract or the words of a record; …_place is a locator, pointer or span.
SELECT
    arm_outcome.study_id,
    study.study_name,
    arm_outcome.organ_code,
    arm_outcome.outcome_code,
    outcome.outcome_name,
    coalesce(arm_outcome.study_arm_label, arm_outcome.arm_label) AS arm_label,
    arm_outcome.arm_role,
    arm_outcome.timepoint_months,
    value_comparison.differs_in,
    counted_outcome.study_id IS NOT NULL AS is_counted,
    arm_outcome.evidence_kind AS chosen_kind,
    arm_outcome.source AS chosen_source,
    arm_outcome.record_id AS chosen_record_id,
    arm_outcome.n_events AS chosen_n_events,
    arm_outcome.n_at_risk AS chosen_n_at_risk,
    arm_outcome.value AS chosen_value,
    arm_outcome.locator AS chosen_place,
    coalesce(arm_outcome.quote, arm_outcome.value_text) AS chosen_quote,
    other.evidence_kind AS other_kind,
    other.source AS other_source,
    other.record_id AS other_record_id,
    other.n_events AS other_n_events,
    other.n_at_risk AS other_n_at_risk,
    other.value AS other_value,
    other.timepoint_months AS other_timepoint_months,
    other.locator AS other_place,
    coalesce(other.quote, other.value_text) AS other_quote,
    CASE
        WHEN arm_outcome.n_events IS NOT NULL AND other.n_events IS NULL THEN 'it states people, the other a percentage'
        WHEN arm_outcome.level < other.level AND arm_outcome.level = 1 THEN 'read by people'
        WHEN arm_outcome.level < other.level THEN 'posted results stand before abstracts'
        WHEN arm_outcome.rule_id IS DISTINCT FROM other.rule_id AND arm_outcome.rule_id = 'read_by_two_people' THEN 'read by two people'
        WHEN value_comparison.is_same_record AND arm_outcome.level > 1 AND starts_with(value_comparison.differs_in, 'people')
            THEN CASE WHEN certainty.sort_order < other_certainty.sort_order THEN 'read with more certainty, but ' ELSE '' END
                || 'one record says both: not counted, a person should look'
        WHEN certainty.sort_order < other_certainty.sort_order THEN 'read with more certainty'
        ELSE 'the first of two that weigh the same: a person should look'
    END AS why_chosen,
    value_comparison.reconciled_id
FROM evidence.value_comparison
INNER JOIN evidence.arm_outcome ON arm_outcome.value_id = value_comparison.value_id
INNER JOIN evidence.arm_outcome AS other ON other.value_id = value_comparison.other_value_id
INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code
INNER JOIN vocab.organ ON organ.organ_code = arm_outcome.organ_code
INNER JOIN vocab.certainty ON certainty.certainty = arm_outcome.certainty
INNER JOIN vocab.certainty AS other_certainty ON other_certainty.certainty = other.certainty
INNER JOIN study.study ON study.study_id = arm_outcome.study_id
LEFT JOIN evidence.counted_outcome ON counted_outcome.value_id = arm_outcome.value_id
WHERE value_comparison.is_conflict
ORDER BY
    organ.sort_order, arm_outcome.study_id, outcome.sort_order, arm_outcome.arm_role DESC, value_comparison.reconciled_id,
    value_comparison.other_value_id
