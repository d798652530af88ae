"""Why a value that was read stands in no table by organ, in words."""

from __future__ import annotations

from typing import Any

from msc_harvest.warehouse.walk_address import Tree


def why_not(one: Tree, values: list[Tree]) -> str:
    """Why a value stands in no table by organ; `values` are all of its study."""
    if one["exclusion_reason"]:
        return str(one["exclusion_reason"])
    if one["chosen_id"] is None:
        return one["missing_reason"] or "it gives no number"
    chosen = next((other for other in values if other["value_id"] == one["chosen_id"]), one)
    if chosen is not one:
        says = f"differs from it in {one['differs_in']}" if one["differs_in"] else "does not contradict it"
        told = f"the {chosen['evidence_kind']} value {_said(chosen)} of the same arm and time"
        return f"{told} stands before it; this one {says}"
    if one["outcome_kind"] == "count" and (one["n_events"] is None or not one["n_at_risk"]):
        return "it is no count of people among people"
    return _not_counted(one, [other for other in values if other["is_used"] and _side(other) == _side(one)])


def _not_counted(one: Tree, rivals: list[Tree]) -> str:
    """Why a count that was chosen for its arm and time is not in the sums; `rivals` of its study and side are."""
    others = sorted({other["evidence_kind"] for other in rivals} - {one["evidence_kind"]})
    if others:
        return f"{' and '.join(others)} values of this study and side stand in the table instead"
    if one["is_pooled_arm"] and rivals:
        return "it is a sum of arms that stand in the table"
    if rivals:
        return f"another report or time of these people stands in the table ({_times(rivals)})"
    if one["record_role_definition"]:
        return f"its record is a {one['record_role']}: {one['record_role_definition']}"
    if one["is_conflict"]:
        return "another place says otherwise, and nobody has settled it"
    if one["n_in_study"] is not None and one["n_at_risk"] > one["n_in_study"]:
        return f"it speaks of more people than the {one['n_in_study']} of the study on this side"
    return "rules cannot be sure that its arm is one of the study and stands there once"


def _side(one: Tree) -> tuple[Any, ...]:
    return tuple(one[name] for name in ("study_id", "organ_code", "outcome_code", "arm_role"))


def _said(one: Tree) -> str:
    if one["n_events"] is not None:
        return f"{one['n_events']}/{'?' if one['n_at_risk'] is None else one['n_at_risk']}"
    return f"{one['value']:g}"


def _times(rivals: list[Tree]) -> str:
    times = {
        one["timepoint_text"] or (f"{one['timepoint_months']:g} months" if one["timepoint_months"] else "")
        for one in rivals
    }
    return ", ".join(sorted(times - {""})) or "time not stated"
