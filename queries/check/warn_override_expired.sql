-- title: every decision of a person was made on the version that stands
-- question: Which records changed after people had decided about them, and wait for another look?
-- grain: one row per record
-- missing: records that nobody decided about, or that we do not hold, are no fault
-- reference: concept.scope_override_state
-- care: the rules speak again for such a record until somebody reads its new version
SELECT source, record_id, decisions_text
FROM concept.scope_override_state
WHERE override_state = 'expired'
