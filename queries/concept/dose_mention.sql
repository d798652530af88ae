-- title: Numbers of cells, where they stand
-- question: Which numbers of cells does a record name, in which unit, and are they believable?
-- grain: one row per record on the subject and place in a field
-- missing: numbers that cannot be told for the cells given (other cells, concentrations, drugs) have no row; is_total is NULL where the text does not say
-- reference: read by msc_harvest.quantities.cell_doses; words in vocab.dose_word, bounds in vocab.dose_bound
-- care: bounds are the numbers as written, in million cells; a number beyond the bounds of its unit is kept and marked, never believed.
-- compute: cell_doses
WITH word AS (
    SELECT
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'counted') AS counted_words,
        string_agg(pattern, '|' ORDER BY pattern) FILTER (WHERE kind = 'other') AS other_words
    FROM vocab.dose_word
),
bound AS (
    SELECT list({'dose_unit': dose_unit, 'million_low': million_low, 'million_high': million_high} ORDER BY dose_unit) AS bounds
    FROM vocab.dose_bound
),
elsewhere AS (
    SELECT DISTINCT source, record_id, field, sentence_start
    FROM concept.mention
    WHERE is_elsewhere AND tier = 2
)
SELECT
    sentence.source,
    sentence.record_id,
    sentence.field,
    sentence.field_order,
    sentence.tier,
    sentence.sentence_start,
    sentence.text,
    word.counted_words,
    word.other_words,
    bound.bounds
FROM concept.sentence
ANTI JOIN elsewhere
    ON elsewhere.source = sentence.source
    AND elsewhere.record_id = sentence.record_id
    AND elsewhere.field = sentence.field
    AND elsewhere.sentence_start = sentence.sentence_start
CROSS JOIN word
CROSS JOIN bound
WHERE sentence.tier <= 2
