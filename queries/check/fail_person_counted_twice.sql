-- title: nobody stands twice in the tables by organ
-- question: Where would the same people be counted more than once?
-- grain: one row per suspicion, with what is wrong
-- missing: values that are not counted are no fault
-- reference: study units of study.study_record; studies that share people in curated.study; evidence.counted_outcome,
--   of which out.safety_by_organ and the other tables by organ are sums
-- care: within a study: one row per arm, one time, one source, no case beside its study, no sum beside its parts (warn_counted_more_than_treated: size);
-- care: between studies: no common report, no paper repeated by another (study.publication_chain), no shared people, no common value.
WITH same_value_twice AS (
    SELECT
        study_id,
        organ_code,
        outcome_code,
        arm_role,
        'the same arm is read twice for the same time: ' || arm_label AS fault
    FROM evidence.arm_outcome
    WHERE n_events IS NOT NULL AND exclusion_reason IS NULL AND coalesce(evidence_kind, 'curated') = 'curated'
    GROUP BY study_id, organ_code, outcome_code, arm_role, arm_label, timepoint_months, coalesce(timepoint_text, ''), curated_line IS NULL
    HAVING count(*) > 1
),
one_arm_twice AS (
    SELECT
        counted_outcome.study_id,
        counted_outcome.organ_code,
        counted_outcome.outcome_code,
        counted_outcome.arm_role,
        'two counts of one arm stand beside each other: ' || coalesce(arm_outcome.study_arm_label, arm_outcome.arm_label) AS fault
    FROM evidence.counted_outcome
    INNER JOIN evidence.arm_outcome ON arm_outcome.value_id = counted_outcome.value_id
    GROUP BY
        counted_outcome.study_id, counted_outcome.organ_code, counted_outcome.outcome_code, counted_outcome.arm_role,
        coalesce(arm_outcome.study_arm_label, arm_outcome.arm_label)
    HAVING count(*) > 1
),
two_sources AS (
    SELECT
        study_id,
        organ_code,
        outcome_code,
        arm_role,
        'counts of several kinds of evidence, or of several records read by rule, stand beside each other' AS fault
    FROM evidence.counted_outcome
    GROUP BY study_id, organ_code, outcome_code, arm_role
    HAVING count(DISTINCT CASE coalesce(evidence_kind, 'curated') WHEN 'curated' THEN 'curated' ELSE evidence_kind || ' ' || source || ' ' || record_id END) > 1
),
arms_of_one_record_merged AS (
    SELECT
        study_id,
        organ_code,
        CAST(NULL AS VARCHAR) AS outcome_code,
        arm_role,
        'two arms of one record stand for one arm of the study: ' || record_key || ' ' || study_arm_label AS fault
    FROM evidence.arm_match
    WHERE record_key IS DISTINCT FROM 'curated' AND study_arm_label IS NOT NULL
    GROUP BY study_id, organ_code, arm_role, record_key, study_arm_label
    HAVING count(DISTINCT n_people) > 1
),
case_beside_its_study AS (
    SELECT
        counted_outcome.study_id,
        counted_outcome.organ_code,
        counted_outcome.outcome_code,
        counted_outcome.arm_role,
        'a case report is counted beside the study it belongs to' AS fault
    FROM evidence.counted_outcome
    INNER JOIN study.study_record
        ON study_record.study_id = counted_outcome.study_id
        AND study_record.record_role IN ('report', 'follow_up', 'substudy')
    WHERE counted_outcome.record_role = 'case_report'
),
two_times AS (
    SELECT
        study_id,
        organ_code,
        outcome_code,
        arm_role,
        'arms are counted at different times: they may be the same people' AS fault
    FROM evidence.counted_outcome
    GROUP BY study_id, organ_code, outcome_code, arm_role
    HAVING count(DISTINCT coalesce(timepoint_months, -1)) > 1
),
pooled_beside_parts AS (
    SELECT
        whole.study_id,
        whole.organ_code,
        whole.outcome_code,
        whole.arm_role,
        'an arm is the sum of the others: a pooled arm beside its parts? ' || whole.arm_label AS fault
    FROM evidence.counted_outcome AS whole
    INNER JOIN evidence.counted_outcome AS part
        ON part.study_id = whole.study_id
        AND part.organ_code = whole.organ_code
        AND part.outcome_code = whole.outcome_code
        AND part.arm_role = whole.arm_role
        AND part.arm_label IS DISTINCT FROM whole.arm_label
    GROUP BY whole.study_id, whole.organ_code, whole.outcome_code, whole.arm_role, whole.arm_label, whole.n_events, whole.n_at_risk
    HAVING count(*) >= 2 AND sum(part.n_at_risk) = whole.n_at_risk AND sum(part.n_events) = whole.n_events
),
report_in_two_studies AS (
    SELECT
        min(study_record.study_id) || ' and ' || max(study_record.study_id) AS study_id,
        study_organ.organ_code,
        CAST(NULL AS VARCHAR) AS outcome_code,
        CAST(NULL AS VARCHAR) AS arm_role,
        'one report stands under two studies of the same organ: ' || study_record.source || ' ' || study_record.record_id AS fault
    FROM study.study_record
    INNER JOIN vocab.record_role ON record_role.record_role = study_record.record_role AND record_role.is_report
    INNER JOIN study.study_organ
        ON study_organ.study_id = study_record.study_id
        AND (study_record.organ_code IS NULL OR study_record.organ_code = study_organ.organ_code)
    GROUP BY study_record.source, study_record.record_id, study_organ.organ_code
    HAVING count(DISTINCT study_record.study_id) > 1
),
counted_by_organ AS (
    SELECT DISTINCT study_id, organ_code, outcome_code, arm_role
    FROM evidence.counted_outcome
),
sharing AS (
    SELECT study_id, trim(unnest(string_split(shares_patients_with, ';'))) AS other_study_id
    FROM study.study
),
sharing_pair AS (
    SELECT DISTINCT least(study_id, other_study_id) AS one_id, greatest(study_id, other_study_id) AS other_id
    FROM sharing
),
shared_people AS (
    SELECT
        sharing_pair.one_id || ' and ' || sharing_pair.other_id AS study_id,
        one.organ_code,
        one.outcome_code,
        one.arm_role,
        'two studies that share people are both counted' AS fault
    FROM sharing_pair
    INNER JOIN counted_by_organ AS one ON one.study_id = sharing_pair.one_id
    INNER JOIN counted_by_organ AS other
        ON other.study_id = sharing_pair.other_id
        AND other.organ_code = one.organ_code
        AND other.outcome_code = one.outcome_code
        AND other.arm_role = one.arm_role
),
unknown_partner AS (
    SELECT
        sharing.study_id,
        CAST(NULL AS VARCHAR) AS organ_code,
        CAST(NULL AS VARCHAR) AS outcome_code,
        CAST(NULL AS VARCHAR) AS arm_role,
        'it shares people with a study that is not there: ' || sharing.other_study_id AS fault
    FROM sharing
    ANTI JOIN study.study ON study.study_id = sharing.other_study_id
),
repeated_paper AS (
    SELECT
        least(earlier.study_id, later.study_id) || ' and ' || greatest(earlier.study_id, later.study_id) AS study_id,
        one.organ_code,
        one.outcome_code,
        one.arm_role,
        'papers that report the same people stand under two studies: pubmed ' || publication_chain.pmid
        || ' and ' || publication_chain.related_pmid AS fault
    FROM study.publication_chain
    INNER JOIN study.study_record AS earlier ON earlier.pmid = publication_chain.pmid
    INNER JOIN study.study_record AS later
        ON later.pmid = publication_chain.related_pmid AND later.study_id IS DISTINCT FROM earlier.study_id
    INNER JOIN counted_by_organ AS one ON one.study_id = earlier.study_id
    INNER JOIN counted_by_organ AS other
        ON other.study_id = later.study_id
        AND other.organ_code = one.organ_code
        AND other.outcome_code = one.outcome_code
        AND other.arm_role = one.arm_role
    WHERE publication_chain.tells_same_people
),
one_value_in_two_studies AS (
    SELECT
        min(study_id) || ' and ' || max(study_id) AS study_id,
        organ_code,
        outcome_code,
        arm_role,
        'one place is counted for two studies: ' || source || ' ' || record_id || ' ' || arm_label AS fault
    FROM evidence.counted_outcome
    WHERE source IS NOT NULL AND record_id IS NOT NULL
    GROUP BY source, record_id, organ_code, outcome_code, arm_role, arm_label
    HAVING count(DISTINCT study_id) > 1
)
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM same_value_twice
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM one_arm_twice
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM two_sources
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM arms_of_one_record_merged
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM case_beside_its_study
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM two_times
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM pooled_beside_parts
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM report_in_two_studies
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM shared_people
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM unknown_partner
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM repeated_paper
UNION
SELECT study_id, organ_code, outcome_code, arm_role, fault FROM one_value_in_two_studies
