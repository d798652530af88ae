-- title: Register of studies
-- question: Which studies are there, which records tell of each, and how were they tied together?
-- grain: one row per study
-- missing: n_msc and n_control are NULL where nobody has read them; organ_codes is NULL where no organ is named;
--   shares_patients_with is NULL where no shared people are known; certainty is NULL for a study without records
-- reference: study.study, study.study_record
-- care: records tells of each record its role, what tied it and how sure that is; n_curated_records were tied by people,
-- care: n_found_records by rule; certainty is that of the least sure record.
WITH record AS (
    SELECT
        study_record.study_id,
        string_agg(
            study_record.record_role || ': ' || study_record.source || ' ' || study_record.record_id
            || CASE WHEN study_record.source IN ('doi', 'citation') THEN coalesce(' = pubmed ' || study_record.pmid, '') ELSE '' END
            || ' (' || CASE WHEN study_record.method = 'curated' THEN 'curated' ELSE 'found: ' || study_record.method END
            || coalesce(', ' || study_record.certainty, '') || ')',
            '; '
            ORDER BY study_record.record_role, study_record.source, study_record.record_id
        ) AS records,
        count(*) FILTER (WHERE study_record.method = 'curated')::BIGINT AS n_curated_records,
        count(*) FILTER (WHERE study_record.method IS DISTINCT FROM 'curated')::BIGINT AS n_found_records,
        arg_max(study_record.certainty, certainty.sort_order) AS certainty,
        string_agg(DISTINCT study_record.nct_id, ';' ORDER BY study_record.nct_id) AS nct_ids,
        string_agg(DISTINCT study_record.pmid, ';' ORDER BY study_record.pmid) AS pmids
    FROM study.study_record
    LEFT JOIN vocab.certainty ON certainty.certainty = study_record.certainty
    GROUP BY study_record.study_id
)
SELECT
    study.study_id,
    study.study_name,
    study.organ_codes,
    study.stratum,
    study.design,
    study.n_msc,
    study.n_control,
    study.control_kind,
    study.cell_source,
    study.cell_origin,
    study.product,
    study.is_curated,
    study.is_registered,
    study.has_report,
    study.has_posted_results,
    study.n_records,
    record.nct_ids,
    record.pmids,
    record.records,
    coalesce(record.n_curated_records, 0) AS n_curated_records,
    coalesce(record.n_found_records, 0) AS n_found_records,
    record.certainty,
    study.shares_patients_with,
    study.citation,
    study.note
FROM study.study
LEFT JOIN record ON record.study_id = study.study_id
ORDER BY study.organ_codes NULLS LAST, study.study_id
