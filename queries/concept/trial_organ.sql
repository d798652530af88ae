-- title: Which organ has been transplanted in the people of a trial
-- question: Recipients of which graft does this trial treat, and which words say so?
-- grain: one row per trial and organ
-- missing: a trial whose texts tie no organ to a graft has no row; an organ named as diseased, excluded or as background does not count
-- reference: organs as in the anchor review, doi:10.3389/fimmu.2020.618243
-- care: titles, conditions and keywords speak first; arms and interventions only where those are silent; summary and inclusion
-- care: criteria last, and only where they speak of people who have or get the graft.
WITH tier_text AS (
    SELECT
        nct_id,
        recipient_tier AS tier,
        regexp_replace(
            string_agg(text, ' | ' ORDER BY field_order),
            (SELECT pattern FROM concept.pattern WHERE pattern_name = 'background_phrase'), ' ', 'g'
        ) AS text
    FROM concept.trial_text
    WHERE recipient_tier IS NOT NULL
    GROUP BY nct_id, recipient_tier
),
worth_reading AS (
    SELECT
        nct_id,
        tier,
        text,
        CASE WHEN tier = 3 THEN 'recipient_phrase' ELSE 'graft_phrase' END AS pattern_name
    FROM tier_text
    WHERE tier = 1
        OR regexp_matches(text, (SELECT pattern FROM concept.pattern WHERE pattern_name = 'transplant_mention'))
),
phrase AS (
    SELECT
        worth_reading.nct_id,
        worth_reading.tier,
        trim(ltrim(unnest(regexp_extract_all(worth_reading.text, pattern.pattern)), '|')) AS phrase
    FROM worth_reading
    INNER JOIN concept.pattern ON pattern.pattern_name = worth_reading.pattern_name
),
organ_phrase AS (
    SELECT DISTINCT phrase.nct_id, phrase.tier, organ_pattern.organ_code, phrase.phrase
    FROM phrase
    INNER JOIN concept.organ_pattern
        ON organ_pattern.pattern_kind = 'graft' AND regexp_matches(phrase.phrase, organ_pattern.pattern)
),
located AS (
    SELECT
        organ_phrase.nct_id,
        organ_phrase.tier,
        organ_phrase.organ_code,
        organ_phrase.phrase,
        trial_text.field,
        trial_text.field_order,
        min(organ_phrase.tier) OVER (PARTITION BY organ_phrase.nct_id) AS best_tier
    FROM organ_phrase
    LEFT JOIN concept.trial_text
        ON trial_text.nct_id = organ_phrase.nct_id
        AND trial_text.recipient_tier = organ_phrase.tier
        AND contains(trial_text.text, organ_phrase.phrase)
)
SELECT
    nct_id,
    organ_code,
    first(phrase ORDER BY field_order NULLS LAST, phrase) AS matched_text,
    first(field ORDER BY field_order NULLS LAST, phrase) AS matched_field,
    CASE best_tier
        WHEN 1 THEN 'graft_in_title_or_condition'
        WHEN 2 THEN 'graft_in_arm_or_intervention'
        ELSE 'recipient_in_summary_or_criteria'
    END AS rule_id,
    CASE WHEN best_tier = 1 THEN 'high' WHEN best_tier = 2 OR count(DISTINCT field) > 1 THEN 'medium' ELSE 'low' END AS certainty
FROM located
WHERE tier = best_tier
GROUP BY nct_id, organ_code, best_tier
