-- title: What the other values say beside the chosen one
-- question: Does a value that was not chosen disagree with the one that was, and in what?
-- grain: one row per value beside a chosen one (other_value_id)
-- missing: what only one of the two states is no disagreement
-- reference: evidence.value_choice, evidence.arm_outcome
-- care: is_same_record: one record contradicts itself, as where a register posts periods of one arm.
-- care: Counts disagree where both state the number and it differs, and with a percentage beyond its rounding; measured values where they
-- care: differ by more than half a unit of the last digit of the one that is written with fewer.
WITH grouped AS (
    SELECT
        value_choice.reconciled_id,
        value_choice.choice_order,
        arm_outcome.value_id,
        arm_outcome.source,
        arm_outcome.record_id,
        arm_outcome.n_events,
        arm_outcome.n_at_risk,
        arm_outcome.value,
        power(10.0, -length(regexp_extract(CAST(arm_outcome.value AS VARCHAR), '\.([0-9]*[1-9])0*$', 1))) AS last_digit
    FROM evidence.value_choice
    INNER JOIN evidence.arm_outcome ON arm_outcome.value_id = value_choice.value_id
),
paired AS (
    SELECT
        chosen.reconciled_id,
        chosen.value_id,
        other.value_id AS other_value_id,
        coalesce(other.source = chosen.source AND other.record_id = chosen.record_id, FALSE) AS is_same_record,
        abs(other.n_events - chosen.n_events) > 0 AS has_other_events,
        chosen.n_events IS NOT NULL AND other.n_events IS NOT NULL AND abs(other.n_at_risk - chosen.n_at_risk) > 0 AS has_other_people,
        CASE
            WHEN chosen.n_events IS NOT NULL AND other.n_events IS NOT NULL THEN FALSE
            WHEN chosen.n_events IS NOT NULL THEN abs(100.0 * chosen.n_events / chosen.n_at_risk - other.value) > 0.5001 * other.last_digit
            WHEN other.n_events IS NOT NULL THEN abs(100.0 * other.n_events / other.n_at_risk - chosen.value) > 0.5001 * chosen.last_digit
            ELSE abs(other.value - chosen.value) > 0.5001 * greatest(chosen.last_digit, other.last_digit)
        END AS has_other_value
    FROM grouped AS chosen
    INNER JOIN grouped AS other ON other.reconciled_id = chosen.reconciled_id AND other.choice_order > 1
    WHERE chosen.choice_order = 1
)
SELECT
    reconciled_id,
    value_id,
    other_value_id,
    is_same_record,
    coalesce(has_other_events, FALSE) OR coalesce(has_other_people, FALSE) OR coalesce(has_other_value, FALSE) AS is_conflict,
    nullif(concat_ws(
        ' and ',
        CASE WHEN has_other_events THEN 'people with the event' END,
        CASE WHEN has_other_people THEN 'people looked at' END,
        CASE WHEN has_other_value THEN 'value' END
    ), '') AS differs_in
FROM paired
