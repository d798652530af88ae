-- title: rules and people agree on what is in scope
-- question: Which records that people entered as part of a study do the rules put out of scope?
-- grain: one row per record
-- missing: records that we do not hold are no fault
-- reference: curated.study_record, concept.trial_scope, concept.publication_scope
SELECT study_record.study_id, study_record.source, study_record.record_id, trial_scope.reason_code
FROM study.study_record
INNER JOIN concept.trial_scope ON trial_scope.nct_id = study_record.nct_id
WHERE study_record.method = 'curated' AND NOT trial_scope.is_in_scope
UNION ALL
SELECT study_record.study_id, study_record.source, study_record.record_id, publication_scope.reason_code
FROM study.study_record
INNER JOIN concept.publication_scope ON publication_scope.pmid = study_record.pmid
WHERE study_record.method = 'curated' AND NOT publication_scope.is_on_subject
