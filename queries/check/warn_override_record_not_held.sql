-- title: every record that people decided about is held
-- question: Which decisions are about a record that this warehouse does not hold?
-- grain: one row per record
-- missing: records of which we hold any version are no fault
-- reference: curated.scope_override, raw.record_version
-- care: a home of few records, such as the embedded sample, does not hold all that people decided about: hence no fail
SELECT DISTINCT scope_override.source, scope_override.record_id
FROM curated.scope_override
ANTI JOIN raw.record_version
    ON record_version.source = scope_override.source AND record_version.record_id = scope_override.record_id
