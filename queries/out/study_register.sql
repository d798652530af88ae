-- title: Register of studies
-- question: Which studies are there, which records tell of each, and how were they tied together?
-- grain: one row per study
-- missing: n_msc and n_control are NULL where nobody has read them; organ_codes is NULL where no organ is named
-- reference: study.study, study.study_record
WITH record AS (
    SELECT
        study_id,
        string_agg(record_role || ': ' || source || ' ' || record_id || ' (' || method || ')', '; '
            ORDER BY record_role, source, record_id) AS records,
        string_agg(DISTINCT nct_id, ';' ORDER BY nct_id) AS nct_ids,
        string_agg(DISTINCT pmid, ';' ORDER BY pmid) AS pmids
    FROM study.study_record
    GROUP BY study_id
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
    study.citation,
    study.note
FROM study.study
LEFT JOIN record ON record.study_id = study.study_id
ORDER BY study.organ_codes NULLS LAST, study.study_id
