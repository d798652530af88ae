-- title: every report in scope belongs to a study
-- question: Which papers in scope found no study, because their kind was guessed from words alone?
-- grain: one row per paper
-- missing: not applicable
-- reference: study.study_record
SELECT publication_scope.pmid, publication_scope.rule_id, publication_scope.certainty
FROM concept.publication_scope
ANTI JOIN study.study_record ON study_record.pmid = publication_scope.pmid
WHERE publication_scope.is_in_scope
