-- title: Does a paper belong to the question, and of what kind is it?
-- question: Does this paper report MSC given to organ recipients, or plan, sum up or test it in animals, and if none, why not?
-- grain: one row per paper in the warehouse
-- missing: stratum is NULL for papers off the subject; reason_code is NULL only for papers in scope; booleans are never NULL
-- reference: scope of the anchor review, doi:10.3389/fimmu.2020.618243; publication types as in PubMed (vocab.publication_kind)
-- care: in scope are reports on people only; pre-clinical papers, reviews and protocols are on the subject (is_on_subject) and kept apart.
-- care: where publication types are silent, words decide: people before animals only if animals are not named more often, and only
-- care: where something was given; organs kept alive by a machine, without a word of people, are a test on the bench. MSC named in the abstract alone leave the paper borderline (unclear).
-- care: apart from trial_scope: kinds of papers and of trials are other questions, with other reasons to put aside.
WITH organ AS (
    SELECT
        publication_organ.pmid,
        bool_or(organ.is_in_review_scope) AS is_review_organ,
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
word AS (
    SELECT
        publication_mention.pmid,
        bool_or(pattern_name = 'publication_protocol_title' AND field = 'title') AS is_protocol_title,
        bool_or(pattern_name = 'publication_review_title' AND field = 'title') AS is_review_title,
        count(*) FILTER (WHERE pattern_name = 'publication_people') AS n_people_words,
        count(*) FILTER (WHERE pattern_name = 'publication_animal') AS n_animal_words,
        count(*) FILTER (WHERE pattern_name = 'publication_bench') AS n_bench_words,
        bool_or(pattern_name = 'publication_given') AS has_given_words,
        bool_or(pattern_name = 'publication_not_transplanted') AS is_not_transplanted,
        bool_or(pattern_name = 'scope_unnamed_organ' OR pattern_name = 'scope_any_organ' AND field = 'title') AS is_unnamed_organ,
        bool_or(pattern_name IN ('scope_hsct', 'scope_hsct_open')) AS is_about_hsct,
        bool_or(pattern_name = 'scope_organ_disease') AS has_organ_disease,
        bool_or(pattern_name = 'scope_perfusion' AND publication_mention.tier = 1) AS has_perfusion
    FROM concept.publication_mention
    INNER JOIN concept.publication_is_msc ON publication_is_msc.pmid = publication_mention.pmid AND publication_is_msc.is_msc
    GROUP BY publication_mention.pmid
),
kind AS (
    SELECT
        word.pmid,
        CASE
            WHEN kind_by_type.stratum IN ('commentary', 'protocol', 'review') THEN kind_by_type.stratum
            WHEN word.is_protocol_title THEN 'protocol'
            WHEN heading.has_animals AND NOT heading.has_humans THEN 'preclinical'
            WHEN kind_by_type.stratum IS NOT NULL THEN kind_by_type.stratum
            WHEN word.is_review_title THEN 'review'
            WHEN word.is_not_transplanted OR word.has_perfusion AND word.n_people_words = 0 THEN 'preclinical'
            WHEN word.n_animal_words > word.n_people_words THEN 'preclinical'
            WHEN (word.n_people_words > 0 OR heading.has_humans) AND word.has_given_words THEN 'clinical'
            WHEN word.n_bench_words > 0 THEN 'preclinical'
            ELSE 'unclear'
        END AS stratum,
        coalesce(heading.has_humans AND NOT heading.has_animals, FALSE) AS is_human_heading,
        CASE
            WHEN kind_by_type.stratum IS NOT NULL THEN 'publication_type'
            WHEN word.is_protocol_title OR word.is_review_title THEN 'title_words'
            WHEN heading.has_animals AND NOT heading.has_humans THEN 'subject_headings'
            ELSE 'words_counted'
        END AS kind_rule,
        word.is_unnamed_organ,
        word.is_about_hsct,
        word.has_organ_disease,
        word.has_perfusion
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
        CASE
            WHEN publication_is_msc.product_kind = 'msc_vesicles' THEN 'vesicles'
            WHEN kind.has_perfusion AND organ.is_review_organ THEN 'donor_organ_perfusion'
            WHEN publication_is_msc.has_hsc_words THEN 'msc_with_hsc'
            ELSE 'msc_alone'
        END AS study_stratum,
        publication_is_msc.certainty AS product_certainty,
        organ.certainty AS organ_certainty,
        coalesce(kind.is_unnamed_organ, FALSE) AS is_unnamed_organ,
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
            WHEN kind.is_about_hsct THEN 'hsct_or_gvhd'
            WHEN kind.has_organ_disease THEN 'organ_disease_without_transplant'
            ELSE 'not_transplant_recipient'
        END AS verdict
    FROM concept.publication_is_msc
    LEFT JOIN organ ON organ.pmid = publication_is_msc.pmid
    LEFT JOIN kind ON kind.pmid = publication_is_msc.pmid
),
evidence AS (
    SELECT
        judged.pmid,
        publication_organ.matched_text,
        publication_organ.matched_field,
        publication_organ.span_start,
        publication_organ.span_end,
        1 AS rank,
        organ.sort_order AS place
    FROM judged
    INNER JOIN concept.publication_organ ON publication_organ.pmid = judged.pmid
    INNER JOIN vocab.organ ON organ.organ_code = publication_organ.organ_code
    WHERE judged.verdict NOT IN ('epithelial_mesenchymal_transition', 'not_msc_intervention')
    UNION ALL
    SELECT
        judged.pmid,
        publication_mention.matched_text,
        publication_mention.field AS matched_field,
        publication_mention.span_start,
        publication_mention.span_end,
        2 AS rank,
        publication_mention.field_order * 1000000 + publication_mention.span_start AS place
    FROM judged
    INNER JOIN concept.publication_mention ON publication_mention.pmid = judged.pmid
    WHERE judged.verdict = 'epithelial_mesenchymal_transition' AND publication_mention.pattern_name = 'product_not_msc'
        OR judged.verdict = 'hsct_or_gvhd' AND publication_mention.pattern_name IN ('scope_hsct', 'scope_hsct_open')
        OR judged.verdict = 'organ_disease_without_transplant' AND publication_mention.pattern_name = 'scope_organ_disease'
        OR judged.is_unnamed_organ AND publication_mention.pattern_name IN ('scope_unnamed_organ', 'scope_any_organ')
    UNION ALL
    SELECT pmid, matched_text, matched_field, span_start, span_end, 3 AS rank, 0 AS place
    FROM concept.publication_is_msc
    WHERE matched_text IS NOT NULL
),
best_evidence AS (
    SELECT pmid, matched_text, matched_field, span_start, span_end
    FROM evidence
    QUALIFY row_number() OVER (PARTITION BY pmid ORDER BY rank, place, span_end) = 1
),
ruled AS (
    SELECT
        judged.pmid,
        judged.verdict = 'in_scope' AS is_in_scope,
        coalesce(scope_reason.decision = 'borderline', FALSE) AS is_borderline,
        judged.verdict IN ('in_scope', 'vesicles_not_cells', 'review_or_protocol', 'not_a_report', 'preclinical', 'unclear') AS is_on_subject,
        nullif(judged.verdict, 'in_scope') AS reason_code,
        judged.stratum,
        judged.study_stratum,
        best_evidence.matched_text,
        best_evidence.matched_field,
        best_evidence.span_start,
        best_evidence.span_end,
        CASE WHEN judged.verdict IN ('in_scope', 'review_or_protocol', 'not_a_report', 'preclinical') THEN judged.kind_rule ELSE judged.verdict END AS rule_id,
        CASE
            WHEN judged.verdict = 'unclear' OR judged.kind_rule = 'words_counted' AND NOT judged.is_human_heading THEN 'low'
            WHEN judged.kind_rule = 'words_counted' THEN 'medium'
            WHEN judged.product_certainty = 'high' AND coalesce(judged.organ_certainty, 'high') = 'high' THEN 'high'
            ELSE 'medium'
        END AS certainty
    FROM judged
    LEFT JOIN best_evidence ON best_evidence.pmid = judged.pmid
    LEFT JOIN vocab.scope_reason ON scope_reason.reason_code = judged.verdict
),
person AS (
    SELECT
        record_id AS pmid,
        is_standing,
        decision,
        reason_code,
        reason_text,
        rule_id,
        certainty,
        override_state IS DISTINCT FROM 'conflict' AS is_subject_known,
        decision = 'include'
        OR coalesce(reason_code IN ('vesicles_not_cells', 'review_or_protocol', 'not_a_report', 'preclinical', 'unclear'), FALSE) AS is_on_subject
    FROM concept.scope_override_state
    WHERE source = 'pubmed' AND is_standing
)
SELECT
    ruled.pmid,
    CASE WHEN person.is_standing THEN person.decision = 'include' ELSE ruled.is_in_scope END AS is_in_scope,
    CASE WHEN person.is_standing THEN person.reason_code ELSE ruled.reason_code END AS reason_code,
    CASE WHEN person.is_standing THEN person.decision = 'borderline' ELSE ruled.is_borderline END AS is_borderline,
    CASE WHEN person.is_subject_known THEN person.is_on_subject ELSE ruled.is_on_subject END AS is_on_subject,
    CASE
        WHEN person.decision = 'include' THEN 'clinical'
        WHEN person.is_subject_known AND NOT person.is_on_subject THEN NULL
        WHEN person.reason_code = 'preclinical' THEN 'preclinical'
        WHEN person.is_subject_known OR ruled.is_on_subject THEN ruled.stratum
    END AS stratum,
    ruled.study_stratum,
    coalesce(person.reason_text, ruled.matched_text) AS matched_text,
    CASE WHEN person.reason_text IS NULL THEN ruled.matched_field END AS matched_field,
    CASE WHEN person.reason_text IS NULL THEN ruled.span_start END AS span_start,
    CASE WHEN person.reason_text IS NULL THEN ruled.span_end END AS span_end,
    coalesce(person.rule_id, ruled.rule_id) AS rule_id,
    coalesce(person.certainty, ruled.certainty) AS certainty
FROM ruled
LEFT JOIN person ON person.pmid = ruled.pmid
