-- title: Records that wait for a person
-- question: Which trials and papers need a reader, why, and what has been decided so far?
-- grain: one row per trial or paper that waits
-- missing: decisions_text is NULL where nobody has decided yet, n_reviewers then 0; no span where no words decided, or where people did
-- reference: concept.trial_scope, concept.publication_scope, concept.scope_override_state; decided with: msc-harvest review
-- care: queue_reasons, joined with semicolons: conflict (readers differ), changed_since (decided on an earlier version: the rules speak
-- care: again), borderline, low_certainty, second_reader (one reader alone has decided; the decision counts).
WITH judged AS (
    SELECT
        'clinicaltrials_gov' AS source,
        trial.nct_id AS record_id,
        trial.brief_title AS title,
        CASE WHEN trial_scope.is_in_scope THEN 'include' WHEN trial_scope.is_borderline THEN 'borderline' ELSE 'exclude' END AS decision,
        trial_scope.reason_code,
        trial_scope.matched_text,
        trial_scope.matched_field,
        trial_scope.span_start,
        trial_scope.span_end,
        trial_scope.rule_id,
        trial_scope.certainty,
        'https://clinicaltrials.gov/study/' || trial.nct_id AS record_url
    FROM concept.trial_scope
    INNER JOIN core.trial AS trial ON trial.nct_id = trial_scope.nct_id
    UNION ALL
    SELECT
        'pubmed' AS source,
        publication.pmid AS record_id,
        publication.title,
        CASE WHEN publication_scope.is_in_scope THEN 'include' WHEN publication_scope.is_borderline THEN 'borderline' ELSE 'exclude' END AS decision,
        publication_scope.reason_code,
        publication_scope.matched_text,
        publication_scope.matched_field,
        publication_scope.span_start,
        publication_scope.span_end,
        publication_scope.rule_id,
        publication_scope.certainty,
        'https://pubmed.ncbi.nlm.nih.gov/' || publication.pmid || '/' AS record_url
    FROM concept.publication_scope
    INNER JOIN core.publication AS publication ON publication.pmid = publication_scope.pmid
),
waiting AS (
    SELECT
        judged.*,
        concat_ws(
            ';',
            CASE WHEN person.override_state = 'conflict' THEN 'conflict' END,
            CASE WHEN person.override_state = 'expired' THEN 'changed_since' END,
            CASE WHEN person.is_standing IS DISTINCT FROM TRUE AND judged.decision = 'borderline' THEN 'borderline' END,
            CASE WHEN person.is_standing IS DISTINCT FROM TRUE AND judged.certainty = 'low' THEN 'low_certainty' END,
            CASE WHEN person.override_state = 'one_reviewer' THEN 'second_reader' END
        ) AS queue_reasons,
        coalesce(person.n_reviewers, 0) AS n_reviewers,
        person.decisions_text
    FROM judged
    LEFT JOIN concept.scope_override_state AS person
        ON person.source = judged.source AND person.record_id = judged.record_id
)
SELECT
    source,
    record_id,
    title,
    queue_reasons,
    decision,
    reason_code,
    matched_text,
    matched_field,
    span_start,
    span_end,
    rule_id,
    certainty,
    n_reviewers,
    decisions_text,
    record_url
FROM waiting
WHERE queue_reasons IS DISTINCT FROM ''
ORDER BY
    CASE split_part(queue_reasons, ';', 1)
        WHEN 'conflict' THEN 1
        WHEN 'changed_since' THEN 2
        WHEN 'borderline' THEN 3
        WHEN 'low_certainty' THEN 4
        ELSE 5
    END,
    source,
    record_id
