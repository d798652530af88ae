-- title: What the rules read from each abstract
-- question: Which people, arms and numbers does the abstract of each report tell of, and which sentences could not be read?
-- grain: one row per paper and thing read; kind is total, arm, value or unread
-- missing: papers without an abstract have no row; a cell is NULL where the abstract does not say
-- reference: read by msc_harvest.evidence.read_abstract; words in vocab.evidence_word and vocab.evidence_outcome_word
-- care: reports, follow-ups, substudies and case reports of a study only: plans, meta-analyses and notices tell of nobody of their own.
-- care: spans are characters of core.publication_abstract.abstract_text from 0, the end not included. The first row carries the words.
-- compute: read_abstracts
WITH report AS (
    SELECT DISTINCT publication_abstract.pmid, publication_abstract.abstract_text
    FROM study.study_record
    INNER JOIN vocab.record_role ON record_role.record_role = study_record.record_role AND record_role.is_report
    INNER JOIN core.publication_abstract ON publication_abstract.pmid = study_record.pmid
    WHERE publication_abstract.abstract_text IS NOT NULL
),
numbered AS (
    SELECT pmid, abstract_text, row_number() OVER (ORDER BY pmid) AS place
    FROM report
),
evidence_word AS (
    SELECT list({'kind': kind, 'pattern': pattern} ORDER BY kind, pattern) AS words
    FROM vocab.evidence_word
),
outcome_word AS (
    SELECT list({'outcome_code': outcome_code, 'kind': kind, 'pattern': pattern} ORDER BY outcome_code, kind, pattern) AS words
    FROM vocab.evidence_outcome_word
)
SELECT
    numbered.pmid,
    numbered.abstract_text,
    CASE WHEN numbered.place = 1 THEN evidence_word.words END AS evidence_words,
    CASE WHEN numbered.place = 1 THEN outcome_word.words END AS outcome_words
FROM numbered
CROSS JOIN evidence_word
CROSS JOIN outcome_word
ORDER BY numbered.place
