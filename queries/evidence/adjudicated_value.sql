-- title: Values that two readers agree on, or that an adjudicator settled
-- question: Which values of the double-extraction sheet are evidence?
-- grain: one row per study, record, organ, arm, outcome and time that is agreed or adjudicated
-- missing: what one person alone has read, or two read differently, has no row; nor has what an adjudicator found not to be there
-- reference: evidence.extraction_item, curated.extraction
-- care: the columns are those of curated.arm_outcome; entered_by names all who read, entered_on is the last day.
-- care: where both readers agree, the words are the first reader's, and the certainty is the lower of the two.
-- care: extraction_line is the line of warehouse/curated/extraction.csv, the header being line 1.
WITH entered AS (
    SELECT extraction.*, extraction.rowid + 2 AS extraction_line
    FROM curated.extraction
)
SELECT
    standing.study_id,
    standing.source,
    standing.record_id,
    standing.organ_code,
    standing.arm_label,
    standing.arm_role,
    standing.outcome_code,
    standing.outcome_definition,
    standing.timepoint_months,
    standing.timepoint_text,
    standing.n_events,
    standing.n_at_risk,
    standing.value,
    standing.value_kind,
    standing.sd,
    standing.spread_text,
    standing.unit,
    standing.count_basis,
    CASE
        WHEN extraction_item.agreement = 'agreed' AND second_certainty.sort_order > standing_certainty.sort_order
            THEN second_reading.certainty
        ELSE standing.certainty
    END AS certainty,
    standing.citation,
    standing.locator,
    concat_ws(' and ', extraction_item.first_reader, extraction_item.second_reader)
        || CASE extraction_item.agreement WHEN 'adjudicated' THEN '; settled by ' || standing.entered_by ELSE '' END AS entered_by,
    greatest(standing.entered_on, first_reading.entered_on, second_reading.entered_on) AS entered_on,
    standing.note,
    extraction_item.agreement,
    standing.extraction_line
FROM evidence.extraction_item
INNER JOIN entered AS standing ON standing.extraction_line = extraction_item.standing_line
LEFT JOIN entered AS first_reading ON first_reading.extraction_line = extraction_item.first_line
LEFT JOIN entered AS second_reading ON second_reading.extraction_line = extraction_item.second_line
LEFT JOIN vocab.certainty AS standing_certainty ON standing_certainty.certainty = standing.certainty
LEFT JOIN vocab.certainty AS second_certainty ON second_certainty.certainty = second_reading.certainty
WHERE standing.n_events IS NOT NULL OR standing.n_at_risk IS NOT NULL OR standing.value IS NOT NULL
