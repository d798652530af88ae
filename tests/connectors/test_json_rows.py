"""The dictionary-driven reader of JSON records: coverage of the source, drift, and records made to hurt."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from msc_harvest import dictionary
from msc_harvest.connectors import json_rows
from msc_harvest.connectors.json_rows import drift, readers, shape
from msc_harvest.connectors.json_rows.shape import alternatives
from msc_harvest.dictionary import Column, Table
from msc_harvest.errors import RecordRejected, SettingsError
from msc_harvest.model import Parsed

SOURCE = "clinicaltrials_gov"
TABLES = {table.name: table for table in dictionary.tables("core_trial")}
ARMS = "protocolSection.armsInterventionsModule.armGroups[]"
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "VARCHAR": (str,), "VARCHAR[]": (list,), "INTEGER": (int,), "BIGINT": (int,), "DOUBLE": (int, float), "BOOLEAN": (bool,), "DATE": (date,),
}  # fmt: skip
READS_TYPES = {
    "text": {"VARCHAR"}, "bool": {"BOOLEAN"}, "int": {"INTEGER", "BIGINT"}, "float": {"DOUBLE"}, "number": {"DOUBLE"}, "count": {"INTEGER"},
    "list": {"VARCHAR[]"}, "date": {"DATE"}, "date_precision": {"VARCHAR"}, "age_years": {"DOUBLE"}, "missing_reason": {"VARCHAR"},
    "position": {"INTEGER"}, "list_name": {"VARCHAR"},
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> json_rows.JsonRows:
    return json_rows.for_source("core_trial", SOURCE)


@pytest.fixture(scope="module")
def bodies(shared: Path) -> dict[str, list[bytes]]:
    """All real records: file name → bodies."""
    folder = shared / "data" / "ctgov"
    lines = {
        name: gzip.decompress((folder / f"{name}.jsonl.gz").read_bytes()).splitlines()
        for name in ("v2_records", "v2_record_versions", "msc_trials_v2_shape")
    }
    lines["v2_record_versions"] = [
        json.dumps(json.loads(line)["study"]).encode() for line in lines["v2_record_versions"]
    ]
    return lines


def assert_fits(parsed: Parsed) -> None:
    """Every row is as wide as its table, and every value is one that the declared type holds."""
    for name, rows in parsed.rows.items():
        assert rows, name
        for row in rows:
            for value, column in zip(row, TABLES[name].columns, strict=True):
                assert value is not None or "required" not in column.role, (name, column.name)
                if value is None:
                    continue
                assert isinstance(value, PYTHON_TYPES[column.type]), (name, column.name, value)
                assert isinstance(value, bool) == (column.type == "BOOLEAN"), (name, column.name, value)
                if isinstance(value, int) and column.type in ("INTEGER", "BIGINT"):
                    assert abs(value) < 2 ** (31 if column.type == "INTEGER" else 63)
                if isinstance(value, float):
                    assert math.isfinite(value), (name, column.name)
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str):
                        text.encode()


def minimal(**protocol: Any) -> dict[str, Any]:
    return {"protocolSection": {"identificationModule": {"nctId": "NCT01234567"}, **protocol}, "hasResults": False}


def parse(reader: json_rows.JsonRows, record: Any) -> Parsed:
    parsed = reader.parse(record if isinstance(record, bytes) else json.dumps(record).encode())
    assert_fits(parsed)
    return parsed


def named(parsed: Parsed, table: str) -> list[dict[str, Any]]:
    names = [column.name for column in TABLES[table].columns]
    return [dict(zip(names, row, strict=True)) for row in parsed.rows.get(table, [])]


# The dictionary itself


def test_every_table_says_what_its_rows_are_and_what_makes_them_unique() -> None:
    for table in TABLES.values():
        assert table.definition and table.source_path, table.name
        assert table.columns[0].name == "nct_id" and "key" in table.columns[0].role, table.name
        assert table.name == "core.trial" or table.columns[0].refers_to == "core.trial", table.name
        assert len({column.name for column in table.columns}) == len(table.columns), table.name
        if "[]" in table.source_path:
            assert table.columns[1].reads in ("position",) or table.columns[1].reads.startswith("list_name"), table.name


def test_every_column_has_a_meaning_and_a_type_that_fits_its_reader() -> None:
    for table in TABLES.values():
        for column in table.columns:
            assert column.definition.strip() and column.source_path, (table.name, column.name)
            assert column.type in READS_TYPES[column.reads.split(" ")[0]], (table.name, column.name)


def test_dates_come_in_threes_and_numbers_keep_their_text() -> None:
    for table in TABLES.values():
        by_name = {column.name: column for column in table.columns}
        for column in table.columns:
            if column.reads == "date":
                assert (
                    by_name[f"{column.name}_text"].source_path
                    == by_name[f"{column.name}_precision"].source_path
                    == column.source_path
                )
            if column.reads in ("number", "count", "age_years", "missing_reason"):
                texts = [
                    other
                    for other in table.columns
                    if other.reads == "text" and other.source_path == column.source_path
                ]
                assert texts, (table.name, column.name)


# Coverage of the source


def covered(path: str, mapped: set[str], left_out: set[str]) -> bool:
    return path in mapped or any(path == out or path.startswith((f"{out}.", f"{out}[]")) for out in left_out)


def known_paths() -> tuple[set[str], set[str], set[str]]:
    """Paths read into a column, paths left out with a reason, and paths of known objects (that may stand empty)."""
    mapped = {
        path for table in TABLES.values() for column in table.columns for path in alternatives(column.source_path)
    }
    left_out = {path for source, path in dictionary.unmapped() if source == SOURCE}
    objects = {path[:end] for path in mapped | left_out for end, sign in enumerate(path) if sign == "."}
    return mapped, left_out, objects


def test_each_leaf_of_each_real_record_is_read_or_left_out_with_a_reason(bodies: dict[str, list[bytes]]) -> None:
    mapped, left_out, objects = known_paths()
    assert [len(found) for found in bodies.values()] == [496, 10, 1463]
    met: set[str] = set()
    for found in bodies.values():
        for body in found:
            met |= drift.leaf_paths(json.loads(body))
    unknown = {path for path in met - objects if not covered(path, mapped, left_out)}
    assert not unknown
    assert len(met) > 300


def test_each_field_of_the_service_own_field_tree_is_read_or_left_out(shared: Path) -> None:
    mapped, left_out, _ = known_paths()
    waiting = [
        (node, "")
        for node in json.loads(gzip.decompress((shared / "data" / "ctgov" / "studies_metadata.json.gz").read_bytes()))
    ]
    leaves: set[str] = set()
    while waiting:
        node, above = waiting.pop()
        path = f"{above}.{node['name']}" if above else node["name"]
        path += "[]" if node.get("type", "").endswith("[]") else ""
        waiting.extend((child, path) for child in node.get("children", []))
        if not node.get("children"):
            leaves.add(path)
    geo_point = "protocolSection.contactsLocationsModule.locations[].geoPoint"
    assert geo_point in leaves, "the tree names it as one field; the records hold lat and lon"
    assert {path for path in leaves - {geo_point} if not covered(path, mapped, left_out)} == set()


def test_no_path_is_both_read_and_left_out_and_every_reason_is_given() -> None:
    mapped, left_out, _ = known_paths()
    assert not {path for path in mapped if covered(path, set(), left_out)}
    assert all(reason.strip() for reason in dictionary.unmapped().values())


def test_all_real_records_parse_without_reject_or_drift_and_keys_are_unique(
    reader: json_rows.JsonRows, bodies: dict[str, list[bytes]]
) -> None:
    for name, found in bodies.items():
        keys: Counter[tuple[Any, ...]] = Counter()
        for serial, body in enumerate(found):
            parsed = reader.parse(body)
            assert parsed.drift == (), name
            assert_fits(parsed)
            for table, rows in parsed.rows.items():
                places = [place for place, column in enumerate(TABLES[table].columns) if "key" in column.role]
                # Snapshots of one trial share their keys: the serial tells them apart.
                keys.update((serial, table, *(row[place] for place in places)) for row in rows)
        assert max(keys.values()) == 1, keys.most_common(1)


# A record in which every known field is filled


def full_record(number_text: str) -> dict[str, Any]:
    """One of everything the dictionary names; lists hold two members; numbers in words are all `number_text`."""
    values = {
        "bool": True,
        "int": 7,
        "float": 1.5,
        "date": "2020-01-31",
        "age_years": "18 Years",
        "number": number_text,
        "count": number_text,
    }
    known = [
        (path, column.reads)
        for table in TABLES.values()
        for column in table.columns
        for path in alternatives(column.source_path)
    ]
    special = {path: values[reads] for path, reads in known if reads in values}
    record: dict[str, Any] = {}
    for path, reads in known:
        if reads.split(" ")[0] not in ("position", "list_name"):
            put(record, path.split("."), special.get(path, "some text"))
    record["protocolSection"]["identificationModule"]["nctId"] = "NCT01234567"
    return record


def put(into: dict[str, Any], parts: list[str], value: Any) -> None:
    key, is_list, rest = parts[0].removesuffix("[]"), parts[0].endswith("[]"), parts[1:]
    if not rest:
        into[key] = [value, value] if is_list else value
    elif is_list:
        for member in into.setdefault(key, [{}, {}]):
            put(member, rest, value)
    else:
        put(into.setdefault(key, {}), rest, value)


FULL = full_record("12")
FULL_BODY = json.dumps(FULL).encode()


def test_every_column_of_every_table_is_fed(reader: json_rows.JsonRows) -> None:
    fed: set[tuple[str, str]] = set()
    for number_text in ("12", "NA"):
        parsed = parse(reader, full_record(number_text))
        assert parsed.drift == ()
        assert parsed.rows.keys() == TABLES.keys()
        for name, table in TABLES.items():
            fed |= {
                (name, column.name)
                for place, column in enumerate(table.columns)
                if any(row[place] is not None for row in parsed.rows[name])
            }
    assert {(table.name, column.name) for table in TABLES.values() for column in table.columns} - fed == set()


def test_positions_count_from_one_at_every_level(reader: json_rows.JsonRows) -> None:
    rows = named(parse(reader, FULL), "core.result_outcome_measurement")
    places = [
        (row["outcome_position"], row["class_position"], row["category_position"], row["measurement_position"])
        for row in rows
    ]
    assert places == [(a, b, c, d) for a in (1, 2) for b in (1, 2) for c in (1, 2) for d in (1, 2)]


def test_alternative_lists_of_one_table_are_told_apart(reader: json_rows.JsonRows) -> None:
    parsed = parse(reader, FULL)
    assert [(row["outcome_type"], row["outcome_position"]) for row in named(parsed, "core.trial_outcome")] == [
        (rank, place) for rank in ("primary", "secondary", "other") for place in (1, 2)
    ]
    mesh = named(parsed, "core.trial_mesh")
    assert {(row["mesh_of"], row["mesh_rank"]) for row in mesh} == {
        (of, rank) for of in ("condition", "intervention") for rank in ("mesh", "ancestor", "leaf", "branch")
    }
    assert {row["mesh_rank"] for row in mesh if row["relevance"] is not None} == {"leaf"}
    assert {row["event_seriousness"] for row in named(parsed, "core.adverse_event_count")} == {"serious", "other"}


def test_contact_persons_reach_no_row(reader: json_rows.JsonRows) -> None:
    person = {"name": "CANARY", "email": "CANARY", "phone": "CANARY", "phoneExt": "CANARY", "role": "CONTACT"}
    record = minimal(
        contactsLocationsModule={"centralContacts": [person], "locations": [{"city": "Bergamo", "contacts": [person]}]}
    )
    record["resultsSection"] = {
        "moreInfoModule": {
            "pointOfContact": {
                "title": "CANARY",
                "organization": "An institute",
                "email": "CANARY",
                "phone": "CANARY",
                "phoneExt": "CANARY",
            }
        }
    }
    parsed = parse(reader, record)
    assert parsed.drift == ()
    assert "CANARY" not in repr(parsed.rows)
    assert named(parsed, "core.result_more_info")[0]["point_of_contact_organization"] == "An institute"


# Drift: the record stays, what is new or odd is listed


def test_a_new_path_is_drift_and_costs_no_row(reader: json_rows.JsonRows) -> None:
    record = json.loads(FULL_BODY)
    before = parse(reader, record).rows
    record["protocolSection"]["newModule"] = {"field": 1, "list": [{"deep": "x"}, {"deep": "y"}]}
    record["protocolSection"]["armsInterventionsModule"]["armGroups"][0]["colour"] = "blue"
    parsed = parse(reader, record)
    assert parsed.rows == before
    assert parsed.drift == (
        (f"{ARMS}.colour", "unknown path"),
        ("protocolSection.newModule.field", "unknown path"),
        ("protocolSection.newModule.list[].deep", "unknown path"),
    )


IDENTIFICATION = "protocolSection.identificationModule"
DESIGN = "protocolSection.designModule"


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (minimal(designModule={"studyType": 5}), (f"{DESIGN}.studyType", "expected text, got a number")),
        (minimal(designModule={"studyType": True}), (f"{DESIGN}.studyType", "expected text, got true or false")),
        (minimal(designModule={"studyType": {"a": 1}}), (f"{DESIGN}.studyType", "expected text, got an object")),
        (minimal(designModule={"phases": "PHASE1"}), (f"{DESIGN}.phases[]", "expected a list, got text")),
        (minimal(designModule={"phases": [["PHASE1"]]}), (f"{DESIGN}.phases[]", "expected text, got a list")),
        (minimal(designModule=[]), (DESIGN, "expected an object, got a list")),
        (minimal(designModule=None), (DESIGN, "expected an object, got null")),
        (minimal(designModule={"enrollmentInfo": {"count": "12"}}), (f"{DESIGN}.enrollmentInfo.count", "expected a whole number within INTEGER, got text")),
        (minimal(designModule={"enrollmentInfo": {"count": 1.5}}), (f"{DESIGN}.enrollmentInfo.count", "expected a whole number within INTEGER, got a number")),
        (minimal(designModule={"enrollmentInfo": {"count": True}}), (f"{DESIGN}.enrollmentInfo.count", "expected a whole number within INTEGER, got true or false")),
        (minimal(designModule={"enrollmentInfo": {"count": 2**31}}), (f"{DESIGN}.enrollmentInfo.count", "expected a whole number within INTEGER, got a number")),
        (minimal(designModule={"enrollmentInfo": {"count": float("nan")}}), (f"{DESIGN}.enrollmentInfo.count", "expected a whole number within INTEGER, got a number")),
        (minimal(designModule={"patientRegistry": 1}), (f"{DESIGN}.patientRegistry", "expected true or false, got a number")),
        (minimal(armsInterventionsModule={"armGroups": {"label": "A"}}), (ARMS, "expected a list, got an object")),
        (minimal(conditionsModule={"conditions": [7]}), ("protocolSection.conditionsModule.conditions[]", "expected text, got a number")),
        (minimal(contactsLocationsModule={"locations": [{"geoPoint": {"lat": float("inf")}}]}), ("protocolSection.contactsLocationsModule.locations[].geoPoint.lat", "expected a finite number, got a number")),
    ],
)  # fmt: skip
def test_a_value_of_another_type_becomes_null_and_is_listed(
    reader: json_rows.JsonRows, record: dict[str, Any], found: tuple[str, str]
) -> None:
    parsed = parse(reader, record)
    assert parsed.drift == (found,)
    assert named(parsed, "core.trial")[0]["nct_id"] == "NCT01234567"
    assert named(parsed, "core.trial")[0]["enrollment_count"] is None


def test_places_do_not_shift_when_a_member_does_not_fit(reader: json_rows.JsonRows) -> None:
    parsed = parse(
        reader,
        minimal(
            armsInterventionsModule={"armGroups": ["A", {"label": "B"}, None, {"label": "D"}]},
            conditionsModule={"conditions": ["x", 5, "z"]},
        ),
    )
    assert [(row["arm_position"], row["arm_label"]) for row in named(parsed, "core.trial_arm")] == [
        (1, None),
        (2, "B"),
        (3, None),
        (4, "D"),
    ]
    assert [row["condition_text"] for row in named(parsed, "core.trial_condition")] == ["x", None, "z"]
    assert {what for _, what in parsed.drift} == {
        "expected an object, got text",
        "expected an object, got null",
        "expected text, got a number",
    }


def test_null_is_absent(reader: json_rows.JsonRows) -> None:
    parsed = parse(
        reader, minimal(designModule={"studyType": None, "phases": None}, conditionsModule={"conditions": None})
    )
    assert parsed.drift == () and parsed.rows.keys() == {"core.trial"}


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"two\nlines\tand\x01more"}}}', "two\nlines\tand\x01more"),
        (b'\xef\xbb\xbf{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"with BOM"}}}', "with BOM"),
        (b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"bad \xff byte"}}}', "bad \ufffd byte"),
        (b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"half \\ud800 pair"}}}', "half \ufffd pair"),
        (b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"odd"}},"hasResults":NaN}', "odd"),
        (b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"odd","x\\ud800":1}}}', "odd"),
        (b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"odd"}},"n":1' + b"0" * 6000 + b"}", "odd"),
        (b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"odd"}},"n":' + b"[" * 300 + b"]" * 300 + b"}", "odd"),
    ],
    ids=["control characters", "byte order mark", "stray byte", "unpaired surrogate", "NaN", "surrogate in a key", "6,001 digits", "nested"],
)  # fmt: skip
def test_json_that_is_not_strict_still_gives_a_row_and_a_note(
    reader: json_rows.JsonRows, body: bytes, title: str
) -> None:
    parsed = parse(reader, body)
    assert named(parsed, "core.trial")[0]["brief_title"] == title
    assert parsed.drift and all(len(path) <= 300 for path, _ in parsed.drift)
    for path, _ in parsed.drift:
        path.encode()


def test_of_two_equal_keys_the_last_one_counts(reader: json_rows.JsonRows) -> None:
    body = b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567","briefTitle":"first","briefTitle":"second"}}}'
    assert named(parse(reader, body), "core.trial")[0]["brief_title"] == "second"


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"null", b"[]", b'"text"', b"7", b"{}", b"<html>busy</html>", b"NCT number NCT99999999 not found", b'{"protocolSection":{}}', b'{"protocolSection":[]}',
     b'{"protocolSection":{"identificationModule":{}}}', b'{"protocolSection":{"identificationModule":{"nctId":""}}}', b'{"protocolSection":{"identificationModule":{"nctId":7}}}',
     b'{"protocolSection":{"identificationModule":{"nctId":null}}}', b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567"}}', b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567"}}} {}',
     b'{"a":' * 100_000, b"[" * 100_000, b'{"protocolSection":{"identificationModule":{"nctId":"NCT01234567"}},"n":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b"\x00\x01", b"\xff\xfe{\x00}\x00"],
)  # fmt: skip
def test_what_is_no_study_is_rejected_with_a_reason(reader: json_rows.JsonRows, body: bytes) -> None:
    with pytest.raises(RecordRejected) as problem:
        reader.parse(body)
    assert str(problem.value) and "\n" not in str(problem.value) and len(str(problem.value)) <= 400


def test_drift_of_a_hostile_record_stays_short(reader: json_rows.JsonRows) -> None:
    record = minimal()
    record["k" * 5000] = 1
    record.update({f"new{serial}": serial for serial in range(5000)})
    assert len(parse(reader, record).drift) == 100


# Records made to hurt


def leaf_places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(one for key, child in children for one in leaf_places(child, (*place, key)))]


SMALL = minimal(
    statusModule={"startDateStruct": {"date": "2012-02"}},
    designModule={"phases": ["PHASE1"], "enrollmentInfo": {"count": 10}},
    armsInterventionsModule={"armGroups": [{"label": "A", "interventionNames": ["Drug: B"]}]},
    contactsLocationsModule={"locations": [{"city": "Leiden", "geoPoint": {"lat": 52.16, "lon": 4}}]},
) | {"resultsSection": {"outcomeMeasuresModule": {"outcomeMeasures": [{"classes": [{"categories": [{"measurements": [{"groupId": "OG000", "value": "26,300"}]}]}]}]},
                        "adverseEventsModule": {"seriousEvents": [{"term": "Sepsis", "stats": [{"groupId": "EG000", "numAffected": 0, "numAtRisk": 10}]}]}}}  # fmt: skip
PLACES = [place for place in leaf_places(SMALL) if place]
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(
        ["9" * 400, "-" + "9" * 400, "1" * 400 + " Years", "٣", "2019-02-30", "0000-01-01", "2019-13", ".", "-"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(PLACES), value=ANY_JSON)
@example(
    place=(
        "resultsSection",
        "outcomeMeasuresModule",
        "outcomeMeasures",
        0,
        "classes",
        0,
        "categories",
        0,
        "measurements",
        0,
        "value",
    ),
    value="9" * 400,
)
def test_a_record_with_any_value_anywhere_is_read_or_rejected(
    reader: json_rows.JsonRows, place: tuple[Any, ...], value: Any
) -> None:
    record = json.loads(json.dumps(SMALL))
    inner = record
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    try:
        parsed = reader.parse(json.dumps(record).encode())
    except RecordRejected:
        assert place[:2] in {("protocolSection",), ("protocolSection", "identificationModule")}
        return
    assert_fits(parsed)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(start=st.integers(0, len(json.dumps(SMALL))), cut=st.integers(0, 12), inserted=st.binary(max_size=6))
def test_a_record_with_damaged_bytes_is_read_or_rejected(
    reader: json_rows.JsonRows, start: int, cut: int, inserted: bytes
) -> None:
    body = json.dumps(SMALL).encode()
    try:
        parsed = reader.parse(body[:start] + inserted + body[start + cut :])
    except RecordRejected:
        return
    assert_fits(parsed)


# The readers and the compiler on their own


@pytest.mark.parametrize(
    ("text", "expected"),
    [("26,300", (26300.0, None)), ("-.9", (-0.9, None)), ("0", (0.0, None)), ("NA", (None, "not_applicable_or_not_estimable")), ("<0.001", (None, "comparison_sign")),
     (None, (None, "absent")), ("about 5", (None, "text")), ("9" * 400, (None, "out_of_range"))],
)  # fmt: skip
def test_measured(text: str | None, expected: tuple[float | None, str | None]) -> None:
    assert readers.measured(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", (12, None)), ("0", (0, None)), ("1,200", (1200, None)), ("-3", (None, "not_a_count")), ("1.5", (None, "not_a_count")), ("3000000000", (None, "out_of_range")),
     ("9" * 400, (None, "out_of_range")), (None, (None, "absent")), ("NA", (None, "not_applicable_or_not_estimable"))],
)  # fmt: skip
def test_counted(text: str | None, expected: tuple[int | None, str | None]) -> None:
    assert readers.counted(text) == expected


def test_dated_and_age() -> None:
    assert readers.dated("2012-02") == (None, "month")
    assert readers.dated("2012-02-29") == (date(2012, 2, 29), "day")
    assert readers.dated("2019-02-30") == (None, None)
    assert readers.age_years("6 Months") == 0.5
    assert readers.age_years("9" * 400 + " Years") is None


def column(name: str, source_path: str, reads: str = "text", kind: str = "VARCHAR", role: str = "") -> Column:
    return Column(name, kind, frozenset(role.split()), source_path, reads, "meaning")


RECORD = Table(
    "core.thing",
    "body",
    "one thing",
    (column("thing_id", "body.id", role="key required"), column("kind", "body.class")),
)


def test_another_source_needs_no_other_code() -> None:
    parts = Table(
        "core.part",
        "body.parts[]",
        "parts",
        (
            column("thing_id", "body.id"),
            column("place", "body.parts[]", "position", "INTEGER"),
            column("size", "body.parts[].size", "int", "INTEGER"),
            column("names", "body.parts[].names[]", "list", "VARCHAR[]"),
        ),
    )
    rows = json_rows.JsonRows((RECORD, parts), frozenset({"body.secret"})).parse(
        b'{"body":{"id":"t1","class":"c","secret":{"x":1},"parts":[{"size":3,"names":["n"]},{}]}}'
    )
    assert rows == Parsed({"core.thing": [("t1", "c")], "core.part": [("t1", 1, 3, ["n"]), ("t1", 2, None, None)]})


@pytest.mark.parametrize(
    "wrong",
    [
        column("size", "body.id", "int", "INTEGER"),
        column("whole", "body"),
        column("listed", "body.id[]", "list", "VARCHAR[]"),
        column("below", "body.id.more"),
        column("sideways", "body.parts[].name"),
        column("strange", "body.other", "magic"),
    ],
    ids=lambda wrong: wrong.name,
)
def test_a_dictionary_that_contradicts_itself_is_refused(wrong: Column) -> None:
    table = Table(RECORD.name, RECORD.source_path, RECORD.definition, (*RECORD.columns, wrong))
    with pytest.raises(SettingsError):
        json_rows.JsonRows((table,))


def test_the_shape_knows_what_a_list_path_is() -> None:
    assert shape.list_path("a.b[].c[].d") == "a.b[].c[]"
    assert shape.list_path("a.b") == ""
