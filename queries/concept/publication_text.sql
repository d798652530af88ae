-- title: What a paper says, field by field
-- question: Which texts of a paper can tell what was given, to whom, and of what kind the paper is?
-- grain: one row per paper and field that has text; entries of a list joined with " | "
-- missing: a field without text has no row
-- reference: vocab.record_field says what each field can tell; tier 1 is what the paper is about (title, keywords, subject headings), tier 2 the abstract
-- care: text is as the source wrote it, lower_text the same letter by letter in lower case: places found in one hold in the other.
-- care: spans (span_start, span_end) of all concepts are characters of text, counted from 0, the end not included.
-- care: apart from trial_text: the fields are other columns; what each can tell stands in one list, vocab.record_field.
WITH raw_text AS (
    SELECT pmid, 'title' AS field, title AS text FROM core.publication
    UNION ALL
    SELECT pmid, 'keyword_text' AS field, string_agg(keyword_text, ' | ' ORDER BY keyword_position) AS text
    FROM core.publication_keyword
    GROUP BY pmid
    UNION ALL
    SELECT pmid, 'descriptor_name' AS field, string_agg(descriptor_name, ' | ' ORDER BY mesh_position) AS text
    FROM core.publication_mesh
    GROUP BY pmid
    UNION ALL
    SELECT pmid, 'abstract_text' AS field, abstract_text AS text FROM core.publication_abstract
)
SELECT
    raw_text.pmid,
    raw_text.field,
    record_field.sort_order AS field_order,
    record_field.product_tier AS tier,
    raw_text.text,
    lower(replace(raw_text.text, chr(30), ' ')) AS lower_text
FROM raw_text
INNER JOIN vocab.record_field ON record_field.record_source = 'pubmed' AND record_field.field = raw_text.field
WHERE raw_text.text IS NOT NULL AND trim(raw_text.text) IS DISTINCT FROM ''
