"""Coverage of the default intervals by simulation in the field's regime: few, small series with few events.

    python -m tests.synthesis.simulate [--repeats 1000] [--seed 20261121] [--arms single|two] [--again 3000]

prints Markdown tables, those of `tests/synthesis/README.md`; the part for `two` runs apart, so that both can run at
once. Truth (`truth`): the mean on the scale of the model, that is the **median** of the series' true risks for one arm,
the mean of the true log ratios, or of the true risk differences, for two.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

from msc_harvest.synthesis.decision import sparse, two_arm
from msc_harvest.synthesis.effect_sizes import Tables, binary, tables
from msc_harvest.synthesis.exact_odds import exact_odds
from msc_harvest.synthesis.mantel_haenszel import mantel_haenszel
from msc_harvest.synthesis.random_effects import inverse_variance, sample_size_weighted, widened
from msc_harvest.synthesis.results import Bounds, Estimate
from msc_harvest.synthesis.single_arm import binomial_normal

SEED = 20261121
SMALLEST, LARGEST = 6, 50
RISKS, TAUS, SERIES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3), (0.0, 0.5, 1.0), (3, 5, 8)
CONTROL_RISKS, EFFECTS, MEASURES = (0.05, 0.1, 0.3), (2.0, 1.0, 0.5, 0.25), ("OR", "RR", "RD")
BASELINE_TAU = 0.5
MOST_RISK = 0.95
SINGLE = ("default", "Wald", "crude exact")
TWO = ("default", "before widening", "REML, HK-floor", "size weights, t", "MH, z")
NODES, AGAIN = 61, 0.955


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the grid: true risk (of the control arm where there are two), tau, number of studies; with two arms
    the measure and the true ratio."""

    risk: float
    tau: float
    k: int
    measure: str = "risk"
    ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of `repeats` draws, how many gave an interval, and how many of those held the truth. Two arms: the share of draws
    whose default was widened, and its median width as a multiple of Hartung–Knapp's with floor."""

    repeats: int
    given: int
    covered: int
    widened: float = 0.0
    width: float = 1.0

    @property
    def share(self) -> float:
        """Coverage among the intervals given."""
        return self.covered / self.given if self.given else float("nan")


def stream(seed: int, cell: Cell) -> np.random.Generator:
    """A generator of its own for each cell, so that a cell's figures do not hang on which others run."""
    place = [round(1000 * one) for one in (cell.risk, cell.tau, cell.ratio)]
    return np.random.default_rng([seed, *place, cell.k, len(cell.measure), ord(cell.measure[0])])


