"""Effect of each study with its sampling variance, from 2 × 2 counts, means, or single proportions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from msc_harvest.synthesis.distributions import Mask, Vector
from msc_harvest.synthesis.left_out import left_out, places
from msc_harvest.synthesis.results import Excluded

BINARY = ("RR", "OR", "RD")
CONTINUOUS = ("MD", "SMD")
PROPORTIONS = ("logit", "freeman-tukey")
DOUBLE_ZERO = "no event, or only events, in both arms: says nothing about a ratio"


@dataclass(frozen=True, slots=True)
class Tables:
    """2 × 2 counts of k studies: events and at-risk in the treated arm (1) and in the control arm (2)."""

    events1: Vector
    n1: Vector
    events2: Vector
    n2: Vector

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.n1)

    @property
    def total(self) -> Vector:
        """Participants per study."""
        return self.n1 + self.n2

    @property
    def one_outcome_only(self) -> Mask:
        """Studies in which nobody, or everybody, had the event in both arms."""
        events = self.events1 + self.events2
        found: Mask = (events == 0) | (events == self.total)
        return found

    def bearing(self, measure: str) -> Mask:
        """Studies that bear on `measure`: those with one outcome only say nothing about a ratio."""
        found: Mask = (self.n1 > 0) if measure == "RD" else ~self.one_outcome_only
        return found

    def in_order(self) -> Tables:
        """The same studies sorted by their counts, so that sums do not hang on the order they came in."""
        return self.take(np.lexsort((self.n2, self.events2, self.n1, self.events1)))

    def take(self, which: npt.ArrayLike) -> Tables:
        """Some studies, by mask or places."""
        chosen = np.asarray(which)
        return Tables(self.events1[chosen], self.n1[chosen], self.events2[chosen], self.n2[chosen])


@dataclass(frozen=True, slots=True)
class StudyEffects:
    """Effects of the studies that have one. `studies` are their places in the input; ratios are on the log scale."""

    measure: str
    studies: tuple[int, ...]
    effects: Vector
    variances: Vector
    corrected: tuple[int, ...] = ()
    excluded: tuple[Excluded, ...] = ()


def tables(events1: npt.ArrayLike, n1: npt.ArrayLike, events2: npt.ArrayLike, n2: npt.ArrayLike) -> Tables:
    """Counts as `Tables`. Raises ValueError for arms without participants or events outside 0…n."""
    a, n, c, m = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(one, dtype=float)) for one in (events1, n1, events2, n2))
    )
    if np.any(n < 1) or np.any(m < 1) or np.any(a < 0) or np.any(c < 0) or np.any(a > n) or np.any(c > m):
        raise ValueError("events must lie between 0 and the number at risk, which must be 1 or more")
    return Tables(a.copy(), n.copy(), c.copy(), m.copy())


def silent(counts: Tables, measure: str = "OR") -> tuple[Excluded, ...]:
    """The studies that say nothing about `measure`, with the reason."""
    return left_out(~counts.bearing(measure), DOUBLE_ZERO)


def combine_arms(events: Sequence[float], at_risk: Sequence[float]) -> tuple[float, float]:
    """Several arms as one, so that a shared control counts once. Source: Cochrane Handbook, v. 6, section 23.3.4."""
    return float(sum(events)), float(sum(at_risk))


def binary(
    counts: Tables, measure: str, correction: str = "half", keep_double_zero: bool | None = None
) -> StudyEffects:
    """Log risk ratio (RR), log odds ratio (OR) or risk difference (RD) per study, with large-sample variance.

    `correction` is applied to studies with an empty cell only: "half" adds 0.5 to every cell (Haldane JBS. Ann Hum
    Genet 1956;20:309–311), "treatment-arm" adds the reciprocal of the other arm's size, together 1 (Sweeting MJ, Sutton
    AJ, Lambert PC. Stat Med 2004;23:1351–1375), for sensitivity. For inverse-variance pooling only, never for
    Mantel–Haenszel. Studies with one outcome only are left out of RR and OR and kept in RD unless `keep_double_zero`
    says otherwise. Raises ValueError for an unknown measure or correction.
    """
    if measure not in BINARY or correction not in ("half", "treatment-arm"):
        raise ValueError("measure must be RR, OR or RD, and correction half or treatment-arm")
    keep = measure == "RD" if keep_double_zero is None else keep_double_zero
    kept = counts.bearing("RD" if keep else "OR")
    a, b, c, d = _cells(counts)
    empty = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    add1 = np.where(empty, 0.5 if correction == "half" else counts.n1 / counts.total, 0.0)
    add2 = np.where(empty, 0.5 if correction == "half" else counts.n2 / counts.total, 0.0)
    effects, variances = _effect(measure, (a + add1)[kept], (b + add1)[kept], (c + add2)[kept], (d + add2)[kept])
    return StudyEffects(measure, places(kept), effects, variances, places(kept & empty), left_out(~kept, DOUBLE_ZERO))


def _effect(measure: str, a: Vector, b: Vector, c: Vector, d: Vector) -> tuple[Vector, Vector]:
    """Source of the variances: Fleiss JL, Berlin JA, in Cooper, Hedges & Valentine (ed.), The Handbook of Research
    Synthesis and Meta-Analysis, 2009."""
    n1, n2 = a + b, c + d
    if measure == "OR":
        return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    if measure == "RR":
        return np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def _cells(counts: Tables) -> tuple[Vector, Vector, Vector, Vector]:
    return counts.events1, counts.n1 - counts.events1, counts.events2, counts.n2 - counts.events2


def continuous(
    mean1: npt.ArrayLike, sd1: npt.ArrayLike, n1: npt.ArrayLike,
    mean2: npt.ArrayLike, sd2: npt.ArrayLike, n2: npt.ArrayLike, measure: str,
) -> StudyEffects:  # fmt: skip
    """Mean difference (MD), variances not assumed equal, or standardised mean difference (SMD) per study.

    SMD is Hedges' g with the exact correction by gamma functions and variance 1/n1 + 1/n2 + g²/(2(n1 + n2)): Hedges LV.
    J Educ Stat 1981;6:107–128. Studies without spread, or with fewer than two per arm, are left out with the reason.
    """
    if measure not in CONTINUOUS:
        raise ValueError("measure must be MD or SMD")
    given = (np.asarray(one, dtype=float) for one in (mean1, sd1, n1, mean2, sd2, n2))
    m1, s1, k1, m2, s2, k2 = (np.atleast_1d(one) for one in given)
    kept = (k1 > 1) & (k2 > 1) & (s1 >= 0) & (s2 >= 0) & (s1 + s2 > 0) & np.isfinite(m1 + m2 + s1 + s2)
    studies, excluded = places(kept), left_out(~kept, "no spread, or fewer than two in an arm")
    m1, s1, k1, m2, s2, k2 = (one[kept] for one in (m1, s1, k1, m2, s2, k2))
    if measure == "MD":
        return StudyEffects(measure, studies, m1 - m2, s1**2 / k1 + s2**2 / k2, (), excluded)
    df = k1 + k2 - 2
    exact = np.exp(special.gammaln(df / 2) - np.log(np.sqrt(df / 2)) - special.gammaln((df - 1) / 2))
    effects = exact * (m1 - m2) / np.sqrt(((k1 - 1) * s1**2 + (k2 - 1) * s2**2) / df)
    return StudyEffects(measure, studies, effects, 1 / k1 + 1 / k2 + effects**2 / (2 * (k1 + k2)), (), excluded)


def proportion(events: npt.ArrayLike, at_risk: npt.ArrayLike, measure: str) -> StudyEffects:
    """One proportion per study: "logit" (0.5 added where none or all have the event) or "freeman-tukey" (double
    arcsine: Freeman MF, Tukey JW. Ann Math Stat 1950;21:607–611). For sensitivity analyses only."""
    x, n = np.atleast_1d(np.asarray(events, dtype=float)), np.atleast_1d(np.asarray(at_risk, dtype=float))
    if measure not in PROPORTIONS or np.any(n < 1) or np.any(x < 0) or np.any(x > n):
        raise ValueError("measure must be logit or freeman-tukey, and events between 0 and at_risk ≥ 1")
    studies = tuple(range(len(x)))
    if measure == "freeman-tukey":
        effects = 0.5 * (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1))))
        return StudyEffects(measure, studies, effects, 1 / (4 * n + 2))
    edge = (x == 0) | (x == n)
    x, n = np.where(edge, x + 0.5, x), np.where(edge, n + 1, n)
    return StudyEffects(measure, studies, np.log(x / (n - x)), 1 / x + 1 / (n - x), places(edge))
