-- title: Flow of records, reports and studies
-- question: How many records were identified, removed, screened, excluded and why, and how many studies and reports are included?
-- grain: one row per box of the PRISMA 2020 flow, source and, where it applies, strategy or reason
-- missing: n_reports and n_studies are NULL in boxes that count records only; strategy, reason_code and source are NULL where they do not apply
-- reference: Page MJ et al. PRISMA 2020, BMJ 2021;372:n71, flow for updated reviews; sources by kind in vocab.search_source
-- care: a record is a registration or a paper as its source lists it now; records that left their source are not counted.
-- care: whole records are screened at once (no full texts are fetched): what is not excluded is assessed; borderlines await a person.
-- care: not retrieved are ids which the last finished run of a search listed and did not receive, and which are not held.
-- care: previous means that the first version came in the first finished run of its search and later runs have finished since.
-- care: other methods are records of studies that no search holds in scope: entered by people, or protocols tied to a study.
-- care: n_reports counts papers; a study counts as previous or new by its records that a search holds in scope.
WITH strategy_run AS (
    SELECT
        source,
        strategy,
        min(finished_at) AS first_finished_at,
        count(DISTINCT run_id)::BIGINT AS n_runs,
        arg_max(missing_ids, finished_at) AS missing_ids
    FROM ops.harvest_run
    WHERE status = 'finished'
    GROUP BY source, strategy
),
missing AS (
    SELECT DISTINCT lost.source, lost.strategy, lost.record_id
    FROM (SELECT source, strategy, unnest(missing_ids) AS record_id FROM strategy_run) AS lost
    ANTI JOIN raw.record_strategy ON record_strategy.source = lost.source AND record_strategy.record_id = lost.record_id
),
listed AS (
    SELECT source, strategy, record_id FROM raw.record_strategy
    UNION ALL
    SELECT source, strategy, record_id FROM missing
),
search AS (
    SELECT source, strategy FROM strategy_run
    UNION
    SELECT source, strategy FROM raw.record_strategy
),
searched_source AS (
    SELECT DISTINCT source FROM search
),
alias AS (
    SELECT DISTINCT 'clinicaltrials_gov' AS source, trial_alias.alias_nct_id AS record_id
    FROM core.trial_alias
    INNER JOIN core.trial AS merged ON merged.nct_id = trial_alias.alias_nct_id
    WHERE trial_alias.alias_nct_id IS DISTINCT FROM trial_alias.nct_id
),
judged AS (
    SELECT 'clinicaltrials_gov' AS source, nct_id AS record_id, is_in_scope, is_borderline, reason_code FROM concept.trial_scope
    UNION ALL
    SELECT 'pubmed' AS source, pmid AS record_id, is_in_scope, is_borderline, reason_code FROM concept.publication_scope
),
screened AS (
    SELECT
        judged.source,
        judged.record_id,
        CASE WHEN judged.is_in_scope THEN 'included' WHEN judged.is_borderline THEN 'awaiting' ELSE 'excluded' END AS decision,
        judged.reason_code
    FROM judged
    ANTI JOIN alias ON alias.source = judged.source AND alias.record_id = judged.record_id
),
first_version AS (
    SELECT source, record_id, strategy, fetched_at FROM raw.record_version WHERE version = 1
),
included AS (
    SELECT
        screened.source,
        screened.record_id,
        coalesce(strategy_run.n_runs > 1 AND first_version.fetched_at <= strategy_run.first_finished_at, FALSE) AS is_previous
    FROM screened
    LEFT JOIN first_version ON first_version.source = screened.source AND first_version.record_id = screened.record_id
    LEFT JOIN strategy_run ON strategy_run.source = first_version.source AND strategy_run.strategy = first_version.strategy
    WHERE screened.decision = 'included'
),
tied AS (
    SELECT
        study_record.study_id,
        coalesce(included.source, study_record.source) AS source,
        coalesce(included.record_id, study_record.record_id) AS record_id,
        included.record_id IS NOT NULL AS is_from_search,
        coalesce(included.is_previous, FALSE) AS is_previous,
        study_record.pmid IS NOT NULL OR study_record.source = 'doi' AS is_report
    FROM study.study_record
    LEFT JOIN included
        ON included.source = CASE WHEN study_record.pmid IS NULL THEN 'clinicaltrials_gov' ELSE 'pubmed' END
        AND included.record_id = coalesce(study_record.pmid, study_record.nct_id)
),
study_state AS (
    SELECT
        study.study_id,
        coalesce(bool_or(tied.is_from_search), FALSE) AS is_from_search,
        coalesce(bool_or(tied.is_previous), FALSE) AS is_previous
    FROM study.study
    LEFT JOIN tied ON tied.study_id = study.study_id
    GROUP BY study.study_id
),
counted AS (
    SELECT 10 AS step_order, 'identified' AS box, search.source, search.strategy, NULL AS reason_code,
        count(listed.record_id)::BIGINT AS n_records, NULL::BIGINT AS n_reports, NULL::BIGINT AS n_studies
    FROM search
    LEFT JOIN listed ON listed.source = search.source AND listed.strategy = search.strategy
    GROUP BY search.source, search.strategy
    UNION ALL
    SELECT 20, 'removed', searched_source.source, NULL, 'found_by_two_strategies',
        count(listed.record_id)::BIGINT - count(DISTINCT listed.record_id)::BIGINT, NULL, NULL
    FROM searched_source
    LEFT JOIN listed ON listed.source = searched_source.source
    GROUP BY searched_source.source
    UNION ALL
    SELECT 20, 'removed', source, NULL, 'merged_registration', count(*)::BIGINT, NULL, NULL
    FROM alias
    GROUP BY source
    UNION ALL
    SELECT 20, 'removed', rejected_record.source, NULL, 'unreadable', count(DISTINCT rejected_record.record_id)::BIGINT, NULL, NULL
    FROM ops.rejected_record
    GROUP BY rejected_record.source
    UNION ALL
    SELECT 30, 'not_retrieved', searched_source.source, NULL, 'missing_at_source', count(DISTINCT missing.record_id)::BIGINT, NULL, NULL
    FROM searched_source
    LEFT JOIN missing ON missing.source = searched_source.source
    GROUP BY searched_source.source
    UNION ALL
    SELECT 40, 'screened', searched_source.source, NULL, NULL, count(screened.record_id)::BIGINT, NULL, NULL
    FROM searched_source
    LEFT JOIN screened ON screened.source = searched_source.source
    GROUP BY searched_source.source
    UNION ALL
    SELECT 50, 'excluded', source, NULL, reason_code, count(*)::BIGINT, NULL, NULL
    FROM screened
    WHERE decision = 'excluded'
    GROUP BY source, reason_code
    UNION ALL
    SELECT 60, 'assessed', searched_source.source, NULL, NULL,
        count(screened.record_id) FILTER (WHERE screened.decision IS DISTINCT FROM 'excluded')::BIGINT, NULL, NULL
    FROM searched_source
    LEFT JOIN screened ON screened.source = searched_source.source
    GROUP BY searched_source.source
    UNION ALL
    SELECT 70, 'awaiting', source, NULL, reason_code, count(*)::BIGINT, NULL, NULL
    FROM screened
    WHERE decision = 'awaiting'
    GROUP BY source, reason_code
    UNION ALL
    SELECT 80, 'included', searched_source.source, NULL, NULL, count(included.record_id)::BIGINT,
        count(included.record_id) FILTER (WHERE searched_source.source = 'pubmed')::BIGINT, NULL
    FROM searched_source
    LEFT JOIN included ON included.source = searched_source.source
    GROUP BY searched_source.source
),
state AS (
    SELECT 90 AS step_order, 'included_previously' AS box
    UNION ALL
    SELECT 91, 'included_new'
    UNION ALL
    SELECT 92, 'included_other_methods'
    UNION ALL
    SELECT 93, 'included_in_total'
),
every_record AS (
    SELECT source, record_id, TRUE AS is_from_search, is_previous, source = 'pubmed' AS is_report FROM included
    UNION
    SELECT source, record_id, is_from_search, is_previous, is_report FROM tied WHERE NOT is_from_search
),
record_state AS (
    SELECT
        CASE WHEN is_previous THEN 90 WHEN is_from_search THEN 91 ELSE 92 END AS step_order,
        count(*)::BIGINT AS n_records,
        count(*) FILTER (WHERE is_report)::BIGINT AS n_reports
    FROM every_record
    GROUP BY ALL
),
study_count AS (
    SELECT
        CASE WHEN is_previous THEN 90 WHEN is_from_search THEN 91 ELSE 92 END AS step_order,
        count(*)::BIGINT AS n_studies
    FROM study_state
    GROUP BY ALL
),
total AS (
    SELECT
        93 AS step_order,
        (SELECT count(*) FROM every_record)::BIGINT AS n_records,
        (SELECT count(*) FROM every_record WHERE is_report)::BIGINT AS n_reports,
        (SELECT count(*) FROM study.study)::BIGINT AS n_studies
),
boxed AS (
    SELECT step_order, box, source, strategy, reason_code, n_records, n_reports, n_studies FROM counted
    UNION ALL
    SELECT
        state.step_order,
        state.box,
        NULL AS source,
        NULL AS strategy,
        NULL AS reason_code,
        coalesce(total.n_records, record_state.n_records, 0) AS n_records,
        coalesce(total.n_reports, record_state.n_reports, 0) AS n_reports,
        coalesce(total.n_studies, study_count.n_studies, 0) AS n_studies
    FROM state
    LEFT JOIN record_state ON record_state.step_order = state.step_order
    LEFT JOIN study_count ON study_count.step_order = state.step_order
    LEFT JOIN total ON total.step_order = state.step_order
)
SELECT
    boxed.step_order,
    boxed.box,
    flow_box.label,
    CASE
        WHEN boxed.box = 'included_previously' THEN 'previous'
        WHEN boxed.box = 'included_other_methods' THEN 'other'
        WHEN boxed.source IS NULL THEN 'all'
        ELSE coalesce(search_source.source_kind, 'unknown')
    END AS source_kind,
    boxed.source,
    boxed.strategy,
    boxed.reason_code,
    coalesce(flow_reason.definition, scope_reason.definition) AS reason_text,
    boxed.n_records,
    boxed.n_reports,
    boxed.n_studies
FROM boxed
LEFT JOIN vocab.flow_box ON flow_box.box = boxed.box
LEFT JOIN vocab.flow_reason ON flow_reason.reason_code = boxed.reason_code
LEFT JOIN vocab.scope_reason ON scope_reason.reason_code = boxed.reason_code
LEFT JOIN vocab.search_source ON search_source.source = boxed.source
ORDER BY boxed.step_order, search_source.sort_order, boxed.source, boxed.strategy, boxed.n_records DESC, boxed.reason_code
