-- title: What two readers read, side by side
-- question: For each value of the double-extraction sheet: who read it, do the readers agree, and which row holds what stands?
-- grain: one row per study, record, organ, arm, outcome and time of curated.extraction
-- missing: a line is NULL where no such reader entered the value; standing_line is NULL where nothing stands yet
-- reference: curated.extraction; roles of vocab.reader_role
-- care: *_line is the line of warehouse/curated/extraction.csv, the header being line 1.
-- care: agreement means the same numbers, kind and unit by two people; words (definition, locator, note) may differ.
-- care: one person in both roles is one reader: nothing stands.
WITH entered AS (
    SELECT
        extraction.*,
        extraction.rowid + 2 AS extraction_line,
        coalesce(CAST(timepoint_months AS VARCHAR) || ' months', timepoint_text, '') AS timepoint_key
    FROM curated.extraction
),
item AS (
    SELECT
        study_id,
        source,
        record_id,
        organ_code,
        arm_label,
        arm_role,
        outcome_code,
        timepoint_key,
        min(extraction_line) FILTER (WHERE reader_role = 'first') AS first_line,
        min(extraction_line) FILTER (WHERE reader_role = 'second') AS second_line,
        min(extraction_line) FILTER (WHERE reader_role = 'adjudicator') AS adjudicator_line
    FROM entered
    GROUP BY study_id, source, record_id, organ_code, arm_label, arm_role, outcome_code, timepoint_key
),
compared AS (
    SELECT
        item.*,
        first_reading.entered_by AS first_reader,
        second_reading.entered_by AS second_reader,
        adjudication.entered_by AS adjudicator,
        coalesce(lower(trim(first_reading.entered_by)) IS DISTINCT FROM lower(trim(second_reading.entered_by))
            AND first_reading.entered_by IS NOT NULL
            AND second_reading.entered_by IS NOT NULL, FALSE) AS has_two_readers,
        concat_ws(';',
            CASE WHEN first_reading.n_events IS DISTINCT FROM second_reading.n_events THEN 'n_events' END,
            CASE WHEN first_reading.n_at_risk IS DISTINCT FROM second_reading.n_at_risk THEN 'n_at_risk' END,
            CASE WHEN first_reading.value IS DISTINCT FROM second_reading.value THEN 'value' END,
            CASE WHEN first_reading.value_kind IS DISTINCT FROM second_reading.value_kind THEN 'value_kind' END,
            CASE WHEN first_reading.sd IS DISTINCT FROM second_reading.sd THEN 'sd' END,
            CASE WHEN first_reading.unit IS DISTINCT FROM second_reading.unit THEN 'unit' END) AS differs_in
    FROM item
    LEFT JOIN entered AS first_reading ON first_reading.extraction_line = item.first_line
    LEFT JOIN entered AS second_reading ON second_reading.extraction_line = item.second_line
    LEFT JOIN entered AS adjudication ON adjudication.extraction_line = item.adjudicator_line
),
judged AS (
    SELECT
        compared.*,
        CASE
            WHEN adjudicator_line IS NOT NULL AND (first_line IS NOT NULL OR second_line IS NOT NULL) THEN 'adjudicated'
            WHEN NOT has_two_readers THEN 'one_reader'
            WHEN differs_in = '' THEN 'agreed'
            ELSE 'open'
        END AS agreement
    FROM compared
)
SELECT
    study_id,
    source,
    record_id,
    organ_code,
    arm_label,
    arm_role,
    outcome_code,
    timepoint_key,
    agreement,
    CASE WHEN has_two_readers THEN differs_in END AS differs_in,
    first_reader,
    second_reader,
    adjudicator,
    first_line,
    second_line,
    adjudicator_line,
    CASE agreement WHEN 'adjudicated' THEN adjudicator_line WHEN 'agreed' THEN first_line END AS standing_line
FROM judged
