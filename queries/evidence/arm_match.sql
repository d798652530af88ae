-- title: Which arm of a source is which arm of the study
-- question: Are the people that a source calls so the same arm as the one another source names otherwise?
-- grain: one row per study, organ, side, record (all lines of people together) and name of an arm in it
-- missing: study_arm_label is NULL where nothing ties the arm (method unmatched or unplaced), and for a pooled arm
-- reference: evidence.source_value, evidence.abstract_arm
-- care: arms of a study are those of the best source that names any on that side: people, then the register, then an abstract.
-- care: matched when each has one arm of the role, else by equal name, else by an equal size that is unique on both sides; never two arms
-- care: of one record with one arm of the study. An arm as large as all others of its side in its record together is pooled, not an arm.
-- care: a group of posted results that is none of the registered arms, while others of its side are, may be the same people under another
-- care: name: it is that arm where there is one of the side and both are of one size, else unplaced, and no arm of the study.
-- care: several names in an abstract that lists one arm of the role are that arm, where they come with its size or with none.
WITH spoken AS (
    SELECT
        source_value.study_id,
        source_value.organ_code,
        source_value.arm_role,
        source_value.level,
        CASE source_value.level WHEN 1 THEN 'curated' ELSE source_value.source || ' ' || source_value.record_id END AS record_key,
        source_value.arm_key,
        min(source_value.arm_label) AS arm_label,
        max(source_value.n_at_risk) AS n_people
    FROM evidence.source_value
    WHERE source_value.organ_code IS NOT NULL AND source_value.arm_role IS NOT NULL
    GROUP BY ALL
),
listed AS (
    SELECT
        record.study_id,
        record.organ_code,
        abstract_arm.arm_role,
        'pubmed ' || abstract_arm.pmid AS record_key,
        abstract_arm.n_people,
        abstract_arm.arm_label
    FROM evidence.abstract_arm
    INNER JOIN (
        SELECT DISTINCT study_id, organ_code, record_id
        FROM evidence.source_value
        WHERE evidence_kind = 'abstract' AND organ_code IS NOT NULL
    ) AS record ON record.record_id = abstract_arm.pmid
    WHERE abstract_arm.arm_role IS NOT NULL
),
listed_side AS (
    SELECT study_id, organ_code, arm_role, record_key, min(n_people) AS n_people, count(*) AS n_listed_arms, sum(n_people) AS n_listed_people
    FROM listed
    GROUP BY study_id, organ_code, arm_role, record_key
),
listed_once AS (
    SELECT study_id, organ_code, arm_role, record_key, n_people
    FROM listed_side
    WHERE n_listed_arms = 1
),
registered_once AS (
    SELECT study_id, organ_code, arm_role, record_key, min(arm_key) AS arm_key, min(n_people) AS n_people
    FROM spoken
    WHERE level = 2 AND regexp_full_match(arm_key, 'arm [0-9]+')
    GROUP BY study_id, organ_code, arm_role, record_key
    HAVING count(*) = 1
),
named_beside AS (
    SELECT study_id, organ_code, arm_role, record_key, min(arm_key) AS arm_key, min(n_people) AS n_people
    FROM spoken
    WHERE level = 2 AND NOT regexp_full_match(arm_key, 'arm [0-9]+')
    GROUP BY study_id, organ_code, arm_role, record_key
    HAVING count(*) = 1
),
same_people AS (
    SELECT registered_once.study_id, registered_once.organ_code, registered_once.arm_role, registered_once.record_key,
        named_beside.arm_key AS arm_key, registered_once.arm_key AS registered_key
    FROM registered_once
    INNER JOIN named_beside
        ON named_beside.study_id = registered_once.study_id
        AND named_beside.organ_code = registered_once.organ_code
        AND named_beside.arm_role = registered_once.arm_role
        AND named_beside.record_key = registered_once.record_key
        AND named_beside.n_people = registered_once.n_people
),
named AS (
    SELECT
        spoken.*,
        CASE
            WHEN listed_once.record_key IS NOT NULL AND coalesce(spoken.n_people = listed_once.n_people, TRUE) THEN 'the only one'
            ELSE coalesce(same_people.registered_key, spoken.arm_key)
        END AS record_arm_key,
        listed_once.n_people AS n_listed
    FROM spoken
    LEFT JOIN listed_once
        ON listed_once.study_id = spoken.study_id
        AND listed_once.organ_code = spoken.organ_code
        AND listed_once.arm_role = spoken.arm_role
        AND listed_once.record_key = spoken.record_key
    LEFT JOIN same_people
        ON same_people.study_id = spoken.study_id
        AND same_people.organ_code = spoken.organ_code
        AND same_people.arm_role = spoken.arm_role
        AND same_people.record_key = spoken.record_key
        AND same_people.arm_key = spoken.arm_key
),
record_arm AS (
    SELECT
        study_id,
        organ_code,
        arm_role,
        level,
        record_key,
        record_arm_key,
        first(arm_label ORDER BY arm_key IS DISTINCT FROM record_arm_key, length(arm_label), arm_label) AS arm_label,
        max(CASE record_arm_key WHEN 'the only one' THEN n_listed ELSE n_people END) AS n_people
    FROM named
    GROUP BY study_id, organ_code, arm_role, level, record_key, record_arm_key
),
weighed AS (
    SELECT
        *,
        level > 1
        AND count(*) OVER side >= 3
        AND coalesce(sum(n_people) OVER side = 2 * n_people, FALSE)
        AND count(n_people) OVER side = count(*) OVER side AS is_pooled,
        level = 2
        AND NOT regexp_full_match(record_arm_key, 'arm [0-9]+')
        AND bool_or(regexp_full_match(record_arm_key, 'arm [0-9]+')) OVER side AS is_unplaced
    FROM record_arm
    WINDOW side AS (PARTITION BY study_id, organ_code, arm_role, record_key)
),
counted AS (
    SELECT
        *,
        count(*) OVER side AS n_arms,
        sum(n_people) OVER side AS n_of_arms,
        count(*) OVER (PARTITION BY study_id, organ_code, arm_role, record_key, n_people) AS n_alike
    FROM weighed
    WHERE NOT is_pooled AND NOT is_unplaced
    WINDOW side AS (PARTITION BY study_id, organ_code, arm_role, record_key)
),
base AS (
    SELECT
        counted.study_id,
        counted.organ_code,
        counted.arm_role,
        first(counted.record_key ORDER BY counted.level, counted.n_arms, counted.record_key) AS record_key
    FROM counted
    LEFT JOIN listed_side
        ON listed_side.study_id = counted.study_id
        AND listed_side.organ_code = counted.organ_code
        AND listed_side.arm_role = counted.arm_role
        AND listed_side.record_key = counted.record_key
    WHERE counted.level < 3
        OR counted.n_arms = 1
        OR (counted.n_arms = listed_side.n_listed_arms AND counted.n_of_arms = listed_side.n_listed_people)
    GROUP BY counted.study_id, counted.organ_code, counted.arm_role
),
study_arm AS (
    SELECT counted.*
    FROM counted
    INNER JOIN base
        ON base.study_id = counted.study_id
        AND base.organ_code = counted.organ_code
        AND base.arm_role = counted.arm_role
        AND base.record_key = counted.record_key
),
candidate AS (
    SELECT
        counted.study_id,
        counted.organ_code,
        counted.arm_role,
        counted.record_key,
        counted.record_arm_key,
        study_arm.arm_label AS study_arm_label,
        CASE
            WHEN counted.record_key = study_arm.record_key THEN 'own'
            WHEN counted.n_arms = 1 AND study_arm.n_arms = 1 THEN 'only_arm_of_its_role'
            WHEN lower(counted.record_arm_key) = lower(study_arm.record_arm_key) OR lower(counted.arm_label) = lower(study_arm.arm_label) THEN 'same_name'
            ELSE 'same_size'
        END AS method
    FROM counted
    INNER JOIN study_arm
        ON study_arm.study_id = counted.study_id
        AND study_arm.organ_code = counted.organ_code
        AND study_arm.arm_role = counted.arm_role
        AND CASE
            WHEN study_arm.record_key = counted.record_key THEN study_arm.record_arm_key = counted.record_arm_key
            ELSE (counted.n_arms = 1 AND study_arm.n_arms = 1)
                OR lower(counted.record_arm_key) = lower(study_arm.record_arm_key)
                OR lower(counted.arm_label) = lower(study_arm.arm_label)
                OR (counted.n_people = study_arm.n_people AND counted.n_alike = 1 AND study_arm.n_alike = 1)
        END
),
best AS (
    SELECT *
    FROM candidate
    QUALIFY row_number() OVER (
        PARTITION BY study_id, organ_code, arm_role, record_key, record_arm_key
        ORDER BY list_position(['own', 'only_arm_of_its_role', 'same_name', 'same_size'], method), study_arm_label
    ) = 1
),
matched AS (
    SELECT *
    FROM best
    QUALIFY count(*) OVER (PARTITION BY study_id, organ_code, arm_role, record_key, study_arm_label) = 1
)
SELECT
    named.study_id,
    named.organ_code,
    named.arm_role,
    named.record_key,
    named.arm_key,
    named.arm_label,
    named.n_people,
    weighed.is_pooled,
    matched.study_arm_label,
    CASE WHEN weighed.is_pooled THEN 'pooled' WHEN weighed.is_unplaced THEN 'unplaced' ELSE coalesce(matched.method, 'unmatched') END AS method,
    CASE matched.method
        WHEN 'own' THEN 'high'
        WHEN 'same_name' THEN 'high'
        WHEN 'only_arm_of_its_role' THEN 'medium'
        ELSE 'low'
    END AS certainty
FROM named
INNER JOIN weighed
    ON weighed.study_id = named.study_id
    AND weighed.organ_code = named.organ_code
    AND weighed.arm_role = named.arm_role
    AND weighed.record_key = named.record_key
    AND weighed.record_arm_key = named.record_arm_key
LEFT JOIN matched
    ON matched.study_id = named.study_id
    AND matched.organ_code = named.organ_code
    AND matched.arm_role = named.arm_role
    AND matched.record_key = named.record_key
    AND matched.record_arm_key = named.record_arm_key
