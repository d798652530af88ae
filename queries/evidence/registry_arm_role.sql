-- title: Which registered arms get the cells
-- question: Does an arm of a trial with posted results get MSC, or is it the control?
-- grain: one row per registered arm of a trial on the subject that has posted results
-- missing: arm_role is NULL where the interventions and the words of the arm do not agree or do not tell
-- reference: interventions that the arm names, and that name the arm; vocab.registry_word, concept.pattern (product_any)
-- care: an arm is a control only beside an arm that gets the cells; an arm that is called placebo or sham and lists the cells is not judged.
-- care: what is only said in the description of the arm decides nothing, but speaks against.
WITH link AS (
    SELECT arm.nct_id, arm.arm_position, intervention.intervention_name
    FROM core.trial_arm AS arm
    INNER JOIN core.trial_arm_intervention AS named ON named.nct_id = arm.nct_id AND named.arm_position = arm.arm_position
    INNER JOIN core.trial_intervention AS intervention
        ON intervention.nct_id = named.nct_id
        AND lower(regexp_replace(named.intervention_text, '^[^:]*:\s*', '')) = lower(trim(intervention.intervention_name))
    UNION
    SELECT arm.nct_id, arm.arm_position, intervention.intervention_name
    FROM core.trial_arm AS arm
    INNER JOIN core.trial_intervention_arm AS named ON named.nct_id = arm.nct_id AND lower(trim(named.arm_label)) = lower(trim(arm.arm_label))
    INNER JOIN core.trial_intervention AS intervention
        ON intervention.nct_id = named.nct_id AND intervention.intervention_position = named.intervention_position
),
given AS (
    SELECT
        link.nct_id,
        link.arm_position,
        count(*) AS n_interventions,
        bool_or(registry_text.has_cell_words AND NOT registry_text.has_control_words AND NOT registry_text.has_vesicle_words) AS has_cells,
        bool_or(registry_text.has_cell_words AND registry_text.has_control_words OR registry_text.has_vesicle_words) AS is_unclear
    FROM link
    INNER JOIN evidence.registry_text
        ON registry_text.nct_id = link.nct_id AND registry_text.name = link.intervention_name AND NOT registry_text.is_description
    GROUP BY link.nct_id, link.arm_position
),
told AS (
    SELECT
        arm.nct_id,
        arm.arm_position,
        arm.arm_label,
        coalesce(arm.arm_type IN ('PLACEBO_COMPARATOR', 'SHAM_COMPARATOR', 'NO_INTERVENTION'), FALSE) AS is_registered_control,
        coalesce(label.has_cell_words, FALSE) AS label_has_cells,
        coalesce(label.has_control_words, FALSE) AS label_has_control,
        coalesce(description.has_cell_words, FALSE) AND NOT coalesce(description.has_control_words, FALSE) AS description_has_cells,
        coalesce(given.n_interventions, 0) AS n_interventions,
        coalesce(given.has_cells, FALSE) AS has_cells,
        coalesce(given.is_unclear, FALSE) AS is_unclear,
        count(*) OVER (PARTITION BY arm.nct_id) AS n_arms,
        trial_is_msc.is_msc
    FROM core.trial_arm AS arm
    INNER JOIN concept.trial_scope ON trial_scope.nct_id = arm.nct_id AND (trial_scope.is_in_scope OR trial_scope.is_borderline)
    INNER JOIN concept.trial_is_msc ON trial_is_msc.nct_id = arm.nct_id
    SEMI JOIN evidence.registry_group ON registry_group.nct_id = arm.nct_id
    LEFT JOIN evidence.registry_text AS label ON label.nct_id = arm.nct_id AND label.name = arm.arm_label AND NOT label.is_description
    LEFT JOIN evidence.registry_text AS description
        ON description.nct_id = arm.nct_id AND description.name = arm.arm_description AND description.is_description
    LEFT JOIN given ON given.nct_id = arm.nct_id AND given.arm_position = arm.arm_position
),
treated AS (
    SELECT
        *,
        CASE
            WHEN is_unclear OR is_registered_control AND (has_cells OR label_has_cells) OR label_has_control AND (has_cells OR label_has_cells) THEN NULL
            WHEN has_cells THEN 'cells_among_interventions'
            WHEN label_has_cells THEN 'cells_in_label'
            WHEN n_arms = 1 AND is_msc AND NOT is_registered_control AND NOT label_has_control THEN 'only_arm_of_a_trial_of_the_cells'
        END AS msc_rule
    FROM told
),
beside AS (
    SELECT *, bool_or(msc_rule IS NOT NULL) OVER (PARTITION BY nct_id) AS has_treated_arm
    FROM treated
),
judged AS (
    SELECT
        *,
        CASE
            WHEN msc_rule IS NOT NULL THEN msc_rule
            WHEN has_treated_arm AND NOT has_cells AND NOT label_has_cells AND NOT is_unclear AND NOT description_has_cells
                THEN CASE
                    WHEN is_registered_control THEN 'registered_as_control'
                    WHEN label_has_control THEN 'control_in_label'
                    WHEN n_interventions > 0 THEN 'other_interventions_only'
                END
        END AS role_rule
    FROM beside
)
SELECT
    nct_id,
    arm_position,
    arm_label,
    CASE
        WHEN role_rule IS NULL THEN NULL
        WHEN msc_rule IS NOT NULL THEN 'msc'
        ELSE 'control'
    END AS arm_role,
    role_rule,
    CASE
        WHEN role_rule IN ('cells_among_interventions', 'registered_as_control') THEN 'high'
        WHEN role_rule IS NOT NULL THEN 'medium'
    END AS certainty
FROM judged
