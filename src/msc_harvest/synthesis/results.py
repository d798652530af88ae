"""What a synthesis returns: numbers where they can be had, else None and the reason in words. Never NaN or infinity."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Excluded:
    """A study left out: its place (0-based) in the input, and why."""

    study: int
    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one method yields, on its own scale: log for ratios, logit for proportions, else the raw scale.

    `k` counts the studies that bear on the estimate; `excluded` names the others. `df` is None where the interval rests
    on the normal distribution. `i2_percent` is 0–100; `i2_basis` says whether from Q (Higgins & Thompson 2002) or from
    tau². `variance_factor` is Hartung–Knapp's q after the floor. A field that cannot be had is None; where the estimate
    itself cannot, `reason` says why.
    """

    method: str
    k: int
    level: float = 0.95
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    tau2: float | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    i2_percent: float | None = None
    i2_basis: str | None = None
    h2: float | None = None
    variance_factor: float | None = None
    excluded: tuple[Excluded, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval with its degrees of freedom; `note` says why a bound is missing or how to read it."""

    low: float | None
    high: float | None
    df: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """A test: statistic, degrees of freedom (None: normal), p; `estimate` is the coefficient tested, `se` its error."""

    method: str
    k: int
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    estimate: float | None = None
    se: float | None = None
    warnings: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StudyResult:
    """One study beside the pooled estimate: its place in the input, its own estimate with interval on the natural scale
    (ratio, proportion, difference), and its share of the weight in per cent. `note` says what was done to it (a
    correction of empty cells), or how to read it; `interval` of which kind its interval is."""

    study: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    weight_percent: float | None = None
    note: str | None = None
    interval: str | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same studies by another method or interval, on the natural scale; None where it has no finite value."""

    method: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Pooled:
    """An answer about a set of studies, ready to be shown: numbers where they can be had, else None with the reason.

    `method` names model, estimator and interval in full; `situation` why this model was chosen. `k` counts the usable
    studies, `k_informative` those that bear on the estimate; `n` and `events` are totals over the usable ones (None for
    effects given without counts). `estimate`, `ci_low`, `ci_high`, `pi_low`, `pi_high` are on the natural scale; the
    `scaled_` fields on the scale of the analysis, `scale` ("log", "logit", "arcsine" or "identity"). `interval` says of
    which kind the interval is, at `level`; where it was widened to hold another method as well, it says so, and limits
    and p no longer follow from `scaled_se`. `pooled` is False where a single study is merely described and where
    nothing could be estimated; `note` then says why. `i2_percent` rests on Q or tau² (`i2_basis`). `pi_note` names the
    degrees of freedom, or why no prediction interval is shown. `lowest` and `highest` are the range of the studies' own
    estimates. `alternatives` are other methods for the same studies.
    """

    method: str
    measure: str
    situation: str
    pooled: bool
    k: int
    k_informative: int
    n: int | None = None
    events: int | None = None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    interval: str | None = None
    level: float = 0.95
    scale: str = "identity"
    scaled_estimate: float | None = None
    scaled_se: float | None = None
    scaled_ci_low: float | None = None
    scaled_ci_high: float | None = None
    p_value: float | None = None
    tau2: float | None = None
    tau2_low: float | None = None
    tau2_high: float | None = None
    i2_percent: float | None = None
    i2_basis: str | None = None
    h2: float | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    pi_df: float | None = None
    pi_note: str | None = None
    lowest: float | None = None
    highest: float | None = None
    studies: tuple[StudyResult, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    warnings: tuple[str, ...] = ()
    note: str | None = None
