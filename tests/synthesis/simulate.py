"""Coverage of the default intervals by simulation in the field's regime: few, small series with few events.

    python -m tests.synthesis.simulate [--arms single|two|edges] [--repeats 1000] [--again 0] [--seed 20261121]

prints Markdown tables, those of `tests/synthesis/README.md`; the parts run apart, so that they can run at once. Truth
(`truth`): the mean on the scale of the model, that is the **median** of the series' true risks for one arm, the mean of
the true log ratios, or of the true risk differences, for two.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

from msc_harvest.synthesis.results import Bounds
from msc_harvest.synthesis.single_arm import binomial_normal
from tests.synthesis.many import FAR, Interval, Many, Shown, intervals

SEED = 20261121
SMALLEST, LARGEST = 6, 50
RISKS, TAUS, SERIES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3), (0.0, 0.5, 1.0), (3, 5, 8)
CONTROL_RISKS, EFFECTS, MEASURES = (0.05, 0.1, 0.3), (2.0, 1.0, 0.5, 0.25), ("OR", "RR", "RD")
NEAR_0, ALLOCATIONS = (0.01, 0.02), (1 / 3, 1 / 2, 2.0, 3.0)
BASELINE_TAU = 0.5
MOST_RISK = 0.95
SINGLE = ("default", "Wald", "crude exact")
TWO = ("default", "before widening", "REML, HK-floor", "size weights, t", "MH, z")
NODES, BLOCK = 61, 2000
AGAIN_ONE, AGAIN_TWO = 0.945, 0.96


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the grid: true risk (of the control arm where there are two), tau, number of studies; with two arms
    the measure, the true ratio, and how many are treated for each control (1: both arms vary freely)."""

    risk: float
    tau: float
    k: int
    measure: str = "risk"
    ratio: float = 1.0
    allocation: float = 1.0


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
    other = [] if cell.allocation == 1 else [round(1000 * cell.allocation)]
    return np.random.default_rng([seed, *place, cell.k, len(cell.measure), ord(cell.measure[0]), *other])


