"""CPU seconds, medians, pairs. Absolute times say nothing on a shared machine; ratios within one run do."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

REPEATS = 5


def medians(work: Mapping[str, Callable[[], object]], repeats: int = REPEATS) -> dict[str, float]:
    """Median CPU seconds of each piece of work; the pieces take turns, so that a slow spell meets all of them."""
    for one in work.values():
        one()  # once for caches and compiled readers
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(repeats):
        for name, one in work.items():
            gc.collect()
            begun = time.process_time()
            one()
            seconds[name].append(time.process_time() - begun)
    return {name: statistics.median(values) for name, values in seconds.items()}


def report(title: str, ratio: float, goal: float, more: str = "") -> None:
    """One line: what was measured, the ratio, the goal, and whether it is met."""
    verdict = "met" if ratio >= goal else "MISSED"
    print(f"{title:<68} {ratio:6.2f}  goal ≥ {goal:<5g} {verdict}  {more}", flush=True)


def report_at_most(title: str, value: float, limit: float, more: str = "") -> None:
    """The same for a quantity that must stay below a limit."""
    verdict = "met" if value <= limit else "MISSED"
    print(f"{title:<68} {value:6.2f}  goal ≤ {limit:<5g} {verdict}  {more}", flush=True)
