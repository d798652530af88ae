"""ClinicalTrials.gov: volatile parts, the strategy file, and real odd records field by field."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from msc_harvest import dictionary
from msc_harvest.connectors import study_pages
from msc_harvest.connectors.clinicaltrials_gov import PARAMETERS, ClinicalTrialsGov, query_parameters
from msc_harvest.errors import BadPayload, RecordRejected, SettingsError
from msc_harvest.model import Reading, Strategy

# Content without its volatile part


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"derivedSection":{"miscInfoModule":{"versionHolder":"2026-09-11"}}}', b'{"derivedSection":{"miscInfoModule":{}}}'),
        (b'{"miscInfoModule":{"versionHolder":"2026-09-11","removedCountries":["France"]}}', b'{"miscInfoModule":{"removedCountries":["France"]}}'),
        (b'{"miscInfoModule":{"removedCountries":["France"], "versionHolder" : "2026-09-11"}}', b'{"miscInfoModule":{"removedCountries":["France"]}}'),
        (b'{"a":1,"versionHolder":"2026-09-11","b":2}', b'{"a":1,"b":2}'),
        (rb'{"briefTitle":"the \"versionHolder\":\"2026-09-11\" field"}', rb'{"briefTitle":"the \"versionHolder\":\"2026-09-11\" field"}'),
        (rb'{"a":"x\\","versionHolder":"1"}', rb'{"a":"x\\"}'),
        (b'{"a":["versionHolder","2026-09-11"]}', b'{"a":["versionHolder","2026-09-11"]}'),
        (b"not json", b"not json"),
    ],
)  # fmt: skip
def test_content_leaves_out_the_day_of_the_data_set_and_nothing_else(body: bytes, kept: bytes) -> None:
    assert ClinicalTrialsGov().content(body) == kept


def test_content_of_real_records_loses_the_version_holder_only(studies: dict[str, bytes]) -> None:
    connector = ClinicalTrialsGov()
    changed = 0
    for body in studies.values():
        before, after = json.loads(body), json.loads(connector.content(body))
        changed += before["derivedSection"]["miscInfoModule"].pop("versionHolder", None) is not None
        assert before == after
        assert connector.content(re.sub(rb'("versionHolder":")[^"]*', rb"\g<1>2099-01-01", body)) == connector.content(
            body
        )
    assert changed > 490


# The strategy file


def test_parameters_are_taken_verbatim_and_continued_lines_joined() -> None:
    text = '# remark = no\nquery.term =\n  ("a b" OR c)\n  # inner remark\n\tAND d\n\nquery.cond = e = f\n'
    assert query_parameters(text) == (("query.term", '("a b" OR c) AND d'), ("query.cond", "e = f"))


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "query.term =\n", "MSC AND kidney\n", "  query.term = x\n", "filter.phase = 1\n", "fields = NCTId\n", "pageSize = 5\n", "query.term = a\nquery.term = b\n",
     "query.term = NCT00658073\n", "query.term = nct00658073 OR NCT752479\n", "query.cond = kidney\nquery.id = (NCT00658073, NCT00752479)\n"],
)  # fmt: skip
def test_a_strategy_that_cannot_be_sent_as_it_is_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as problem:
        query_parameters(text)
    assert "\n" not in str(problem.value)
    strategy = Strategy("x", "clinicaltrials_gov", text, "0" * 64)
    with pytest.raises(SettingsError):
        list(ClinicalTrialsGov().search(lambda _: pytest.fail("it was sent"), strategy, Reading()))


def test_ids_belong_into_the_filter() -> None:
    assert query_parameters("filter.ids = NCT00658073,NCT00752479\n") == (("filter.ids", "NCT00658073,NCT00752479"),)


@pytest.fixture(scope="module")
def clinical(checkout: Path) -> str:
    return (checkout / "queries" / "search" / "clinical" / "clinicaltrials_gov.txt").read_text(encoding="utf-8")


def phrases(expression: str) -> list[str]:
    words = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|([^\s()"]+)', expression)]
    return [word for word in words if word not in ("OR", "AND", "NOT")]


def test_the_clinical_strategy_is_one_balanced_expression(clinical: str) -> None:
    parameters = query_parameters(clinical)
    assert [name for name, _ in parameters] == ["query.term"] and {name for name, _ in parameters} <= PARAMETERS
    expression = parameters[0][1]
    assert expression.count('"') % 2 == 0
    depth = 0
    for sign in re.sub(r'"[^"]*"', "", expression):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        assert 0 <= depth <= 1
    assert depth == 0
    assert not re.search(r"[\u2018-\u201d]|\b(?:or|and|not)\b|AREA|RANGE", re.sub(r'"[^"]*"', "", expression))
    words = phrases(expression)
    assert len(words) == len({word.lower() for word in words}), "a phrase stands twice"
    assert all(word.strip() == word and word for word in words)
    bare = re.sub(r'"[^"]*"', "P", expression)
    assert re.fullmatch(r"\(\S+(?: OR \S+)*\) AND \(\S+(?: OR \S+)*\)", bare), (
        "an operator is missing between two phrases"
    )


def test_the_clinical_strategy_fits_into_a_url(clinical: str) -> None:
    assert len(urlencode(query_parameters(clinical), quote_via=quote)) < 6000


def test_the_clinical_strategy_names_what_a_reader_of_the_field_expects(clinical: str) -> None:
    words = {word.lower() for word in phrases(query_parameters(clinical)[0][1])}
    assert {
        "mesenchymal stem cell",
        "mesenchymal stromal cell",
        "msc",
        "mscs",
        "multipotent adult progenitor",
        "mapc",
        "multistem",
        "medicinal signaling cell",
        "medicinal signalling cell",
        "wharton's jelly",
        "adipose derived stem cell",
        "adsc",
        "remestemcel",
        "prochymal",
    } <= words
    assert {
        f"{organ} transplantation"
        for organ in (
            "kidney",
            "renal",
            "liver",
            "hepatic",
            "heart",
            "cardiac",
            "lung",
            "small bowel",
            "intestinal",
            "multivisceral",
        )
    } <= words
    assert {
        "graft rejection",
        "clad",
        "bronchiolitis obliterans",
        "delayed graft function",
        "chronic allograft nephropathy",
        "allograft",
    } <= words


def test_the_clinical_strategy_finds_every_labelled_trial(
    clinical: str, msc_trials: dict[str, bytes], shared: Path
) -> None:
    """A plain reading of the expression (words next to each other) over real registrations. Essie finds more, not less."""
    apart = r"[\s-]+"
    sides = [
        re.compile(
            "|".join(r"\b" + apart.join(re.escape(part) for part in re.split(apart, word)) for word in phrases(side)),
            re.I,
        )
        for side in query_parameters(clinical)[0][1].split(" AND ")
    ]
    lines = (shared / "data" / "gold" / "screening_open.csv").read_text(encoding="utf-8").splitlines()
    wanted = {line.split(",")[0] for line in lines if re.search(r",(?:include|borderline),", line)} & msc_trials.keys()
    assert len(wanted) >= 15
    missed = {nct_id for nct_id in wanted if not all(side.search(msc_trials[nct_id].decode()) for side in sides)}
    assert not missed


# Facts of the source


def test_the_class_says_where_its_records_come_from() -> None:
    form = ClinicalTrialsGov.__doc__ or ""
    for field in ("Source:", "Documentation:", "Licence and terms:", "Identifiers:", "Update rhythm:", "Caveats:"):
        assert field in form
    assert ClinicalTrialsGov.base_url.endswith("/api/v2") and ClinicalTrialsGov.requests_per_second == 1.0
    assert dictionary.tables(ClinicalTrialsGov.dictionary)[0].name == "core.trial"


def test_the_recorded_answers_of_the_service_are_understood(shared: Path) -> None:
    def recorded(name: str) -> bytes:
        text: str = json.loads((shared / "data" / "ctgov" / "exchanges" / name).read_text(encoding="utf-8"))["text"]
        return text.encode()

    told = "apiVersion 2.0.5 dataTimestamp 2026-09-11T09:00:04"
    assert study_pages.version(recorded("version.json")) == (told, date(2026, 9, 11))
    assert study_pages.split(recorded("search_nonsense_size3_page1.json")) == study_pages.Page([], None, 0)
    with pytest.raises(BadPayload, match="NCT99999999"):
        study_pages.split(recorded("study_NCT99999999.json"))
    rows = ClinicalTrialsGov().parse(recorded("study_NCT03278314.json")).rows
    trial = dict(
        zip((column.name for column in dictionary.tables("core_trial")[0].columns), rows["core.trial"][0], strict=True)
    )
    assert (trial["study_type"], trial["overall_status"]) == ("EXPANDED_ACCESS", "APPROVED_FOR_MARKETING")
    assert trial["phases"] is trial["enrollment_count"] is trial["start_date_text"] is None
    assert trial["is_expanded_access_treatment"] is not None
    with pytest.raises(RecordRejected):
        ClinicalTrialsGov().parse(recorded("study_NCT99999999.json"))


# Real records, by their numbers


@pytest.fixture(scope="module")
def studies(shared: Path) -> dict[str, bytes]:
    """Authentic studies of the service by NCT number."""
    lines = gzip.decompress((shared / "data" / "ctgov" / "v2_records.jsonl.gz").read_bytes()).splitlines()
    return {study_pages.nct_id(line) or "": line for line in lines}


@pytest.fixture(scope="module")
def msc_trials(shared: Path) -> dict[str, bytes]:
    """Registrations of MSC trials (2022), shape rebuilt, by NCT number."""
    lines = gzip.decompress((shared / "data" / "ctgov" / "msc_trials_v2_shape.jsonl.gz").read_bytes()).splitlines()
    return {study_pages.nct_id(line) or "": line for line in lines}


Rows = dict[str, list[dict[str, Any]]]


def rows_of(body: bytes) -> Rows:
    tables = {table.name: [column.name for column in table.columns] for table in dictionary.tables("core_trial")}
    parsed = ClinicalTrialsGov().parse(body)
    assert parsed.drift == ()
    return {
        name.removeprefix("core."): [dict(zip(tables[name], row, strict=True)) for row in rows]
        for name, rows in parsed.rows.items()
    }


# (NCT number, table, what the row is found by, what it must say). `None` as table content: the table has no row.
TRIAL_FACTS: list[tuple[str, dict[str, Any]]] = [
    ("NCT00410098", {"overall_status": "UNKNOWN", "last_known_status": "NOT_YET_RECRUITING", "start_date_text": "2007-06", "start_date": None, "start_date_precision": "month", "start_date_type": None,
                     "completion_date_text": None, "completion_date_precision": None, "primary_completion_date": None, "responsible_party_type": None, "enrollment_count": 30}),
    ("NCT00069082", {"responsible_party_type": None, "responsible_party_old_organization": "Winston Laboratories, Inc.", "enrollment_count": 2, "phases": ["PHASE3"], "start_date_type": None}),
    ("NCT00203242", {"phases": ["NA"], "has_results": True, "responsible_party_old_organization": "Thomas Jefferson University/Jefferson Headache Center"}),
    ("NCT00399243", {"overall_status": "UNKNOWN", "last_known_status": "RECRUITING", "has_results": False, "unposted_responsible_party": "Diamond Headache Clinic", "estimated_results_first_submit_date": date(2010, 11, 1)}),
    ("NCT03103880", {"start_date": date(2017, 4, 21), "start_date_precision": "day", "start_date_type": "ACTUAL", "enrollment_count": 104, "lead_sponsor_name": "CoheroHealth"}),
    ("NCT04267848", {"overall_status": "RECRUITING", "enrollment_count": 1210, "enrollment_type": "ESTIMATED", "version_holder_date": date(2025, 9, 11)}),
    ("NCT02513394", {"acronym": "PALLAS", "enrollment_count": 5796, "has_results": True, "lead_sponsor_name": "Alliance Foundation Trials, LLC."}),
    ("NCT00712335", {"enrollment_count": 105, "phases": ["PHASE4"], "minimum_age_years": 18.0, "maximum_age_text": "45 Years"}),
    ("NCT01126879", {"overall_status": "TERMINATED", "enrollment_count": 12, "completion_date": date(2013, 12, 28)}),
    ("NCT05589896", {"phases": ["PHASE1", "PHASE2"], "overall_status": "NOT_YET_RECRUITING", "start_date_text": "2023-03", "start_date_type": "ESTIMATED"}),
    ("NCT05814159", {"minimum_age_text": "8 Months", "minimum_age_years": 0.6667, "version_holder_date_text": "2023-06-29"}),
    ("NCT05923112", {"study_type": "OBSERVATIONAL", "phases": None, "minimum_age_text": "0 Years", "minimum_age_years": 0.0}),
    ("NCT05521087", {"minimum_age_text": "30 Days", "minimum_age_years": 0.0821, "maximum_age_years": 30.0}),
    ("NCT03798535", {"maximum_age_text": "130 Years", "enrollment_count": 1156, "study_type": "OBSERVATIONAL"}),
    ("NCT00000410", {"start_date_text": "2000-03", "start_date": None, "start_date_type": None, "completion_date_text": "2015-04"}),
    ("NCT00124774", {"start_date_text": "2004-11", "start_date_precision": "month", "start_date_type": None}),
    ("NCT00353704", {"masking": "QUADRUPLE", "who_masked": ["PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR"]}),
    ("NCT00405041", {"phases": ["PHASE2", "PHASE3"], "masking": "TRIPLE", "who_masked": ["PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR"]}),
    ("NCT00934284", {"study_type": "OBSERVATIONAL", "observational_model": "OTHER", "time_perspective": "PROSPECTIVE", "is_patient_registry": False, "sampling_method": "PROBABILITY_SAMPLE"}),
    ("NCT01359631", {"observational_model": "CASE_ONLY", "allocation": None, "masking": None}),
    ("NCT01511679", {"biospecimen_retention": "SAMPLES_WITH_DNA"}),
    ("NCT01255813", {"removed_countries": ["France"]}),
    ("NCT01792817", {"disp_first_submit_date": date(2016, 2, 17)}),
    ("NCT01949129", {"minimum_age_text": "1 Month", "minimum_age_years": 0.0833, "removed_countries": ["Czech Republic"]}),
    ("NCT02397473", {"ipd_sharing": "YES", "ipd_info_types": ["STUDY_PROTOCOL", "SAP", "CSR"]}),
    ("NCT02856893", {"first_mcp_post_date": date(2024, 4, 3), "first_mcp_post_date_precision": "day"}),
    ("NCT03683472", {"org_study_id": "1R41MH118130-01", "org_study_id_type": "NIH", "estimated_results_first_submit_date": date(2022, 2, 21)}),
    ("NCT03784144", {"is_gender_based": True}),
    ("NCT04856215", {"minimum_age_text": "6 Months", "minimum_age_years": 0.5}),
    ("NCT05406817", {"has_expanded_access": True, "expanded_access_nct_id": "NCT05918913", "expanded_access_status": "AVAILABLE"}),
]  # fmt: skip

ROW_FACTS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("NCT03103880", "trial_alias", {"alias_position": 1}, {"alias_nct_id": "NCT05712863"}),
    ("NCT00203242", "result_outcome", {"outcome_position": 2}, {"reporting_status": "NOT_POSTED", "unit_of_measure": "days", "outcome_type": "SECONDARY"}),
    ("NCT00203242", "adverse_event_group", {"group_id": "EG000"}, {"deaths_num_affected": None, "serious_num_affected": 0, "serious_num_at_risk": 15, "other_num_affected": 7}),
    ("NCT00203242", "adverse_event", {"event_seriousness": "other", "event_position": 2}, {"term_text": "Tiredness", "source_vocabulary": None}),
    ("NCT00203242", "result_more_info", {}, {"is_pi_sponsor_employee": True, "has_restrictive_agreement": None}),
    ("NCT00399243", "trial_unposted_event", {"event_position": 10}, {"event_type": "RESET", "event_date": date(2023, 3, 10), "is_date_unknown": None}),
    ("NCT00399243", "trial_submission", {"submission_position": 2}, {"release_date": date(2012, 4, 2), "reset_date": date(2012, 4, 23), "unrelease_date": None}),
    ("NCT04267848", "trial_location", {"location_position": 2}, {"city": "Anchorage", "zip": "99504", "location_status": "SUSPENDED", "latitude": 61.21806, "longitude": -149.90028}),
    ("NCT02513394", "trial_location", {"location_position": 332}, {"city": "Seoul", "country": "Korea, Republic of"}),
    ("NCT00712335", "trial_location", {"location_position": 1}, {"city": "Seoul", "country": "South Korea"}),
    ("NCT01949129", "trial_location", {"location_position": 108}, {"city": "Ankara", "country": "Turkey"}),
    ("NCT05511155", "trial_location", {"location_position": 1}, {"city": "Aksaray", "country": "Turkey (Türkiye)"}),
    ("NCT05814159", "trial_location", {"location_position": 1}, {"facility": "Chiba Children's Hospital", "country": "Japan", "latitude": 35.6}),
    ("NCT02513394", "adverse_event_group", {"group_id": "EG001"}, {"deaths_num_affected": 76, "deaths_num_at_risk": 2902, "serious_num_affected": 229}),
    ("NCT02513394", "adverse_event_count", {"event_seriousness": "serious", "event_position": 1, "group_id": "EG001"}, {"num_affected": 0, "num_at_risk": 2902, "num_events": 0}),
    ("NCT02513394", "result_outcome_analysis", {"outcome_position": 1}, {"p_value": 0.65, "p_value_missing_reason": None, "param_type": "Hazard Ratio (HR)", "param_value": 0.96, "ci_lower_limit": 0.81, "ci_upper_limit": 1.14, "ci_pct": 95.0, "group_ids": ["OG000", "OG001"]}),
    ("NCT02513394", "result_flow_achievement", {"milestone_position": 2, "group_id": "FG000"}, {"period_position": 1, "num_subjects_text": "2884", "num_subjects": 2884, "num_subjects_missing_reason": None, "num_units": None}),
    ("NCT02513394", "result_outcome_denom", {"outcome_position": 1, "group_id": "OG001"}, {"units": "Participants", "count_text": "2877", "count": 2877}),
    ("NCT02513394", "trial_document", {}, {"document_type_abbrev": "Prot_SAP", "has_icf": False, "size_bytes": 2719041, "upload_date": date(2021, 11, 10), "upload_date_text": "2021-11-10T11:05", "upload_date_precision": "day"}),
    ("NCT00712335", "result_outcome_measurement", {"outcome_position": 3, "group_id": "OG001"}, {"value_text": "26,300", "value": 26300.0, "value_missing_reason": None, "spread_text": "74,106", "spread": 74106.0}),
    ("NCT01126879", "result_outcome_denom", {"outcome_position": 1, "group_id": "OG000"}, {"count_text": "0", "count": 0, "count_missing_reason": None}),
    ("NCT01126879", "result_outcome", {"outcome_position": 1}, {"reporting_status": "POSTED", "outcome_type": "PRIMARY"}),
    ("NCT02856893", "result_outcome_measurement", {"outcome_position": 7, "group_id": "OG000"}, {"value_text": "NA", "value": None, "value_missing_reason": "not_applicable_or_not_estimable", "lower_limit": 28.4, "upper_limit_text": "NA", "upper_limit": None}),
    ("NCT04688775", "result_outcome_measurement", {"outcome_position": 6, "group_id": "OG000"}, {"value_text": "NA", "value": None}),
    ("NCT01701245", "result_outcome_measurement", {"outcome_position": 1, "group_id": "OG001"}, {"value": -7.6, "spread": 6.4}),
    ("NCT02369484", "result_outcome_measurement", {"outcome_position": 1, "category_position": 2}, {"class_title": "Analysis of all enrolled patients (N=13)", "category_title": 'DC at 12 weeks- "No"', "value": 6.0}),
    ("NCT01367860", "result_outcome_analysis", {"outcome_position": 2}, {"p_value_text": "<0.05", "p_value": None, "p_value_missing_reason": "comparison_sign", "param_value_missing_reason": "absent", "is_non_inferiority_tested": False}),
    ("NCT01367860", "result_outcome_analysis", {"outcome_position": 1}, {"p_value": 0.05, "param_value": -1.89, "dispersion_type": "STANDARD_ERROR_OF_MEAN", "dispersion_value": 1.06, "ci_num_sides": "TWO_SIDED"}),
    ("NCT05372913", "result_outcome_analysis", {"outcome_position": 3}, {"non_inferiority_type": "NON_INFERIORITY", "ci_lower_limit": -2.3, "ci_upper_limit": 0.96}),
    ("NCT00353704", "result_flow_withdrawal_count", {"withdrawal_position": 1, "group_id": "FG001"}, {"num_subjects": 1, "num_subjects_text": "1"}),
    ("NCT00353704", "result_flow_withdrawal", {"withdrawal_position": 1}, {"withdrawal_type": "Protocol Violation"}),
    ("NCT00777179", "result_flow_achievement", {"milestone_position": 1, "group_id": "FG001"}, {"num_subjects": 42}),
    ("NCT05589896", "trial_intervention", {"intervention_position": 7}, {"intervention_name": "Cyclophosphamide", "intervention_type": "DRUG"}),
    ("NCT05589896", "trial_intervention", {"intervention_position": 4}, {"intervention_name": "Cyclophosphamide", "intervention_type": "DRUG"}),
    ("NCT05589896", "trial_arm_intervention", {"arm_position": 1, "link_position": 3}, {"intervention_text": "Procedure: Bone Marrow Transplant"}),
    ("NCT00000410", "trial_reference", {"reference_position": 6}, {"pmid": "17119141", "reference_type": "RESULT"}),
    ("NCT00000410", "trial_mesh", {"mesh_of": "condition", "mesh_rank": "leaf", "mesh_position": 2}, {"mesh_id": "M9625", "mesh_term": "Hernia", "as_found": "Herniation", "relevance": "HIGH"}),
    ("NCT00000410", "trial_mesh", {"mesh_of": "condition", "mesh_rank": "branch", "mesh_position": 1}, {"mesh_id": "BC23", "mesh_term": "Symptoms and General Pathology", "as_found": None}),
    ("NCT01339377", "trial_reference", {"reference_position": 2}, {"pmid": None, "reference_type": "BACKGROUND"}),
    ("NCT04845451", "trial_ipd_available", {"ipd_position": 2}, {"ipd_type": "Statistical Analysis Plan", "ipd_id": "Cluster Headaches-Neuroma"}),
    ("NCT00356603", "result_more_info", {}, {"has_restrictive_agreement": True, "restriction_type": "OTHER", "is_pi_sponsor_employee": False}),
    ("NCT01978912", "trial_document", {"document_type_abbrev": "SAP"}, {"size_bytes": 756824, "upload_date_text": "2019-09-26T04:54"}),
]  # fmt: skip

NO_ROWS = [
    ("NCT00410098", "trial_arm"),
    ("NCT00410098", "trial_location"),
    ("NCT00069082", "trial_outcome"),
    ("NCT05923112", "trial_arm"),
    ("NCT05589896", "trial_location"),
    ("NCT03798535", "trial_mesh"),
    ("NCT00712335", "adverse_event"),
    ("NCT01126879", "result_outcome_class"),
]
COUNTS = [("NCT04267848", "trial_location", 1148), ("NCT02513394", "trial_location", 437), ("NCT02513394", "adverse_event", 2029), ("NCT02513394", "adverse_event_count", 4058), ("NCT05814159", "trial_outcome", 62), ("NCT05814159", "trial_location", 18),
          ("NCT03798535", "trial_location", 254), ("NCT00399243", "trial_unposted_event", 10), ("NCT05589896", "trial_intervention", 10), ("NCT00203242", "result_outcome", 3)]  # fmt: skip


@pytest.mark.parametrize(("nct_id", "facts"), TRIAL_FACTS, ids=[nct_id for nct_id, _ in TRIAL_FACTS])
def test_a_real_trial_says_what_its_record_says(studies: dict[str, bytes], nct_id: str, facts: dict[str, Any]) -> None:
    (trial,) = rows_of(studies[nct_id])["trial"]
    assert {name: trial[name] for name in facts} == facts


@pytest.mark.parametrize(
    ("nct_id", "table", "where", "facts"), ROW_FACTS, ids=[f"{nct_id}-{table}" for nct_id, table, _, _ in ROW_FACTS]
)
def test_a_real_row_says_what_its_record_says(
    studies: dict[str, bytes], nct_id: str, table: str, where: dict[str, Any], facts: dict[str, Any]
) -> None:
    rows = [row for row in rows_of(studies[nct_id])[table] if where.items() <= row.items()]
    assert rows and {name: rows[0][name] for name in facts} == facts


@pytest.mark.parametrize(("nct_id", "table"), NO_ROWS)
def test_what_a_record_lacks_has_no_row(studies: dict[str, bytes], nct_id: str, table: str) -> None:
    assert table not in rows_of(studies[nct_id])


@pytest.mark.parametrize(("nct_id", "table", "n"), COUNTS)
def test_every_member_of_a_list_has_a_row(studies: dict[str, bytes], nct_id: str, table: str, n: int) -> None:
    assert len(rows_of(studies[nct_id])[table]) == n


def test_enough_odd_records_are_held_by_number() -> None:
    assert len({fact[0] for fact in (*TRIAL_FACTS, *ROW_FACTS, *NO_ROWS, *COUNTS)}) >= 35


def test_text_is_kept_as_it_stands(studies: dict[str, bytes]) -> None:
    assert any("&#39;" in (row["facility"] or "") for row in rows_of(studies["NCT05521087"])["trial_location"])
    assert any("&amp;" in row["link_url"] for row in rows_of(studies["NCT03798535"])["trial_see_also"])
    escaped: Callable[[str], bool] = lambda text: any(sign in text for sign in (r"\<", r"\>", r"\^", r"\["))  # noqa: E731
    assert sum(escaped(rows_of(body)["trial"][0]["eligibility_criteria"] or "") for body in studies.values()) > 100


MSC_FACTS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("NCT00658073", {"enrollment_count": 165, "enrollment_type": "ACTUAL", "allocation": "RANDOMIZED", "start_date_text": "2008-03", "org_study_id": "MSC-K-2"}, ["A", "B", "C"]),
    ("NCT01429038", {"enrollment_count": 40, "phases": ["PHASE1", "PHASE2"], "start_date": date(2012, 2, 1), "lead_sponsor_name": "University of Liege"}, ["MSC Liver Transplantation", "MSC Kidney Transplantation"]),
    ("NCT02387151", {"acronym": "Neptune", "enrollment_count": 10, "allocation": "NA", "overall_status": "COMPLETED"}, ["mesenchymal stromal cells"]),
    ("NCT02181712", {"enrollment_count": 19, "phases": ["PHASE1"], "lead_sponsor_name": "Mayo Clinic"}, ["Mesenchymal Stem cells", "Booster Mesenchymal Stem Cells"]),
    ("NCT02563340", {"overall_status": "UNKNOWN", "enrollment_count": 60, "masking": "SINGLE"}, ["MSCs group", "Control group"]),
    ("NCT02409940", {"enrollment_count": 17, "start_date_text": "2013-09", "allocation": "RANDOMIZED"}, ["Autologus Mesenchymal Stem Cells", "Allogeniec Mesenchymal Stem Cells", "Control without Mesenchymal Stem Cells"]),
    ("NCT01690247", {"lead_sponsor_name": "Beijing 302 Hospital", "enrollment_count": 50, "enrollment_type": "ESTIMATED"}, ["Conventional plus UC-MSC", "Conventional plus placebo"]),
    ("NCT05456243", {"overall_status": "RECRUITING", "start_date_text": "2022-10", "enrollment_count": 12}, ["Low Dose Group", "High Dose Group"]),
]  # fmt: skip


@pytest.mark.parametrize(("nct_id", "facts", "arms"), MSC_FACTS, ids=[fact[0] for fact in MSC_FACTS])
def test_a_trial_of_this_field(
    msc_trials: dict[str, bytes], nct_id: str, facts: dict[str, Any], arms: list[str]
) -> None:
    rows = rows_of(msc_trials[nct_id])
    assert {name: rows["trial"][0][name] for name in facts} == facts
    assert [row["arm_label"] for row in rows["trial_arm"]] == arms
