"""What pooled comparisons mean per 1,000 people, and GRADE's levels for imprecision: rows of synth.imprecision."""

from __future__ import annotations

from typing import Any

import polars as pl

from msc_harvest.pipeline.estimating.pools import Member, pool_one, rounded, total
from msc_harvest.synthesis import Imprecision, Pooled, grade_imprecision
from msc_harvest.synthesis.imprecision import optimal_information_size

_THRESHOLDS = ("small_per_1000", "moderate_per_1000", "large_per_1000")
_JUDGED = {
    **dict.fromkeys(("estimate_id", "threshold_code", "measure", "baseline_basis"), pl.String),
    **dict.fromkeys(
        ("baseline_per_1000", "baseline_lowest_per_1000", "baseline_highest_per_1000", "difference_per_1000",
         "difference_low_per_1000", "difference_high_per_1000"), pl.Float64),
    **dict.fromkeys(("n", "n_needed"), pl.Int64),
    "information_pct": pl.Float64,
    "levels": pl.Int64,
    "reason": pl.String,
}  # fmt: skip
_TOGETHER = "all controls of the studies taken together"


def imprecision_judgements(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of synth.imprecision. `rows` has estimate_id, measure (RR, OR or RD), thresholds per 1,000, parameters of
    the optimal information size, and members (study_id with counts of both sides)."""
    return pl.DataFrame((_judged(row) for row in rows.sort("estimate_id").iter_rows(named=True)), schema=_JUDGED)


def _judged(row: dict[str, Any]) -> dict[str, Any]:
    members = row["members"]
    pooled = pool_one(members, row["measure"])
    baseline = (total(members, "n_events_control") or 0) / (total(members, "n_at_risk_control") or 1)
    own = [one["n_events_control"] / one["n_at_risk_control"] for one in members]
    found = _judgement(pooled, members, baseline, row)
    absolute = found.absolute
    return {
        "estimate_id": row["estimate_id"],
        "threshold_code": row["threshold_code"],
        "measure": pooled.measure,
        "baseline_basis": _TOGETHER,
        "baseline_per_1000": rounded(1000 * baseline),
        "baseline_lowest_per_1000": rounded(1000 * min(own)),
        "baseline_highest_per_1000": rounded(1000 * max(own)),
        "difference_per_1000": rounded(absolute.difference) if absolute else None,
        "difference_low_per_1000": rounded(absolute.low) if absolute else None,
        "difference_high_per_1000": rounded(absolute.high) if absolute else None,
        "n": pooled.n,
        "n_needed": found.needed,
        "information_pct": rounded(found.information_percent),
        "levels": found.levels,
        "reason": found.reason,
    }


def _judgement(pooled: Pooled, members: list[Member], baseline: float, row: Member) -> Imprecision:
    """GRADE's levels; none where no risk without MSC can be had, or there is no estimate, in words."""
    if not 0 < baseline < 1:
        who = "none" if baseline == 0 else "all"
        people = total(members, "n_at_risk_control")
        return Imprecision(
            None,
            f"not judged: {who} of the {people} controls had the event, so that there is no risk from which a ratio "
            "could be turned into people; with so few events the interval decides nothing",
        )
    parameters = {"relative_reduction": row["relative_risk_reduction"], "alpha": row["alpha"], "power": row["power"]}
    needed = optimal_information_size(baseline, **parameters)
    found = grade_imprecision(
        pooled, baseline, [row[name] for name in _THRESHOLDS], **parameters,
        large_relative=row["large_relative_effect"], far_below=row["far_below_share"],
    )  # fmt: skip
    if found.levels is not None:
        return found
    share = None if pooled.n is None else 100 * pooled.n / needed
    why = pooled.note or "there is no estimate"
    return Imprecision(None, f"not judged: {why}", None, (), needed, share)
