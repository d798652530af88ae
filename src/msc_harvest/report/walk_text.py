"""The walk home as lines for people: the figure, its studies, arms and values, and under each value where it stands.

Takes the plain data of `warehouse.walk`. Nothing here is made safe for a terminal: who prints it does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Tree = Mapping[str, Any]

NOT_HELD = "we do not hold this record: the citation leads to it"
# Characters of a title, and of a list of studies without values.
_TITLE = 90


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line. `tone`: plain, head (a name that opens a part), mark (the number in its sentence), faint."""

    text: str
    tone: str = "plain"


Line = tuple[Piece, ...]

# What is told of an estimate before its studies, in this order; its numbers stand in the statement.
_ESTIMATE = ("statement", "method", "warnings", "excluded_studies", "note", "input_digest")


def lines(walk: Tree) -> Iterator[Line]:
    """One walk, line by line."""
    if walk["kind"] not in ("study", "record") or not walk["studies"]:
        yield from _head(walk)
        if walk["studies"] or walk["records"]:
            yield ()
    for number, study in enumerate(walk["studies"]):
        if number:
            yield ()
        yield from _study(study)
    for record in walk["records"]:
        yield from _record(record, 0)
        yield _plain(
            2, "no study counts it: its scope decision stands in out.trial_screening or out.publication_screening"
        )
    yield from _others(walk)


def _head(walk: Tree) -> Iterator[Line]:
    row = walk["row"]
    if walk["kind"] == "row":
        named = [row[name] for name in ("organ_name", "outcome_name", "arm_role") if row.get(name)]
        yield (Piece(f"out.{walk['name']}: {' · '.join(map(str, named)) or _first(row)}", "head"),)
        if row.get("statement"):
            yield _plain(2, str(row["statement"]))
    else:
        yield (Piece(f"{walk['kind']} {walk['name']}", "head"),)
        for name in _ESTIMATE if row else ():
            if row.get(name) is not None:
                yield _plain(2, str(row[name]) if name == "statement" else f"{name.replace('_', ' ')}: {row[name]}")
    yield from _added(walk)


def _added(walk: Tree) -> Iterator[Line]:
    """How the figure comes about: 0/23 = 0/16 (one study) + 0/7 (another)."""
    total = walk["sum"]
    if not total:
        return
    parts = [
        f"{value['n_events']}/{value['n_at_risk']} ({study['study_id']}, {arm['arm_label']})"
        for study in walk["studies"]
        for arm in study["arms"]
        for value in arm["values"]
        if value["is_used"]
    ]
    row = walk["row"]
    interval = ""
    if row.get("prop_ci_low") is not None:
        interval = f"; exact 95 % interval {100 * row['prop_ci_low']:.1f} to {100 * row['prop_ci_high']:.1f} %"
    yield _plain(2, f"{total['n_events']}/{total['n_at_risk']} = {' + '.join(parts)}{interval}")
    if not total["is_as_shown"]:
        yield _plain(2, f"the row shows {row.get('n_events')}/{row.get('n_at_risk')}: rebuild with msc-harvest build")


def _study(study: Tree) -> Iterator[Line]:
    facts = [study[name] for name in ("organ_codes", "design", "stratum") if study[name]]
    yield Piece(f"study {study['study_id']}", "head"), Piece(f": {study['study_name']} ({', '.join(facts)})")
    told_below = [value["place"]["version"] for arm in study["arms"] for value in arm["values"]]
    for record in study["records"]:
        yield from _record(
            record, 2, with_version=record["version"] is not None and record["version"] not in told_below
        )
    if not study["arms"]:
        yield _plain(2, _nothing_of(study["n_values"]))
    for arm in study["arms"]:
        yield _plain(2, f"arm {arm['arm_label']} ({arm['arm_role'] or 'side not known'})")
        for value in sorted(arm["values"], key=lambda one: not one["is_used"]):
            yield from _value(value, arm["arm_label"])


def _nothing_of(n_values: int) -> str:
    if not n_values:
        return "no outcome value has been read of it"
    read = "the outcome value" if n_values == 1 else f"none of the {n_values} outcome values"
    return f"{read} read of it is {'not ' if n_values == 1 else ''}about what was asked"


def _record(record: Tree, indent: int, *, with_version: bool = True) -> Iterator[Line]:
    role = f"{record['record_role']} " if record["record_role"] else ""
    status = f" [{record['status']}]" if record["status"] else ""
    title = record["title"] or record["citation"] or ""
    named = "" if record["source"] == "citation" else f"{record['source']} {record['record_id']}{status}: "
    yield _plain(indent, f"{role}{named}{_short(title)}{'' if record['version'] else ' [not held]'}")
    if with_version:
        yield (Piece(" " * (indent + 2) + _version(record["version"]), "faint"),)


