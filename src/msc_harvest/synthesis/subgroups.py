"""Subgroups: an estimate each, and whether they differ, with tau² in common or of each group's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from msc_harvest.synthesis.decision import LEAST_PER_GROUP
from msc_harvest.synthesis.distributions import chi2_upper
from msc_harvest.synthesis.random_effects import inverse_variance
from msc_harvest.synthesis.regression import meta_regression
from msc_harvest.synthesis.results import Estimate


@dataclass(frozen=True, slots=True)
class Subgroups:
    """Each group's own pooled estimate (own tau²), and the two tests of difference between groups.

    `separate_*`: Q between the groups' estimates, each with its own tau². `common_*`: the test of the moderator in a
    meta-regression, with `common_tau2` shared by the groups. None, with `reason`, where a group is too small.
    """

    method: str
    names: tuple[str, ...]
    pooled: tuple[Estimate, ...]
    df: int | None = None
    separate_q: float | None = None
    separate_p: float | None = None
    common_q: float | None = None
    common_p: float | None = None
    common_tau2: float | None = None
    reason: str | None = None


def subgroups(
    effects: npt.ArrayLike, variances: npt.ArrayLike, groups: Sequence[str], tau2_method: str = "REML",
    test: str = "hk-floor", level: float = 0.95, least: int = LEAST_PER_GROUP,
) -> Subgroups:  # fmt: skip
    """Pool each group and test the difference, when there are two groups or more of `least` studies or more.

    Source: Borenstein M, Hedges LV, Higgins JPT, Rothstein HR. Introduction to Meta-Analysis, 2009, ch. 19 (both
    conventions of tau²). Difference tests use Wald chi-square. Raises ValueError when lists differ in length.
    """
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    if not len(y) == len(v) == len(groups):
        raise ValueError("one variance and one group per effect are needed")
    labels = np.asarray(groups, dtype=object)
    names = tuple(sorted(set(groups)))
    pooled = tuple(inverse_variance(y[labels == one], v[labels == one], tau2_method, test, level) for one in names)
    method = f"subgroups, {tau2_method}, {test}"
    small = [name for name, one in zip(names, pooled, strict=True) if one.k < least]
    if len(names) < 2 or small:
        why = f"fewer than {least} studies in {', '.join(small)}" if small else "one group only"
        return Subgroups(method, names, pooled, reason=f"groups not compared: {why}")
    # the difference is tested on estimates without Hartung–Knapp's factor, as the source does
    plain = [inverse_variance(y[labels == one], v[labels == one], tau2_method, "z", level) for one in names]
    between = q_between([p.estimate or 0.0 for p in plain], [p.se or 0.0 for p in plain])
    dummies = np.column_stack([labels == one for one in names[1:]]).astype(float)
    common = meta_regression(y, v, dummies, names[1:], tau2_method, "z", level, forced=True)
    df = len(names) - 1
    return Subgroups(
        method, names, pooled, df, between, chi2_upper(between, df), common.model_statistic, common.model_p, common.tau2
    )


def q_between(estimates: Sequence[float], errors: Sequence[float]) -> float:
    """Weighted spread of the groups' estimates around their common mean (Borenstein 2009, ch. 19)."""
    value, weight = np.asarray(estimates), 1 / np.asarray(errors) ** 2
    mean = (weight * value).sum() / weight.sum()
    return float((weight * (value - mean) ** 2).sum())
