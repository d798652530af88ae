-- title: every known record is found by the search of its source
-- question: Which records that any search must find did a search of their source not find?
-- grain: one row per study and record
-- missing: sources that were not searched are left out
-- reference: curated.known_studies, study.known_record
SELECT study_id, source, record_id, citation
FROM study.known_record
WHERE is_searched AND NOT is_found
