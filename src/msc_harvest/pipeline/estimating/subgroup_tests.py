"""Do groups of studies differ more than by chance: rows of synth.pool_candidate in, rows of synth.subgroup_test out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from msc_harvest.pipeline.estimating.pooled_effects import LEAST_TO_GROUP, Pool, pools
from msc_harvest.pipeline.estimating.pools import MIXED, PROPORTION, SUBGROUPS, Member, pool_one, rounded
from msc_harvest.synthesis.distributions import chi2_upper
from msc_harvest.synthesis.effect_sizes import BINARY, StudyEffects, binary, continuous, tables
from msc_harvest.synthesis.subgroups import q_between, subgroups

Cells = dict[str, Any]

_TEST = {
    "estimate_id": pl.String,
    "subgroup_by": pl.String,
    **dict.fromkeys(("k", "k_known", "n_groups_tested", "df"), pl.Int64),
    "groups": pl.String,
    **dict.fromkeys(("q_separate", "p_separate", "q_common", "p_common", "tau2_common"), pl.Float64),
    "reason": pl.String,
}
NO_COMMON = "one spread common to all groups is not fitted for proportions"
NO_ERROR = "a group has no standard error on the scale of the analysis"


def subgroup_tests(candidates: pl.DataFrame) -> pl.DataFrame:
    """One row per default pool of two studies or more and variable: the test between its groups, or why there is none.

    Groups of fewer than two studies, studies of several answers and those whose answer is not known enter no test.
    """
    rows = [
        _row(whole, by)
        for whole in pools(candidates)
        if whole.row["is_default"] and len(whole.members) >= LEAST_TO_GROUP
        for by in SUBGROUPS
    ]
    return pl.DataFrame(rows, schema=_TEST)


def _row(whole: Pool, by: str) -> Cells:
    groups: dict[str, list[Member]] = {}
    for one in whole.members:
        if one.get(by) not in (None, MIXED):
            groups.setdefault(one[by], []).append(one)
    tested = {name: groups[name] for name in sorted(groups) if len(groups[name]) >= LEAST_TO_GROUP}
    told = {
        "estimate_id": whole.estimate_id,
        "subgroup_by": by,
        "k": len(whole.members),
        "k_known": sum(len(one) for one in groups.values()),
        "n_groups_tested": len(tested) if len(tested) > 1 else 0,
        "groups": "; ".join(f"{name}: {len(groups[name])}" for name in sorted(groups)) or None,
    }
    if len(tested) < LEAST_TO_GROUP:
        return {**told, "reason": _why_not(groups)}
    return {**told, **(_proportions(tested) if whole.code == PROPORTION else _effects(whole.code, tested))}


def _why_not(groups: dict[str, list[Member]]) -> str:
    if not groups:
        return "groups not compared: no study is known to be of one group"
    if len(groups) == 1:
        return f"groups not compared: all studies whose group is known are of one ({next(iter(groups))})"
    return f"groups not compared: fewer than two groups have {LEAST_TO_GROUP} studies or more"


def _effects(code: str, tested: dict[str, list[Member]]) -> Cells:
    """Both conventions of tau², on the studies that have an effect."""
    members = [one for group in tested.values() for one in group]
    names = [name for name, group in tested.items() for _ in group]
    own = _own(code, members)
    found = subgroups(own.effects, own.variances, [names[place] for place in own.studies])
    return {
        "df": found.df,
        "q_separate": rounded(found.separate_q),
        "p_separate": rounded(found.separate_p),
        "q_common": rounded(found.common_q),
        "p_common": rounded(found.common_p),
        "tau2_common": rounded(found.common_tau2),
        "reason": found.reason,
    }


def _own(code: str, members: Sequence[Member]) -> StudyEffects:
    def column(name: str) -> list[float]:
        return [float("nan") if one.get(name) is None else float(one[name]) for one in members]

    n_msc, n_control = column("n_at_risk_msc"), column("n_at_risk_control")
    if code in BINARY:
        return binary(tables(column("n_events_msc"), n_msc, column("n_events_control"), n_control), code)
    sides = (column("mean_msc"), column("sd_msc"), n_msc, column("mean_control"), column("sd_control"), n_control)
    return continuous(*sides, measure=code)


def _proportions(tested: dict[str, list[Member]]) -> Cells:
    fits = [pool_one(members, PROPORTION) for members in tested.values()]
    values = [one.scaled_estimate for one in fits if one.scaled_estimate is not None]
    errors = [one.scaled_se for one in fits if one.scaled_se is not None]
    if len(values) < len(fits) or len(errors) < len(fits):
        return {"reason": f"groups not compared: {NO_ERROR}"}
    df, q = len(fits) - 1, q_between(values, errors)
    return {"df": df, "q_separate": rounded(q), "p_separate": rounded(chi2_upper(q, df)), "reason": NO_COMMON}
