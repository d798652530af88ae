-- title: What changed
-- question: What has become known of trials and papers since a moment that a clinician would want to know?
-- grain: one row per event
-- missing: old_text and new_text are NULL where the source states nothing; organ_codes is NULL where no organ is named; is_first_harvest is never NULL
-- reference: raw.record_version for the moments; kinds of change and their sentences in vocab.change
-- care: changed_at is when we learnt it, not when it happened.
-- care: is_first_harvest marks what the first complete harvest of a search brought: our starting point, not news.
-- care: of estimates (source synthesis, record_id an estimate_id, linked_id the digest of what was pooled) only a changed answer is told, at the moment of the
--   newest record the build knew; all moves stand in out.estimate_history.
-- care: events are told of records that belong to the question as they stand now; a withdrawn record is judged by its last version.
WITH first_run AS (
    SELECT source, strategy, arg_min(run_id, fetched_at) AS run_id
    FROM raw.record_version
    GROUP BY source, strategy
),
first_reading AS (
    SELECT
        source,
        strategy,
        coalesce(min(finished_at) FILTER (WHERE status = 'finished'), TIMESTAMP '9999-12-31') AS finished_at
    FROM ops.harvest_run
    GROUP BY source, strategy
),
moment AS (
    SELECT
        record_version.source,
        record_version.record_id,
        record_version.version,
        record_version.valid_from,
        record_version.is_withdrawn,
        row_number() OVER along = 1 AS is_first_version,
        row_number() OVER along = 1 AND (
            record_version.run_id = first_run.run_id
            OR coalesce(record_version.fetched_at <= first_reading.finished_at, FALSE)
        ) AS is_first_harvest,
        lag(record_version.is_withdrawn) OVER along AS was_withdrawn,
        lag(record_version.valid_from) OVER along AS valid_from_before
    FROM raw.record_version
    INNER JOIN first_run
        ON first_run.source = record_version.source AND first_run.strategy = record_version.strategy
    LEFT JOIN first_reading
        ON first_reading.source = record_version.source AND first_reading.strategy = record_version.strategy
    WINDOW along AS (PARTITION BY record_version.source, record_version.record_id ORDER BY record_version.version)
),
first_fact AS (
    SELECT
        'clinicaltrials_gov' AS source,
        trial_version.nct_id AS record_id,
        trial_version.version,
        'new_trial' AS change_code,
        concat_ws(
            '; ',
            coalesce(lower(trial_status.status_name), trial_version.overall_status),
            'enrolment ' || trial_version.enrollment_count || coalesce(' (' || lower(trial_version.enrollment_type) || ')', ''),
            'first posted ' || trial_version.study_first_post_date_text,
            CASE WHEN trial_version.has_results THEN 'with results' END
        ) AS detail_text
    FROM core.trial_version
    LEFT JOIN vocab.trial_status ON trial_status.overall_status = trial_version.overall_status
    UNION ALL
    SELECT
        'pubmed' AS source,
        pmid AS record_id,
        version,
        'new_paper' AS change_code,
        concat_ws('; ', journal_title, pub_date_text, CASE WHEN is_retracted THEN 'retracted' END) AS detail_text
    FROM core.publication_version
),
arrival AS (
    SELECT
        moment.valid_from AS changed_at,
        CASE moment.source WHEN 'pubmed' THEN 'new_paper' ELSE 'new_trial' END AS change_code,
        moment.source,
        moment.record_id,
        NULL AS linked_id,
        NULL AS old_text,
        NULL AS new_text,
        nullif(first_fact.detail_text, '') AS detail_text,
        moment.is_first_harvest
    FROM moment
    LEFT JOIN first_fact
        ON first_fact.source = moment.source
        AND first_fact.record_id = moment.record_id
        AND first_fact.version = moment.version
    WHERE moment.is_first_version
),
difference AS (
    SELECT
        moment.valid_from AS changed_at,
        trial_change.change_code,
        moment.source,
        moment.record_id,
        NULL AS linked_id,
        trial_change.old_text,
        trial_change.new_text,
        trial_change.detail_text,
        FALSE AS is_first_harvest
    FROM concept.trial_change
    INNER JOIN moment
        ON moment.source = 'clinicaltrials_gov'
        AND moment.record_id = trial_change.nct_id
        AND moment.version = trial_change.version
    UNION ALL
    SELECT
        moment.valid_from AS changed_at,
        publication_change.change_code,
        moment.source,
        moment.record_id,
        publication_change.notice_id AS linked_id,
        NULL AS old_text,
        publication_change.new_text,
        publication_change.detail_text,
        FALSE AS is_first_harvest
    FROM concept.publication_change
    INNER JOIN moment
        ON moment.source = 'pubmed'
        AND moment.record_id = publication_change.pmid
        AND moment.version = publication_change.version
),
listing AS (
    SELECT
        valid_from AS changed_at,
        CASE WHEN is_withdrawn THEN 'record_withdrawn' ELSE 'record_returned' END AS change_code,
        source,
        record_id,
        NULL AS linked_id,
        NULL AS old_text,
        NULL AS new_text,
        CASE WHEN NOT is_withdrawn THEN 'not listed from ' || strftime(valid_from_before, '%Y-%m-%d') END AS detail_text,
        FALSE AS is_first_harvest
    FROM moment
    WHERE is_withdrawn IS DISTINCT FROM coalesce(was_withdrawn, FALSE)
),
tied AS (
    SELECT
        tie_version.nct_id,
        tie_version.pmid,
        tie_version.method,
        moment.valid_from,
        moment.is_first_harvest
    FROM study.tie_version
    INNER JOIN moment
        ON moment.source = tie_version.source
        AND moment.record_id = tie_version.record_id
        AND moment.version = tie_version.version
    QUALIFY moment.valid_from = min(moment.valid_from) OVER (PARTITION BY tie_version.nct_id, tie_version.pmid)
),
pair AS (
    SELECT
        tied.nct_id,
        tied.pmid,
        tied.valid_from,
        string_agg(tie_method.method_name, '; ' ORDER BY tie_method.sort_order) AS detail_text,
        bool_and(tied.is_first_harvest) AS is_first_harvest
    FROM tied
    INNER JOIN vocab.tie_method ON tie_method.method = tied.method
    GROUP BY tied.nct_id, tied.pmid, tied.valid_from
),
paper AS (
    SELECT pmid, title
    FROM core.publication_version
    QUALIFY row_number() OVER (PARTITION BY pmid ORDER BY version DESC) = 1
),
link AS (
    SELECT
        pair.valid_from AS changed_at,
        'paper_linked' AS change_code,
        'clinicaltrials_gov' AS source,
        pair.nct_id AS record_id,
        pair.pmid AS linked_id,
        NULL AS old_text,
        'PMID ' || pair.pmid || coalesce(': ' || paper.title, '') AS new_text,
        pair.detail_text,
        pair.is_first_harvest
    FROM pair
    LEFT JOIN paper ON paper.pmid = pair.pmid
),
estimate_event AS (
    SELECT
        unnest([
            CASE WHEN is_direction_changed THEN 'estimate_direction_changed' END,
            CASE WHEN is_crossing_changed THEN 'estimate_crossing_changed' END,
            CASE WHEN is_imprecision_changed THEN 'estimate_imprecision_changed' END,
            CASE WHEN is_pooled AND NOT was_pooled AND event IS DISTINCT FROM 'first' THEN 'estimate_appeared' END,
            CASE WHEN was_pooled AND NOT is_pooled THEN 'estimate_vanished' END
        ]) AS change_code,
        *
    FROM synth.estimate_history
    WHERE is_default
),
estimate_told AS (
    SELECT
        estimate_build.known_until AS changed_at,
        estimate_event.change_code,
        'synthesis' AS source,
        estimate_event.estimate_id AS record_id,
        estimate_event.input_digest AS linked_id,
        estimate_event.organ_code AS organ_codes,
        concat_ws(', ', organ.organ_name || ': ' || lower(outcome.outcome_name), stratum_phrase.treatment, lower(effect_measure.measure_name), design_class.phrase) AS title,
        CASE estimate_event.change_code
            WHEN 'estimate_imprecision_changed' THEN estimate_event.imprecision_before::VARCHAR
            ELSE estimate_event.answer_before_text
        END AS old_text,
        CASE estimate_event.change_code
            WHEN 'estimate_imprecision_changed' THEN estimate_event.imprecision_level::VARCHAR
            ELSE coalesce(estimate_event.answer_text, 'no estimate')
        END AS new_text,
        estimate_event.moved_by_text AS detail_text,
        FALSE AS is_first_harvest
    FROM estimate_event
    INNER JOIN ops.estimate_build ON estimate_build.sequence = estimate_event.sequence
    LEFT JOIN vocab.organ ON organ.organ_code = estimate_event.organ_code
    LEFT JOIN vocab.outcome ON outcome.outcome_code = estimate_event.outcome_code
    LEFT JOIN vocab.effect_measure ON effect_measure.measure = estimate_event.measure
    LEFT JOIN vocab.stratum_phrase ON stratum_phrase.stratum = estimate_event.stratum
    LEFT JOIN vocab.design_class ON design_class.design_class = estimate_event.design_class
    WHERE estimate_event.change_code IS NOT NULL
),
event AS (
    SELECT changed_at, change_code, source, record_id, linked_id, old_text, new_text, detail_text, is_first_harvest FROM arrival
    UNION ALL
    SELECT changed_at, change_code, source, record_id, linked_id, old_text, new_text, detail_text, is_first_harvest FROM difference
    UNION ALL
    SELECT changed_at, change_code, source, record_id, linked_id, old_text, new_text, detail_text, is_first_harvest FROM listing
    UNION ALL
    SELECT changed_at, change_code, source, record_id, linked_id, old_text, new_text, detail_text, is_first_harvest FROM link
),
told AS (
    SELECT
        event.changed_at,
        event.change_code,
        event.source,
        event.record_id,
        event.linked_id,
        watched_record.organ_codes,
        watched_record.title,
        event.old_text,
        event.new_text,
        nullif(concat_ws(
            '; ',
            event.detail_text,
            CASE WHEN watched_record.is_organ_from_title THEN 'organ read from the last title we hold' END
        ), '') AS detail_text,
        watched_record.record_url,
        event.is_first_harvest
    FROM event
    INNER JOIN study.watched_record ON watched_record.source = event.source AND watched_record.record_id = event.record_id
    UNION ALL
    SELECT
        changed_at, change_code, source, record_id, linked_id, organ_codes, title, old_text, new_text, detail_text,
        NULL AS record_url, is_first_harvest
    FROM estimate_told
)
SELECT
    told.changed_at,
    told.change_code,
    told.source,
    told.record_id,
    told.linked_id,
    told.organ_codes,
    told.title,
    told.old_text,
    told.new_text,
    told.detail_text,
    told.record_url,
    told.is_first_harvest
FROM told
LEFT JOIN vocab.change ON change.change_code = told.change_code
ORDER BY told.changed_at, change.sort_order, told.source, told.record_id, told.linked_id
