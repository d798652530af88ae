-- title: What a paper on an animal experiment says
-- question: Which species, graft, cells, time, dose, drugs, effect and mechanism does a pre-clinical paper name, and which words say so?
-- grain: one row per paper, aspect and code
-- missing: an aspect that the words do not tell has no row; nothing is guessed from figures
-- reference: vocab.preclinical_code, vocab.preclinical_word; concept.preclinical_mention
-- care: times, doses and routes count only in sentences that speak of giving cells, effects not in sentences that ask or tell of others,
-- care: nor in a first sentence that does not name the cells; harm only where the cells are named.
-- care: interplay is read only where a drug stands in the same sentence; a drug that is named need not have been given with the cells.
-- care: human cells are xenogeneic in animals, not in a human organ kept outside the body.
-- care: of several species only those named most often stay; an effect named in the title is surer than one in the abstract.
WITH human_organ AS (
    SELECT DISTINCT pmid
    FROM concept.preclinical_mention
    WHERE aspect = 'species' AND code = 'human_organ'
),
told AS (
    SELECT
        preclinical_mention.pmid,
        preclinical_mention.aspect,
        preclinical_mention.code,
        preclinical_mention.field,
        preclinical_mention.field_order,
        preclinical_mention.sentence_start,
        preclinical_mention.matched_text,
        preclinical_mention.span_start,
        preclinical_mention.span_end
    FROM concept.preclinical_mention
    LEFT JOIN human_organ ON human_organ.pmid = preclinical_mention.pmid
    WHERE CASE
        WHEN preclinical_mention.aspect IN ('timing', 'route', 'n_doses')
            THEN preclinical_mention.has_cells AND preclinical_mention.has_giving
                AND (preclinical_mention.field = 'title' OR NOT preclinical_mention.is_aim)
        WHEN preclinical_mention.aspect = 'origin' AND preclinical_mention.code = 'xenogeneic'
            THEN preclinical_mention.has_cells AND preclinical_mention.has_giving AND human_organ.pmid IS NULL
        WHEN preclinical_mention.aspect IN ('cell_source', 'origin', 'dose') THEN preclinical_mention.has_cells
        WHEN preclinical_mention.aspect = 'effect' THEN
            preclinical_mention.field = 'title'
            OR NOT preclinical_mention.is_aim
                AND (
                    preclinical_mention.has_cells
                    OR preclinical_mention.code NOT IN ('accelerated', 'worse') AND preclinical_mention.sentence_start > 0
                )
        WHEN preclinical_mention.aspect = 'interplay' THEN preclinical_mention.has_cells
        WHEN preclinical_mention.aspect = 'mechanism' THEN preclinical_mention.field = 'title' OR NOT preclinical_mention.is_aim
        ELSE TRUE
    END
),
drug_sentence AS (
    SELECT DISTINCT told.pmid, told.field, told.sentence_start
    FROM told
    INNER JOIN vocab.immunosuppressant
        ON immunosuppressant.immunosuppressant_code = told.code AND immunosuppressant.kind IN ('induction', 'maintenance')
    WHERE told.aspect = 'drug'
),
kept AS (
    SELECT told.*
    FROM told
    LEFT JOIN drug_sentence
        ON drug_sentence.pmid = told.pmid AND drug_sentence.field = told.field AND drug_sentence.sentence_start = told.sentence_start
    LEFT JOIN vocab.immunosuppressant ON told.aspect = 'drug' AND immunosuppressant.immunosuppressant_code = told.code
    WHERE (told.aspect IS DISTINCT FROM 'interplay' OR drug_sentence.pmid IS NOT NULL)
        AND (told.aspect IS DISTINCT FROM 'drug' OR immunosuppressant.kind IN ('induction', 'maintenance'))
),
grouped AS (
    SELECT
        pmid,
        aspect,
        code,
        count(*) AS n_places,
        bool_or(field = 'title') AS is_in_title,
        first(matched_text ORDER BY field_order, span_start) AS matched_text,
        first(field ORDER BY field_order, span_start) AS matched_field,
        first(span_start ORDER BY field_order, span_start) AS span_start,
        first(span_end ORDER BY field_order, span_start) AS span_end
    FROM kept
    GROUP BY pmid, aspect, code
),
chosen AS (
    SELECT grouped.*
    FROM grouped
    QUALIFY aspect IS DISTINCT FROM 'species' OR n_places = max(n_places) OVER (PARTITION BY pmid, aspect)
)
SELECT
    pmid,
    aspect,
    code,
    matched_text,
    matched_field,
    span_start,
    span_end,
    CASE
        WHEN is_in_title THEN aspect || '_in_title'
        WHEN aspect IN ('timing', 'route', 'n_doses') THEN aspect || '_where_cells_are_given'
        ELSE aspect || '_in_abstract'
    END AS rule_id,
    CASE
        WHEN is_in_title AND aspect IN ('species', 'effect', 'cell_source') THEN 'high'
        WHEN aspect IN ('species', 'strain', 'cell_source', 'dose') THEN 'high'
        WHEN aspect IN ('effect', 'route', 'model', 'drug', 'origin') THEN 'medium'
        ELSE 'low'
    END AS certainty
FROM chosen
