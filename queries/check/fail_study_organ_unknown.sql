-- title: every organ of a study is an organ of the vocabulary
-- question: Which studies name an organ that no code list has?
-- grain: one row per study and unknown organ
-- missing: a study without organ is no fault here
-- reference: vocab.organ
SELECT study_organ.study_id, study_organ.organ_code
FROM study.study_organ
ANTI JOIN vocab.organ ON organ.organ_code = study_organ.organ_code
