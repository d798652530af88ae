-- title: Animal experiments, the review's questions
-- question: Does the time, the source, the origin of the cells or a drug beside them go with what became of the graft, organ by organ?
-- grain: one row per organ of the review, question and level
-- missing: experiments that do not tell the level stand under not_stated; organs without experiments have no row
-- reference: out.preclinical_by_organ
-- care: experiments are counted, not weighed: models, species and doses differ; one with several levels (days -7 and 1) stands under each.
-- care: rows of rules stand beside rows read by people; n_read_by_people tells how many of each level are sure.
WITH experiment AS (
    SELECT
        preclinical_by_organ.organ_code,
        preclinical_by_organ.experiment_id,
        preclinical_by_organ.is_curated,
        preclinical_by_organ.graft_survival,
        preclinical_by_organ.effect,
        preclinical_by_organ.timing_codes,
        preclinical_by_organ.cell_source,
        preclinical_by_organ.cell_origin,
        preclinical_by_organ.drug_codes,
        preclinical_by_organ.drug_interplay,
        preclinical_by_organ.species
    FROM out.preclinical_by_organ
),
levelled AS (
    SELECT organ_code, experiment_id, is_curated, graft_survival, effect, 'all' AS question, 'all' AS level FROM experiment
    UNION ALL
    SELECT organ_code, experiment_id, is_curated, graft_survival, effect, 'timing' AS question,
        unnest(string_split(coalesce(timing_codes, 'not_stated'), ';')) AS level
    FROM experiment
    UNION ALL
    SELECT organ_code, experiment_id, is_curated, graft_survival, effect, 'cell_source' AS question,
        unnest(string_split(coalesce(cell_source, 'not_stated'), ';')) AS level
    FROM experiment
    UNION ALL
    SELECT organ_code, experiment_id, is_curated, graft_survival, effect, 'cell_origin' AS question,
        unnest(string_split(coalesce(cell_origin, 'not_stated'), ';')) AS level
    FROM experiment
    UNION ALL
    SELECT organ_code, experiment_id, is_curated, graft_survival, effect, 'drug' AS question,
        unnest(string_split(coalesce(drug_codes, 'not_stated'), ';')) AS level
    FROM experiment
    UNION ALL
    SELECT organ_code, experiment_id, is_curated, graft_survival, effect, 'drug_interplay' AS question,
        unnest(string_split(coalesce(drug_interplay, 'not_stated'), ';')) AS level
    FROM experiment
    UNION ALL
    SELECT organ_code, experiment_id, is_curated, graft_survival, effect, 'species' AS question,
        unnest(string_split(coalesce(species, 'not_stated'), ';')) AS level
    FROM experiment
)
SELECT
    levelled.organ_code,
    organ.organ_name,
    levelled.question,
    levelled.level,
    count(*)::BIGINT AS n_experiments,
    count(*) FILTER (WHERE levelled.is_curated)::BIGINT AS n_read_by_people,
    count(*) FILTER (WHERE levelled.graft_survival = 'tolerance')::BIGINT AS n_tolerance,
    count(*) FILTER (WHERE levelled.graft_survival = 'prolonged')::BIGINT AS n_prolonged,
    count(*) FILTER (WHERE levelled.graft_survival = 'none')::BIGINT AS n_none,
    count(*) FILTER (WHERE levelled.graft_survival = 'shortened')::BIGINT AS n_shortened,
    count(*) FILTER (WHERE levelled.graft_survival = 'not_stated')::BIGINT AS n_survival_not_stated,
    count(*) FILTER (WHERE levelled.effect = 'protected')::BIGINT AS n_protected
FROM levelled
INNER JOIN vocab.organ ON organ.organ_code = levelled.organ_code AND organ.is_in_review_scope
GROUP BY levelled.organ_code, organ.organ_name, organ.sort_order, levelled.question, levelled.level
ORDER BY organ.sort_order, levelled.question, levelled.level
