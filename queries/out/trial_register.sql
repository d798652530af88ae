-- title: Register of trials
-- question: Which registered trials give MSC to recipients of a kidney, liver, heart, lung or small bowel?
-- grain: one row per trial in scope
-- missing: enrolment, dates and phase are NULL where the register gives none; organ_codes is NULL where no organ is named
-- reference: ClinicalTrials.gov; scope after concept.trial_scope
-- care: linked_pmids are papers tied by databank accession (also of other registers), by a result or derived reference, or by naming the trial in their abstract.
WITH organ AS (
    SELECT
        trial_organ.nct_id,
        string_agg(trial_organ.organ_code, ';' ORDER BY organ.sort_order) AS organ_codes,
        min(organ.sort_order) AS organ_order
    FROM concept.trial_organ
    INNER JOIN vocab.organ ON organ.organ_code = trial_organ.organ_code
    GROUP BY trial_organ.nct_id
),
cell_source AS (
    SELECT trial_cell_source.nct_id, string_agg(trial_cell_source.cell_source_code, ';' ORDER BY cell_source.sort_order) AS cell_source_codes
    FROM concept.trial_cell_source
    INNER JOIN vocab.cell_source ON cell_source.cell_source_code = trial_cell_source.cell_source_code
    GROUP BY trial_cell_source.nct_id
),
country AS (
    SELECT nct_id, string_agg(DISTINCT country, ';' ORDER BY country) AS countries
    FROM core.trial_location
    GROUP BY nct_id
),
paper AS (
    SELECT nct_id, string_agg(DISTINCT pmid, ';' ORDER BY pmid) AS linked_pmids
    FROM study.trial_publication
    WHERE method IN ('databank_accession', 'reference_result', 'reference_derived', 'named_in_abstract', 'other_number_in_databank', 'other_number_in_abstract')
    GROUP BY nct_id
),
study_of_trial AS (
    SELECT nct_id, string_agg(DISTINCT study_id, ';' ORDER BY study_id) AS study_ids
    FROM study.study_record
    WHERE nct_id IS NOT NULL
    GROUP BY nct_id
)
SELECT
    trial.nct_id,
    trial.brief_title,
    trial.acronym,
    organ.organ_codes,
    cell_source.cell_source_codes,
    trial.overall_status,
    trial_status.status_group,
    coalesce(phase.phase_name, array_to_string(trial.phases, ';')) AS phase_name,
    trial.study_type,
    trial.allocation,
    trial.enrollment_count,
    trial.enrollment_type,
    trial.start_date,
    trial.start_date_text,
    trial.start_date_precision,
    trial.completion_date,
    trial.completion_date_text,
    trial.completion_date_precision,
    trial.lead_sponsor_name,
    country.countries,
    coalesce(trial.has_results, FALSE) AS has_results,
    paper.linked_pmids,
    study_of_trial.study_ids,
    trial_scope.stratum,
    trial_scope.rule_id AS scope_rule_id,
    trial_scope.matched_text AS scope_matched_text,
    trial_scope.certainty AS scope_certainty,
    'https://clinicaltrials.gov/study/' || trial.nct_id AS record_url
FROM concept.trial_scope
INNER JOIN core.trial AS trial ON trial.nct_id = trial_scope.nct_id
LEFT JOIN organ ON organ.nct_id = trial.nct_id
LEFT JOIN cell_source ON cell_source.nct_id = trial.nct_id
LEFT JOIN country ON country.nct_id = trial.nct_id
LEFT JOIN paper ON paper.nct_id = trial.nct_id
LEFT JOIN study_of_trial ON study_of_trial.nct_id = trial.nct_id
LEFT JOIN vocab.trial_status ON trial_status.overall_status = trial.overall_status
LEFT JOIN vocab.phase ON phase.phase_code = coalesce(nullif(array_to_string(trial.phases, ';'), ''), 'none')
WHERE trial_scope.is_in_scope
ORDER BY organ.organ_order NULLS LAST, trial.nct_id
