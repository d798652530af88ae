-- title: every record that people entered was found by the search
-- question: Which registrations and papers of known studies does the warehouse not hold?
-- grain: one row per record
-- missing: records of other registers and papers without PMID are left out
-- reference: curated.study_record
SELECT study_record.study_id, study_record.source, study_record.record_id
FROM study.study_record
LEFT JOIN core.trial AS trial ON trial.nct_id = study_record.nct_id
LEFT JOIN core.publication ON publication.pmid = study_record.pmid
WHERE study_record.method = 'curated'
    AND (
        (study_record.source = 'clinicaltrials_gov' AND trial.nct_id IS NULL)
        OR (study_record.source = 'pubmed' AND publication.pmid IS NULL)
    )
