-- title: every value leads to a cited place or to a place in a record we hold
-- question: Which values cannot be walked back to where they were read?
-- grain: one row per value without a source
-- missing: a blank text counts as missing; a value of unknown kind must show a record
-- reference: evidence.arm_outcome, raw.record_version, core.publication_abstract
-- care: a digest is no source unless it is that of the body we hold of the very record that is named.
-- care: a value of an abstract must show its number and its sentence literally; one of posted results a pointer.
SELECT
    arm_outcome.study_id,
    arm_outcome.outcome_code,
    arm_outcome.arm_label,
    arm_outcome.evidence_kind,
    arm_outcome.source,
    arm_outcome.record_id,
    arm_outcome.curated_line
FROM evidence.arm_outcome
LEFT JOIN raw.record_version
    ON record_version.body_sha256 = arm_outcome.record_sha256
    AND record_version.source = arm_outcome.archive_source
    AND record_version.record_id = arm_outcome.archive_record_id
    AND record_version.is_current
LEFT JOIN core.publication_abstract
    ON arm_outcome.evidence_kind = 'abstract' AND publication_abstract.pmid = arm_outcome.record_id
WHERE coalesce(trim(arm_outcome.source), '') = ''
    OR coalesce(trim(arm_outcome.record_id), '') = ''
    OR (arm_outcome.record_sha256 IS NOT NULL AND record_version.record_id IS NULL)
    OR CASE coalesce(arm_outcome.evidence_kind, '')
        WHEN 'curated' THEN
            coalesce(trim(arm_outcome.citation), '') = ''
            OR coalesce(trim(arm_outcome.locator), '') = ''
            OR coalesce(trim(arm_outcome.entered_by), '') = ''
            OR arm_outcome.entered_on IS NULL
        ELSE
            arm_outcome.record_sha256 IS NULL
            OR NOT (
                starts_with(coalesce(arm_outcome.json_pointer, ''), '/')
                OR coalesce(arm_outcome.span_start >= 0 AND arm_outcome.span_end > arm_outcome.span_start, FALSE)
            )
    END
    OR CASE arm_outcome.evidence_kind
        WHEN 'abstract' THEN
            publication_abstract.pmid IS NULL
            OR arm_outcome.quote IS DISTINCT FROM substring(
                publication_abstract.abstract_text, arm_outcome.quote_start + 1, arm_outcome.quote_end - arm_outcome.quote_start
            )
            OR arm_outcome.value_text IS DISTINCT FROM substring(
                publication_abstract.abstract_text, arm_outcome.span_start + 1, arm_outcome.span_end - arm_outcome.span_start
            )
        WHEN 'registry' THEN NOT starts_with(coalesce(arm_outcome.json_pointer, ''), '/')
        ELSE FALSE
    END
