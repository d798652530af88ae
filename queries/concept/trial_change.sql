-- title: What changed in a registration
-- question: In which facts that matter to a clinician does a version of a trial differ from the one before?
-- grain: one row per version of a trial and kind of change
-- missing: old_text or new_text is NULL where that version states nothing; a version without such a difference has no row
-- reference: core.trial_version; kinds of change in vocab.change
-- care: a version that was withdrawn or could not be read has no facts: the next one is compared with the last that has.
-- care: spaces and the order of outcomes make no change, and a date made more or less exact (2026-05, 2026-05-12) has not moved.
-- care: apart from publication_change: facts of a registration are compared, of a paper its notices.
WITH fact AS (
    SELECT
        trial_version.nct_id,
        trial_version.version,
        row_number() OVER (PARTITION BY trial_version.nct_id ORDER BY trial_version.version) AS place,
        coalesce(lower(trial_status.status_name), trial_version.overall_status) AS status_text,
        nullif(trim(regexp_replace(trial_version.why_stopped, '\s+', ' ', 'g')), '') AS why_text,
        coalesce(trial_version.has_results, FALSE) AS has_results,
        trial_version.results_first_post_date_text AS results_date_text,
        trial_version.enrollment_count || coalesce(' (' || lower(trial_version.enrollment_type) || ')', '') AS enrolment_text,
        trial_version.start_date_text AS start_text,
        ' (' || lower(trial_version.start_date_type) || ')' AS start_type,
        trial_version.primary_completion_date_text AS primary_completion_text,
        ' (' || lower(trial_version.primary_completion_date_type) || ')' AS primary_completion_type,
        trial_version.completion_date_text AS completion_text,
        ' (' || lower(trial_version.completion_date_type) || ')' AS completion_type,
        list_filter(
            list_transform(
                string_split(trial_version.primary_outcome_text, chr(10)),
                lambda line: trim(regexp_replace(line, '\s+', ' ', 'g'))
            ),
            lambda line: line IS DISTINCT FROM ''
        ) AS primary_outcomes
    FROM core.trial_version
    LEFT JOIN vocab.trial_status ON trial_status.overall_status = trial_version.overall_status
),
pair AS (
    SELECT now_said AS new, said_before AS old
    FROM fact AS now_said
    INNER JOIN fact AS said_before
        ON said_before.nct_id = now_said.nct_id AND said_before.place = now_said.place - 1
),
told AS (
    SELECT
        new.nct_id,
        new.version,
        'status_changed' AS change_code,
        old.status_text AS old_text,
        new.status_text AS new_text,
        'why stopped: ' || new.why_text AS detail_text,
        new.status_text IS DISTINCT FROM old.status_text AS is_change
    FROM pair
    UNION ALL
    SELECT
        new.nct_id, new.version, 'results_posted', NULL, NULL,
        'first posted ' || new.results_date_text,
        new.has_results AND NOT old.has_results
    FROM pair
    UNION ALL
    SELECT
        new.nct_id, new.version, 'results_removed', NULL, NULL,
        'had first been posted ' || old.results_date_text,
        old.has_results AND NOT new.has_results
    FROM pair
    UNION ALL
    SELECT
        new.nct_id, new.version, 'enrolment_changed', old.enrolment_text, new.enrolment_text, NULL,
        new.enrolment_text IS DISTINCT FROM old.enrolment_text
    FROM pair
    UNION ALL
    SELECT
        new.nct_id, new.version, 'primary_outcome_changed',
        nullif(array_to_string(old.primary_outcomes, chr(10)), ''),
        nullif(array_to_string(new.primary_outcomes, chr(10)), ''),
        NULL,
        list_sort(coalesce(new.primary_outcomes, [])) IS DISTINCT FROM list_sort(coalesce(old.primary_outcomes, []))
    FROM pair
    UNION ALL
    SELECT
        new.nct_id, new.version, 'start_moved',
        old.start_text || coalesce(old.start_type, ''), new.start_text || coalesce(new.start_type, ''), NULL,
        new.start_text IS DISTINCT FROM old.start_text
            AND NOT coalesce(starts_with(new.start_text, old.start_text) OR starts_with(old.start_text, new.start_text), FALSE)
    FROM pair
    UNION ALL
    SELECT
        new.nct_id, new.version, 'primary_completion_moved',
        old.primary_completion_text || coalesce(old.primary_completion_type, ''),
        new.primary_completion_text || coalesce(new.primary_completion_type, ''),
        NULL,
        new.primary_completion_text IS DISTINCT FROM old.primary_completion_text
            AND NOT coalesce(
                starts_with(new.primary_completion_text, old.primary_completion_text)
                OR starts_with(old.primary_completion_text, new.primary_completion_text),
                FALSE
            )
    FROM pair
    UNION ALL
    SELECT
        new.nct_id, new.version, 'completion_moved',
        old.completion_text || coalesce(old.completion_type, ''), new.completion_text || coalesce(new.completion_type, ''), NULL,
        new.completion_text IS DISTINCT FROM old.completion_text
            AND NOT coalesce(starts_with(new.completion_text, old.completion_text) OR starts_with(old.completion_text, new.completion_text), FALSE)
    FROM pair
)
SELECT nct_id, version, change_code, old_text, new_text, detail_text
FROM told
WHERE is_change