def _version(version: Tree | None) -> str:
    if version is None:
        return NOT_HELD
    gone = ", withdrawn by its source" if version["is_withdrawn"] else ""
    moment = str(version["fetched_at"])[:19]
    return f"version {version['version']}{gone}, fetched {moment} UTC from {version['url']}, sha256 {version['sha256']}"


def _value(value: Tree, arm_label: str = "") -> Iterator[Line]:
    beside = "" if value["is_used"] else "beside: "
    definition = f", {value['outcome_definition']}" if value["outcome_definition"] else ""
    told = [
        f"{value['outcome_name']}{definition}",
        value["timepoint_text"]
        or (_number(value["timepoint_months"]) + " months" if value["timepoint_months"] is not None else ""),
        value["organ_code"] or "",
        value["count_basis"] or "",
        f"certainty {value['certainty']}" if value["certainty"] else "",
        f"arm called {value['arm_label']!r} there" if value["arm_label"] != arm_label else "",
    ]
    yield Piece(f"    {beside}"), Piece(_figure(value), "head"), Piece("  " + " · ".join(one for one in told if one))
    if value["why_not"]:
        yield _plain(6, f"not in the table: {value['why_not']}")
    yield from _place(value)


def _figure(value: Tree) -> str:
    """4/53; 1.23 mg/dL (median, 0.83-2.07, of 7 people)."""
    counts = f"{_number(value['n_events'])}/{_number(value['n_at_risk'])}" if value["n_events"] is not None else ""
    if value["value"] is None:
        return counts or value["value_text"] or (f"?/{value['n_at_risk']}" if value["n_at_risk"] else "no number")
    spread = f"SD {_number(value['sd'])}" if value["sd"] is not None else value["spread_text"]
    unit = "" if not value["unit"] else ("" if value["unit"] == "%" else " ") + str(value["unit"])
    people = f"of {value['n_at_risk']} people" if value["n_at_risk"] and not counts else ""
    measured = f"{_number(value['value'])}{unit}"
    details = ", ".join(one for one in (value["value_kind"], spread, people) if one)
    return f"{counts}, {measured}" if counts else f"{measured} ({details})" if details else measured


def _place(value: Tree) -> Iterator[Line]:
    place = value["place"]
    if place["sheet"]:
        yield _plain(
            6, f"read by {place['entered_by']} on {place['entered_on']}: line {place['line']} of {place['sheet']}"
        )
    if place["citation"]:
        yield _plain(6, place["citation"] + (f" ({place['locator']})" if place["sheet"] and place["locator"] else ""))
    if place["note"]:
        yield _plain(6, f"note: {place['note']}")
    if place["marked"] is not None:
        span = f"characters {place['span_start']} to {place['span_end']} of {place['field']}, rule {value['rule_id']}"
        yield _plain(6, f"{place['source']} {place['record_id']}, {span}")
        yield Piece("        " + place["before"]), Piece(place["marked"], "mark"), Piece(place["after"])
    if place["json_pointer"]:
        yield _plain(6, f"{place['source']} {place['record_id']} {place['json_pointer']}, rule {value['rule_id']}")
        if place["raw_text"] is not None:
            yield Piece("        "), Piece(place["raw_text"], "mark")
    if not place["is_found"]:
        yield _plain(6, "the place is not in the record we hold")
    yield (Piece("      " + _version(place["version"]), "faint"),)


def _others(walk: Tree) -> Iterator[Line]:
    """Studies without a figure for the row: those that report and are silent, and those that only are registered."""
    for name, one_told, many_told in (
        (
            "silent",
            "study has a clinical report and gives no figure here",
            "studies have a clinical report and give no figure here",
        ),
        ("registered", "study is registered and has no report", "studies are registered and have no report"),
    ):
        studies = walk[name]
        if studies:
            yield ()
            yield Piece(f"{name}: ", "head"), Piece(f"{len(studies)} {one_told if len(studies) == 1 else many_told}")
        for study in studies:
            yield _plain(2, f"{study['study_id']}: {_short(study['study_name'])}{_records(study['records'])}")
            for arm in study["arms"]:
                for value in arm["values"]:
                    yield from _value(value)
    row = walk["row"] or {}
    if not any(walk[name] for name in ("studies", "silent", "registered", "records")):
        yield _plain(2, f"no study is known for {row.get('organ_name', 'it')}")


def _records(records: Iterable[Tree]) -> str:
    told = [
        ("paper without a number" if one["source"] == "citation" else f"{one['source']} {one['record_id']}")
        + (f" {one['status']}" if one["status"] else "")
        + ("" if one["version"] else ", not held")
        for one in records
    ]
    return f" [{'; '.join(told)}]" if told else ""


def _first(row: Tree) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in list(row.items())[:4] if value is not None)


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else "?" if value is None else str(value)


def _short(text: str) -> str:
    return text if len(text) <= _TITLE else text[: _TITLE - 2].rstrip() + " …"


def _plain(indent: int, text: str) -> Line:
    return (Piece(" " * indent + text),)
