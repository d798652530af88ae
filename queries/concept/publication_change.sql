-- title: What changed in a paper's record
-- question: Which version of a paper's record brings a retraction, an expression of concern or a correction?
-- grain: one row per version of a paper, kind of change and notice; one per version for a retraction
-- missing: notice_id is NULL where the record names no notice; a version without such news has no row
-- reference: core.publication_version; notices in vocab.publication_notice
-- care: the same notice with its PubMed number or its citation added later is no new notice.
-- care: apart from trial_change: notices of a paper are compared, of a registration its facts.
WITH fact AS (
    SELECT
        pmid,
        version,
        is_retracted,
        notice_refs,
        row_number() OVER (PARTITION BY pmid ORDER BY version) AS place
    FROM core.publication_version
),
named AS (
    SELECT pmid, version, place, unnest(notice_refs) AS notice_ref
    FROM fact
),
notice AS (
    SELECT
        named.pmid,
        named.version,
        named.place,
        publication_notice.ref_type,
        publication_notice.change_code,
        publication_notice.notice_name,
        nullif(trim(string_split(named.notice_ref, ' | ')[2]), '') AS notice_pmid,
        nullif(trim(regexp_replace(string_split(named.notice_ref, ' | ')[3], '\s+', ' ', 'g')), '') AS citation
    FROM named
    INNER JOIN vocab.publication_notice ON publication_notice.ref_type = trim(string_split(named.notice_ref, ' | ')[1])
),
worded AS (
    SELECT
        pmid,
        version,
        place,
        ref_type,
        change_code,
        notice_pmid,
        citation,
        coalesce(notice_pmid, citation) AS notice_id,
        concat_ws(', ', notice_name, citation, 'PMID ' || notice_pmid) AS notice_text
    FROM notice
),
new_notice AS (
    SELECT worded.pmid, worded.version, worded.change_code, worded.notice_id, worded.notice_text
    FROM worded
    ANTI JOIN worded AS earlier
        ON earlier.pmid = worded.pmid
        AND earlier.place = worded.place - 1
        AND earlier.ref_type = worded.ref_type
        AND (earlier.notice_pmid = worded.notice_pmid OR earlier.citation = worded.citation OR earlier.notice_id IS NULL)
    WHERE worded.place > 1 AND worded.change_code IS DISTINCT FROM 'paper_retracted'
),
retraction AS (
    SELECT
        later.pmid,
        later.version,
        string_agg(worded.notice_text, '; ' ORDER BY worded.notice_text) AS notice_text,
        min(worded.notice_id) AS notice_id
    FROM fact AS later
    INNER JOIN fact AS earlier ON earlier.pmid = later.pmid AND earlier.place = later.place - 1
    LEFT JOIN worded
        ON worded.pmid = later.pmid AND worded.version = later.version AND worded.change_code = 'paper_retracted'
    WHERE later.is_retracted AND NOT earlier.is_retracted
    GROUP BY later.pmid, later.version
)
SELECT pmid, version, 'paper_retracted' AS change_code, notice_id, NULL AS new_text, notice_text AS detail_text
FROM retraction
UNION ALL
SELECT pmid, version, change_code, notice_id, notice_text AS new_text, NULL AS detail_text
FROM new_notice
