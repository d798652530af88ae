-- title: Values of all three sources in one shape
-- question: What do people's readings, posted results and abstracts say of each study, and may it enter the tables?
-- grain: one row per study and value of a source that names an outcome of the vocabulary (value_id)
-- missing: as in the sources; organ_code and arm_role are NULL where a record does not say whose people these are
-- reference: evidence.curated_value, evidence.registry_value, evidence.abstract_value; records of a study in study.study_record
-- care: exclusion_reason tells why a value stands in no table. Numbers without an outcome stay in the tables of their source.
-- care: organ_code is the organ of the record within the study, else the only organ of the study. A value without an arm is of the MSC arm
-- care: where the study is known to have no control group. level is the order of trust: 1 people, 2 register, 3 abstracts.
-- care: a count that an abstract spreads over two sentences, or that a rule is not sure of, wants a person: a wrong number costs more than a missing one.
-- care: a measured value of an abstract that people read on that record as another outcome, and not as this one, is excluded.
-- care: arm_key is the arm's name without the words that say no more than that it is an arm.
WITH last_version AS (
    SELECT pmid, is_current, is_retracted
    FROM core.publication_version
    QUALIFY row_number() OVER (PARTITION BY pmid ORDER BY version DESC) = 1
),
record_excluded AS (
    SELECT source, record_id, 'withdrawn: its source no longer lists the record' AS reason
    FROM raw.record_version
    WHERE is_withdrawn AND valid_to IS NULL
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, 'retracted: the paper is marked as retracted' AS reason
    FROM last_version
    WHERE is_current AND is_retracted
),
only_organ AS (
    SELECT study_id, min(organ_code) AS organ_code
    FROM study.study_organ
    GROUP BY study_id
    HAVING count(*) = 1
),
member AS (
    SELECT
        study_id,
        'clinicaltrials_gov' AS source,
        nct_id AS record_id,
        'registration' AS record_role,
        CASE WHEN count(DISTINCT coalesce(organ_code, '')) = 1 THEN min(organ_code) END AS own_organ_code,
        min(citation) AS citation
    FROM study.study_record
    WHERE nct_id IS NOT NULL AND record_role = 'registration'
    GROUP BY study_id, nct_id
    UNION ALL
    SELECT
        study_record.study_id,
        'pubmed' AS source,
        study_record.pmid AS record_id,
        first(study_record.record_role ORDER BY record_role.sort_order) AS record_role,
        CASE WHEN count(DISTINCT coalesce(study_record.organ_code, '')) = 1 THEN min(study_record.organ_code) END AS own_organ_code,
        min(study_record.citation) AS citation
    FROM study.study_record
    INNER JOIN vocab.record_role ON record_role.record_role = study_record.record_role AND record_role.is_report
    WHERE study_record.pmid IS NOT NULL
    GROUP BY study_record.study_id, study_record.pmid
),
placed AS (
    SELECT
        member.study_id,
        member.source,
        member.record_id,
        member.record_role,
        member.citation,
        coalesce(member.own_organ_code, only_organ.organ_code) AS organ_code,
        count(*) OVER (PARTITION BY member.source, member.record_id) > 1 AS is_of_several_studies,
        coalesce(NOT study_design.has_control_group AND coalesce(study.n_control, 0) = 0 AND NOT study.has_control_group, FALSE) AS is_without_control
    FROM member
    INNER JOIN study.study ON study.study_id = member.study_id
    LEFT JOIN only_organ ON only_organ.study_id = member.study_id
    LEFT JOIN vocab.study_design ON study_design.design = study.design
),
read_by_rule AS (
    SELECT
        placed.study_id || ' registry ' || registry_value.nct_id || ' ' || registry_value.json_pointer || ' ' || registry_value.outcome_code
        || coalesce(' ' || nullif(row_number() OVER (
            PARTITION BY placed.study_id, registry_value.nct_id, registry_value.json_pointer, registry_value.outcome_code
            ORDER BY registry_value.arm_position, registry_value.arm_label, registry_value.n_events, registry_value.value, registry_value.rule_id
        ), 1), '') AS value_id,
        'registry' AS evidence_kind,
        placed.* REPLACE (
            placed.is_without_control AND coalesce(registry_value.arm_method, '') NOT IN ('total', 'may_share_people') AS is_without_control
        ),
        registry_value.arm_label,
        registry_value.arm_role AS stated_role,
        registry_value.arm_position,
        registry_value.outcome_code,
        registry_value.outcome_text AS outcome_definition,
        registry_value.timepoint_months,
        registry_value.timepoint_text,
        registry_value.n_events,
        registry_value.n_at_risk,
        registry_value.value,
        registry_value.value_kind,
        registry_value.sd,
        registry_value.spread_kind,
        registry_value.spread_low,
        registry_value.spread_high,
        registry_value.spread_text,
        registry_value.unit,
        registry_value.value_text,
        registry_value.missing_reason,
        registry_value.count_basis,
        CAST(NULL AS VARCHAR) AS field,
        CAST(NULL AS INTEGER) AS span_start,
        CAST(NULL AS INTEGER) AS span_end,
        CAST(NULL AS INTEGER) AS at_risk_start,
        CAST(NULL AS INTEGER) AS at_risk_end,
        CAST(NULL AS VARCHAR) AS quote,
        CAST(NULL AS INTEGER) AS quote_start,
        CAST(NULL AS INTEGER) AS quote_end,
        registry_value.json_pointer,
        registry_value.json_pointer AS locator,
        registry_value.rule_id,
        registry_value.certainty
    FROM evidence.registry_value
    INNER JOIN placed ON placed.source = 'clinicaltrials_gov' AND placed.record_id = registry_value.nct_id
    WHERE registry_value.outcome_code IS NOT NULL
    UNION ALL
    SELECT
        placed.study_id || ' abstract ' || abstract_value.pmid || ' ' || abstract_value.item AS value_id,
        'abstract' AS evidence_kind,
        placed.*,
        abstract_value.arm_label,
        abstract_value.arm_role AS stated_role,
        CAST(NULL AS INTEGER) AS arm_position,
        abstract_value.outcome_code,
        CAST(NULL AS VARCHAR) AS outcome_definition,
        abstract_value.timepoint_months,
        abstract_value.timepoint_text,
        abstract_value.n_events,
        abstract_value.n_at_risk,
        abstract_value.value,
        abstract_value.value_kind,
        abstract_value.sd,
        abstract_value.spread_kind,
        abstract_value.spread_low,
        abstract_value.spread_high,
        abstract_value.spread_text,
        abstract_value.unit,
        abstract_value.value_text,
        CAST(NULL AS VARCHAR) AS missing_reason,
        abstract_value.count_basis,
        abstract_value.field,
        abstract_value.span_start,
        abstract_value.span_end,
        abstract_value.at_risk_start,
        abstract_value.at_risk_end,
        abstract_value.quote,
        abstract_value.quote_start,
        abstract_value.quote_end,
        CAST(NULL AS VARCHAR) AS json_pointer,
        'abstract, characters ' || abstract_value.span_start || '-' || abstract_value.span_end AS locator,
        abstract_value.rule_id,
        abstract_value.certainty
    FROM evidence.abstract_value
    INNER JOIN placed ON placed.source = 'pubmed' AND placed.record_id = abstract_value.pmid
    WHERE abstract_value.outcome_code IS NOT NULL
),
every_value AS (
    SELECT
        study_id || coalesce(' curated ' || curated_line, ' extraction ' || extraction_line) AS value_id,
        'curated' AS evidence_kind,
        study_id,
        source,
        record_id,
        organ_code,
        FALSE AS is_of_several_studies,
        arm_label,
        arm_role,
        CAST(NULL AS INTEGER) AS arm_position,
        outcome_code,
        outcome_definition,
        timepoint_months,
        timepoint_text,
        n_events,
        n_at_risk,
        value,
        value_kind,
        sd,
        CAST(NULL AS VARCHAR) AS spread_kind,
        CAST(NULL AS DOUBLE) AS spread_low,
        CAST(NULL AS DOUBLE) AS spread_high,
        spread_text,
        unit,
        CAST(NULL AS VARCHAR) AS value_text,
        CAST(NULL AS VARCHAR) AS missing_reason,
        count_basis,
        CAST(NULL AS VARCHAR) AS field,
        CAST(NULL AS INTEGER) AS span_start,
        CAST(NULL AS INTEGER) AS span_end,
        CAST(NULL AS INTEGER) AS at_risk_start,
        CAST(NULL AS INTEGER) AS at_risk_end,
        CAST(NULL AS VARCHAR) AS quote,
        CAST(NULL AS INTEGER) AS quote_start,
        CAST(NULL AS INTEGER) AS quote_end,
        CAST(NULL AS VARCHAR) AS json_pointer,
        rule_id,
        certainty,
        citation,
        locator,
        entered_by,
        entered_on,
        note,
        curated_line,
        archive_source,
        archive_record_id
    FROM evidence.curated_value
    UNION ALL BY NAME
    SELECT
        value_id,
        evidence_kind,
        study_id,
        source,
        record_id,
        organ_code,
        is_of_several_studies,
        coalesce(arm_label, CASE WHEN stated_role IS NULL AND is_without_control THEN 'MSC' ELSE 'not stated' END) AS arm_label,
        coalesce(stated_role, CASE WHEN is_without_control THEN 'msc' END) AS arm_role,
        arm_position,
        outcome_code,
        outcome_definition,
        timepoint_months,
        timepoint_text,
        n_events,
        n_at_risk,
        value,
        value_kind,
        sd,
        spread_kind,
        spread_low,
        spread_high,
        spread_text,
        unit,
        value_text,
        missing_reason,
        count_basis,
        field,
        span_start,
        span_end,
        at_risk_start,
        at_risk_end,
        quote,
        quote_start,
        quote_end,
        json_pointer,
        rule_id,
        certainty,
        citation,
        locator,
        source AS archive_source,
        record_id AS archive_record_id
    FROM read_by_rule
),
read_otherwise AS (
    SELECT DISTINCT every_value.value_id
    FROM every_value
    INNER JOIN evidence.curated_value AS person
        ON person.study_id = every_value.study_id
        AND person.archive_source = every_value.archive_source
        AND person.archive_record_id = every_value.archive_record_id
        AND person.arm_role = every_value.arm_role
        AND person.value = every_value.value
        AND person.outcome_code IS DISTINCT FROM every_value.outcome_code
    ANTI JOIN evidence.curated_value AS same_outcome
        ON same_outcome.study_id = every_value.study_id
        AND same_outcome.archive_source = every_value.archive_source
        AND same_outcome.archive_record_id = every_value.archive_record_id
        AND same_outcome.arm_role = every_value.arm_role
        AND same_outcome.outcome_code = every_value.outcome_code
    WHERE every_value.evidence_kind = 'abstract' AND every_value.n_events IS NULL
)
SELECT
    every_value.*,
    CASE every_value.evidence_kind WHEN 'curated' THEN 1 WHEN 'registry' THEN 2 ELSE 3 END AS level,
    CASE
        WHEN every_value.arm_position IS NOT NULL THEN 'arm ' || every_value.arm_position
        WHEN every_value.evidence_kind = 'curated' THEN every_value.arm_label
        ELSE coalesce(
            nullif(trim(regexp_replace(regexp_replace(
                lower(every_value.arm_label),
                '\b(?:the|a|an|of|in|with|groups?|arms?|cohorts?|patients?|recipients?|participants?|subjects?|people|treated|treatment|given|receiving|received)\b',
                ' ', 'g'
            ), '[^a-z0-9+]+', ' ', 'g')), ''),
            lower(every_value.arm_label)
        )
    END AS arm_key,
    CASE
        WHEN record_excluded.reason IS NOT NULL THEN record_excluded.reason
        WHEN every_value.is_of_several_studies THEN 'ambiguous: the record belongs to several studies and does not say whose people these are'
        WHEN every_value.organ_code IS NULL THEN 'ambiguous: the study is about several organs, or none is known'
        WHEN every_value.arm_role IS NULL THEN 'ambiguous: not known whether these people got MSC'
        WHEN every_value.evidence_kind IS DISTINCT FROM 'curated' AND (
            every_value.n_events > every_value.n_at_risk
            OR every_value.n_events < 0
            OR every_value.n_at_risk <= 0
            OR every_value.sd < 0
            OR NOT isfinite(coalesce(every_value.value, 0))
            OR NOT isfinite(coalesce(every_value.sd, 0))
            OR (every_value.value_kind = 'percent' AND every_value.n_events IS NOT NULL AND every_value.value NOT BETWEEN 0 AND 100)
        ) THEN 'impossible: the numbers do not fit each other'
        WHEN read_otherwise.value_id IS NOT NULL THEN 'read by people: this number of the record as another outcome'
        WHEN every_value.evidence_kind = 'abstract' AND every_value.certainty = 'low'
            THEN 'read by rule with low certainty: wants a person'
        WHEN every_value.evidence_kind = 'abstract'
            AND every_value.certainty = 'medium'
            AND every_value.n_events IS NOT NULL
            AND every_value.n_at_risk IS NOT NULL
            AND NOT coalesce(every_value.at_risk_start >= every_value.quote_start AND every_value.at_risk_end <= every_value.quote_end, FALSE)
            THEN 'read by rule, the people named in another sentence: wants a person'
    END AS exclusion_reason
FROM every_value
LEFT JOIN record_excluded
    ON record_excluded.source = every_value.archive_source AND record_excluded.record_id = every_value.archive_record_id
LEFT JOIN read_otherwise ON read_otherwise.value_id = every_value.value_id
