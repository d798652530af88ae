-- title: Screening of papers
-- question: What was decided about each paper found, of what kind is it, and which words decided?
-- grain: one row per paper in the warehouse
-- missing: reason_code is NULL only for papers in scope; kind is NULL for papers off the subject; no span where a person decided
-- reference: concept.publication_scope; codes in vocab.scope_reason, strata in vocab.stratum
SELECT
    publication.pmid,
    publication.title,
    CASE
        WHEN publication_scope.is_in_scope THEN 'include'
        WHEN publication_scope.is_borderline THEN 'borderline'
        WHEN publication_scope.is_on_subject THEN 'beside'
        ELSE 'exclude'
    END AS decision,
    publication_scope.reason_code,
    scope_reason.definition AS reason_text,
    publication_scope.stratum AS kind,
    publication_scope.study_stratum AS stratum,
    publication_scope.matched_text,
    publication_scope.matched_field,
    publication_scope.span_start,
    publication_scope.span_end,
    publication_scope.rule_id,
    publication_scope.certainty
FROM concept.publication_scope
INNER JOIN core.publication AS publication ON publication.pmid = publication_scope.pmid
LEFT JOIN vocab.scope_reason ON scope_reason.reason_code = publication_scope.reason_code
ORDER BY publication_scope.is_in_scope DESC, publication_scope.is_on_subject DESC, publication_scope.reason_code, publication.pmid
