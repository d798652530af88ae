"""The rules: which model is the default for which studies, when nothing is pooled, and what is flagged, in words.

Every threshold of the synthesis stands here. The rules follow, for rare events, the Cochrane Handbook, version 5.1,
section 16.9.5, and Bradburn MJ et al. Stat Med 2007;26:53–77 (Mantel–Haenszel or Peto, no correction of empty cells);
for proportions Lin L, Chu H. Health Sci Rep 2020;3:e178 (exact model; few events and small series flagged); for few
studies Röver C, Knapp G, Friede T. BMC Med Res Methodol 2015;15:99 (Hartung–Knapp with its floor). Where
Mantel–Haenszel ends and random effects begin (5 % or 10 events, and an arm with 0 or 1) is ours: beyond it the interval
of a common effect covered too little in simulation as soon as studies differ.

The default interval of two arms is Hartung–Knapp's with floor around the REML mean (Mantel–Haenszel's on t where events
are rare), and where numbers are sparse (`sparse`) the hull of that and of the interval of a mean weighted by study
sizes: from the lower of the two low limits to the higher of the two high ones. The reason: with 0 or 1 event in an arm
a study's log ratio and its variance hang on the same few people (and on the 0.5 added to an empty cell), so that its
inverse-variance weight is high where its effect is near none; the mean is drawn towards no effect, and its interval
covered as little as 83 % in simulation (8 trials, tau 1). Weights by size do not hang on the events, but leave more to
the largest trials. Two things more were wrong with the size-weighted interval alone, and are mended in it:
(1) 0.5 in every cell stands for "no effect" only where both arms are alike; with one treated for three controls the
mean was drawn far towards none (88 % covered). Its effects are corrected by arm instead (Sweeting MJ, Sutton AJ,
Lambert PC. Stat Med 2004;23:1351–1375), which for equal arms is the same.
(2) Differences cannot fall below minus the control's risk, so that where events are few their true values are skewed:
then t misses on that side, even were each trial's true difference known (89 % covered). The limit there is moved
outward by the first-order term of Johnson (1978) and Hall (1992), see `random_effects`.
The hull keeps the REML mean as the estimate and covered 94 % or more in every cell (tests/synthesis/README.md).
A ratio by Mantel–Haenszel is widened only where the studies differ (REML tau² above 0), which its own interval does not
know: where they agree, nothing resting on a correction of empty cells may change what needed none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from msc_harvest.synthesis.distributions import Vector
from msc_harvest.synthesis.effect_sizes import Tables

MOST_SE = 5.0
MOST_TAU2 = 25.0
FEW_EVENTS = 10
FEW_PARTICIPANTS = 50
FEW_STUDIES = 5
LEAST_FOR_PREDICTION = 3
RARE = 0.05
SPARSE_CELL = 2
LARGE_LOG_OR = float(np.log(2.5))
UNBALANCED = 1.5
STUDIES_PER_COVARIATE = 10
LEAST_FOR_ASYMMETRY = 10
LEAST_PER_GROUP = 2

MODELS = ("default", "random", "common", "mantel-haenszel", "peto", "exact")
SINGLE_ARM_MODELS = ("default", "crude", "logit", "freeman-tukey", "beta-binomial")


@dataclass(frozen=True, slots=True)
class Decision:
    """The model to use and why. `model`: "none", "described" (one study), or one of the models of the kind of data."""

    model: str
    why: str


def single_arm(events: Vector, at_risk: Vector) -> Decision:
    """Default for one proportion per series: the exact model, unless there is nothing for it to estimate."""
    total, k = float(at_risk.sum()), len(at_risk)
    if k == 0:
        return Decision("none", "no series with anybody at risk")
    if k == 1:
        return Decision("described", "one series: described, not pooled")
    if float(events.sum()) in (0.0, total):
        what = "no event in any series" if events.sum() == 0 else "the event in everyone"
        return Decision("crude", f"{what}: no model can be fitted, exact bound of the total")
    return Decision("glmm", f"{k} series with events and non-events: binomial-normal model")


def not_estimable(settled: bool, se: float, tau2: float) -> str | None:
    """Why the fitted proportion must not be shown: a standard error above 5 or tau² above 25 on the logit scale, or a
    search that did not settle. None where it may."""
    if settled and se <= MOST_SE and tau2 <= MOST_TAU2:
        return None
    return "not estimable: the series differ too widely for one average; only their range is given"


def few(events: float, participants: float) -> tuple[str, ...]:
    """Flags for totals below 10 events or 50 participants."""
    found = []
    if events < FEW_EVENTS:
        found.append(f"few events in all: {int(events)}")
    if participants < FEW_PARTICIPANTS:
        found.append(f"few participants in all: {int(participants)}")
    return tuple(found)


def few_studies(k: int) -> tuple[str, ...]:
    """Flag for fewer than five studies in a random-effects model."""
    if k == 1:
        return ("one study: described, not pooled",)
    return (f"only {k} studies: tau² and the interval are uncertain",) if k < FEW_STUDIES else ()


def two_arm(counts: Tables, measure: str) -> Decision:
    """Default for 2 × 2 tables.

    Ratios: nothing informative → none; one informative study → described; all events on one side → exact conditional
    odds ratio; rare (below 5 % or 10 events, and an arm with 0 or 1) → Mantel–Haenszel without correction; else inverse
    variance, random effects. Differences: Mantel–Haenszel while rare, which keeps double zeros. As the default,
    Mantel–Haenszel's interval is on t with k − 1 degrees (`random_effects.widened`). See also `sparse`.
    """
    if counts.k == 0:
        return Decision("none", "no study with both arms reported")
    informative = counts.take(counts.bearing(measure))
    if informative.k == 0:
        return Decision("none", _nothing(counts))
    if informative.k == 1:
        return Decision("described", "one informative study: described, not pooled")
    events = float((informative.events1 + informative.events2).sum())
    if measure != "RD" and _one_sided(informative, measure):
        return Decision("exact", "all events on one side: only exact methods give a bound")
    if measure == "RD" and events in (0.0, float(informative.total.sum())):
        return Decision("none", _nothing(counts))
    rare = events < FEW_EVENTS or events / float(informative.total.sum()) < RARE
    if rare and _sparse_arms(informative):
        return Decision("mantel-haenszel", "rare events: Mantel–Haenszel without continuity correction")
    few_in_arms = "events rare, but more than one in every arm" if rare else "events not rare"
    return Decision("random", f"{few_in_arms}: inverse variance with random effects")


def sparse(counts: Tables, measure: str, model: str, tau2: float) -> str | None:
    """Why the default interval is widened to take in the one of size weights; None where it is not.

    Sparse: an arm of a study that bears on the estimate has fewer than `SPARSE_CELL` with the event, or fewer than that
    without. Then random effects and differences are widened, ratios by Mantel–Haenszel where `tau2` (REML) is above 0,
    other models never.
    """
    used = counts.take(counts.bearing(measure))
    number = _sparse_arms(used)
    if used.k < 2 or not number or model not in ("random", "mantel-haenszel"):
        return None
    if model == "mantel-haenszel" and measure != "RD" and tau2 <= 0:
        return None
    skewed = ", allowing for skewness" if measure == "RD" and used.k > 2 else ""
    return (
        f"sparse numbers: in {number} of {used.k} studies an arm has nobody or only one with, or without, the event; "
        f"the interval is widened to take in that of a mean weighted by study sizes{skewed}"
    )


def _sparse_arms(used: Tables) -> int:
    """Number of studies with a cell below `SPARSE_CELL`."""
    cells = np.array([used.events1, used.n1 - used.events1, used.events2, used.n2 - used.events2])
    return int(np.sum(np.min(cells, axis=0) < SPARSE_CELL))


def _nothing(counts: Tables) -> str:
    k = f"the {counts.k} studies" if counts.k > 1 else "the one study"
    if (counts.events1 + counts.events2).sum() == 0:
        n1, n2 = int(counts.n1.sum()), int(counts.n2.sum())
        return (
            f"nobody had the event in either arm of {k} (0 of {n1} v. 0 of {n2}): they cannot say which arm does better"
        )
    return f"in {k} each time nobody, or everybody, had the event: they cannot say which arm does better"


def _one_sided(counts: Tables, measure: str) -> bool:
    if measure == "RR":
        return bool(counts.events1.sum() == 0 or counts.events2.sum() == 0)
    agree = (counts.events1 * (counts.n2 - counts.events2)).sum()
    differ = (counts.events2 * (counts.n1 - counts.events1)).sum()
    return bool(agree == 0 or differ == 0)


def generic(k: int) -> Decision:
    """Default for effects with variances (mean differences, rates, given effects): random effects from two studies."""
    if k == 0:
        return Decision("none", "no study with an effect and its variance")
    if k == 1:
        return Decision("described", "one study: described, not pooled")
    return Decision("random", f"{k} studies: inverse variance with random effects")


def peto_warnings(counts: Tables, log_odds: float) -> tuple[str, ...]:
    """Which of Peto's three conditions does not hold: rare events, balanced arms, a small effect (Greenland S, Salvan
    A. Stat Med 1990;9:247–252)."""
    found = []
    risk = float((counts.events1 + counts.events2).sum() / counts.total.sum())
    if risk > RARE:
        found.append(f"Peto: events are not rare ({100 * risk:.0f} % of participants)")
    ratio = np.maximum(counts.n1, counts.n2) / np.minimum(counts.n1, counts.n2)
    if np.any(ratio > UNBALANCED):
        found.append(f"Peto: arms are unbalanced (up to {float(ratio.max()):.1f} to 1)")
    if abs(log_odds) > LARGE_LOG_OR:
        found.append("Peto: the effect is large; the one-step estimate is drawn towards no effect")
    return tuple(found)


def double_zeros(number: int) -> tuple[str, ...]:
    """Said where studies without any event were left out of a ratio (Xu C, Li L, Lin L, et al.: no consensus)."""
    if not number:
        return ()
    which, says, is_ = ("1 study", "says", "is") if number == 1 else (f"{number} studies", "say", "are")
    return (f"{which} with the same outcome in everybody {says} nothing about a ratio and {is_} left out",)
