-- title: Papers that may belong to a registration
-- question: Which paper without a registration looks like the report of which trial, and what do the two have in common?
-- grain: one row per trial in scope and paper in scope whose study has no registration; pairs with three points or more
-- missing: a fact that does not agree, or that either side does not tell, is NULL and gives no point
-- reference: the two records themselves; concept.trial_dose and concept.publication_dose
-- care: for review only: nothing is tied, merged or counted by this list. The organ must agree, and a person or a place, or both the dose
-- care: and the number of people; no paper appears before its trial began.
-- care: points: person 2 (3 with initial), centre 2 or country 1, same dose 2 or overlapping doses 1, number of people 2, cells 1, years 1.
WITH trial_side AS (
    SELECT
        trial.nct_id,
        trial.brief_title,
        trial.enrollment_count,
        TRY_CAST(left(trial.start_date_text, 4) AS INTEGER) AS start_year,
        TRY_CAST(left(trial.completion_date_text, 4) AS INTEGER) AS end_year,
        CASE
            WHEN trial.enrollment_count BETWEEN 2 AND 12
                THEN '(?:' || trial.enrollment_count || '|'
                || ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'][trial.enrollment_count]
                || ')'
            WHEN trial.enrollment_count BETWEEN 13 AND 9999 THEN trial.enrollment_count::VARCHAR
        END AS number_pattern
    FROM core.trial AS trial
    INNER JOIN concept.trial_scope ON trial_scope.nct_id = trial.nct_id AND trial_scope.is_in_scope
),
registered AS (
    SELECT paper.pmid
    FROM study.study_record AS paper
    INNER JOIN study.study_record AS registration
        ON registration.study_id = paper.study_id AND registration.record_role = 'registration'
    WHERE paper.pmid IS NOT NULL
),
paper_side AS (
    SELECT
        publication.pmid,
        publication.title,
        publication.pub_year,
        lower(concat_ws(' ', publication.title, publication_abstract.abstract_text)) AS paper_text
    FROM core.publication
    INNER JOIN concept.publication_scope ON publication_scope.pmid = publication.pmid AND publication_scope.is_in_scope
    LEFT JOIN core.publication_abstract ON publication_abstract.pmid = publication.pmid
    ANTI JOIN registered ON registered.pmid = publication.pmid
),
pair AS (
    SELECT DISTINCT trial_organ.nct_id, publication_organ.pmid
    FROM concept.trial_organ
    INNER JOIN concept.publication_organ ON publication_organ.organ_code = trial_organ.organ_code
    INNER JOIN trial_side ON trial_side.nct_id = trial_organ.nct_id
    INNER JOIN paper_side ON paper_side.pmid = publication_organ.pmid
    WHERE trial_side.start_year IS NULL OR paper_side.pub_year IS NULL OR paper_side.pub_year >= trial_side.start_year
),
person_named AS (
    SELECT nct_id, official_name AS person FROM core.trial_official
    UNION
    SELECT nct_id, responsible_party_name AS person FROM core.trial
    UNION
    SELECT nct_id, lead_sponsor_name AS person FROM core.trial
),
person_word AS (
    SELECT nct_id, person, regexp_extract_all(strip_accents(lower(person)), '[a-z]+') AS words
    FROM person_named
    WHERE person IS NOT NULL
),
author AS (
    SELECT
        pmid,
        last_name,
        initials,
        regexp_extract_all(strip_accents(lower(last_name)), '[a-z]+') AS name_words,
        left(strip_accents(lower(initials)), 1) AS initial
    FROM core.publication_author
    WHERE author_list = 'main' AND length(last_name) >= 2
),
person_agrees AS (
    SELECT
        pair.nct_id,
        pair.pmid,
        author.last_name || coalesce(' ' || author.initials, '') || ' wrote the paper, ' || person_word.person || ' answers for the trial' AS fact,
        CASE
            WHEN len(list_filter(person_word.words, lambda word: NOT list_contains(author.name_words, word) AND left(word, 1) = author.initial)) > 0 THEN 3
            ELSE 2
        END AS points
    FROM pair
    INNER JOIN person_word ON person_word.nct_id = pair.nct_id
    INNER JOIN author ON author.pmid = pair.pmid
    WHERE len(author.name_words) > 0
        AND list_has_all(person_word.words, author.name_words)
        AND len(person_word.words) > len(author.name_words)
    QUALIFY row_number() OVER (PARTITION BY pair.nct_id, pair.pmid ORDER BY points DESC, author.last_name, person_word.person) = 1
),
place AS (
    SELECT nct_id, facility AS place_name, 2 AS points FROM core.trial_location
    UNION
    SELECT nct_id, official_affiliation AS place_name, 2 AS points FROM core.trial_official
    UNION
    SELECT nct_id, lead_sponsor_name AS place_name, 2 AS points FROM core.trial
    UNION
    SELECT nct_id, country AS place_name, 1 AS points FROM core.trial_location
),
affiliation AS (
    SELECT pmid, strip_accents(lower(affiliation_text)) AS affiliation_text FROM core.publication_affiliation
),
place_agrees AS (
    SELECT pair.nct_id, pair.pmid, 'both name ' || place.place_name AS fact, place.points
    FROM pair
    INNER JOIN place ON place.nct_id = pair.nct_id AND length(place.place_name) >= 4
    INNER JOIN affiliation
        ON affiliation.pmid = pair.pmid AND contains(affiliation.affiliation_text, strip_accents(lower(place.place_name)))
    QUALIFY row_number() OVER (PARTITION BY pair.nct_id, pair.pmid ORDER BY place.points DESC, place.place_name) = 1
),
dose_agrees AS (
    SELECT
        pair.nct_id,
        pair.pmid,
        'dose: ' || trial_dose.matched_text || ' in the registration, ' || publication_dose.matched_text || ' in the paper' AS fact,
        CASE
            WHEN trial_dose.dose_min_million_per_kg = publication_dose.dose_min_million_per_kg
                AND trial_dose.dose_max_million_per_kg = publication_dose.dose_max_million_per_kg THEN 2
            WHEN trial_dose.dose_min_million = publication_dose.dose_min_million
                AND trial_dose.dose_max_million = publication_dose.dose_max_million THEN 2
            ELSE 1
        END AS points
    FROM pair
    INNER JOIN concept.trial_dose ON trial_dose.nct_id = pair.nct_id AND trial_dose.is_plausible
    INNER JOIN concept.publication_dose ON publication_dose.pmid = pair.pmid AND publication_dose.is_plausible
    WHERE (
        trial_dose.dose_min_million_per_kg <= publication_dose.dose_max_million_per_kg
        AND publication_dose.dose_min_million_per_kg <= trial_dose.dose_max_million_per_kg
    )
    OR (
        trial_dose.dose_min_million <= publication_dose.dose_max_million
        AND publication_dose.dose_min_million <= trial_dose.dose_max_million
    )
    QUALIFY row_number() OVER (PARTITION BY pair.nct_id, pair.pmid ORDER BY points DESC, fact) = 1
),
number_agrees AS (
    SELECT
        pair.nct_id,
        pair.pmid,
        trial_side.enrollment_count || ' people in the registration, "'
        || regexp_extract(
            paper_side.paper_text,
            '\b' || trial_side.number_pattern || '(?:[ -][a-z-]+){0,4} (?:patients|recipients|participants|subjects|children|adults|people|individuals)'
        ) || '" in the paper' AS fact
    FROM pair
    INNER JOIN trial_side ON trial_side.nct_id = pair.nct_id AND trial_side.number_pattern IS NOT NULL
    INNER JOIN paper_side ON paper_side.pmid = pair.pmid
    WHERE regexp_matches(
        paper_side.paper_text,
        '\b' || trial_side.number_pattern || '(?:[ -][a-z-]+){0,4} (?:patients|recipients|participants|subjects|children|adults|people|individuals)'
    )
),
cell_agrees AS (
    SELECT pair.nct_id, pair.pmid, 'cells from ' || string_agg(DISTINCT cell_source.cell_source_name, ', ') AS fact
    FROM pair
    INNER JOIN concept.trial_cell_source ON trial_cell_source.nct_id = pair.nct_id
    INNER JOIN concept.publication_cell_source
        ON publication_cell_source.pmid = pair.pmid AND publication_cell_source.cell_source_code = trial_cell_source.cell_source_code
    INNER JOIN vocab.cell_source ON cell_source.cell_source_code = trial_cell_source.cell_source_code
    GROUP BY pair.nct_id, pair.pmid
),
study_of_trial AS (
    SELECT nct_id, string_agg(DISTINCT study_id, ';' ORDER BY study_id) AS study_ids
    FROM study.study_record
    WHERE nct_id IS NOT NULL
    GROUP BY nct_id
),
study_of_paper AS (
    SELECT pmid, string_agg(DISTINCT study_id, ';' ORDER BY study_id) AS study_ids
    FROM study.study_record
    WHERE pmid IS NOT NULL
    GROUP BY pmid
),
scored AS (
    SELECT
        pair.nct_id,
        pair.pmid,
        person_agrees.fact AS person_fact,
        place_agrees.fact AS place_fact,
        dose_agrees.fact AS dose_fact,
        number_agrees.fact AS number_fact,
        cell_agrees.fact AS cell_fact,
        CASE
            WHEN paper_side.pub_year BETWEEN trial_side.start_year AND trial_side.end_year + 5
                THEN 'the trial ran ' || trial_side.start_year || ' to ' || trial_side.end_year || ', the paper is of ' || paper_side.pub_year
        END AS years_fact,
        coalesce(person_agrees.points, 0) + coalesce(place_agrees.points, 0) + coalesce(dose_agrees.points, 0) AS main_points,
        trial_side.brief_title,
        paper_side.title
    FROM pair
    INNER JOIN trial_side ON trial_side.nct_id = pair.nct_id
    INNER JOIN paper_side ON paper_side.pmid = pair.pmid
    LEFT JOIN person_agrees ON person_agrees.nct_id = pair.nct_id AND person_agrees.pmid = pair.pmid
    LEFT JOIN place_agrees ON place_agrees.nct_id = pair.nct_id AND place_agrees.pmid = pair.pmid
    LEFT JOIN dose_agrees ON dose_agrees.nct_id = pair.nct_id AND dose_agrees.pmid = pair.pmid
    LEFT JOIN number_agrees ON number_agrees.nct_id = pair.nct_id AND number_agrees.pmid = pair.pmid
    LEFT JOIN cell_agrees ON cell_agrees.nct_id = pair.nct_id AND cell_agrees.pmid = pair.pmid
),
counted AS (
    SELECT
        *,
        main_points + CASE WHEN number_fact IS NULL THEN 0 ELSE 2 END + CASE WHEN cell_fact IS NULL THEN 0 ELSE 1 END
        + CASE WHEN years_fact IS NULL THEN 0 ELSE 1 END AS score
    FROM scored
    WHERE person_fact IS NOT NULL OR place_fact IS NOT NULL OR (number_fact IS NOT NULL AND dose_fact IS NOT NULL)
)
SELECT
    counted.nct_id,
    counted.pmid,
    counted.score::BIGINT AS score,
    concat_ws('; ', counted.person_fact, counted.place_fact, counted.dose_fact, counted.number_fact, counted.cell_fact, counted.years_fact) AS facts,
    counted.person_fact,
    counted.place_fact,
    counted.dose_fact,
    counted.number_fact,
    counted.cell_fact,
    counted.years_fact,
    study_of_trial.study_ids AS trial_study_ids,
    study_of_paper.study_ids AS paper_study_ids,
    counted.brief_title AS trial_title,
    counted.title AS paper_title
FROM counted
LEFT JOIN study_of_trial ON study_of_trial.nct_id = counted.nct_id
LEFT JOIN study_of_paper ON study_of_paper.pmid = counted.pmid
WHERE counted.score >= 3
ORDER BY score DESC, counted.pmid, counted.nct_id
