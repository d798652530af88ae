-- title: Arms and sizes in abstracts
-- question: Which arms does the abstract of a paper name, and how many people are in each?
-- grain: one row per paper, arm and place where its size stands (item)
-- missing: arm_label and arm_role are NULL where the words do not say; an arm without a size has no row
-- reference: evidence.abstract_reading
SELECT
    pmid,
    item,
    nullif(trim(arm_label), '') AS arm_label,
    arm_role,
    n_people,
    'abstract_text' AS field,
    span_start,
    span_end,
    rule_id,
    certainty
FROM evidence.abstract_reading
WHERE kind = 'arm'
