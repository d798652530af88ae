-- title: Animal experiments by organ
-- question: In which animals and models were MSC tested with a grafted organ, from which source, when, how much, with which drugs, and what became of the graft?
-- grain: one row per organ and experiment read by people, and one per organ and pre-clinical paper that only rules have read
-- missing: NULL is not told in the words read; graft_survival is not_stated where only rejection, injury or function is told
-- reference: curated.preclinical_study; concept.publication_preclinical for papers nobody has read (is_curated FALSE)
-- care: a paper read by people is not read by rules again: it has the rows of its experiments only.
-- care: rows read by rules say what title and abstract name; drug_codes and mechanism are named, not proven; rules tells which words, where and how sure.
-- care: dose_text is as written: an exponent may be lost in the source (2 x 106 for two million).
-- care: protected and worse mean so for the graft without a word on its survival; mixed that the words point both ways.
WITH said AS (
    SELECT
        publication_preclinical.pmid,
        publication_preclinical.aspect,
        publication_preclinical.code,
        publication_preclinical.matched_text,
        publication_preclinical.matched_field,
        publication_preclinical.span_start,
        publication_preclinical.span_end,
        publication_preclinical.rule_id,
        publication_preclinical.certainty,
        certainty.sort_order AS certainty_order,
        preclinical_code.code_name,
        coalesce(preclinical_code.sort_order, 99) AS sort_order
    FROM concept.publication_preclinical
    INNER JOIN vocab.certainty ON certainty.certainty = publication_preclinical.certainty
    LEFT JOIN vocab.preclinical_code
        ON preclinical_code.aspect = publication_preclinical.aspect AND preclinical_code.code = publication_preclinical.code
    ANTI JOIN curated.preclinical_study ON preclinical_study.pmid = publication_preclinical.pmid
),
rule_row AS (
    SELECT
        pmid,
        string_agg(code, ';' ORDER BY sort_order, code) FILTER (WHERE aspect = 'species') AS species,
        string_agg(code_name, '; ' ORDER BY aspect DESC, sort_order) FILTER (WHERE aspect IN ('strain', 'model')) AS model,
        string_agg(code, ';' ORDER BY code) FILTER (WHERE aspect = 'cell_source') AS cell_source,
        string_agg(code, ';' ORDER BY sort_order, code) FILTER (WHERE aspect = 'origin') AS cell_origin,
        string_agg(code, ';' ORDER BY sort_order, code) FILTER (WHERE aspect = 'timing') AS timing_codes,
        string_agg(matched_text, '; ' ORDER BY sort_order, code) FILTER (WHERE aspect = 'timing') AS timing,
        string_agg(matched_text, '; ' ORDER BY span_start) FILTER (WHERE aspect = 'dose') AS dose_text,
        string_agg(matched_text, '; ' ORDER BY span_start) FILTER (WHERE aspect = 'n_doses') AS n_doses_text,
        string_agg(code, ';' ORDER BY code) FILTER (WHERE aspect = 'route') AS route,
        string_agg(code, ';' ORDER BY code) FILTER (WHERE aspect = 'drug') AS drug_codes,
        string_agg(code, ';' ORDER BY sort_order) FILTER (WHERE aspect = 'interplay') AS drug_interplay,
        string_agg(code_name, '; ' ORDER BY sort_order) FILTER (WHERE aspect = 'mechanism') AS mechanism,
        string_agg(matched_text, '; ' ORDER BY sort_order) FILTER (WHERE aspect = 'effect') AS effect_text,
        bool_or(aspect = 'effect' AND code = 'accelerated') AS is_accelerated,
        bool_or(aspect = 'effect' AND code = 'worse') AS is_worse,
        bool_or(aspect = 'effect' AND code = 'tolerance') AS is_tolerance,
        bool_or(aspect = 'effect' AND code = 'prolonged') AS is_prolonged,
        bool_or(aspect = 'effect' AND code = 'none') AS is_none,
        bool_or(aspect = 'effect' AND code = 'protected') AS is_protected,
        arg_max(certainty, certainty_order) FILTER (WHERE aspect = 'effect') AS effect_certainty,
        string_agg(rule_id || ' ' || code || ': ' || matched_text || ' [' || matched_field || ' ' || span_start || '-' || span_end || ', ' || certainty || ']', '; '
            ORDER BY aspect, code) AS rules
    FROM said
    GROUP BY pmid
),
found AS (
    SELECT
        publication_scope.pmid,
        publication.doi,
        publication.title,
        publication.pub_year,
        publication_organ.organ_code,
        rule_row.* EXCLUDE (pmid)
    FROM concept.publication_scope
    INNER JOIN core.publication ON publication.pmid = publication_scope.pmid
    LEFT JOIN concept.publication_organ ON publication_organ.pmid = publication_scope.pmid
    LEFT JOIN rule_row ON rule_row.pmid = publication_scope.pmid
    ANTI JOIN curated.preclinical_study ON preclinical_study.pmid = publication_scope.pmid
    WHERE publication_scope.stratum = 'preclinical'
),
curated_time AS (
    SELECT
        preclinical_id,
        regexp_matches(lower(timing), '-\s?\d|before (?:the )?(?:graft|transplant)|pre-') AS is_before,
        regexp_matches(lower(timing), '(?:^|[^-\d.])0\b|around|at transplantation|at reperfusion|after reperfusion') AS is_around,
        regexp_matches(lower(timing), '(?:^|[^-\d])[1-9]\d*\b|after transplantation') AS is_after,
        regexp_matches(lower(timing), 'week (?:[5-9]|[1-9]\d)|month') AS is_late
    FROM curated.preclinical_study
),
listed AS (
    SELECT
        preclinical_study.organ_code,
        TRUE AS is_curated,
        preclinical_study.preclinical_id AS experiment_id,
        preclinical_study.pmid,
        preclinical_study.doi,
        preclinical_study.first_author,
        preclinical_study.year AS pub_year,
        preclinical_study.species,
        preclinical_study.model,
        preclinical_study.cell_source,
        preclinical_study.cell_origin,
        preclinical_study.timing,
        nullif(concat_ws(
            ';',
            CASE WHEN curated_time.is_before THEN 'pre' END,
            CASE WHEN curated_time.is_around THEN 'peri' END,
            CASE WHEN curated_time.is_after AND NOT curated_time.is_late THEN 'post_early<=30d' END,
            CASE WHEN curated_time.is_late THEN 'post_late' END
        ), '') AS timing_codes,
        preclinical_study.dose_text,
        nullif(regexp_extract(lower(preclinical_study.dose_text), '(\w+ doses?)$', 1), '') AS n_doses_text,
        preclinical_study.route,
        preclinical_study.drug_codes,
        preclinical_study.drug_interplay,
        preclinical_study.effect,
        preclinical_study.effect_text,
        preclinical_study.mechanism,
        preclinical_study.citation,
        preclinical_study.locator,
        CAST(NULL AS VARCHAR) AS rules,
        'high' AS certainty
    FROM curated.preclinical_study
    LEFT JOIN curated_time ON curated_time.preclinical_id = preclinical_study.preclinical_id
    UNION ALL
    SELECT
        organ_code,
        FALSE AS is_curated,
        'pmid_' || pmid AS experiment_id,
        pmid,
        doi,
        NULL AS first_author,
        pub_year,
        species,
        model,
        cell_source,
        cell_origin,
        timing,
        timing_codes,
        dose_text,
        n_doses_text,
        route,
        drug_codes,
        CASE WHEN drug_codes IS NOT NULL THEN drug_interplay END AS drug_interplay,
        CASE
            WHEN (is_accelerated OR is_worse) AND (is_prolonged OR is_tolerance OR is_protected) THEN 'mixed'
            WHEN is_tolerance THEN 'tolerance'
            WHEN is_prolonged THEN 'prolonged'
            WHEN is_accelerated THEN 'accelerated'
            WHEN is_worse THEN 'worse'
            WHEN is_none THEN 'none'
            WHEN is_protected THEN 'protected'
        END AS effect,
        effect_text,
        mechanism,
        title || ' PMID ' || pmid AS citation,
        'title and abstract, read by rule' AS locator,
        rules,
        CASE
            WHEN is_none AND (is_prolonged OR is_tolerance) OR (is_accelerated OR is_worse) AND (is_prolonged OR is_tolerance OR is_protected) THEN 'low'
            ELSE coalesce(effect_certainty, 'low')
        END AS certainty
    FROM found
)
SELECT
    listed.organ_code,
    organ.organ_name,
    listed.is_curated,
    listed.experiment_id,
    listed.pmid,
    listed.doi,
    listed.first_author,
    listed.pub_year,
    listed.species,
    listed.model,
    listed.cell_source,
    listed.cell_origin,
    listed.timing,
    listed.timing_codes,
    listed.dose_text,
    listed.n_doses_text,
    listed.route,
    listed.drug_codes,
    listed.drug_interplay,
    listed.effect,
    coalesce(preclinical_code.graft_survival, 'not_stated') AS graft_survival,
    listed.effect_text,
    listed.mechanism,
    listed.citation,
    listed.locator,
    listed.rules,
    listed.certainty
FROM listed
LEFT JOIN vocab.organ ON organ.organ_code = listed.organ_code
LEFT JOIN vocab.preclinical_code ON preclinical_code.aspect = 'effect' AND preclinical_code.code = listed.effect
ORDER BY organ.sort_order NULLS LAST, listed.is_curated DESC, listed.pub_year NULLS LAST, listed.experiment_id
