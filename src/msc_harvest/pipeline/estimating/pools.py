"""Which studies stand in one pool together, and what they say together: rows of numbers in, `synthesis.Pooled` out.

A member is one row of synth.pool_candidate (or a mapping like it): `study_id`, the counts `n_events_msc`,
`n_at_risk_msc`, `n_events_control`, `n_at_risk_control`, or `mean_msc`, `sd_msc`, `mean_control`, `sd_control` with the
same numbers at risk and `unit`; `exclusion_reason` and `shares_people_with` where there is something to say.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msc_harvest.synthesis import Pooled, pool_means, pool_single_arm, pool_two_arm

Member = Mapping[str, Any]

PROPORTION = "proportion"
MIXED = "mixed"
DIGITS = 12
SUBGROUPS = ("cell_origin", "cell_source", "timing", "dose_band", "cni_regimen", "induction_role")
RATIOS_AND_DIFFERENCES = ("RR", "OR", "RD")
_NUMBERS = (
    "n_events_msc",
    "n_at_risk_msc",
    "n_events_control",
    "n_at_risk_control",
    "mean_msc",
    "sd_msc",
    "mean_control",
    "sd_control",
    "unit",
)


def kept(members: Iterable[Member]) -> tuple[list[Member], dict[str, str]]:
    """The members that may be pooled together, by study, and the others with the reason.

    Left out is what comes with an `exclusion_reason`, what is measured in another unit than most, and of two studies
    that share people the smaller one (of equal ones the later by name).
    """
    ordered = sorted(members, key=lambda one: str(one["study_id"]))
    excluded = {one["study_id"]: one["exclusion_reason"] for one in ordered if one.get("exclusion_reason")}
    left = [one for one in ordered if one["study_id"] not in excluded]
    units = Counter(one.get("unit") for one in left)
    usual = min(units, key=lambda unit: (-units[unit], unit or "")) if units else None
    for one in left:
        if one.get("unit") != usual:
            excluded[one["study_id"]] = f"measured in another unit ({one.get('unit') or 'not stated'})"
    left = [one for one in left if one["study_id"] not in excluded]
    chosen: list[str] = []
    for one in sorted(left, key=lambda one: (-_size(one), str(one["study_id"]))):
        shared = sorted(set(chosen) & set(str(one.get("shares_people_with") or "").split(";")))
        if shared:
            excluded[one["study_id"]] = f"shares people with {' and '.join(shared)}, which is not smaller and is kept"
        else:
            chosen.append(one["study_id"])
    return [one for one in left if one["study_id"] in chosen], dict(sorted(excluded.items()))


def pool_one(
    members: Sequence[Member], measure: str, model: str = "default", tau2: str = "REML", test: str = "hk-floor"
) -> Pooled:
    """Members that were `kept`, pooled by `measure` as the package synthesis names it: RR, OR, RD, MD or proportion.

    `model`, `tau2` and `test` are those of the package's functions; proportions heed `model` only. Places in the
    result are places in `members`. Raises ValueError for unknown names.
    """
    columns = tuple(tuple(one.get(name) for one in members) for name in _NUMBERS[:-1])
    return _pooled(measure, model, tau2, test, columns)


@lru_cache(maxsize=8192)
def _pooled(measure: str, model: str, tau2: str, test: str, columns: tuple[tuple[float | None, ...], ...]) -> Pooled:
    """The same numbers are asked for again and again: by three tables, and by groups that hold the same studies."""
    numbers = [[float("nan") if one is None else float(one) for one in column] for column in columns]
    events_msc, n_msc, events_control, n_control, mean_msc, sd_msc, mean_control, sd_control = numbers
    if measure == PROPORTION:
        return pool_single_arm(events_msc, n_msc, model)
    if measure in RATIOS_AND_DIFFERENCES:
        return pool_two_arm(events_msc, n_msc, events_control, n_control, measure, model, tau2, test)
    return pool_means(mean_msc, sd_msc, n_msc, mean_control, sd_control, n_control, measure, model, tau2, test)


def usable(members: Sequence[Member], pooled: Pooled, measure: str) -> list[Member]:
    """Members whose people stand in the totals of `pooled`: all but those without the numbers of both sides."""
    if measure in (PROPORTION, *RATIOS_AND_DIFFERENCES):
        names = _NUMBERS[:2] if measure == PROPORTION else _NUMBERS[:4]
        return [one for one in members if all(one.get(name) is not None for name in names)]
    left_out = {one.study for one in pooled.excluded}
    return [one for place, one in enumerate(members) if place not in left_out]


def digest(members: Iterable[Member], measure: str) -> str:
    """SHA-256 over the measure and the numbers of the members, sorted: the same numbers give the same digest."""
    lines = sorted("|".join(str(one.get(name)) for name in ("study_id", *_NUMBERS)) for one in members)
    return hashlib.sha256("\n".join((measure, *lines)).encode()).hexdigest()


def total(members: Iterable[Member], name: str) -> int | None:
    """Sum of a column; None where no member has it."""
    found = [one[name] for one in members if one.get(name) is not None]
    return int(sum(found)) if found else None


def _size(member: Member) -> int:
    return int(member.get("n_at_risk_msc") or 0) + int(member.get("n_at_risk_control") or 0)


def rounded(value: float | None) -> float | None:
    """`value` to 12 significant digits, so that equal input gives equal bytes everywhere.

    None where it is missing or not finite.
    """
    return None if value is None or not math.isfinite(value) else float(f"{value:.{DIGITS}g}")
