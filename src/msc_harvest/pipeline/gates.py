"""Gates: what is about to be published is compared with what readers have now.

A harvest that lost records, or a source that ceased to give a field, makes a warehouse without a single fault in it.
Only the one before tells. The user may know better (`force`); of faults inside the new warehouse nobody does.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from msc_harvest import durable
from msc_harvest.errors import ChecksFailed, WarehouseError
from msc_harvest.warehouse.checks import Check, CheckResult
from msc_harvest.warehouse.profile import Profile, published

# In percent of what was published.
MOST_LOST = 1
# In percentage points.
MOST_EMPTIED = 5
# Below so many rows, a point is less than one row.
FEWEST_ROWS = 50

COUNT_DOWN = Check(
    "fail_study_count_down",
    f"neither the records of a source nor the studies are down by more than {MOST_LOST} % on the published warehouse",
)
EMPTIED = Check(
    "fail_null_rate_up",
    f"no column of core is NULL in over {MOST_EMPTIED} percentage points more rows than in the published warehouse",
)
NO_BASELINE = Check("warn_no_baseline", "the published warehouse, where there is one, can be compared with the new one")
# What `force` may override: comparisons, never faults.
OVERRIDABLE = frozenset({COUNT_DOWN.name, EMPTIED.name})

_NAMED = 3
_FAILURE = "last_failed_build.json"


def compare(warehouse: Path, new: Profile) -> list[CheckResult]:
    """Results of the gates for a build with profile `new` that is to replace the file at `warehouse`.

    Only builds of the same origin over all that was known are compared; for others, and for a first build, there is
    no result. A file that is there and cannot be compared gives one of `warn_no_baseline`.
    """
    if new.as_of is not None or not warehouse.exists():
        return []
    try:
        old = published(warehouse)
    except WarehouseError as problem:
        return [CheckResult(NO_BASELINE, 1, str(problem))]
    if old.data_origin != new.data_origin:
        return []
    if old.as_of is not None:
        return [CheckResult(NO_BASELINE, 1, f"{warehouse.name} shows what was known at {old.as_of} only")]
    return [_result(COUNT_DOWN, fallen(old, new)), _result(EMPTIED, emptied(old, new))]


def fallen(old: Profile, new: Profile) -> list[str]:
    """Which counts are down by more than MOST_LOST percent, the worst first, as `trials 1,463 → 1,102 (−24.7 %)`."""
    counts = [(source, n, new.n_records.get(source, 0)) for source, n in sorted(old.n_records.items())]
    counts.append(("studies", old.n_studies, new.n_studies))
    down = [one for one in counts if 100 * (one[1] - one[2]) > MOST_LOST * one[1]]
    down.sort(key=lambda one: one[2] / one[1])
    return [f"{what} {before:,} → {now:,} (−{100 * (before - now) / before:.1f} %)" for what, before, now in down]


def emptied(old: Profile, new: Profile) -> list[str]:
    """Which columns are NULL in over MOST_EMPTIED points more rows, the worst first, with the old and new rate."""
    up = []
    for column, before in old.columns.items():
        now = new.columns.get(column)
        if now is None or min(before.n_rows, now.n_rows) < FEWEST_ROWS:
            continue
        # In whole numbers: five points are five points.
        risen = now.n_null * before.n_rows - before.n_null * now.n_rows
        if 100 * risen > MOST_EMPTIED * before.n_rows * now.n_rows:
            up.append((before.n_null / before.n_rows, now.n_null / now.n_rows, ".".join(column)))
    up.sort(key=lambda one: (one[0] - one[1], one[2]))
    return [f"{column} NULL in {100 * before:.1f} % → {100 * now:.1f} % of rows" for before, now, column in up]


def judge(results: Iterable[CheckResult], *, force: bool) -> tuple[CheckResult, ...]:
    """The gates that found something and are overridden by `force`.

    Raises ChecksFailed, saying what was found and what to do, when any other fail_* check found rows.
    """
    failed = [one for one in results if one.n_rows and one.check.severity == "fail"]
    stopping = [one for one in failed if not (force and one.check.name in OVERRIDABLE)]
    if not stopping:
        return tuple(failed)
    told = "; ".join(in_words(one) for one in stopping[:_NAMED])
    remedy = "if this is right, run: msc-harvest build --force; until then the old warehouse stays"
    if any(one.check.name not in OVERRIDABLE for one in stopping):
        remedy = "the old warehouse stays; mend what is named, or restore the files of queries and warehouse, and build"
    raise ChecksFailed(f"{len(stopping)} check(s) failed, nothing was published: {told}; {remedy}")


def in_words(found: CheckResult) -> str:
    """A result with rows on one line: the figures of a gate, the number of rows and the first of any other check."""
    if found.check in (COUNT_DOWN, EMPTIED):
        return f"{found.check.name}: {found.example}"
    return f"{found.check.name}: {found.n_rows} rows, first {found.example}"


def _result(check: Check, found: Sequence[str]) -> CheckResult:
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return CheckResult(check, len(found), ", ".join(found[:_NAMED]) + more if found else None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fail_* check that found rows: its name, how many, and the first of them in words."""

    name: str
    n_rows: int
    example: str | None


@dataclass(frozen=True, slots=True)
class FailedBuild:
    """A build that did not get to its end: when it began (UTC, without zone), why it failed, the checks that did."""

    at: datetime
    reason: str
    checks: tuple[Finding, ...]


def remember_failure(home_state: Path, at: datetime, reason: str, results: Iterable[CheckResult]) -> None:
    """Write <home_state>/last_failed_build.json. A disk that refuses it must not hide the failure itself."""
    findings = [
        asdict(Finding(one.check.name, one.n_rows, one.example))
        for one in results
        if one.n_rows and one.check.severity == "fail"
    ]
    text = json.dumps({"at": at.isoformat(), "reason": reason, "checks": findings}, ensure_ascii=False, indent=1)
    with contextlib.suppress(OSError):
        durable.put(home_state / _FAILURE, lambda temporary: temporary.write_text(text + "\n", encoding="utf-8"))


def forget_failure(home_state: Path) -> None:
    """Remove the trace of a failed build: a later one succeeded."""
    with contextlib.suppress(OSError):
        (home_state / _FAILURE).unlink(missing_ok=True)


def last_failure(home_state: Path) -> FailedBuild | None:
    """The last build when it failed, else None; also None when its trace cannot be read."""
    try:
        facts = json.loads((home_state / _FAILURE).read_text(encoding="utf-8"))
        findings = tuple(Finding(**one) for one in facts["checks"])
        return FailedBuild(datetime.fromisoformat(facts["at"]), facts["reason"], findings)
    except (OSError, ValueError, KeyError, TypeError):
        return None
