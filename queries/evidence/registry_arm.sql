-- title: Result groups and the arms they are
-- question: Which registered arm is each group of the posted results, and did it get the cells?
-- grain: one row per trial, module, outcome measure (module outcome_measure only) and group id
-- missing: arm_position and arm_method are NULL where no arm could be told apart; arm_role is NULL where it is not sure
-- reference: core.trial_arm, evidence.registry_arm_role, vocab.registry_word
-- care: groups of everybody (is_total) are no arm. Two groups of one table that are the same arm may share people, as may groups of
-- care: one stretch of time and of trials that cross over (may_share_people): they have no role.
-- care: names are compared in this order: equal; the whole name of one within the other, unless it is joined there with something else;
-- care: alike but for letters of longer words, with the same figures; at last the only group and arm left, when their sizes agree.
WITH combining AS (
    SELECT '(?:' || string_agg(pattern, '|' ORDER BY pattern) || ')' AS words
    FROM vocab.registry_word
    WHERE kind = 'combining'
),
title AS (
    SELECT DISTINCT registry_group.nct_id, registry_group.group_title, registry_text.* EXCLUDE (nct_id, name, is_description)
    FROM evidence.registry_group
    INNER JOIN evidence.registry_text
        ON registry_text.nct_id = registry_group.nct_id AND registry_text.name = registry_group.group_title AND NOT registry_text.is_description
),
arm AS (
    SELECT
        trial_arm.nct_id,
        trial_arm.arm_position,
        registry_text.* EXCLUDE (nct_id, name, is_description),
        count(*) OVER (PARTITION BY trial_arm.nct_id) AS n_arms,
        count(*) OVER (PARTITION BY trial_arm.nct_id, replace(registry_text.name_text, ' ', '')) AS n_of_this_name
    FROM core.trial_arm
    INNER JOIN evidence.registry_text
        ON registry_text.nct_id = trial_arm.nct_id AND registry_text.name = trial_arm.arm_label AND NOT registry_text.is_description
),
pair AS (
    SELECT
        title.nct_id,
        title.group_title,
        arm.arm_position,
        arm.name_text AS arm_text,
        replace(title.name_text, ' ', '') = replace(arm.name_text, ' ', '') AND title.name_text IS DISTINCT FROM '' AS is_same,
        contains(' ' || title.name_text || ' ', ' ' || arm.name_text || ' ') AND arm.is_telling AS is_arm_within,
        contains(' ' || arm.name_text || ' ', ' ' || title.name_text || ' ') AND title.is_telling AS is_title_within,
        arm.is_designator OR title.is_designator AS is_designated,
        title.has_control_words = arm.has_control_words AND title.has_cell_words = arm.has_cell_words AS agrees,
        regexp_matches(
            replace(' ' || title.name_text || ' ', ' ' || arm.name_text || ' ', ' ') || ' | '
            || replace(' ' || arm.name_text || ' ', ' ' || title.name_text || ' ', ' '),
            '(?:^|\s)' || combining.words || '(?:\s|$)|\+'
        ) AS is_joined,
        jaro_winkler_similarity(title.name_text, arm.name_text) AS similarity,
        regexp_extract_all(title.name_text, '[0-9.]+') = regexp_extract_all(arm.name_text, '[0-9.]+')
            AND list_filter(string_split(title.name_text, ' '), lambda token: length(token) < 4)
            = list_filter(string_split(arm.name_text, ' '), lambda token: length(token) < 4)
            AND len(string_split(title.name_text, ' ')) = len(string_split(arm.name_text, ' ')) AS is_alike,
        arm.n_of_this_name
    FROM title
    INNER JOIN arm ON arm.nct_id = title.nct_id
    CROSS JOIN combining
),
ranked AS (
    SELECT
        nct_id,
        group_title,
        arm_position,
        arm_text,
        similarity,
        CASE
            WHEN n_of_this_name > 1 THEN NULL
            WHEN is_same THEN 'same_title'
            WHEN is_arm_within AND (is_designated OR agrees AND NOT is_joined) THEN 'arm_within_title'
            WHEN is_title_within AND (is_designated OR agrees AND NOT is_joined) THEN 'title_within_arm'
            WHEN is_alike AND agrees AND similarity >= 0.93 THEN 'similar_title'
        END AS method
    FROM pair
),
named AS (
    SELECT
        nct_id,
        group_title,
        arm_position,
        method,
        arm_text,
        row_number() OVER (PARTITION BY nct_id, group_title, method ORDER BY length(arm_text) DESC, similarity DESC, arm_position) AS place,
        count(*) OVER (PARTITION BY nct_id, group_title, method) AS n_arms_of_method,
        list(arm_text) OVER (PARTITION BY nct_id, group_title, method) AS arm_texts,
        min(CASE method WHEN 'same_title' THEN 1 WHEN 'arm_within_title' THEN 2 WHEN 'title_within_arm' THEN 3 ELSE 4 END)
            OVER (PARTITION BY nct_id, group_title) AS best_method,
        CASE method WHEN 'same_title' THEN 1 WHEN 'arm_within_title' THEN 2 WHEN 'title_within_arm' THEN 3 ELSE 4 END AS this_method
    FROM ranked
    WHERE method IS NOT NULL
),
by_title AS (
    SELECT nct_id, group_title, arm_position, method
    FROM named
    WHERE this_method = best_method
        AND place = 1
        AND (n_arms_of_method = 1
            OR method = 'arm_within_title' AND len(list_filter(arm_texts, lambda one: contains(' ' || arm_text || ' ', ' ' || one || ' '))) = n_arms_of_method)
),
parts AS (
    SELECT whole.nct_id, whole.module, whole.outcome_position, whole.group_id
    FROM evidence.registry_group AS whole
    INNER JOIN title AS whole_title ON whole_title.nct_id = whole.nct_id AND whole_title.group_title = whole.group_title
    INNER JOIN evidence.registry_group AS part
        ON part.nct_id = whole.nct_id
        AND part.module = whole.module
        AND part.outcome_position IS NOT DISTINCT FROM whole.outcome_position
        AND part.group_id IS DISTINCT FROM whole.group_id
    INNER JOIN title AS part_title ON part_title.nct_id = part.nct_id AND part_title.group_title = part.group_title
    WHERE contains(' ' || whole_title.name_text || ' ', ' ' || part_title.name_text || ' ')
    GROUP BY whole.nct_id, whole.module, whole.outcome_position, whole.group_id, whole.n_people
    HAVING count(*) >= 2 AND sum(part.n_people) = whole.n_people
),
arm_count AS (
    SELECT nct_id, count(*) AS n_arms FROM core.trial_arm
    GROUP BY nct_id
),
grouped AS (
    SELECT
        registry_group.*,
        coalesce(title.has_period_words, FALSE) AS has_period_words,
        coalesce(title.has_control_words, FALSE) AS has_control_words,
        coalesce(title.has_beside_words, FALSE) AS has_beside_words,
        coalesce(title.has_cell_words, FALSE) AS has_cell_words,
        coalesce(title.has_vesicle_words, FALSE) AS has_vesicle_words,
        coalesce(description.has_cell_words, FALSE) AS description_has_cells,
        coalesce(description.has_control_words, FALSE) AS description_has_control,
        by_title.arm_position AS titled_position,
        by_title.method,
        coalesce(arm_count.n_arms, 0) AS n_arms,
        count(*) OVER one_table AS n_groups,
        coalesce(by_title.method IS DISTINCT FROM 'same_title' AND title.has_total_words, FALSE)
            AND NOT (coalesce(arm_count.n_arms, 0) = 1 AND count(*) OVER one_table = 1)
            OR parts.group_id IS NOT NULL AS is_total
    FROM evidence.registry_group
    LEFT JOIN title ON title.nct_id = registry_group.nct_id AND title.group_title = registry_group.group_title
    LEFT JOIN evidence.registry_text AS description
        ON description.nct_id = registry_group.nct_id AND description.name = registry_group.group_description AND description.is_description
    LEFT JOIN by_title ON by_title.nct_id = registry_group.nct_id AND by_title.group_title = registry_group.group_title
    LEFT JOIN arm_count ON arm_count.nct_id = registry_group.nct_id
    LEFT JOIN parts
        ON parts.nct_id = registry_group.nct_id
        AND parts.module = registry_group.module
        AND parts.outcome_position IS NOT DISTINCT FROM registry_group.outcome_position
        AND parts.group_id = registry_group.group_id
    WINDOW one_table AS (PARTITION BY registry_group.nct_id, registry_group.module, registry_group.outcome_position)
),
settled AS (
    SELECT
        * EXCLUDE (method),
        CASE
            WHEN is_total THEN NULL
            WHEN titled_position IS NOT NULL THEN titled_position
            WHEN n_arms = 1 AND n_groups = 1 THEN 1
        END AS told_position,
        CASE
            WHEN is_total THEN NULL
            WHEN titled_position IS NOT NULL THEN method
            WHEN n_arms = 1 AND n_groups = 1 THEN 'only_group_only_arm'
        END AS told_method
    FROM grouped
),
arm_size AS (
    SELECT nct_id, told_position, max(n_people) AS n_people
    FROM settled
    WHERE told_position IS NOT NULL AND n_people > 0 AND module IN ('flow', 'baseline', 'adverse_event')
    GROUP BY nct_id, told_position
    HAVING min(n_people) = max(n_people)
),
left_over_arm AS (
    SELECT one_table.nct_id, one_table.module, one_table.outcome_position, min(trial_arm.arm_position) AS arm_position
    FROM (SELECT DISTINCT nct_id, module, outcome_position FROM settled) AS one_table
    INNER JOIN core.trial_arm ON trial_arm.nct_id = one_table.nct_id
    LEFT JOIN settled
        ON settled.nct_id = one_table.nct_id
        AND settled.module = one_table.module
        AND settled.outcome_position IS NOT DISTINCT FROM one_table.outcome_position
        AND settled.told_position = trial_arm.arm_position
    WHERE settled.nct_id IS NULL
    GROUP BY one_table.nct_id, one_table.module, one_table.outcome_position
    HAVING count(*) = 1
),
left_over_group AS (
    SELECT nct_id, module, outcome_position, min(group_id) AS group_id, min(n_people) AS n_people
    FROM settled
    WHERE NOT is_total AND told_position IS NULL
    GROUP BY nct_id, module, outcome_position
    HAVING count(*) = 1
),
by_size AS (
    SELECT left_over_group.nct_id, left_over_group.module, left_over_group.outcome_position, left_over_group.group_id, left_over_arm.arm_position
    FROM left_over_group
    INNER JOIN left_over_arm
        ON left_over_arm.nct_id = left_over_group.nct_id
        AND left_over_arm.module = left_over_group.module
        AND left_over_arm.outcome_position IS NOT DISTINCT FROM left_over_group.outcome_position
    INNER JOIN arm_size
        ON arm_size.nct_id = left_over_group.nct_id
        AND arm_size.told_position = left_over_arm.arm_position
        AND arm_size.n_people = left_over_group.n_people
    INNER JOIN arm AS sized_arm ON sized_arm.nct_id = left_over_group.nct_id AND sized_arm.arm_position = left_over_arm.arm_position
    INNER JOIN settled
        ON settled.nct_id = left_over_group.nct_id
        AND settled.module = left_over_group.module
        AND settled.outcome_position IS NOT DISTINCT FROM left_over_group.outcome_position
        AND settled.group_id = left_over_group.group_id
    WHERE settled.n_groups > 1
        AND NOT settled.has_period_words
        AND NOT (settled.has_control_words AND sized_arm.has_cell_words)
        AND NOT (settled.has_cell_words AND sized_arm.has_control_words)
),
mapped AS (
    SELECT
        settled.*,
        coalesce(settled.told_position, by_size.arm_position) AS arm_position,
        coalesce(settled.told_method, CASE WHEN by_size.arm_position IS NOT NULL THEN 'only_one_left_same_size' END) AS arm_method
    FROM settled
    LEFT JOIN by_size
        ON by_size.nct_id = settled.nct_id
        AND by_size.module = settled.module
        AND by_size.outcome_position IS NOT DISTINCT FROM settled.outcome_position
        AND by_size.group_id = settled.group_id
),
shared AS (
    SELECT
        mapped.*,
        NOT mapped.is_total AND (
            mapped.arm_position IS NOT NULL
            AND count(*) OVER (PARTITION BY mapped.nct_id, mapped.module, mapped.outcome_position, mapped.arm_position) > 1
            OR mapped.arm_position IS NULL AND mapped.has_period_words
            OR trial.intervention_model IS NOT DISTINCT FROM 'CROSSOVER'
        ) AS may_share_people
    FROM mapped
    INNER JOIN core.trial ON trial.nct_id = mapped.nct_id
),
worded AS (
    SELECT
        shared.*,
        CASE
            WHEN NOT coalesce(trial_is_msc.is_msc, FALSE) OR trial_scope.nct_id IS NULL OR shared.is_total OR shared.may_share_people THEN NULL
            WHEN shared.has_vesicle_words OR shared.has_cell_words AND shared.has_control_words THEN NULL
            WHEN shared.has_cell_words THEN 'msc'
            WHEN shared.has_control_words AND NOT shared.description_has_cells THEN 'control'
            WHEN shared.has_beside_words AND NOT shared.description_has_cells AND shared.n_groups > 1 THEN 'control'
        END AS worded_role,
        trial_scope.nct_id IS NOT NULL AND coalesce(trial_is_msc.is_msc, FALSE) AS is_on_subject
    FROM shared
    LEFT JOIN concept.trial_scope ON trial_scope.nct_id = shared.nct_id AND (trial_scope.is_in_scope OR trial_scope.is_borderline)
    LEFT JOIN concept.trial_is_msc ON trial_is_msc.nct_id = shared.nct_id
)
SELECT
    worded.nct_id,
    worded.module,
    worded.outcome_position,
    worded.group_id,
    worded.group_title,
    worded.n_people,
    worded.arm_position,
    worded.arm_method,
    CASE
        WHEN NOT worded.is_on_subject OR worded.is_total OR worded.may_share_people THEN NULL
        WHEN registry_arm_role.arm_role IS NOT NULL AND worded.worded_role IS NOT NULL AND registry_arm_role.arm_role IS DISTINCT FROM worded.worded_role THEN NULL
        WHEN worded.arm_position IS NOT NULL THEN registry_arm_role.arm_role
        ELSE worded.worded_role
    END AS arm_role,
    worded.is_total,
    worded.may_share_people,
    CASE
        WHEN worded.may_share_people THEN 'low'
        WHEN worded.arm_method = 'same_title' THEN coalesce(registry_arm_role.certainty, 'high')
        WHEN worded.arm_method = 'only_one_left_same_size' THEN 'low'
        WHEN worded.arm_method IS NOT NULL THEN 'medium'
        WHEN worded.worded_role IS NOT NULL THEN 'medium'
    END AS certainty
FROM worded
LEFT JOIN evidence.registry_arm_role ON registry_arm_role.nct_id = worded.nct_id AND registry_arm_role.arm_position = worded.arm_position
