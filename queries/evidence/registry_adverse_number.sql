-- title: Numbers of the adverse event tables
-- question: How many people of each group had a serious event, died, had another event, or had one kind of event?
-- grain: one row per group and total, and one per group, list of events and term
-- missing: a total or a term without a number of people affected has no row; n_at_risk NULL is not reported; 0 affected is reported as none
-- reference: resultsSection.adverseEventsModule
-- care: terms are never summed, for one person may stand in several; a term has an outcome_code only where it names the outcome wholly,
-- care: all events are listed (threshold 0), and no other term of the group can hold further people with the outcome.
-- care: the number of events (not people) that some terms give beside the people is left out.
WITH total AS (
    SELECT
        nct_id,
        group_id,
        group_position,
        unnest([
            {'field': 'seriousNumAffected', 'affected': serious_num_affected, 'at_risk': serious_num_at_risk},
            {'field': 'deathsNumAffected', 'affected': deaths_num_affected, 'at_risk': deaths_num_at_risk},
            {'field': 'otherNumAffected', 'affected': other_num_affected, 'at_risk': other_num_at_risk}
        ], recursive := TRUE)
    FROM core.adverse_event_group
),
term AS (
    SELECT
        counted.nct_id,
        counted.group_id,
        counted.event_seriousness,
        counted.event_position,
        counted.count_position,
        counted.num_affected,
        counted.num_at_risk,
        event.term_text,
        lower(trim(regexp_replace(event.term_text, '\s+', ' ', 'g'))) AS lower_term
    FROM core.adverse_event_count AS counted
    INNER JOIN core.adverse_event AS event
        ON event.nct_id = counted.nct_id
        AND event.event_seriousness = counted.event_seriousness
        AND event.event_position = counted.event_position
),
named_term AS (
    SELECT name.lower_term, pattern.outcome_code, pattern.adding_pattern
    FROM (SELECT DISTINCT lower_term FROM term) AS name
    INNER JOIN evidence.registry_outcome_pattern AS pattern ON regexp_full_match(name.lower_term, pattern.term_pattern)
),
whole_term AS (
    SELECT term.*, named_term.outcome_code, named_term.adding_pattern
    FROM term
    INNER JOIN named_term ON named_term.lower_term = term.lower_term
    INNER JOIN core.adverse_event_reporting AS reporting ON reporting.nct_id = term.nct_id AND reporting.frequency_threshold_pct = 0
),
sole_term AS (
    SELECT whole_term.nct_id, whole_term.event_seriousness, whole_term.event_position, whole_term.count_position, whole_term.outcome_code
    FROM whole_term
    WHERE NOT EXISTS (
        SELECT 1
        FROM term AS other
        WHERE other.nct_id = whole_term.nct_id
            AND other.group_id = whole_term.group_id
            AND (other.event_seriousness IS DISTINCT FROM whole_term.event_seriousness OR other.event_position IS DISTINCT FROM whole_term.event_position)
            AND other.num_affected IS DISTINCT FROM 0
            AND regexp_matches(other.lower_term, whole_term.adding_pattern)
    )
    QUALIFY count(*) OVER (PARTITION BY whole_term.nct_id, whole_term.group_id, whole_term.outcome_code) = 1
        AND count(*) OVER (PARTITION BY whole_term.nct_id, whole_term.event_seriousness, whole_term.event_position, whole_term.count_position) = 1
)
SELECT
    nct_id,
    group_id,
    CASE field WHEN 'seriousNumAffected' THEN 'serious_adverse_event' WHEN 'deathsNumAffected' THEN 'patient_death' END AS outcome_code,
    CASE field
        WHEN 'seriousNumAffected' THEN 'Serious adverse events: total'
        WHEN 'deathsNumAffected' THEN 'Deaths from any cause: total'
        ELSE 'Other adverse events: total'
    END AS outcome_text,
    affected AS n_affected,
    at_risk AS n_at_risk,
    '/resultsSection/adverseEventsModule/eventGroups/' || (group_position - 1) || '/' || field AS json_pointer,
    CASE field
        WHEN 'seriousNumAffected' THEN 'adverse_event_serious_total'
        WHEN 'deathsNumAffected' THEN 'adverse_event_deaths_total'
        ELSE 'adverse_event_other_total'
    END AS rule_id,
    'high' AS certainty
FROM total
WHERE affected IS NOT NULL
UNION ALL
SELECT
    term.nct_id,
    term.group_id,
    sole_term.outcome_code,
    coalesce(term.term_text, 'Adverse event without a name') AS outcome_text,
    term.num_affected AS n_affected,
    term.num_at_risk AS n_at_risk,
    '/resultsSection/adverseEventsModule/' || term.event_seriousness || 'Events/' || (term.event_position - 1)
        || '/stats/' || (term.count_position - 1) || '/numAffected' AS json_pointer,
    'adverse_event_term_' || term.event_seriousness AS rule_id,
    CASE WHEN sole_term.outcome_code IS NULL THEN 'high' ELSE 'medium' END AS certainty
FROM term
LEFT JOIN sole_term
    ON sole_term.nct_id = term.nct_id
    AND sole_term.event_seriousness = term.event_seriousness
    AND sole_term.event_position = term.event_position
    AND sole_term.count_position = term.count_position
WHERE term.num_affected IS NOT NULL
