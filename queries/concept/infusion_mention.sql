-- title: Numbers of infusions, where they stand
-- question: How often does a record say that something is given?
-- grain: one row per record on the subject, place in a field and rule
-- missing: a record that does not say how often has no row
-- reference: read by msc_harvest.quantities.infusion_courses; words in vocab.dose_word (given, anchor) and vocab.context_word
-- care: is_about_cells is decided by what stands nearest before the number: the cells or their giving, not a drug or a measurement.
-- compute: infusion_courses
WITH word AS (
    SELECT
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'given') AS given_words,
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'anchor') AS anchor_words
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
    word.given_words,
    word.anchor_words,
    context.wanted_words,
    context.giving_words,
    context.unwanted_words
FROM concept.sentence
CROSS JOIN word
CROSS JOIN context
WHERE sentence.tier <= 2
