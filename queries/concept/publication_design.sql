-- title: Design of the study a paper reports
-- question: Does the paper say that people were allotted by chance, compared in another way, described one by one, or all treated?
-- grain: one row per paper in scope that tells its design
-- missing: a paper whose types, title and abstract tell no design has no row
-- reference: vocab.study_design, vocab.study_design_word; publication types as in PubMed
-- care: publication types speak before words; among words a case report speaks first, then chance, historical controls, other controls.
-- care: apart from trial_design, which goes by the allocation and the comparisons registered.
WITH record AS (
    SELECT pmid FROM concept.publication_scope WHERE is_in_scope
),
typed AS (
    SELECT
        pmid,
        bool_or(publication_type = 'Case Reports') AS is_case_report,
        bool_or(publication_type = 'Randomized Controlled Trial') AS is_randomised
    FROM core.publication_type
    GROUP BY pmid
),
worded AS (
    SELECT
        record_id AS pmid,
        code,
        CASE code WHEN 'case_report' THEN 1 WHEN 'randomised' THEN 2 WHEN 'historical_control' THEN 3 WHEN 'controlled_nonrandomised' THEN 4 ELSE 5 END AS precedence,
        field,
        field_order,
        matched_text,
        span_start,
        span_end
    FROM concept.mention
    WHERE source = 'pubmed' AND concept_name = 'design' AND tier = 1 AND NOT is_elsewhere
),
best AS (
    SELECT
        pmid,
        first(code ORDER BY precedence, field_order, span_start) AS code,
        first(matched_text ORDER BY precedence, field_order, span_start) AS matched_text,
        first(field ORDER BY precedence, field_order, span_start) AS matched_field,
        first(span_start ORDER BY precedence, field_order, span_start) AS span_start,
        first(span_end ORDER BY precedence, field_order, span_start) AS span_end
    FROM worded
    GROUP BY pmid
),
judged AS (
    SELECT
        record.pmid,
        CASE
            WHEN coalesce(typed.is_case_report, FALSE) THEN 'case_report'
            WHEN coalesce(typed.is_randomised, FALSE) THEN 'randomised'
        END AS typed_design,
        best.code,
        best.matched_text,
        best.matched_field,
        best.span_start,
        best.span_end
    FROM record
    LEFT JOIN typed ON typed.pmid = record.pmid
    LEFT JOIN best ON best.pmid = record.pmid
)
SELECT
    pmid,
    coalesce(typed_design, code) AS design,
    CASE WHEN typed_design IS NULL THEN matched_text END AS matched_text,
    CASE WHEN typed_design IS NULL THEN matched_field END AS matched_field,
    CASE WHEN typed_design IS NULL THEN span_start END AS span_start,
    CASE WHEN typed_design IS NULL THEN span_end END AS span_end,
    CASE WHEN typed_design IS NULL THEN 'words_in_abstract' ELSE 'publication_type' END AS rule_id,
    CASE WHEN typed_design IS NULL THEN 'medium' ELSE 'high' END AS certainty
FROM judged
WHERE coalesce(typed_design, code) IS NOT NULL