def sizes(rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.integers(SMALLEST, LARGEST + 1, k)


def draw_single(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, np.ndarray]:
    """Events and sizes of k series whose logit risks spread normally by tau around that of `risk`."""
    n = sizes(rng, cell.k)
    if cell.risk == 0:
        return np.zeros(cell.k, dtype=int), n
    return rng.binomial(n, expit(logit(cell.risk) + cell.tau * rng.standard_normal(cell.k))), n


def draw_two(rng: np.random.Generator, cell: Cell, draws: int) -> Many:
    """`draws` sets of k trials: control risks spread by 0.5 on the logit scale, log ratios by tau; a risk ratio's
    treated risk is cut at MOST_RISK, where it would leave 0–1 (see `truth`). Risk differences come of odds ratios."""
    place = (draws, cell.k)
    n1, n2 = allocated(rng, cell.allocation, place)
    base = logit(cell.risk) + BASELINE_TAU * rng.standard_normal(place)
    shift = np.log(cell.ratio) + cell.tau * rng.standard_normal(place)
    treated = expit(base + shift) if cell.measure != "RR" else np.minimum(expit(base) * np.exp(shift), MOST_RISK)
    a, c = rng.binomial(n1, treated), rng.binomial(n2, expit(base))
    return Many(*(np.asarray(one, dtype=float) for one in (a, n1, c, n2)))


def allocated(rng: np.random.Generator, allocation: float, place: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Sizes of both arms, each 6–50: free, or the larger one `allocation` (or its inverse) times the smaller."""
    if allocation == 1:
        return rng.integers(SMALLEST, LARGEST + 1, place), rng.integers(SMALLEST, LARGEST + 1, place)
    times = round(max(allocation, 1 / allocation))
    small = rng.integers(SMALLEST, LARGEST // times + 1, place)
    return (small * times, small) if allocation > 1 else (small, small * times)


def single_intervals(events: np.ndarray, n: np.ndarray) -> tuple[Bounds, ...]:
    """The default (GLMM with t, or what stands in for it), and two others for comparison; as in SINGLE."""
    found = binomial_normal(events, n)
    nothing = Bounds(None, None)
    return found.t, found.wald, found.crude.exact if found.crude is not None else nothing


def two_intervals(shown: Shown) -> tuple[Interval, ...]:
    """As in TWO."""
    return shown.default, shown.before, shown.floor, shown.size, shown.common


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
    return cover_single(cell, repeats, seed) if cell.measure == "risk" else cover_two(cell, repeats, seed)


def cover_single(cell: Cell, repeats: int, seed: int) -> tuple[Coverage, ...]:
    rng, goal = stream(seed, cell), truth(cell)
    given, covered = [0] * len(SINGLE), [0] * len(SINGLE)
    for _ in range(repeats):
        for i, one in enumerate(single_intervals(*draw_single(rng, cell))):
            if one.low is not None and one.high is not None:
                given[i] += 1
                covered[i] += one.low - 1e-12 <= goal <= one.high + 1e-12
    return tuple(Coverage(repeats, g, c) for g, c in zip(given, covered, strict=True))


def cover_two(cell: Cell, repeats: int, seed: int) -> tuple[Coverage, ...]:
    """In blocks of BLOCK draws, so that fewer `repeats` are the first of the same stream."""
    rng, goal = stream(seed, cell), truth(cell)
    given, covered = [0] * len(TWO), [0] * len(TWO)
    wider, ratios = 0, []
    for start in range(0, repeats, BLOCK):
        shown = intervals(draw_two(rng, cell, min(BLOCK, repeats - start)), cell.measure)
        default = np.isfinite(shown.default.low) & np.isfinite(shown.default.high)
        for i, one in enumerate(two_intervals(shown)):
            there = default & np.isfinite(one.low) & np.isfinite(one.high)
            given[i] += int(there.sum())
            covered[i] += int((there & (one.low - 1e-12 <= goal) & (goal <= one.high + 1e-12)).sum())
        wider += int(shown.widened.sum())
        bounded = default & (np.maximum(-shown.default.low, shown.default.high) < FAR)
        with np.errstate(invalid="ignore"):
            ratios.append(((shown.default.high - shown.default.low) / (shown.floor.high - shown.floor.low))[bounded])
    width = float(np.median(np.concatenate(ratios))) if sum(given) else 1.0
    return tuple(Coverage(repeats, g, c, wider / repeats, width) for g, c in zip(given, covered, strict=True))


def single_cells() -> Iterator[Cell]:
    """The grid of one arm, and the widest spread at a risk near 0. At risk 0 there is no spread to vary."""
    for risk in RISKS:
        for tau in TAUS if risk > 0 else TAUS[:1]:
            for k in SERIES:
                yield Cell(risk, tau, k)
    for k in SERIES:
        yield Cell(NEAR_0[0], TAUS[-1], k)


def two_cells() -> Iterator[Cell]:
    """The grid of two arms: cells that differ in the number of studies only stand together."""
    for measure, ratio, risk, tau, k in itertools.product(MEASURES, EFFECTS, CONTROL_RISKS, TAUS, SERIES):
        yield Cell(risk, tau, k, measure, ratio)


def edges() -> Iterator[tuple[Cell, ...]]:
    """Beyond the grid, tau 1: risks near 0 and arms of unlike size; the ratios and numbers of studies together."""
    near = itertools.product(MEASURES, (1.0,), NEAR_0)
    for measure, allocation, risk in (*near, *itertools.product(MEASURES, ALLOCATIONS, CONTROL_RISKS)):
        places = itertools.product(EFFECTS, SERIES)
        yield tuple(Cell(risk, TAUS[-1], k, measure, ratio, allocation) for ratio, k in places)


def monte_carlo_error(repeats: int, share: float = 0.95) -> float:
    """Standard error of a simulated coverage."""
    return float(np.sqrt(share * (1 - share) / repeats))


def line(*shown: str) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(shown) + " |"


def head(*names: str) -> Iterator[str]:
    """The first two rows of a Markdown table."""
    yield line(*names)
    yield "|" + "---|" * len(names)


def single_table(repeats: int, again: int, seed: int) -> Iterator[str]:
    """Lines of the Markdown table of one arm, as they come."""
    yield from head("risk", "tau", "k", *SINGLE, "no interval, %")
    for cell in single_cells():
        rows = looked_at(cell, repeats, again, seed)
        shares = [f"{100 * one.share:.1f}" if one.given else "–" for one in rows]
        shares[0] += star(rows[0], again)
        yield line(f"{cell.risk:g}", f"{cell.tau:g}", str(cell.k), *shares, f"{refused(rows[0]):.1f}")


def two_table(repeats: int, again: int, seed: int) -> Iterator[str]:
    """Lines of the Markdown table of two arms: a row for all numbers of studies, figures in their order."""
    yield from head("measure", "ratio", "risk", "tau", "truth", *TWO, "width", "widened, %", "no interval, %")
    for cells in zip(*[iter(two_cells())] * len(SERIES), strict=True):
        found = [looked_at(cell, repeats, again, seed) for cell in cells]
        cell, goal = cells[0], truth(cells[0])
        shown = f"{goal:.3f}" if cell.measure == "RD" else f"{np.exp(goal):.2f}"
        row = [cell.measure, f"{cell.ratio:g}", f"{cell.risk:g}", f"{cell.tau:g}", shown]
        row.append(" · ".join(f"{100 * rows[0].share:.1f}{star(rows[0], again)}" for rows in found))
        row += [" · ".join(f"{100 * rows[i].share:.1f}" for rows in found) for i in range(1, len(TWO))]
        row.append(" · ".join(f"{rows[0].width:.2f}" for rows in found))
        row.append(" · ".join(f"{100 * rows[0].widened:.0f}" for rows in found))
        yield line(*row, " · ".join(f"{refused(rows[0]):.1f}" for rows in found))


def edge_table(repeats: int, again: int, seed: int) -> Iterator[str]:
    """Lines of the Markdown table of the edges: of each row's cells the one that covers least, and the widest."""
    yield from head("measure", "treated : control", "risk", "lowest", "at ratio", "k", "REML, HK-floor", "widest")
    for cells in edges():
        found = [(looked_at(cell, repeats, again, seed), cell) for cell in cells]
        rows, cell = min(found, key=lambda one: one[0][0].share)
        arms = "free" if cell.allocation == 1 else f"{max(cell.allocation, 1):g} : {max(1 / cell.allocation, 1):g}"
        widest = max(one[0].width for one, _ in found)
        yield line(
            cell.measure, arms, f"{cell.risk:g}", f"{100 * rows[0].share:.1f}{star(rows[0], again)}",
            f"{cell.ratio:g}", str(cell.k),
            f"{100 * rows[2].share:.1f}", f"{widest:.2f}",
        )  # fmt: skip


def looked_at(cell: Cell, repeats: int, again: int, seed: int) -> tuple[Coverage, ...]:
    """Coverage in a cell, with `again` draws instead where the first look shows less than AGAIN_ONE or AGAIN_TWO: so
    little that twice its Monte-Carlo error would reach below the goal."""
    rows = cover(cell, repeats, seed)
    enough = rows[0].share >= (AGAIN_ONE if cell.measure == "risk" else AGAIN_TWO)
    return rows if enough or again <= repeats else cover(cell, again, seed)


def star(found: Coverage, again: int) -> str:
    """A star at a figure that rests on `again` draws."""
    return "*" if found.repeats == again else ""


def refused(found: Coverage) -> float:
    """Per cent of the draws without an interval."""
    return 100 * (1 - found.given / found.repeats)


def main() -> None:
    """Print the table asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--again", type=int, default=0, help="draws for cells that cover little at first")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--arms", choices=("single", "two", "edges"), default="single")
    asked = parser.parse_args()
    lines = {
        "single": lambda: single_table(asked.repeats, asked.again, asked.seed),
        "two": lambda: two_table(asked.repeats, asked.again, asked.seed),
        "edges": lambda: edge_table(asked.repeats, asked.again, asked.seed),
    }[asked.arms]()
    error = 100 * monte_carlo_error(asked.repeats)
    sys.stdout.write(f"{asked.repeats} draws a cell, seed {asked.seed}; Monte-Carlo error ±{error:.1f} at 95 %.\n\n")
    for one in lines:
        sys.stdout.write(one + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
