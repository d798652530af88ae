"""Every value of the methods offered, against R (metafor, meta, exact likelihood) in ../shared/data/stats.

A value counts where R gave one that is neither an error nor marked `unstable`; it must agree within its own rtol. Where
R has no value (NA, an error), the program must have none either, or the fallback the statistics page defines.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from msc_harvest.synthesis.effect_sizes import Tables
from msc_harvest.synthesis.exact_odds import exact_odds
from msc_harvest.synthesis.sequential import boundaries
from tests.synthesis.r_root_search import TOLERANCE
from tests.synthesis.reference_methods import (
    EXACT,
    EXACT_EACH,
    METHODS,
    RATES,
    Case,
    Values,
    exact_common,
    exact_each,
    table,
)

# R looks for these roots with uniroot's default tolerance, the fourth root of the machine epsilon, on the odds ratio or
# its reciprocal between 0 and 1 (fisher.test, mantelhaen.test): of the file's twelve digits it can promise four. So they
# are compared three times: ours with the file's at R's tolerance; R's search run on our distribution with the file's at
# the file's own 1e-9; and ours with scipy's and with exact integer arithmetic at 1e-9 (tests below).
R_ROOT_SEARCH = {EXACT: ("or.cmle", "lb", "ub"), EXACT_EACH: ("or", "lb", "ub")}


@dataclass
class Outcome:
    """One reference result: its method, how many values it holds, and the values that disagree."""

    method: str
    values: int
    failures: list[str]


def agrees(ours: Any, theirs: Any, rtol: float) -> bool:
    if theirs in ("NA", "Inf", "-Inf") or theirs is None:
        return ours is None
    if ours is None:
        return False
    return bool(math.isfinite(ours)) and abs(ours - theirs) <= rtol * max(abs(theirs), 1e-6)


def searched(ours: Any, theirs: Any, rtol: float) -> bool:
    """Agreement with a root R looked for in (0, 1), as odds ratio or its reciprocal, to uniroot's tolerance."""
    if agrees(ours, theirs, rtol):
        return True
    if ours is None or isinstance(theirs, str) or min(ours, theirs) <= 0:
        return False
    one, other = (ours, theirs) if ours < 1 else (1 / ours, 1 / theirs)
    return bool(abs(one - other) <= TOLERANCE)


def compare(method: str, result: Case, ours: Values) -> tuple[int, list[str]]:
    """How many values were compared, and those that disagree."""
    count, failures = 0, []
    theirs = {key: value for key, value in result["values"].items() if key in ours}
    row_by_row = re.search(r"leave1out|cumul|influence", result["name"]) is not None
    if ours.get("reason") == "not tested: the effects lie on one line":  # R tests the rounding errors
        return 0, []
    for key, reference in theirs.items():
        same_as = searched if key in R_ROOT_SEARCH.get(method, ()) else agrees
        one, other = (value if isinstance(value, list) else [value] for value in (ours[key], reference))
        if len(one) != len(other):  # R keeps a row of NA for a study that is left out
            other = [value for value in other if value != "NA"]
        if len(one) != len(other):
            failures.append(f"{key}: {len(one)} values for {len(other)}")
            continue
        for mine, yours in zip(one, other, strict=True):
            if row_by_row and yours == "NA" and mine is not None:  # R's scoring did not settle on this row
                continue
            count += 1
            if key == "I2" and row_by_row and mine == 0 and 0 < yours < 1e-9:  # R stopped with tau² at 1e-14
                continue
            same = (
                mine == yours
                if isinstance(yours, str) and yours not in ("NA", "Inf", "-Inf")
                else same_as(mine, yours, result["rtol"])
            )
            if not same:
                failures.append(f"{key}: {mine} for {yours}")
    return count, failures


def nothing_to_match(result: Case) -> bool:
    """R stopped, was not sure, or has no estimate (NA; or a standard error of 0, which the program must not show)."""
    if "error" in result or result.get("unstable") or not result["values"]:
        return True
    values = result["values"]
    return values.get("estimate") in ("NA", "-Inf") or (values.get("se") == 0 and values.get("zval") == "NaN")


def outcomes(folder: Path) -> Iterator[Outcome]:
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text())
        for result in case.get("results", ()):
            for pattern, method, compute in RATES if case["kind"].startswith("rate") else METHODS:
                match = re.fullmatch(pattern, result["name"])
                if match is None:
                    continue
                ours = compute(case, *match.groups())
                where = f"{case['id']} {result['name']}"
                if nothing_to_match(result):
                    yield Outcome(method + " | fallback", 1, [f"{where}: {bad}" for bad in unshowable(ours)])
                    continue
                count, failures = compare(method, result, ours)
                yield Outcome(method, count, [f"{where} {failure}" for failure in failures])


def unshowable(value: Any) -> list[str]:
    """NaN and infinities in a result, wherever they hide."""
    if isinstance(value, dict):
        return [bad for one in value.values() for bad in unshowable(one)]
    if isinstance(value, (list, tuple, np.ndarray)):
        return [bad for one in value for bad in unshowable(one)]
    return [repr(value)] if isinstance(value, (float, np.floating)) and not math.isfinite(value) else []


