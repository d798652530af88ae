-- title: Numbers of outcomes in abstracts
-- question: Which count or measurement does the abstract of a paper state, for which arm, and on which characters?
-- grain: one row per paper and number (item)
-- missing: outcome_code, arm_role and timepoint_months are NULL where the sentence does not say; n_events 0 is stated as none
-- reference: evidence.abstract_reading
-- care: the number, or the words that say none, stand at span_start to span_end; quote is the sentence around it.
SELECT
    pmid,
    item,
    nullif(trim(arm_label), '') AS arm_label,
    arm_role,
    outcome_code,
    timepoint_months,
    timepoint_text,
    n_events,
    n_at_risk,
    value,
    value_kind,
    sd,
    spread_kind,
    spread_low,
    spread_high,
    spread_text,
    unit,
    value_text,
    count_basis,
    'abstract_text' AS field,
    span_start,
    span_end,
    quote,
    quote_start,
    quote_end,
    at_risk_start,
    at_risk_end,
    rule_id,
    certainty
FROM evidence.abstract_reading
WHERE kind = 'value'
