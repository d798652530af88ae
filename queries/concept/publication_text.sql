-- title: What a paper says, field by field
-- question: Which texts of a paper can tell what was given, to whom, and of what kind the paper is?
-- grain: one row per paper and field that has text; entries of a list joined with " | "
-- missing: a field without text has no row
-- reference: tier 1 is what the paper is about (title, keywords, subject headings), tier 2 the abstract
-- care: text is as the source wrote it, lower_text the same letter by letter in lower case: places found in one hold in the other.
-- care: spans (span_start, span_end) of all concepts are characters of text, counted from 0, the end not included.
WITH raw_text AS (
    SELECT pmid, 'title' AS field, 1 AS field_order, 1 AS tier, title AS text FROM core.publication
    UNION ALL
    SELECT pmid, 'keyword_text' AS field, 2 AS field_order, 1 AS tier, string_agg(keyword_text, ' | ' ORDER BY keyword_position) AS text
    FROM core.publication_keyword
    GROUP BY pmid
    UNION ALL
    SELECT pmid, 'descriptor_name' AS field, 3 AS field_order, 1 AS tier, string_agg(descriptor_name, ' | ' ORDER BY mesh_position) AS text
    FROM core.publication_mesh
    GROUP BY pmid
    UNION ALL
    SELECT pmid, 'abstract_text' AS field, 4 AS field_order, 2 AS tier, abstract_text AS text FROM core.publication_abstract
)
SELECT pmid, field, field_order, tier, text, lower(replace(text, chr(30), ' ')) AS lower_text
FROM raw_text
WHERE text IS NOT NULL AND trim(text) IS DISTINCT FROM ''
