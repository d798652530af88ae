-- title: Where each figure comes from
-- question: Which values stand behind the tables by organ, and which words of which record say so?
-- grain: one row per value of evidence.arm_outcome that enters a table in out
-- missing: sha256, url and fetched_at are NULL where we do not hold the record itself: then citation and locator lead to it
-- reference: evidence.arm_outcome, raw.record_version
-- care: out_views names the tables in which the value stands; pooled_effect_by_organ alone: a count of a time at which both sides are
-- care: compared, while the sums by organ take a later one.
WITH shown AS (
    SELECT
        arm_outcome.*,
        study.stratum,
        outcome.outcome_name,
        outcome.domain,
        outcome.kind AS outcome_kind,
        outcome.sort_order AS outcome_order,
        counted_outcome.study_id IS NOT NULL AS is_counted
    FROM evidence.arm_outcome
    INNER JOIN vocab.outcome ON outcome.outcome_code = arm_outcome.outcome_code
    INNER JOIN study.study ON study.study_id = arm_outcome.study_id
    LEFT JOIN evidence.counted_outcome ON counted_outcome.value_id = arm_outcome.value_id
    LEFT JOIN evidence.compared_outcome ON compared_outcome.value_id = arm_outcome.value_id
    LEFT JOIN evidence.reconciled_outcome ON reconciled_outcome.value_id = arm_outcome.value_id
    WHERE counted_outcome.study_id IS NOT NULL
        OR compared_outcome.study_id IS NOT NULL
        OR (outcome.kind = 'continuous' AND reconciled_outcome.value IS NOT NULL)
)
SELECT
    CASE
        WHEN shown.outcome_kind = 'count' AND NOT shown.is_counted THEN 'pooled_effect_by_organ'
        WHEN shown.stratum = 'msc_with_hsc' THEN 'msc_with_hsc_by_organ'
        WHEN shown.stratum IS DISTINCT FROM 'msc_alone' AND shown.outcome_kind = 'continuous' THEN 'continuous_by_organ'
        WHEN shown.stratum IS DISTINCT FROM 'msc_alone' THEN 'pooled_effect_by_organ'
        WHEN shown.domain = 'both' THEN 'safety_by_organ;efficacy_by_organ'
        ELSE shown.domain || '_by_organ'
    END || CASE WHEN shown.outcome_kind = 'continuous' AND shown.stratum IN ('msc_alone', 'msc_with_hsc') THEN ';continuous_by_organ' ELSE '' END AS out_views,
    shown.organ_code,
    shown.outcome_code,
    shown.outcome_name,
    shown.study_id,
    coalesce(shown.study_arm_label, shown.arm_label) AS arm_label,
    shown.arm_role,
    shown.timepoint_months,
    shown.timepoint_text,
    shown.n_events,
    shown.n_at_risk,
    shown.value,
    shown.value_kind,
    shown.unit,
    shown.count_basis,
    shown.evidence_kind,
    shown.source,
    shown.record_id,
    shown.citation,
    shown.locator,
    shown.entered_by,
    shown.entered_on,
    shown.curated_line,
    shown.record_sha256,
    record_version.url,
    record_version.fetched_at,
    shown.json_pointer,
    shown.field,
    shown.span_start,
    shown.span_end,
    shown.quote,
    shown.rule_id,
    shown.certainty,
    shown.value_id
FROM shown
INNER JOIN vocab.organ ON organ.organ_code = shown.organ_code
LEFT JOIN raw.record_version
    ON record_version.source = shown.archive_source
    AND record_version.record_id = shown.archive_record_id
    AND record_version.is_current
ORDER BY organ.sort_order, shown.outcome_order, shown.study_id, shown.arm_role DESC, shown.level, shown.curated_line, shown.value_id
