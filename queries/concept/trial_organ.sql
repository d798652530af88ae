-- title: Which organ has been transplanted in the people of a trial
-- question: Recipients of which graft does this trial treat, and which words say so?
-- grain: one row per trial and organ
-- missing: a trial whose texts tie no organ to a graft has no row; an organ named as diseased, excluded or as background does not count
-- reference: organs as in the anchor review, doi:10.3389/fimmu.2020.618243
-- care: titles, conditions and keywords speak first; arms and interventions only where those are silent; summary and inclusion
-- care: criteria last, and only where they speak of people who have or get the graft.
-- care: an organ outside the body (donor organ, machine perfusion) counts only where the record speaks of perfusion.
-- care: apart from publication_organ: all trials are looked at, arms come between subject and criteria, and agreement of fields makes surer.
WITH perfused AS (
    SELECT DISTINCT nct_id
    FROM concept.trial_mention
    WHERE pattern_name = 'scope_perfusion' AND recipient_tier <= 2
),
phrase AS (
    SELECT
        trial_mention.nct_id,
        trial_mention.recipient_tier AS tier,
        trial_mention.field,
        trial_mention.field_order,
        trial_mention.matched_text,
        lower(trial_mention.matched_text) AS phrase,
        trial_mention.span_start,
        trial_mention.span_end
    FROM concept.trial_mention
    LEFT JOIN perfused ON perfused.nct_id = trial_mention.nct_id
    WHERE trial_mention.pattern_name IN ('subject_graft', 'subject_recipient')
        OR trial_mention.pattern_name = 'scope_donor_organ' AND trial_mention.recipient_tier <= 2 AND perfused.nct_id IS NOT NULL
),
subject_phrase AS (
    SELECT * FROM phrase
    WHERE NOT regexp_matches(phrase, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'not_subject'))
),
organ_phrase AS (
    SELECT
        subject_phrase.*,
        organ_pattern.organ_code,
        min(subject_phrase.tier) OVER (PARTITION BY subject_phrase.nct_id) AS best_tier
    FROM subject_phrase
    INNER JOIN concept.organ_pattern
        ON organ_pattern.pattern_kind = 'graft' AND regexp_matches(subject_phrase.phrase, organ_pattern.pattern)
),
best AS (
    SELECT
        *,
        count(DISTINCT field) OVER (PARTITION BY nct_id, organ_code) AS n_fields
    FROM organ_phrase
    WHERE tier = best_tier
)
SELECT
    nct_id,
    organ_code,
    matched_text,
    field AS matched_field,
    span_start,
    span_end,
    CASE best_tier
        WHEN 1 THEN 'graft_in_title_or_condition'
        WHEN 2 THEN 'graft_in_arm_or_intervention'
        ELSE 'recipient_in_summary_or_criteria'
    END AS rule_id,
    CASE WHEN best_tier = 1 THEN 'high' WHEN best_tier = 2 OR n_fields > 1 THEN 'medium' ELSE 'low' END AS certainty
FROM best
QUALIFY row_number() OVER (PARTITION BY nct_id, organ_code ORDER BY field_order, span_start, span_end) = 1
