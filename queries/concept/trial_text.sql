-- title: What a registration says, field by field
-- question: Which texts of a trial can tell what is given and who is treated?
-- grain: one row per trial and field that has text; entries of a list joined with " | "
-- missing: a field without text has no row
-- reference: vocab.record_field says what each field can tell
-- care: text is as the register wrote it, lower_text the same letter by letter in lower case: places found in one hold in the other.
-- care: spans (span_start, span_end) of all concepts are characters of text, counted from 0, the end not included.
-- care: apart from publication_text: the fields are other columns; what each can tell stands in one list, vocab.record_field.
WITH raw_text AS (
    SELECT nct_id, 'brief_title' AS field, brief_title AS text FROM core.trial
    UNION ALL
    SELECT nct_id, 'official_title' AS field, official_title AS text FROM core.trial
    UNION ALL
    SELECT nct_id, 'brief_summary' AS field, brief_summary AS text FROM core.trial
    UNION ALL
    SELECT nct_id, 'detailed_description' AS field, detailed_description AS text FROM core.trial
    UNION ALL
    SELECT nct_id, 'inclusion_criteria' AS field, regexp_extract(eligibility_criteria, '(?is)^(.*?)(?:exclusion criteria|exclusion\s*:|$)', 1) AS text
    FROM core.trial
    UNION ALL
    SELECT nct_id, 'exclusion_criteria' AS field, regexp_extract(eligibility_criteria, '(?is)(?:exclusion criteria|exclusion\s*:).*$') AS text
    FROM core.trial
    UNION ALL
    SELECT nct_id, 'condition_text' AS field, string_agg(condition_text, ' | ' ORDER BY condition_position) AS text
    FROM core.trial_condition
    GROUP BY nct_id
    UNION ALL
    SELECT nct_id, 'keyword_text' AS field, string_agg(keyword_text, ' | ' ORDER BY keyword_position) AS text
    FROM core.trial_keyword
    GROUP BY nct_id
    UNION ALL
    SELECT nct_id, 'arm_label' AS field, string_agg(arm_label, ' | ' ORDER BY arm_position) AS text
    FROM core.trial_arm
    GROUP BY nct_id
    UNION ALL
    SELECT nct_id, 'arm_description' AS field, string_agg(arm_description, ' | ' ORDER BY arm_position) AS text
    FROM core.trial_arm
    GROUP BY nct_id
    UNION ALL
    SELECT nct_id, 'intervention_name' AS field, string_agg(intervention_name, ' | ' ORDER BY intervention_position) AS text
    FROM core.trial_intervention
    GROUP BY nct_id
    UNION ALL
    SELECT nct_id, 'other_names' AS field, string_agg(array_to_string(other_names, ' | '), ' | ' ORDER BY intervention_position) AS text
    FROM core.trial_intervention
    GROUP BY nct_id
    UNION ALL
    SELECT nct_id, 'intervention_description' AS field, string_agg(intervention_description, ' | ' ORDER BY intervention_position) AS text
    FROM core.trial_intervention
    GROUP BY nct_id
    UNION ALL
    SELECT nct_id, 'measure_text' AS field, string_agg(measure_text, ' | ' ORDER BY outcome_type, outcome_position) AS text
    FROM core.trial_outcome
    GROUP BY nct_id
)
SELECT
    raw_text.nct_id,
    raw_text.field,
    record_field.sort_order AS field_order,
    record_field.product_tier,
    record_field.recipient_tier,
    raw_text.text,
    lower(replace(raw_text.text, chr(30), ' ')) AS lower_text
FROM raw_text
INNER JOIN vocab.record_field ON record_field.record_source = 'clinicaltrials_gov' AND record_field.field = raw_text.field
WHERE raw_text.text IS NOT NULL AND trim(raw_text.text) IS DISTINCT FROM ''
