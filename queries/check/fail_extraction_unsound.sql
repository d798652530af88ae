-- title: in the double-extraction sheet each role reads a value once, by different people, and nothing is settled that nobody read
-- question: Which values of the sheet were entered twice in one role, by one person in two roles, or settled without a reader?
-- grain: one row per value and fault
-- missing: a value that waits for its second reader is no fault
-- reference: curated.extraction, evidence.extraction_item
WITH entered AS (
    SELECT
        study_id,
        record_id,
        outcome_code,
        arm_label,
        reader_role,
        lower(trim(entered_by)) AS reader,
        rowid + 2 AS extraction_line,
        concat_ws('|', study_id, source, record_id, organ_code, arm_label, arm_role, outcome_code,
            coalesce(CAST(timepoint_months AS VARCHAR) || ' months', timepoint_text, '')) AS item_key
    FROM curated.extraction
),
repeated AS (
    SELECT
        min(study_id) AS study_id,
        min(record_id) AS record_id,
        min(outcome_code) AS outcome_code,
        min(arm_label) AS arm_label,
        max(extraction_line) AS extraction_line,
        'entered twice by the ' || reader_role || CASE reader_role WHEN 'adjudicator' THEN '' ELSE ' reader' END AS fault
    FROM entered
    GROUP BY item_key, reader_role
    HAVING count(*) > 1
),
one_person_twice AS (
    SELECT
        min(study_id) AS study_id,
        min(record_id) AS record_id,
        min(outcome_code) AS outcome_code,
        min(arm_label) AS arm_label,
        max(extraction_line) AS extraction_line,
        'one person in two roles' AS fault
    FROM entered
    GROUP BY item_key, reader
    HAVING count(DISTINCT reader_role) > 1
),
settled_without_reader AS (
    SELECT study_id, record_id, outcome_code, arm_label, adjudicator_line AS extraction_line, 'settled, but nobody read it' AS fault
    FROM evidence.extraction_item
    WHERE adjudicator_line IS NOT NULL AND first_line IS NULL AND second_line IS NULL
)
SELECT study_id, record_id, outcome_code, arm_label, extraction_line, fault FROM repeated
UNION ALL
SELECT study_id, record_id, outcome_code, arm_label, extraction_line, fault FROM one_person_twice
UNION ALL
SELECT study_id, record_id, outcome_code, arm_label, extraction_line, fault FROM settled_without_reader
