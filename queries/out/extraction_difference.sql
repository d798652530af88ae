-- title: Where readers differ
-- question: Which values did two readers read differently, or one reader only, and what was settled?
-- grain: one row per study, record, organ, arm, outcome and time on which readers differ or one has not read yet
-- missing: the columns of a reader are NULL where that reader has no row; a NULL number is one the reader found not reported
-- reference: evidence.extraction_item, curated.extraction
-- care: only what is agreed or adjudicated becomes evidence (evidence.adjudicated_value); what is open enters no table.
WITH entered AS (
    SELECT extraction.*, extraction.rowid + 2 AS extraction_line
    FROM curated.extraction
)
SELECT
    extraction_item.study_id,
    extraction_item.source,
    extraction_item.record_id,
    extraction_item.organ_code,
    extraction_item.arm_label,
    extraction_item.arm_role,
    extraction_item.outcome_code,
    outcome.outcome_name,
    extraction_item.timepoint_key AS timepoint_text,
    extraction_item.agreement,
    extraction_item.agreement = 'adjudicated' AS is_settled,
    extraction_item.differs_in,
    extraction_item.first_reader,
    first_reading.n_events AS first_n_events,
    first_reading.n_at_risk AS first_n_at_risk,
    first_reading.value AS first_value,
    first_reading.value_kind AS first_value_kind,
    first_reading.sd AS first_sd,
    first_reading.unit AS first_unit,
    first_reading.locator AS first_locator,
    extraction_item.second_reader,
    second_reading.n_events AS second_n_events,
    second_reading.n_at_risk AS second_n_at_risk,
    second_reading.value AS second_value,
    second_reading.value_kind AS second_value_kind,
    second_reading.sd AS second_sd,
    second_reading.unit AS second_unit,
    second_reading.locator AS second_locator,
    extraction_item.adjudicator,
    adjudication.n_events AS settled_n_events,
    adjudication.n_at_risk AS settled_n_at_risk,
    adjudication.value AS settled_value,
    adjudication.value_kind AS settled_value_kind,
    adjudication.sd AS settled_sd,
    adjudication.unit AS settled_unit,
    adjudication.locator AS settled_locator,
    adjudication.note AS settled_note,
    extraction_item.first_line,
    extraction_item.second_line,
    extraction_item.adjudicator_line
FROM evidence.extraction_item
INNER JOIN vocab.organ ON organ.organ_code = extraction_item.organ_code
INNER JOIN vocab.outcome ON outcome.outcome_code = extraction_item.outcome_code
LEFT JOIN entered AS first_reading ON first_reading.extraction_line = extraction_item.first_line
LEFT JOIN entered AS second_reading ON second_reading.extraction_line = extraction_item.second_line
LEFT JOIN entered AS adjudication ON adjudication.extraction_line = extraction_item.adjudicator_line
WHERE extraction_item.agreement IS DISTINCT FROM 'agreed'
ORDER BY organ.sort_order, extraction_item.study_id, outcome.sort_order, extraction_item.arm_role DESC, extraction_item.arm_label,
    extraction_item.timepoint_key, extraction_item.record_id
