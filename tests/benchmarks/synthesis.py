"""How long pooling takes: 100 studies with each left out in turn, the exact model of proportions, one organ's answer.

    python -m tests.benchmarks.synthesis

CPU seconds beside the goals of the project (1 s and 0.2 s), and ratios to the same work in PyMARE, which say more on a
shared machine. Nothing here is asserted by the tests.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from msc_harvest.synthesis.pooling import pool_two_arm
from msc_harvest.synthesis.pooling_single import pool_single_arm
from msc_harvest.synthesis.random_effects import inverse_variance
from msc_harvest.synthesis.sensitivity import leave_one_out
from msc_harvest.synthesis.single_arm import binomial_normal
from tests.benchmarks.measure import medians, report_at_most

STUDIES = 100
HUNDRED_SECONDS, MODEL_SECONDS = 1.0, 0.2


def effects() -> tuple[np.ndarray, np.ndarray]:
    """A hundred effects with variances, tau² 0.1."""
    rng = np.random.default_rng(1)
    v = rng.uniform(0.02, 0.5, STUDIES)
    return rng.normal(0.3, np.sqrt(v + 0.1)), v


def their_leave_one_out(y: np.ndarray, v: np.ndarray) -> Callable[[], object] | None:
    """The same by PyMARE's restricted likelihood, or None where it is not installed."""
    try:
        import pymare
    except ImportError:
        return None

    def work() -> object:
        estimator = pymare.estimators.VarianceBasedLikelihoodEstimator(method="REML")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = [pymare.Dataset(y=np.delete(y, i), v=np.delete(v, i)) for i in range(STUDIES)]
            return [estimator.fit_dataset(one).summary().get_fe_stats() for one in rows]

    return work


def pooling() -> None:
    """Print every line."""
    y, v = effects()
    rng = np.random.default_rng(2)
    n = rng.integers(6, 51, (2, 8))
    x = rng.binomial(n, 0.1)
    many_n = rng.integers(6, 300, STUDIES)
    many = rng.binomial(many_n, rng.beta(1, 9, STUDIES))
    sparse = np.array([1, 0, 0, 2, 0, 0, 1, 0])
    work: dict[str, Callable[[], object]] = {
        "one": lambda: inverse_variance(y, v),
        "left out": lambda: leave_one_out(y, v),
        "model of 8": lambda: binomial_normal(x[0], n[0]),
        "model of 8, sparse": lambda: binomial_normal(sparse, n[0]),
        "model of 100": lambda: binomial_normal(many, many_n),
        "answer, one arm": lambda: pool_single_arm(x[0], n[0]),
        "answer, two arms": lambda: pool_two_arm(x[0], n[0], x[1], n[1]),
    }
    theirs = their_leave_one_out(y, v)
    if theirs is not None:
        work["theirs"] = theirs
    seconds = medians(work)
    report_at_most(f"{STUDIES} studies, each left out in turn: CPU s", seconds["left out"], HUNDRED_SECONDS)
    report_at_most(
        "the same ÷ one pooling of 100 (100 would be no overhead)", seconds["left out"] / seconds["one"], 130
    )
    if "theirs" in seconds:
        report_at_most("the same ÷ PyMARE's restricted likelihood", seconds["left out"] / seconds["theirs"], 1)
    for name in ("model of 8", "model of 8, sparse", "model of 100"):
        report_at_most(f"exact binomial-normal {name}: CPU s", seconds[name], MODEL_SECONDS)
    for name in ("answer, one arm", "answer, two arms"):
        report_at_most(f"{name}, 8 studies, with every alternative: CPU s", seconds[name], MODEL_SECONDS)


if __name__ == "__main__":
    pooling()
