-- title: Days relative to the operation, where they stand
-- question: On which days, counted from transplantation, does a record say that something happens?
-- grain: one row per record on the subject, place in a field and day
-- missing: times without a number are not here but in concept.mention; is_anchored is FALSE for a bare "day 7"
-- reference: read by msc_harvest.quantities.moments; words in vocab.dose_word (anchor) and vocab.context_word
-- care: is_about_cells is decided by what stands nearest before the day: the cells or their giving, not a drug or a measurement.
-- compute: moments
WITH word AS (
    SELECT string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'anchor') AS anchor_words
    FROM vocab.dose_word
),
context AS (
    SELECT
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE context_code = 'cells' AND kind = 'is') AS wanted_words,
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE context_code = 'giving' AND kind = 'is') AS giving_words,
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE context_code IN ('drug', 'measuring') AND kind = 'is') AS unwanted_words
    FROM vocab.context_word
)
SELECT
    sentence.source,
    sentence.record_id,
    sentence.field,
    sentence.field_order,
    sentence.tier,
    sentence.sentence_start,
    sentence.text,
    word.anchor_words,
    context.wanted_words,
    context.giving_words,
    context.unwanted_words
FROM concept.sentence
CROSS JOIN word
CROSS JOIN context
WHERE sentence.tier <= 2
