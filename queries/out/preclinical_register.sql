-- title: Register of pre-clinical work
-- question: Which animal experiments tested MSC with a grafted organ, and what became of the graft?
-- grain: one row per experiment read by people, and one per pre-clinical paper found that nobody has read yet
-- missing: species, model and effect are NULL for papers that only rules have seen (is_read FALSE)
-- reference: curated.preclinical_study; concept.publication_scope (stratum preclinical)
WITH found AS (
    SELECT
        publication_organ.organ_code,
        publication.pmid,
        publication.doi,
        publication.title,
        publication.pub_year
    FROM concept.publication_scope
    INNER JOIN core.publication ON publication.pmid = publication_scope.pmid
    LEFT JOIN concept.publication_organ ON publication_organ.pmid = publication.pmid
    ANTI JOIN curated.preclinical_study ON preclinical_study.pmid = publication.pmid
    WHERE publication_scope.stratum = 'preclinical'
),
listed AS (
    SELECT
        organ_code,
        TRUE AS is_read,
        preclinical_id,
        pmid,
        doi,
        first_author,
        year AS pub_year,
        species,
        model,
        cell_source,
        cell_origin,
        timing,
        dose_text,
        route,
        effect,
        effect_text,
        mechanism,
        citation,
        locator
    FROM curated.preclinical_study
    UNION ALL
    SELECT
        organ_code,
        FALSE AS is_read,
        NULL AS preclinical_id,
        pmid,
        doi,
        NULL AS first_author,
        pub_year,
        NULL AS species,
        NULL AS model,
        NULL AS cell_source,
        NULL AS cell_origin,
        NULL AS timing,
        NULL AS dose_text,
        NULL AS route,
        NULL AS effect,
        NULL AS effect_text,
        NULL AS mechanism,
        title || ' PMID ' || pmid AS citation,
        NULL AS locator
    FROM found
)
SELECT
    listed.organ_code,
    listed.is_read,
    listed.preclinical_id,
    listed.pmid,
    listed.doi,
    listed.first_author,
    listed.pub_year,
    listed.species,
    listed.model,
    listed.cell_source,
    listed.cell_origin,
    listed.timing,
    listed.dose_text,
    listed.route,
    listed.effect,
    listed.effect_text,
    listed.mechanism,
    listed.citation,
    listed.locator
FROM listed
LEFT JOIN vocab.organ ON organ.organ_code = listed.organ_code
ORDER BY organ.sort_order NULLS LAST, listed.is_read DESC, listed.pub_year NULLS LAST, listed.preclinical_id, listed.pmid
