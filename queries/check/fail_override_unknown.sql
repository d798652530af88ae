-- title: every decision of a person can be understood
-- question: Which decisions about scope name no known source, no possible record, no known decision or role, or a reason that does not fit?
-- grain: one row per decision
-- missing: reason_code is NULL for include and only there; codes that do not exist at all are found by the reference to vocab.scope_reason
-- reference: curated.scope_override, vocab.scope_reason
-- care: conflict is what readers make together, never the reason of one
SELECT
    scope_override.source,
    scope_override.record_id,
    scope_override.decided_by,
    scope_override.decision,
    scope_override.reason_code,
    scope_override.reviewer_role
FROM curated.scope_override
LEFT JOIN vocab.scope_reason ON scope_reason.reason_code = scope_override.reason_code
WHERE NOT coalesce(
    CASE scope_override.source
        WHEN 'clinicaltrials_gov' THEN regexp_full_match(scope_override.record_id, 'NCT[0-9]{8}')
        WHEN 'pubmed' THEN regexp_full_match(scope_override.record_id, '[1-9][0-9]*')
    END,
    FALSE
)
OR scope_override.decision NOT IN ('include', 'exclude', 'borderline')
OR scope_override.reviewer_role NOT IN ('reviewer', 'adjudicator')
OR NOT regexp_full_match(coalesce(scope_override.content_sha256, ''), '[0-9a-f]{64}')
OR (scope_override.decision = 'include') = (scope_override.reason_code IS NOT NULL)
OR scope_override.reason_code = 'conflict'
OR scope_reason.applies_to IS DISTINCT FROM 'both'
AND scope_reason.applies_to IS DISTINCT FROM CASE scope_override.source WHEN 'pubmed' THEN 'publication' ELSE 'trial' END
AND scope_reason.reason_code IS NOT NULL
