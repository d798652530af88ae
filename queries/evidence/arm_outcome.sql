-- title: Outcome values per arm, each with its provenance
-- question: What was reported for which arm of which study, when, and where does it stand?
-- grain: one row per value read (value_id); the same outcome may be read at several times and from several records
-- missing: n_events NULL is not reported, 0 is reported as none; record_sha256 is NULL where we do not hold the record itself;
--   exclusion_reason is NULL where nothing speaks against the value; study_arm_label is NULL where the arm could not be matched
-- reference: evidence.source_value: people's readings (curated), posted results (registry), abstracts (abstract); evidence.arm_match
-- care: a value with an exclusion_reason enters no sum and no table by organ; a record that was never held has none.
-- care: curated_line is the line of warehouse/curated/arm_outcome.csv, the header being line 1. Spans count characters from 0.
SELECT
    source_value.study_id,
    source_value.record_id,
    source_value.arm_label,
    source_value.arm_role,
    source_value.outcome_code,
    source_value.timepoint_months,
    source_value.n_events,
    source_value.n_at_risk,
    source_value.value,
    source_value.value_kind,
    source_value.sd,
    source_value.unit,
    source_value.count_basis,
    source_value.evidence_kind,
    source_value.field,
    source_value.span_start,
    source_value.span_end,
    source_value.quote,
    source_value.json_pointer,
    record_version.body_sha256 AS record_sha256,
    source_value.rule_id,
    source_value.certainty,
    source_value.source,
    source_value.organ_code,
    source_value.outcome_definition,
    source_value.timepoint_text,
    source_value.spread_text,
    source_value.citation,
    source_value.locator,
    source_value.entered_by,
    source_value.entered_on,
    source_value.note,
    source_value.curated_line,
    record_version.source AS archive_source,
    record_version.record_id AS archive_record_id,
    source_value.exclusion_reason,
    source_value.value_id,
    source_value.level,
    source_value.value_text,
    source_value.missing_reason,
    source_value.spread_kind,
    source_value.spread_low,
    source_value.spread_high,
    source_value.at_risk_start,
    source_value.at_risk_end,
    source_value.quote_start,
    source_value.quote_end,
    arm_match.study_arm_label,
    coalesce(arm_match.method, 'unmatched') AS arm_method,
    coalesce(arm_match.is_pooled, FALSE) AS is_pooled_arm
FROM evidence.source_value
LEFT JOIN evidence.arm_match
    ON arm_match.study_id = source_value.study_id
    AND arm_match.organ_code = source_value.organ_code
    AND arm_match.arm_role = source_value.arm_role
    AND arm_match.record_key = CASE source_value.level WHEN 1 THEN 'curated' ELSE source_value.source || ' ' || source_value.record_id END
    AND arm_match.arm_key = source_value.arm_key
LEFT JOIN raw.record_version
    ON record_version.source = source_value.archive_source
    AND record_version.record_id = source_value.archive_record_id
    AND record_version.is_current
