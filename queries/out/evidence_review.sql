-- title: Sentences that need a reader
-- question: Which sentences of abstracts look like an outcome and could not be read, or not surely enough to be counted?
-- grain: one row per study, paper and sentence or number
-- missing: what was read with enough certainty has no row
-- reference: evidence.abstract_reading (kind unread), evidence.arm_outcome (exclusion_reason)
-- care: spans are characters of core.publication_abstract.abstract_text from 0, the end not included; sentence is the whole sentence.
WITH report AS (
    SELECT DISTINCT study_record.study_id, study_record.pmid
    FROM study.study_record
    INNER JOIN vocab.record_role ON record_role.record_role = study_record.record_role AND record_role.is_report
    WHERE study_record.pmid IS NOT NULL
),
wanted AS (
    SELECT
        report.study_id,
        abstract_reading.pmid,
        CAST(NULL AS VARCHAR) AS outcome_code,
        abstract_reading.quote AS sentence,
        abstract_reading.span_start,
        abstract_reading.span_end,
        'not read: ' || abstract_reading.reason AS reason
    FROM evidence.abstract_reading
    INNER JOIN report ON report.pmid = abstract_reading.pmid
    WHERE abstract_reading.kind = 'unread'
    UNION ALL
    SELECT
        study_id,
        record_id AS pmid,
        outcome_code,
        quote AS sentence,
        span_start,
        span_end,
        exclusion_reason AS reason
    FROM evidence.arm_outcome
    WHERE evidence_kind = 'abstract' AND exclusion_reason IS NOT NULL
)
SELECT
    wanted.study_id,
    study.study_name,
    wanted.pmid,
    wanted.outcome_code,
    wanted.reason,
    wanted.sentence,
    wanted.span_start,
    wanted.span_end
FROM wanted
INNER JOIN study.study ON study.study_id = wanted.study_id
ORDER BY wanted.study_id, wanted.pmid, wanted.span_start, wanted.span_end, wanted.reason, wanted.outcome_code
