-- title: What people decided about a record, and whether it still holds
-- question: What do the readers of this record say together, and did they read the version that we hold now?
-- grain: one row per record that the warehouse holds and people have decided about
-- missing: decision is NULL where every decision has expired; reason_code is NULL for include; records that we do not hold have no row
-- reference: curated.scope_override; raw.record_version for the version that stands
-- care: a decision counts only while the record is, byte for byte without its volatile parts, the one that was read (content_sha256).
-- care: one reader alone counts (n_reviewers = 1). Readers who differ make the record borderline (conflict) until an adjudicator decides.
-- care: readers agree when their decisions are the same; of their reasons the first one given is told.
WITH told AS (
    SELECT
        scope_override.source,
        scope_override.record_id,
        scope_override.decision,
        scope_override.reason_code,
        scope_override.reason_text,
        scope_override.decided_by,
        scope_override.reviewer_role,
        scope_override.decided_on,
        record_version.content_sha256 AS current_sha256,
        scope_override.content_sha256 IS NOT DISTINCT FROM record_version.content_sha256 AS is_valid
    FROM curated.scope_override
    INNER JOIN raw.record_version
        ON record_version.source = scope_override.source
        AND record_version.record_id = scope_override.record_id
        AND record_version.is_current
),
counted AS (
    SELECT
        source,
        record_id,
        current_sha256,
        count(DISTINCT decided_by) FILTER (WHERE is_valid AND reviewer_role = 'reviewer') AS n_reviewers,
        count(DISTINCT decided_by) FILTER (WHERE is_valid AND reviewer_role = 'adjudicator') AS n_adjudicators,
        count(*) FILTER (WHERE NOT is_valid) AS n_expired,
        max(decided_on) AS last_decided_on,
        string_agg(
            decided_by || CASE WHEN reviewer_role = 'adjudicator' THEN ' (adjudicator)' ELSE '' END || ': ' || decision
            || CASE WHEN reason_code IS NULL THEN '' ELSE ', ' || reason_code END
            || ', ' || decided_on || CASE WHEN is_valid THEN '' ELSE ', on an earlier version' END,
            '; ' ORDER BY decided_on, reviewer_role DESC, decided_by
        ) AS decisions_text
    FROM told
    GROUP BY source, record_id, current_sha256
),
voice AS (
    SELECT told.source, told.record_id, told.decision, told.reason_code, told.reason_text, told.decided_by, told.decided_on
    FROM told
    INNER JOIN counted ON counted.source = told.source AND counted.record_id = told.record_id
    WHERE told.is_valid AND told.reviewer_role = CASE WHEN counted.n_adjudicators > 0 THEN 'adjudicator' ELSE 'reviewer' END
),
verdict AS (
    SELECT
        source,
        record_id,
        count(DISTINCT decision) > 1 AS is_conflict,
        first(decision ORDER BY decided_on, decided_by) AS decision,
        first(reason_code ORDER BY decided_on, decided_by) AS reason_code,
        first(reason_text ORDER BY decided_on, decided_by) FILTER (WHERE reason_text IS NOT NULL) AS reason_text,
        string_agg(decided_by || ': ' || decision, '; ' ORDER BY decided_by) AS votes_text
    FROM voice
    GROUP BY source, record_id
)
SELECT
    counted.source,
    counted.record_id,
    verdict.record_id IS NOT NULL AS is_standing,
    CASE
        WHEN verdict.record_id IS NULL THEN 'expired'
        WHEN verdict.is_conflict THEN 'conflict'
        WHEN counted.n_adjudicators > 0 THEN 'adjudicated'
        WHEN counted.n_reviewers > 1 THEN 'agreed'
        ELSE 'one_reviewer'
    END AS override_state,
    CASE WHEN verdict.is_conflict THEN 'borderline' ELSE verdict.decision END AS decision,
    CASE
        WHEN verdict.is_conflict THEN 'conflict'
        WHEN verdict.decision IS DISTINCT FROM 'include' THEN verdict.reason_code
    END AS reason_code,
    CASE WHEN verdict.is_conflict THEN verdict.votes_text ELSE verdict.reason_text END AS reason_text,
    CASE
        WHEN verdict.record_id IS NULL THEN NULL
        WHEN verdict.is_conflict THEN 'override_conflict'
        WHEN counted.n_adjudicators > 0 THEN 'override_adjudicated'
        ELSE 'override'
    END AS rule_id,
    CASE WHEN verdict.record_id IS NULL THEN NULL WHEN verdict.is_conflict THEN 'low' ELSE 'high' END AS certainty,
    counted.n_reviewers,
    counted.n_adjudicators,
    counted.n_expired,
    counted.last_decided_on,
    counted.decisions_text,
    counted.current_sha256
FROM counted
LEFT JOIN verdict ON verdict.source = counted.source AND verdict.record_id = counted.record_id
