-- title: Design of a trial
-- question: Are people allotted by chance, compared in another way, or do all get the cells?
-- grain: one row per trial on the subject
-- missing: a trial that names no comparison is single_arm, unless it is allotted by chance
-- reference: vocab.study_design; allocation as in the register, comparisons in concept.trial_comparator
-- care: the register's allocation decides on chance; only where it is silent do titles (words for randomised).
-- care: apart from publication_design: the register states the allocation; publication types and words tell that of a paper.
WITH record AS (
    SELECT trial.nct_id, trial.allocation
    FROM core.trial AS trial
    INNER JOIN concept.trial_scope ON trial_scope.nct_id = trial.nct_id AND (trial_scope.is_in_scope OR trial_scope.is_borderline)
),
compared AS (
    SELECT
        trial_comparator.nct_id,
        bool_or(trial_comparator.comparator_code = 'historical_control') AS is_historical,
        bool_or(comparator.is_control) AS has_control
    FROM concept.trial_comparator
    INNER JOIN vocab.comparator ON comparator.comparator_code = trial_comparator.comparator_code
    GROUP BY trial_comparator.nct_id
),
titled AS (
    SELECT
        record_id AS nct_id,
        first(matched_text ORDER BY field_order, span_start) AS matched_text,
        first(field ORDER BY field_order, span_start) AS matched_field,
        first(span_start ORDER BY field_order, span_start) AS span_start,
        first(span_end ORDER BY field_order, span_start) AS span_end
    FROM concept.mention
    WHERE source = 'clinicaltrials_gov' AND concept_name = 'design' AND code = 'randomised' AND field IN ('brief_title', 'official_title')
    GROUP BY record_id
)
SELECT
    record.nct_id,
    CASE
        WHEN record.allocation = 'RANDOMIZED' OR record.allocation IS NULL AND titled.nct_id IS NOT NULL THEN 'randomised'
        WHEN coalesce(compared.is_historical, FALSE) THEN 'historical_control'
        WHEN coalesce(compared.has_control, FALSE) THEN 'controlled_nonrandomised'
        ELSE 'single_arm'
    END AS design,
    CASE WHEN record.allocation IS NULL THEN titled.matched_text END AS matched_text,
    CASE WHEN record.allocation IS NULL THEN titled.matched_field END AS matched_field,
    CASE WHEN record.allocation IS NULL THEN titled.span_start END AS span_start,
    CASE WHEN record.allocation IS NULL THEN titled.span_end END AS span_end,
    CASE
        WHEN record.allocation = 'RANDOMIZED' THEN 'allocation_of_register'
        WHEN record.allocation IS NULL AND titled.nct_id IS NOT NULL THEN 'words_in_title'
        ELSE 'comparison_named_or_not'
    END AS rule_id,
    CASE WHEN record.allocation = 'RANDOMIZED' THEN 'high' ELSE 'medium' END AS certainty
FROM record
LEFT JOIN compared ON compared.nct_id = record.nct_id
LEFT JOIN titled ON titled.nct_id = record.nct_id
