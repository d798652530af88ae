-- title: Does a paper belong to the question, and of what kind is it?
-- question: Does this paper report MSC given to organ recipients, or plan, sum up or test it in animals, and if none, why not?
-- grain: one row per paper in the warehouse
-- missing: stratum is NULL for papers off the subject; reason_code is NULL only for papers in scope; booleans are never NULL
-- reference: scope of the anchor review, doi:10.3389/fimmu.2020.618243; publication types as in PubMed (vocab.publication_kind)
-- care: in scope are reports on people only; pre-clinical papers, reviews and protocols are on the subject (is_on_subject) and kept apart.
-- care: where publication types are silent, words decide: people before animals only if animals are not named more often, and only
-- care: where something was given. MSC named in the abstract alone leave the paper borderline (unclear).
WITH organ AS (
    SELECT
        publication_organ.pmid,
        bool_or(organ.is_in_review_scope) AS is_review_organ,
        arg_min(publication_organ.matched_text, organ.sort_order) AS matched_text,
        arg_min(publication_organ.matched_field, organ.sort_order) AS matched_field,
        arg_min(publication_organ.certainty, organ.sort_order) AS certainty
    FROM concept.publication_organ
    INNER JOIN vocab.organ ON organ.organ_code = publication_organ.organ_code
    GROUP BY publication_organ.pmid
),
kind_by_type AS (
    SELECT
        publication_type.pmid,
        arg_min(publication_kind.stratum, publication_kind.priority) AS stratum
    FROM core.publication_type
    INNER JOIN vocab.publication_kind ON publication_kind.publication_type = publication_type.publication_type
    GROUP BY publication_type.pmid
),
heading AS (
    SELECT
        pmid,
        bool_or(descriptor_name = 'Humans') AS has_humans,
        bool_or(descriptor_name = 'Animals') AS has_animals
    FROM core.publication_mesh
    GROUP BY pmid
),
subject_text AS (
    SELECT
        publication_text.pmid,
        coalesce(string_agg(publication_text.text, ' | ' ORDER BY publication_text.field_order)
            FILTER (WHERE publication_text.field = 'title'), '') AS title_text,
        coalesce(string_agg(publication_text.text, ' | ' ORDER BY publication_text.field_order)
            FILTER (WHERE publication_text.field IN ('title', 'abstract_text', 'keyword_text')), '') AS text,
        coalesce(string_agg(publication_text.text, ' | ' ORDER BY publication_text.field_order)
            FILTER (WHERE publication_text.tier = 1), '') AS subject_text
    FROM concept.publication_text
    INNER JOIN concept.publication_is_msc ON publication_is_msc.pmid = publication_text.pmid AND publication_is_msc.is_msc
    GROUP BY publication_text.pmid
),
word AS (
    SELECT
        pmid,
        nullif(regexp_extract(title_text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'publication_protocol_title')), '') AS protocol_words,
        nullif(regexp_extract(title_text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'publication_review_title')), '') AS review_words,
        len(regexp_extract_all(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'publication_people'))) AS n_people_words,
        len(regexp_extract_all(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'publication_animal'))) AS n_animal_words,
        len(regexp_extract_all(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'publication_bench'))) AS n_bench_words,
        regexp_matches(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'publication_given')) AS has_given_words,
        regexp_matches(subject_text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'transplant_unnamed_organ'))
            OR regexp_matches(title_text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'transplant_any_organ')) AS is_unnamed_organ,
        nullif(regexp_extract(subject_text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'transplant_hsct')), '') AS hsct_words,
        nullif(regexp_extract(subject_text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'organ_disease')), '') AS disease_words
    FROM subject_text
),
kind AS (
    SELECT
        word.pmid,
        CASE
            WHEN kind_by_type.stratum IN ('commentary', 'protocol', 'review') THEN kind_by_type.stratum
            WHEN word.protocol_words IS NOT NULL THEN 'protocol'
            WHEN heading.has_animals AND NOT heading.has_humans THEN 'preclinical'
            WHEN kind_by_type.stratum IS NOT NULL THEN kind_by_type.stratum
            WHEN word.review_words IS NOT NULL THEN 'review'
            WHEN word.n_animal_words > word.n_people_words THEN 'preclinical'
            WHEN (word.n_people_words > 0 OR heading.has_humans) AND word.has_given_words THEN 'clinical'
            WHEN word.n_bench_words > 0 THEN 'preclinical'
            ELSE 'unclear'
        END AS stratum,
        coalesce(heading.has_humans AND NOT heading.has_animals, FALSE) AS is_human_heading,
        CASE
            WHEN kind_by_type.stratum IS NOT NULL THEN 'publication_type'
            WHEN word.protocol_words IS NOT NULL OR word.review_words IS NOT NULL THEN 'title_words'
            WHEN heading.has_animals AND NOT heading.has_humans THEN 'subject_headings'
            ELSE 'words_counted'
        END AS kind_rule,
        word.is_unnamed_organ,
        word.hsct_words,
        word.disease_words
    FROM word
    LEFT JOIN kind_by_type ON kind_by_type.pmid = word.pmid
    LEFT JOIN heading ON heading.pmid = word.pmid
),
judged AS (
    SELECT
        publication_is_msc.pmid,
        kind.stratum,
        kind.kind_rule,
        kind.is_human_heading,
        publication_is_msc.has_hsc_words,
        publication_is_msc.certainty AS product_certainty,
        organ.certainty AS organ_certainty,
        CASE
            WHEN NOT publication_is_msc.is_msc AND publication_is_msc.not_msc_text IS NOT NULL THEN 'epithelial_mesenchymal_transition'
            WHEN publication_is_msc.certainty = 'medium' AND publication_is_msc.not_msc_text IS NOT NULL THEN 'epithelial_mesenchymal_transition'
            WHEN NOT publication_is_msc.is_msc THEN 'not_msc_intervention'
            WHEN coalesce(organ.is_review_organ, FALSE) OR kind.is_unnamed_organ THEN
                CASE
                    WHEN publication_is_msc.certainty = 'medium' AND organ.certainty = 'medium' THEN 'not_transplant_recipient'
                    WHEN publication_is_msc.certainty = 'medium' THEN 'unclear'
                    WHEN kind.stratum = 'clinical' AND publication_is_msc.product_kind = 'msc_vesicles' THEN 'vesicles_not_cells'
                    WHEN kind.stratum = 'clinical' THEN 'in_scope'
                    WHEN kind.stratum IN ('review', 'protocol') THEN 'review_or_protocol'
                    WHEN kind.stratum = 'commentary' THEN 'not_a_report'
                    ELSE kind.stratum
                END
            WHEN organ.pmid IS NOT NULL THEN 'islet_or_vca_only'
            WHEN kind.hsct_words IS NOT NULL THEN 'hsct_or_gvhd'
            WHEN kind.disease_words IS NOT NULL THEN 'organ_disease_without_transplant'
            ELSE 'not_transplant_recipient'
        END AS verdict,
        CASE WHEN organ.pmid IS NULL THEN publication_is_msc.matched_text ELSE organ.matched_text END AS matched_text,
        CASE WHEN organ.pmid IS NULL THEN publication_is_msc.matched_field ELSE organ.matched_field END AS matched_field
    FROM concept.publication_is_msc
    LEFT JOIN organ ON organ.pmid = publication_is_msc.pmid
    LEFT JOIN kind ON kind.pmid = publication_is_msc.pmid
),
ruled AS (
    SELECT
        judged.pmid,
        judged.verdict = 'in_scope' AS is_in_scope,
        coalesce(scope_reason.decision = 'borderline', FALSE) AS is_borderline,
        judged.verdict IN ('in_scope', 'vesicles_not_cells', 'review_or_protocol', 'not_a_report', 'preclinical', 'unclear') AS is_on_subject,
        nullif(judged.verdict, 'in_scope') AS reason_code,
        judged.stratum,
        CASE WHEN judged.has_hsc_words THEN 'msc_with_hsc' ELSE 'msc_alone' END AS study_stratum,
        judged.matched_text,
        judged.matched_field,
        CASE WHEN judged.verdict IN ('in_scope', 'review_or_protocol', 'not_a_report', 'preclinical') THEN judged.kind_rule ELSE judged.verdict END AS rule_id,
        CASE
            WHEN judged.verdict = 'unclear' OR judged.kind_rule = 'words_counted' AND NOT judged.is_human_heading THEN 'low'
            WHEN judged.kind_rule = 'words_counted' THEN 'medium'
            WHEN judged.product_certainty = 'high' AND coalesce(judged.organ_certainty, 'high') = 'high' THEN 'high'
            ELSE 'medium'
        END AS certainty
    FROM judged
    LEFT JOIN vocab.scope_reason ON scope_reason.reason_code = judged.verdict
)
SELECT
    ruled.pmid,
    coalesce(scope_override.is_in_scope, ruled.is_in_scope) AS is_in_scope,
    CASE
        WHEN scope_override.record_id IS NOT NULL THEN CASE WHEN NOT scope_override.is_in_scope THEN scope_override.reason_code END
        ELSE ruled.reason_code
    END AS reason_code,
    scope_override.record_id IS NULL AND ruled.is_borderline AS is_borderline,
    coalesce(scope_override.is_in_scope, FALSE) OR ruled.is_on_subject AS is_on_subject,
    CASE WHEN coalesce(scope_override.is_in_scope, FALSE) OR ruled.is_on_subject THEN ruled.stratum END AS stratum,
    ruled.study_stratum,
    coalesce(scope_override.reason_text, ruled.matched_text) AS matched_text,
    CASE WHEN scope_override.record_id IS NULL THEN ruled.matched_field END AS matched_field,
    CASE WHEN scope_override.record_id IS NULL THEN ruled.rule_id ELSE 'override' END AS rule_id,
    coalesce(scope_override.certainty, ruled.certainty) AS certainty
FROM ruled
LEFT JOIN curated.scope_override ON scope_override.source = 'pubmed' AND scope_override.record_id = ruled.pmid
