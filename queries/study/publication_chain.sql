-- title: Papers that correct, retract or repeat one another
-- question: Which paper was followed by an erratum, a retraction, a new edition, or by the article it was the preprint of?
-- grain: one row per earlier paper, later record and relation
-- missing: a notice that PubMed names without a number has no row; either record need not be held
-- reference: comments and corrections of PubMed; vocab.publication_relation
-- care: comments, and papers that are merely cited, are no part of a chain.
WITH stated AS (
    SELECT
        CASE WHEN publication_relation.is_stated_by_later THEN publication_comment.ref_pmid ELSE publication_comment.pmid END AS pmid,
        CASE WHEN publication_relation.is_stated_by_later THEN publication_comment.pmid ELSE publication_comment.ref_pmid END AS related_pmid,
        publication_relation.relation,
        publication_relation.tells_same_people,
        publication_relation.is_stated_by_later
    FROM core.publication_comment
    INNER JOIN vocab.publication_relation ON publication_relation.ref_type = publication_comment.ref_type
    WHERE publication_comment.ref_pmid IS NOT NULL
        AND publication_comment.ref_pmid IS DISTINCT FROM publication_comment.pmid
),
chain AS (
    SELECT
        pmid,
        related_pmid,
        relation,
        tells_same_people,
        bool_or(NOT is_stated_by_later) AS is_stated_by_earlier,
        bool_or(is_stated_by_later) AS is_stated_by_later
    FROM stated
    GROUP BY pmid, related_pmid, relation, tells_same_people
)
SELECT
    chain.pmid,
    chain.related_pmid,
    chain.relation,
    chain.tells_same_people,
    chain.is_stated_by_earlier,
    chain.is_stated_by_later,
    earlier.pmid IS NOT NULL AS is_publication_held,
    later.pmid IS NOT NULL AS is_related_held
FROM chain
LEFT JOIN core.publication AS earlier ON earlier.pmid = chain.pmid
LEFT JOIN core.publication AS later ON later.pmid = chain.related_pmid