def sizes(rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.integers(SMALLEST, LARGEST + 1, k)


def draw_single(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, np.ndarray]:
    """Events and sizes of k series whose logit risks spread normally by tau around that of `risk`."""
    n = sizes(rng, cell.k)
    if cell.risk == 0:
        return np.zeros(cell.k, dtype=int), n
    return rng.binomial(n, expit(logit(cell.risk) + cell.tau * rng.standard_normal(cell.k))), n


def draw_two(rng: np.random.Generator, cell: Cell) -> Tables:
    """k trials: control risks spread by 0.5 on the logit scale, log ratios by tau; a risk ratio's treated risk is cut at
    MOST_RISK, where it would leave 0–1 (see `truth`). Risk differences come of odds ratios."""
    n1, n2 = sizes(rng, cell.k), sizes(rng, cell.k)
    base = logit(cell.risk) + BASELINE_TAU * rng.standard_normal(cell.k)
    shift = np.log(cell.ratio) + cell.tau * rng.standard_normal(cell.k)
    treated = expit(base + shift) if cell.measure != "RR" else np.minimum(expit(base) * np.exp(shift), MOST_RISK)
    return tables(rng.binomial(n1, treated), n1, rng.binomial(n2, expit(base)), n2)


def single_intervals(events: np.ndarray, n: np.ndarray) -> tuple[Bounds, ...]:
    """The default (GLMM with t, or what stands in for it), and two others for comparison; as in SINGLE."""
    found = binomial_normal(events, n)
    nothing = Bounds(None, None)
    return found.t, found.wald, found.crude.exact if found.crude is not None else nothing


def two_intervals(t: Tables, measure: str) -> tuple[Bounds, ...]:
    """The default of `pool_two_arm` (rule of `decision.two_arm`, widened where `decision.sparse` says so) and what it is
    made of or compared with, on the scale of the analysis; as in TWO. The default's `df` is 1 where it was widened."""
    rule = two_arm(t, measure).model
    if rule in ("none", "described"):
        return (Bounds(None, None),) * len(TWO)
    own, common = binary(t, measure), mantel_haenszel(t, measure)
    floor = inverse_variance(own.effects, own.variances, "REML", "hk-floor")
    used = t.take(np.asarray(own.studies, dtype=int))
    size = bounds(sample_size_weighted(own.effects, own.variances, used.n1 * used.n2 / used.total))
    before = {"exact": lambda: exact_bounds(t), "mantel-haenszel": lambda: bounds(widened(common))}
    plain = before.get(rule, lambda: bounds(floor))()
    shown = plain if sparse(t, measure, rule, floor.tau2 or 0.0) is None else hull(plain, size)
    return shown, plain, bounds(floor), size, bounds(common)


def bounds(fit: Estimate) -> Bounds:
    return Bounds(fit.ci_low, fit.ci_high)


def hull(one: Bounds, other: Bounds) -> Bounds:
    """From the lower of both low limits to the higher of both high ones; `one` where a limit is missing."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return one
    return Bounds(min(one.low, other.low), max(one.high, other.high), 1.0)


def exact_bounds(t: Tables) -> Bounds:
    """Exact conditional bounds as logarithms; −1e3 or 1e3 where one is 0 or missing."""
    found = exact_odds(t)
    low = float(np.log(found.ci_low)) if found.ci_low else -1e3
    return Bounds(low, float(np.log(found.ci_high)) if found.ci_high else 1e3)


def truth(cell: Cell) -> float:
    """What an interval must hold, on the scale of the model. One arm: the risk (the median). Two arms: the mean over all
    trials that could be drawn of the true log ratio or risk difference, as drawn: with risk ratios, after the cut of the
    treated risk, which makes the mean smaller than the ratio of the cell. By quadrature over the control risks."""
    if cell.measure == "risk":
        return cell.risk
    middle = float(np.log(cell.ratio))
    if cell.measure == "OR":
        return middle
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    control = expit(logit(cell.risk) + BASELINE_TAU * nodes)
    if cell.measure == "RR":
        room = np.log(MOST_RISK / control)
        z = (room - middle) / max(cell.tau, 1e-9)
        below = middle * ndtr(z) - cell.tau * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        return float(weights @ (below + room * (1 - ndtr(z))))
    treated = expit(logit(control)[:, None] + middle + cell.tau * nodes[None, :]) @ weights
    return float(weights @ (treated - control))


def cover(cell: Cell, repeats: int, seed: int = SEED) -> tuple[Coverage, ...]:
    """Coverage in one cell of the default interval and of those it is compared with, in the order of SINGLE or TWO."""
    rng = stream(seed, cell)
    goal, single = truth(cell), cell.measure == "risk"
    columns = len(SINGLE) if single else len(TWO)
    given, covered = np.zeros(columns, dtype=int), np.zeros(columns, dtype=int)
    wider, widths = 0, []
    for _ in range(repeats):
        rows = single_intervals(*draw_single(rng, cell)) if single else two_intervals(draw_two(rng, cell), cell.measure)
        for i, one in enumerate(rows):
            if one.low is not None and one.high is not None:
                given[i] += 1
                covered[i] += one.low - 1e-12 <= goal <= one.high + 1e-12
        if not single and rows[0].df is not None:
            wider += 1
        if not single and rows[0].low is not None and rows[2].low is not None:
            widths.append(width(rows[0]) / width(rows[2]))
    share, ratio = wider / repeats, float(np.median(widths)) if widths else 1.0
    return tuple(Coverage(repeats, int(g), int(c), share, ratio) for g, c in zip(given, covered, strict=True))


def width(one: Bounds) -> float:
    """Width of an interval with both limits."""
    assert one.low is not None and one.high is not None
    return one.high - one.low


def single_cells() -> Iterator[Cell]:
    """The grid of one arm. At risk 0 there is no spread to vary."""
    for risk in RISKS:
        for tau in TAUS if risk > 0 else TAUS[:1]:
            for k in SERIES:
                yield Cell(risk, tau, k)


def two_cells() -> Iterator[Cell]:
    """The grid of two arms: cells that differ in the number of studies only stand together."""
    for measure in MEASURES:
        for ratio in EFFECTS:
            for risk in CONTROL_RISKS:
                for tau in TAUS:
                    for k in SERIES:
                        yield Cell(risk, tau, k, measure, ratio)


def monte_carlo_error(repeats: int, share: float = 0.95) -> float:
    """Standard error of a simulated coverage."""
    return float(np.sqrt(share * (1 - share) / repeats))


def single_table(repeats: int, seed: int) -> Iterator[str]:
    """Lines of the Markdown table of one arm, as they come."""
    head = ("risk", "tau", "k", *SINGLE, "no interval, %")
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for cell in single_cells():
        rows = cover(cell, repeats, seed)
        shares = [f"{100 * one.share:.1f}" if one.given else "–" for one in rows]
        refused = f"{100 * (1 - rows[0].given / repeats):.1f}"
        yield "| " + " | ".join([f"{cell.risk:g}", f"{cell.tau:g}", str(cell.k), *shares, refused]) + " |"


def two_table(repeats: int, again: int, seed: int) -> Iterator[str]:
    """Lines of the Markdown table of two arms: a row for all numbers of studies, figures in their order. A cell whose
    default covers less than AGAIN is drawn `again` times instead, and starred."""
    head = ("measure", "ratio", "risk", "tau", "truth", *TWO, "width", "widened, %", "no interval, %")
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    cells = list(two_cells())
    for start in range(0, len(cells), len(SERIES)):
        group = cells[start : start + len(SERIES)]
        found = [looked_at(cell, repeats, again, seed) for cell in group]
        cell, goal = group[0], truth(group[0])
        shown = f"{goal:.3f}" if cell.measure == "RD" else f"{np.exp(goal):.2f}"
        row = [cell.measure, f"{cell.ratio:g}", f"{cell.risk:g}", f"{cell.tau:g}", shown]
        row += [" · ".join(figure(rows[i], again if i == 0 else 0) for rows in found) for i in range(len(TWO))]
        row.append(" · ".join(f"{rows[0].width:.2f}" for rows in found))
        row.append(" · ".join(f"{100 * rows[0].widened:.0f}" for rows in found))
        row.append(" · ".join(f"{100 * (1 - rows[0].given / rows[0].repeats):.1f}" for rows in found))
        yield "| " + " | ".join(row) + " |"


def looked_at(cell: Cell, repeats: int, again: int, seed: int) -> tuple[Coverage, ...]:
    """Coverage in a cell, with more draws where the first look shows little."""
    rows = cover(cell, repeats, seed)
    return rows if rows[0].share >= AGAIN or again <= repeats else cover(cell, again, seed)


def figure(found: Coverage, starred: int) -> str:
    """Coverage in per cent, with a star where it rests on `starred` draws."""
    return f"{100 * found.share:.1f}" + ("*" if found.repeats == starred else "") if found.given else "–"


def main() -> None:
    """Print the table asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--again", type=int, default=0, help="draws for cells of two arms that cover less than 95.5 %%")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--arms", choices=("single", "two"), default="single")
    asked = parser.parse_args()
    lines = (
        single_table(asked.repeats, asked.seed) if asked.arms == "single"
        else two_table(asked.repeats, asked.again, asked.seed)
    )  # fmt: skip
    error = 100 * monte_carlo_error(asked.repeats)
    sys.stdout.write(f"{asked.repeats} draws a cell, seed {asked.seed}; Monte-Carlo error ±{error:.1f} at 95 %.\n\n")
    for line in lines:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
