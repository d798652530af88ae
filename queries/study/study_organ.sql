-- title: Organs of each study
-- question: Recipients of which grafts are in this study?
-- grain: one row per study and organ
-- missing: a study whose records name no grafted organ has no row
-- reference: curated.study for studies read by people, concept.trial_organ and concept.publication_organ for the others
WITH curated_organ AS (
    SELECT study_id, trim(unnest(string_split(organ_codes, ';'))) AS organ_code
    FROM curated.study
),
ruled_organ AS (
    SELECT study_record.study_id, trial_organ.organ_code
    FROM study.study_record
    INNER JOIN concept.trial_organ ON trial_organ.nct_id = study_record.nct_id
    UNION
    SELECT study_record.study_id, publication_organ.organ_code
    FROM study.study_record
    INNER JOIN concept.publication_organ ON publication_organ.pmid = study_record.pmid
)
SELECT study_id, organ_code FROM curated_organ
UNION
SELECT ruled_organ.study_id, ruled_organ.organ_code
FROM ruled_organ
ANTI JOIN curated.study ON study.study_id = ruled_organ.study_id
