-- title: What each study brings to a pooled estimate
-- question: For each organ and outcome: which numbers of which study could be pooled, under which design, and what keeps them apart?
-- grain: one row per stratum, organ, outcome and study that reports the outcome for people given MSC
-- missing: the control and compared columns are NULL where no control group is reported at the same time and by the same definition
--   (control_note); a subgroup column is NULL where nobody has read it; mixed: several within the study; timepoint_months NULL: not stated
-- reference: evidence.counted_outcome, evidence.compared_outcome and synth.measured_arm; design after vocab.design_class; synth.study_feature
-- care: n_events_msc and n_at_risk_msc stand at the MSC side's own last time (timepoint_months), for what is told of people given MSC alone;
-- care: n_events_msc_compared and n_at_risk_msc_compared stand at the last time at which both sides are counted (compared_months), as do the controls.
-- care: time_remark says where these times differ. n_msc_in_study is how many got MSC in the study, where that is known.
-- care: first_year is the year of the first report (numbers like those of an ISSN or of pages are no years), else of the posted results.
-- care: arms of one side are summed inside the study, so that a shared control group stands once.
-- care: exclusion_reason says why the row enters no pool; shares_people_with names studies with which it must not stand in one pool.
WITH counts AS (
    SELECT * EXCLUDE (compared_months) REPLACE (compared_months AS timepoint_months), TRUE AS is_compared
    FROM evidence.compared_outcome
    UNION ALL BY NAME
    SELECT *, FALSE AS is_compared
    FROM evidence.counted_outcome
),
side AS (
    SELECT
        counts.is_compared,
        counts.stratum,
        counts.organ_code,
        counts.outcome_code,
        counts.study_id,
        counts.arm_role,
        count(*)::BIGINT AS n_arms,
        sum(counts.n_events)::BIGINT AS n_events,
        sum(counts.n_at_risk)::BIGINT AS n_at_risk,
        max(counts.timepoint_months) AS timepoint_months,
        string_agg(DISTINCT counts.outcome_definition, '; ' ORDER BY counts.outcome_definition) AS outcome_definition,
        string_agg(DISTINCT counts.count_basis, ';' ORDER BY counts.count_basis) AS count_bases,
        string_agg(DISTINCT counts.source || ' ' || counts.record_id, ';' ORDER BY counts.source || ' ' || counts.record_id) AS record_ids,
        max(certainty.sort_order) AS certainty_order,
        bool_and(counts.record_role = 'case_report') AS is_case_report
    FROM counts
    INNER JOIN vocab.certainty ON certainty.certainty = counts.certainty
    GROUP BY counts.is_compared, counts.stratum, counts.organ_code, counts.outcome_code, counts.study_id, counts.arm_role
),
counted AS (
    SELECT
        msc.stratum,
        msc.organ_code,
        msc.outcome_code,
        msc.study_id,
        msc.n_arms AS n_arms_msc,
        control.n_arms AS n_arms_control,
        msc.n_events AS n_events_msc,
        msc.n_at_risk AS n_at_risk_msc,
        compared.n_events AS n_events_msc_compared,
        compared.n_at_risk AS n_at_risk_msc_compared,
        control.n_events AS n_events_control,
        control.n_at_risk AS n_at_risk_control,
        CAST(NULL AS DOUBLE) AS mean_msc,
        CAST(NULL AS DOUBLE) AS sd_msc,
        CAST(NULL AS DOUBLE) AS mean_control,
        CAST(NULL AS DOUBLE) AS sd_control,
        CAST(NULL AS VARCHAR) AS unit,
        msc.timepoint_months,
        last_control.timepoint_months AS last_control_months,
        compared.timepoint_months AS compared_months,
        msc.outcome_definition,
        compared.outcome_definition AS compared_definition,
        control.outcome_definition AS control_definition,
        concat_ws(';', msc.count_bases, compared.count_bases, control.count_bases) AS count_bases,
        concat_ws(';', msc.record_ids, compared.record_ids, control.record_ids) AS record_ids,
        msc.certainty_order,
        greatest(compared.certainty_order, control.certainty_order) AS compared_certainty_order,
        msc.is_case_report,
        last_control.study_id IS NOT NULL OR control.study_id IS NOT NULL AS has_control,
        control.study_id IS NOT NULL AS has_common_time
    FROM side AS msc
    LEFT JOIN side AS last_control
        ON NOT last_control.is_compared
        AND last_control.arm_role = 'control'
        AND last_control.stratum = msc.stratum
        AND last_control.organ_code = msc.organ_code
        AND last_control.outcome_code = msc.outcome_code
        AND last_control.study_id = msc.study_id
    LEFT JOIN side AS compared
        ON compared.is_compared
        AND compared.arm_role = 'msc'
        AND compared.stratum = msc.stratum
        AND compared.organ_code = msc.organ_code
        AND compared.outcome_code = msc.outcome_code
        AND compared.study_id = msc.study_id
    LEFT JOIN side AS control
        ON control.is_compared
        AND control.arm_role = 'control'
        AND control.stratum = msc.stratum
        AND control.organ_code = msc.organ_code
        AND control.outcome_code = msc.outcome_code
        AND control.study_id = msc.study_id
    WHERE NOT msc.is_compared AND msc.arm_role = 'msc'
),
measured AS (
    SELECT
        msc.stratum,
        msc.organ_code,
        msc.outcome_code,
        msc.study_id,
        msc.n_arms AS n_arms_msc,
        control.n_arms AS n_arms_control,
        CAST(NULL AS BIGINT) AS n_events_msc,
        msc.n AS n_at_risk_msc,
        CAST(NULL AS BIGINT) AS n_events_msc_compared,
        CASE WHEN control.study_id IS NOT NULL THEN msc.n END AS n_at_risk_msc_compared,
        CAST(NULL AS BIGINT) AS n_events_control,
        control.n AS n_at_risk_control,
        msc.mean AS mean_msc,
        msc.sd AS sd_msc,
        control.mean AS mean_control,
        control.sd AS sd_control,
        msc.unit,
        msc.timepoint_months,
        control.timepoint_months AS last_control_months,
        control.timepoint_months AS compared_months,
        msc.outcome_definition,
        msc.outcome_definition AS compared_definition,
        control.outcome_definition AS control_definition,
        concat_ws(';', msc.count_bases, control.count_bases) AS count_bases,
        concat_ws(';', msc.record_ids, control.record_ids) AS record_ids,
        msc.certainty_order,
        greatest(msc.certainty_order, control.certainty_order) AS compared_certainty_order,
        FALSE AS is_case_report,
        control.study_id IS NOT NULL AS has_control,
        control.study_id IS NOT NULL AS has_common_time
    FROM synth.measured_arm AS msc
    LEFT JOIN synth.measured_arm AS control
        ON control.arm_role = 'control'
        AND control.stratum = msc.stratum
        AND control.organ_code = msc.organ_code
        AND control.outcome_code = msc.outcome_code
        AND control.study_id = msc.study_id
        AND control.timepoint_months = msc.timepoint_months
        AND control.unit IS NOT DISTINCT FROM msc.unit
    WHERE msc.arm_role = 'msc'
    QUALIFY row_number() OVER (
        PARTITION BY msc.stratum, msc.organ_code, msc.outcome_code, msc.study_id
        ORDER BY control.study_id IS NULL, msc.timepoint_months DESC, msc.unit NULLS LAST
    ) = 1
),
brought AS (
    SELECT
        *,
        CASE
            WHEN NOT has_control THEN 'no control group is reported for this outcome'
            WHEN NOT has_common_time
                THEN 'the control group is reported at another time (MSC ' || coalesce('at ' || printf('%g', round(timepoint_months, 1)) || ' months', 'at a time not stated')
                    || ', controls ' || coalesce('at ' || printf('%g', round(last_control_months, 1)) || ' months', 'at a time not stated') || ')'
            WHEN n_events_control > n_at_risk_control THEN 'the control group has more people with the event than people'
            WHEN n_events_msc_compared > n_at_risk_msc_compared THEN 'more people with the event than people'
            WHEN control_definition IS DISTINCT FROM compared_definition THEN 'the control group is reported by another definition'
        END AS control_note,
        has_common_time AND (
            (timepoint_months IS NULL) IS DISTINCT FROM (last_control_months IS NULL)
            OR coalesce(abs(timepoint_months - last_control_months) > greatest(0.25, 0.05 * abs(timepoint_months)), FALSE)
            OR coalesce(abs(timepoint_months - compared_months) > greatest(0.25, 0.05 * abs(timepoint_months)), FALSE)
        ) AS has_other_last_time
    FROM (SELECT * FROM counted UNION ALL BY NAME SELECT * FROM measured)
),
allotted AS (
    SELECT study_record.study_id, first(design_class.design_class ORDER BY design_class.sort_order) AS design_class
    FROM study.study_record
    INNER JOIN core.trial AS trial ON trial.nct_id = study_record.nct_id
    INNER JOIN vocab.design_class ON list_contains(string_split(design_class.allocations, ';'), trial.allocation)
    WHERE study_record.record_role = 'registration'
    GROUP BY study_record.study_id
    HAVING count(DISTINCT trial.allocation) = 1
),
designed AS (
    SELECT study.study_id, coalesce(read_class.design_class, allotted.design_class, 'unknown_design') AS design_class, study.shares_patients_with, study.citation, study.n_msc
    FROM study.study
    LEFT JOIN vocab.design_class AS read_class ON list_contains(string_split(read_class.designs, ';'), study.design)
    LEFT JOIN allotted ON allotted.study_id = study.study_id
),
sharing AS (
    SELECT study_id, trim(unnest(string_split(shares_patients_with, ';'))) AS other_study_id FROM designed WHERE shares_patients_with IS NOT NULL
),
shared_people AS (
    SELECT study_id, other_study_id FROM sharing
    UNION
    SELECT other_study_id AS study_id, study_id AS other_study_id FROM sharing
),
overlapping AS (
    SELECT
        brought.stratum,
        brought.organ_code,
        brought.outcome_code,
        brought.study_id,
        string_agg(DISTINCT other.study_id, ';' ORDER BY other.study_id) AS shares_people_with
    FROM brought
    INNER JOIN shared_people ON shared_people.study_id = brought.study_id
    INNER JOIN brought AS other
        ON other.study_id = shared_people.other_study_id
        AND other.stratum = brought.stratum
        AND other.organ_code = brought.organ_code
        AND other.outcome_code = brought.outcome_code
    GROUP BY brought.stratum, brought.organ_code, brought.outcome_code, brought.study_id
),
dated AS (
    SELECT
        study_record.study_id,
        min(coalesce(publication.pub_year, TRY_CAST(regexp_extract(regexp_replace(study_record.citation, '\d{4}-\d{3}[\dxX]', '', 'g'), '\b(?:19|20)\d\d\b') AS INTEGER))) AS report_year,
        min(year(trial.results_first_post_date)) AS results_year
    FROM study.study_record
    INNER JOIN vocab.record_role ON record_role.record_role = study_record.record_role
    LEFT JOIN core.publication ON publication.pmid = study_record.pmid AND record_role.is_report
    LEFT JOIN core.trial AS trial ON trial.nct_id = study_record.nct_id
    WHERE record_role.is_report OR trial.results_first_post_date IS NOT NULL
    GROUP BY study_record.study_id
),
feature AS (
    SELECT
        study_id,
        max(subgroup_value) FILTER (WHERE subgroup_by = 'cell_origin') AS cell_origin,
        max(subgroup_value) FILTER (WHERE subgroup_by = 'cell_source') AS cell_source,
        max(subgroup_value) FILTER (WHERE subgroup_by = 'timing') AS timing,
        max(subgroup_value) FILTER (WHERE subgroup_by = 'dose_band') AS dose_band,
        max(subgroup_value) FILTER (WHERE subgroup_by = 'cni_regimen') AS cni_regimen,
        max(subgroup_value) FILTER (WHERE subgroup_by = 'induction_role') AS induction_role
    FROM synth.study_feature
    GROUP BY study_id
)
SELECT
    brought.stratum,
    brought.organ_code,
    brought.outcome_code,
    brought.study_id,
    CASE WHEN brought.is_case_report THEN 'case_report' ELSE designed.design_class END AS design_class,
    outcome.kind AS outcome_kind,
    brought.n_arms_msc,
    CASE WHEN brought.control_note IS NULL THEN brought.n_arms_control END AS n_arms_control,
    brought.n_events_msc,
    brought.n_at_risk_msc,
    CASE WHEN brought.control_note IS NULL THEN brought.n_events_msc_compared END AS n_events_msc_compared,
    CASE WHEN brought.control_note IS NULL THEN brought.n_at_risk_msc_compared END AS n_at_risk_msc_compared,
    CASE WHEN brought.control_note IS NULL THEN brought.n_events_control END AS n_events_control,
    CASE WHEN brought.control_note IS NULL THEN brought.n_at_risk_control END AS n_at_risk_control,
    brought.mean_msc,
    brought.sd_msc,
    CASE WHEN brought.control_note IS NULL THEN brought.mean_control END AS mean_control,
    CASE WHEN brought.control_note IS NULL THEN brought.sd_control END AS sd_control,
    brought.unit,
    brought.timepoint_months,
    CASE WHEN brought.control_note IS NULL THEN brought.compared_months END AS compared_months,
    brought.outcome_definition,
    CASE WHEN brought.control_note IS NULL THEN brought.compared_definition END AS compared_definition,
    certainty.certainty,
    CASE WHEN brought.control_note IS NULL THEN compared_certainty.certainty END AS compared_certainty,
    array_to_string(list_sort(list_distinct(string_split(brought.count_bases, ';'))), ';') AS count_bases,
    array_to_string(list_sort(list_distinct(string_split(brought.record_ids, ';'))), ';') AS record_ids,
    coalesce(dated.report_year, dated.results_year, TRY_CAST(regexp_extract(regexp_replace(designed.citation, '\d{4}-\d{3}[\dxX]', '', 'g'), '\b(?:19|20)\d\d\b') AS INTEGER))::INTEGER AS first_year,
    brought.control_note,
    CASE WHEN brought.control_note IS NULL AND brought.has_other_last_time
        THEN 'compared at ' || coalesce(printf('%g', round(brought.compared_months, 1)) || ' months', 'a time not stated')
            || ', the last time counted on both sides (MSC are last counted ' || coalesce('at ' || printf('%g', round(brought.timepoint_months, 1)) || ' months', 'at a time not stated')
            || ', controls ' || coalesce('at ' || printf('%g', round(brought.last_control_months, 1)) || ' months', 'at a time not stated') || ')'
    END AS time_remark,
    designed.n_msc AS n_msc_in_study,
    overlapping.shares_people_with,
    CASE
        WHEN brought.n_events_msc > brought.n_at_risk_msc THEN 'more people with the event than people'
        WHEN brought.is_case_report OR design_class.is_case THEN 'a case report: people described one by one are never pooled'
    END AS exclusion_reason,
    feature.cell_origin,
    feature.cell_source,
    feature.timing,
    feature.dose_band,
    feature.cni_regimen,
    feature.induction_role
FROM brought
INNER JOIN designed ON designed.study_id = brought.study_id
INNER JOIN vocab.design_class ON design_class.design_class = designed.design_class
INNER JOIN vocab.outcome ON outcome.outcome_code = brought.outcome_code
INNER JOIN vocab.certainty ON certainty.sort_order = brought.certainty_order
LEFT JOIN vocab.certainty AS compared_certainty ON compared_certainty.sort_order = brought.compared_certainty_order
LEFT JOIN overlapping
    ON overlapping.stratum = brought.stratum
    AND overlapping.organ_code = brought.organ_code
    AND overlapping.outcome_code = brought.outcome_code
    AND overlapping.study_id = brought.study_id
LEFT JOIN dated ON dated.study_id = brought.study_id
LEFT JOIN feature ON feature.study_id = brought.study_id
