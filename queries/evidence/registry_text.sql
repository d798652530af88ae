-- title: Names of groups and arms, made comparable
-- question: What remains of the name of a result group or an arm once case, accents and signs are left away, and what does it say?
-- grain: one row per trial with posted results and name of a group or of an arm
-- missing: a name without letters or digits has an empty name_text; has_x is never NULL
-- reference: vocab.registry_word, concept.pattern (product_any)
-- care: cells are looked for in trials on the subject only; "no MSC" names no cells; designators are arms named by a letter or number.
WITH word AS (
    SELECT kind, '(?:' || string_agg(pattern, '|' ORDER BY pattern) || ')' AS words
    FROM vocab.registry_word
    GROUP BY kind
),
words AS (
    SELECT
        max(words) FILTER (WHERE kind = 'total') AS total,
        max(words) FILTER (WHERE kind = 'control') AS control,
        max(words) FILTER (WHERE kind = 'control_beside') AS beside,
        max(words) FILTER (WHERE kind = 'not_control') AS not_control,
        max(words) FILTER (WHERE kind = 'without') AS without,
        max(words) FILTER (WHERE kind = 'without_filler') AS without_filler,
        max(words) FILTER (WHERE kind = 'period') AS period,
        max(words) FILTER (WHERE kind = 'generic') AS generic,
        max(words) FILTER (WHERE kind = 'designator') AS designator
    FROM word
),
product AS (
    SELECT
        max(pattern) FILTER (WHERE pattern_name = 'product_any') AS cells,
        max(pattern) FILTER (WHERE pattern_name = 'product_vesicle') AS vesicles
    FROM concept.pattern
),
name AS (
    SELECT nct_id, group_title AS name, FALSE AS is_description FROM evidence.registry_group
    UNION
    SELECT nct_id, group_description AS name, TRUE AS is_description FROM evidence.registry_group
    UNION
    SELECT arm.nct_id, arm.arm_label AS name, FALSE AS is_description
    FROM core.trial_arm AS arm
    SEMI JOIN evidence.registry_group ON registry_group.nct_id = arm.nct_id
    UNION
    SELECT arm.nct_id, arm.arm_description AS name, TRUE AS is_description
    FROM core.trial_arm AS arm
    SEMI JOIN evidence.registry_group ON registry_group.nct_id = arm.nct_id
    UNION
    SELECT intervention.nct_id, intervention.intervention_name AS name, FALSE AS is_description
    FROM core.trial_intervention AS intervention
    SEMI JOIN evidence.registry_group ON registry_group.nct_id = intervention.nct_id
),
plain AS (
    SELECT
        nct_id,
        name,
        is_description,
        lower(strip_accents(name)) AS lower_name,
        trim(regexp_replace(regexp_replace(lower(strip_accents(name)), '[^a-z0-9+.µμ<>%]+', ' ', 'g'), '\.(?:\s|$)|\s\.', ' ', 'g')) AS name_text
    FROM name
    WHERE name IS NOT NULL
),
told AS (
    SELECT
        plain.nct_id,
        plain.name,
        plain.is_description,
        regexp_replace(plain.name_text, '\s+', ' ', 'g') AS name_text,
        trial_scope.nct_id IS NOT NULL AS is_on_subject,
        CASE
            WHEN trial_scope.nct_id IS NULL THEN plain.lower_name
            ELSE regexp_replace(
                plain.lower_name,
                '\b(?:' || words.without || ')[\s-]+(?:' || words.without_filler || '[\s-]+){0,5}?' || product.cells,
                ' untreated ',
                'g'
            )
        END AS positive_text
    FROM plain
    CROSS JOIN words
    CROSS JOIN product
    LEFT JOIN concept.trial_scope ON trial_scope.nct_id = plain.nct_id AND (trial_scope.is_in_scope OR trial_scope.is_borderline)
)
SELECT
    told.nct_id,
    told.name,
    told.is_description,
    told.name_text,
    NOT told.is_description AND regexp_matches(told.name_text, '^' || words.total || '\b') AS has_total_words,
    regexp_matches(regexp_replace(told.positive_text, '\b' || words.not_control || '\b', ' ', 'g'), '\b' || words.control || '\b') AS has_control_words,
    regexp_matches(told.positive_text, '\b' || words.beside || '\b') AS has_beside_words,
    NOT told.is_description AND regexp_matches(told.name_text, '\b' || words.period || '\b') AS has_period_words,
    CASE WHEN told.is_on_subject THEN regexp_matches(told.positive_text, product.cells) ELSE FALSE END AS has_cell_words,
    CASE WHEN told.is_on_subject THEN regexp_matches(told.positive_text, product.vesicles) ELSE FALSE END AS has_vesicle_words,
    NOT told.is_description AND regexp_full_match(told.name_text, words.designator) AS is_designator,
    NOT told.is_description
        AND length(regexp_replace(told.name_text, '[^a-z0-9]', '', 'g')) >= 3
        AND regexp_matches(regexp_replace(told.name_text, '\b' || words.generic || '\b', ' ', 'g'), '[a-z0-9]')
        AND regexp_matches(told.name_text, '[a-z]') AS is_telling
FROM told
CROSS JOIN words
CROSS JOIN product
