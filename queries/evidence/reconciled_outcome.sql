-- title: One chosen value per study, outcome, arm and time
-- question: What do all sources together say, which of them was chosen, and do they agree?
-- grain: one row per study, organ, outcome, arm and time (measured values: also kind and unit); value_id is the chosen value
-- missing: n_events NULL is not reported, 0 is reported as none; timepoint_months NULL where no source states it as a number
-- reference: evidence.value_choice, evidence.arm_outcome, evidence.value_comparison; all values of a group share reconciled_id
-- care: numbers, times and words are those of the chosen value, never a mixture; out.evidence_conflict lists what disagrees with it.
-- care: is_self_contradicted: the record of the chosen value states other counts of people for the same arm and time.
-- care: is_conflict: some value beside it disagrees (evidence.value_comparison says in what).
WITH grouped AS (
    SELECT value_choice.reconciled_id, value_choice.choice_order, value_choice.arm_id, arm_outcome.*
    FROM evidence.value_choice
    INNER JOIN evidence.arm_outcome ON arm_outcome.value_id = value_choice.value_id
),
compared AS (
    SELECT
        reconciled_id,
        count(*)::BIGINT AS n_values,
        count(DISTINCT evidence_kind || ' ' || source || ' ' || record_id)::BIGINT AS n_sources,
        string_agg(DISTINCT evidence_kind, ';' ORDER BY evidence_kind) AS evidence_kinds
    FROM grouped
    GROUP BY reconciled_id
),
disputed AS (
    SELECT reconciled_id, bool_or(is_same_record AND starts_with(differs_in, 'people')) AS is_by_itself
    FROM evidence.value_comparison
    WHERE is_conflict
    GROUP BY reconciled_id
)
SELECT
    grouped.reconciled_id,
    grouped.value_id,
    grouped.study_id,
    grouped.organ_code,
    grouped.outcome_code,
    grouped.arm_role,
    coalesce(grouped.study_arm_label, grouped.arm_label) AS arm_label,
    grouped.study_arm_label,
    grouped.arm_id,
    grouped.is_pooled_arm,
    grouped.arm_method,
    grouped.timepoint_months,
    grouped.timepoint_text,
    grouped.n_events,
    grouped.n_at_risk,
    grouped.value,
    grouped.value_kind,
    grouped.sd,
    grouped.spread_text,
    grouped.unit,
    grouped.count_basis,
    grouped.evidence_kind,
    grouped.level,
    grouped.source,
    grouped.record_id,
    grouped.certainty,
    grouped.outcome_definition,
    grouped.record_sha256,
    grouped.json_pointer,
    grouped.span_start,
    grouped.span_end,
    grouped.citation,
    grouped.locator,
    grouped.curated_line,
    compared.n_values,
    compared.n_sources,
    compared.evidence_kinds,
    disputed.reconciled_id IS NOT NULL AS is_conflict,
    coalesce(disputed.is_by_itself, FALSE) AS is_self_contradicted
FROM grouped
INNER JOIN compared ON compared.reconciled_id = grouped.reconciled_id
LEFT JOIN disputed ON disputed.reconciled_id = grouped.reconciled_id
WHERE grouped.choice_order = 1