def test_all_reference_values_are_met(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    total: Counter[str] = Counter()
    failed: dict[str, list[str]] = {}
    for outcome in outcomes(shared / "data" / "stats"):
        total[outcome.method] += outcome.values
        failed.setdefault(outcome.method, []).extend(outcome.failures)
    lines = [f"{m:45} {n - len(failed[m]):6} / {n}" for m, n in sorted(total.items())]
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201
    every = [failure for one in failed.values() for failure in one]
    assert sum(total.values()) > 5_000
    assert not every, f"{len(every)} values disagree:\n" + "\n".join(every[:200])


def test_exact_odds_ratios_at_the_files_own_digits(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file's 1e-9 can be asked of the p values, and of the odds ratios and limits that are 0 or infinite: there the
    program meets it. Of the others it holds where R's search happened to land."""
    met, total = Counter[str](), Counter[str]()
    for path in sorted((shared / "data" / "stats").glob("*-bin-*.json")):
        case = json.loads(path.read_text())
        for result in case["results"]:
            if result["name"] not in ("exact.conditional.OR", "exact.fisher.each") or nothing_to_match(result):
                continue
            ours = (exact_common if result["name"] == "exact.conditional.OR" else exact_each)(case)
            for key, mine in ours.items():
                pairs = zip(np.atleast_1d(mine), np.atleast_1d(result["values"][key]), strict=True)
                for one, other in ((x, as_number(y)) for x, y in pairs):
                    kind = "p" if key == "p" else "0 or infinite" if other in (None, 0.0) else "searched by R"
                    total[kind] += 1
                    met[kind] += agrees(one, other, result["rtol"])
    with capsys.disabled():
        print("\nexact odds ratios to 1e-9:", *(f"{k} {met[k]} / {total[k]};" for k in sorted(total)))  # noqa: T201
    assert met["p"] == total["p"] > 150 and met["0 or infinite"] == total["0 or infinite"] > 100


def as_number(value: Any) -> float | None:
    """A value of the file; None for NA and infinities."""
    found = float(str(value).replace("NA", "nan"))
    return found if math.isfinite(found) else None


def tables_of(folder: Path) -> Iterator[Tables]:
    for path in sorted(folder.glob("*-bin-*.json")):
        yield table(json.loads(path.read_text()))


def test_exact_odds_ratios_agree_with_scipy(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from scipy.stats import contingency

    worst, count = 0.0, 0
    for t in tables_of(shared / "data" / "stats"):
        for i in np.where(~t.one_outcome_only)[0]:
            a, n1, c, n2 = (int(one[i]) for one in (t.events1, t.n1, t.events2, t.n2))
            ours = exact_odds(t.take([i]))
            theirs = contingency.odds_ratio([[a, n1 - a], [c, n2 - c]])
            bounds = theirs.confidence_interval(0.95)
            for mine, yours in (
                (ours.estimate, theirs.statistic),
                (ours.ci_low, bounds.low),
                (ours.ci_high, bounds.high),
            ):
                assert (mine is None) == math.isinf(yours)
                if mine is not None:
                    worst, count = max(worst, abs(mine - yours) / max(abs(yours), 1e-6)), count + 1
    with capsys.disabled():
        print(f"\nexact OR per study v. scipy: {count} values, worst relative difference {worst:.1e}")  # noqa: T201
    assert count > 300 and worst <= 1e-9


def test_pooled_exact_odds_ratios_solve_their_equations_in_exact_arithmetic(shared: Path) -> None:
    """With the odds ratio as a fraction, the conditional mean less the events seen, and each tail less 2.5 %, change sign
    within 1e-9 of our answer."""
    from fractions import Fraction

    checked = 0
    for t in tables_of(shared / "data" / "stats"):
        used = t.take(~t.one_outcome_only)
        if used.k == 0 or used.total.sum() > 1500:
            continue
        found, low, ways = exact_odds(used), 0, [1]
        for a, n1, c, n2 in zip(used.events1, used.n1, used.events2, used.n2, strict=True):
            events, first = int(a + c), max(0, int(a + c - n2))
            own = [
                math.comb(int(n1), x) * math.comb(int(n2), events - x) for x in range(first, min(int(n1), events) + 1)
            ]
            product = [0] * (len(ways) + len(own) - 1)
            for i, one in enumerate(ways):
                for j, other in enumerate(own):
                    product[i + j] += one * other
            ways, low = product, low + first
        seen = int(used.events1.sum())
        for value, sign in (
            (found.estimate, lambda m, _u, _d, s=seen: m - s),
            (found.ci_low, lambda _m, u, _d: u - Fraction(1, 40)),
            (found.ci_high, lambda _m, _u, d: Fraction(1, 40) - d),
        ):
            if value:
                below, above = (sign(*moments(ways, low, seen, value * by)) for by in (1 - 1e-9, 1 + 1e-9))
                assert below < 0 < above, (value, float(below), float(above))
                checked += 1
    assert checked > 30


def moments(ways: list[int], low: int, seen: int, odds: float) -> tuple[Any, Any, Any]:
    """Exact mean of the conditional distribution, and its upper and lower tail at the events seen."""
    from fractions import Fraction

    top, bottom = odds.as_integer_ratio()
    last = len(ways) - 1
    mass = [one * top**i * bottom ** (last - i) for i, one in enumerate(ways)]
    total = sum(mass)
    place = seen - low
    mean = Fraction(sum((low + i) * one for i, one in enumerate(mass)), total)
    return mean, Fraction(sum(mass[place:]), total), Fraction(sum(mass[: place + 1]), total)


def test_sequential_boundaries(shared: Path) -> None:
    """Good to 1e-6, as the file says of its own recursion."""
    looks = json.loads((shared / "data" / "stats" / "sequential-bounds.json").read_text())["values"]
    for one in looks.values():
        lan = one["lan_demets_obf"]
        pairs = [
            (boundaries(one["t"], "obrien-fleming"), one["obrien_fleming"]),
            (boundaries(one["t"], "pocock"), [one["pocock"]] * len(one["t"])),
            (boundaries(one["t"], "lan-demets"), lan["per_side_025"]),
            (boundaries(one["t"], "lan-demets", spent_per_side=False), lan["two_sided_05"]),
        ]
        for found, expected in pairs:
            assert found.critical == pytest.approx(expected, abs=1e-6) and "not for conclusions" in found.warning
