-- title: Sentences of the papers on animal experiments
-- question: Which sentences of title and abstract can tell what was done to the animals and what became of the graft?
-- grain: one row per pre-clinical paper, field and sentence
-- missing: papers of another kind have no row
-- reference: concept.publication_scope (stratum preclinical), concept.publication_text; compute cuts the text into sentences that keep their place
-- compute: sentences
SELECT
    'pubmed' AS source,
    publication_text.pmid AS record_id,
    publication_text.field,
    publication_text.field_order,
    publication_text.tier,
    0 AS sentence_start,
    publication_text.text
FROM concept.publication_text
INNER JOIN concept.publication_scope
    ON publication_scope.pmid = publication_text.pmid AND publication_scope.stratum = 'preclinical'
WHERE publication_text.field IN ('title', 'abstract_text')
