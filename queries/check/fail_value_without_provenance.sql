-- title: every value leads to a cited place or to a record we hold
-- question: Which values cannot be walked back to where they were read?
-- grain: one row per value without a source
-- missing: a blank text counts as missing
-- reference: evidence.arm_outcome
SELECT study_id, outcome_code, arm_label, evidence_kind, source, record_id, curated_line
FROM evidence.arm_outcome
WHERE CASE evidence_kind
    WHEN 'curated' THEN
        coalesce(trim(record_id), '') = '' OR coalesce(trim(citation), '') = '' OR coalesce(trim(locator), '') = ''
        OR coalesce(trim(entered_by), '') = '' OR entered_on IS NULL
    ELSE record_sha256 IS NULL OR (json_pointer IS NULL AND (span_start IS NULL OR span_end IS NULL))
END
