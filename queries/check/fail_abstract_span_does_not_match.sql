-- title: every number read from an abstract stands where it is said to stand
-- question: Which readings have a span outside the abstract, a quote that is not there, or a number that is not at its place?
-- grain: one row per faulty reading
-- missing: a reading without a span is a fault; a quote is wanted of values and unread sentences, not of sizes
-- reference: evidence.abstract_reading, core.publication_abstract; spans are characters from 0, the end not included
-- care: value_text must be the words at the span, which must lie in the quote; figures at the span must make the number read from them.
WITH placed AS (
    SELECT
        abstract_reading.*,
        publication_abstract.abstract_text,
        substring(publication_abstract.abstract_text, abstract_reading.span_start + 1, abstract_reading.span_end - abstract_reading.span_start) AS words
    FROM evidence.abstract_reading
    LEFT JOIN core.publication_abstract ON publication_abstract.pmid = abstract_reading.pmid
)
SELECT pmid, kind, item, span_start, span_end, quote, rule_id
FROM placed
WHERE abstract_text IS NULL
    OR span_start IS NULL
    OR span_end IS NULL
    OR span_start < 0
    OR span_end <= span_start
    OR span_end > length(abstract_text)
    OR (kind IN ('value', 'unread') AND (
        quote IS NULL
        OR quote IS DISTINCT FROM substring(abstract_text, quote_start + 1, quote_end - quote_start)
        OR span_start < quote_start
        OR span_end > quote_end
    ))
    OR (kind = 'value' AND value_text IS DISTINCT FROM words)
    OR (kind = 'value' AND n_events > 0 AND count_basis = 'reported'
        AND regexp_full_match(words, '[0-9]+') AND TRY_CAST(words AS BIGINT) IS DISTINCT FROM n_events)
    OR (kind IN ('total', 'arm') AND regexp_full_match(words, '[0-9]+') AND TRY_CAST(words AS BIGINT) IS DISTINCT FROM n_people)
    OR (at_risk_start IS NOT NULL AND (at_risk_end <= at_risk_start OR at_risk_end > length(abstract_text)))
