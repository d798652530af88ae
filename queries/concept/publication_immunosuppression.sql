-- title: Anti-rejection drugs in a paper
-- question: Which drugs for induction, maintenance and desensitisation does the paper name, and are they to be reduced or withdrawn?
-- grain: one row per paper on the subject, drug or change of drugs
-- missing: a paper that names none has no row; a drug named need not be given to everybody
-- reference: concept.record_immunosuppression
SELECT record_id AS pmid, kind, immunosuppressant_code, matched_text, matched_field, span_start, span_end, rule_id, certainty
FROM concept.record_immunosuppression
WHERE source = 'pubmed'
