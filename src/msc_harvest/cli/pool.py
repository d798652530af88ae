"""`msc-harvest pool`: pooled answers from the warehouse or from a user's own numbers, for people or as data."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msc_harvest.cli.context import home_of
from msc_harvest.cli.logs import tell
from msc_harvest.cli.show import paragraph, show, table
from msc_harvest.errors import UsageError

if TYPE_CHECKING:
    from msc_harvest.pipeline.pooling.answer import Difference, PoolAnswer, Result

_DONE = 0
_SHOWN = ("timepoint_months", "certainty", "record_ids")
# Columns that a narrow terminal does without, the first one first.
_SPARE = ("record_ids", "certainty", "weight %", "timepoint_months")
_ARMS = (("MSC", "events_msc", "n_msc"), ("control", "events_control", "n_control"))


def pool(arguments: argparse.Namespace) -> int:
    """Print the answer to stdout; 0 also where there is nothing to pool."""
    answer = _answer(arguments)
    if arguments.json or arguments.format == "json":
        json.dump(answer.as_object(), sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
    elif arguments.format == "csv":
        show(answer.estimates(), "csv")
        if answer.note:
            tell(answer.note)
        _tell_origin(answer)
    else:
        _print(answer, with_alternatives=arguments.alternatives)
    return _DONE


def _answer(arguments: argparse.Namespace) -> PoolAnswer:
    from msc_harvest.pipeline.pooling.answer import Request, pool_numbers
    from msc_harvest.pipeline.pooling.members import pool_from
    from msc_harvest.pipeline.pooling.own_numbers import from_csv

    designs = tuple(part.strip() for part in (arguments.design or "").split(",") if part.strip())
    if arguments.design is not None and not designs:
        raise UsageError("--design names no design; leave it out, or name one such as randomised")
    request = Request(
        arguments.measure, arguments.by, designs, arguments.model, arguments.tau2, arguments.test, arguments.level
    )
    if arguments.csv is not None:
        if arguments.organ or arguments.outcome or arguments.stratum:
            raise UsageError("--csv pools your own numbers; leave out --organ, --outcome and --stratum")
        return pool_numbers(from_csv(Path(arguments.csv).expanduser()), request)
    if not arguments.organ or not arguments.outcome:
        raise UsageError("name both --organ and --outcome, or give your own numbers with --csv FILE")
    return pool_from(home_of(arguments).warehouse, arguments.organ, arguments.outcome, request, arguments.stratum)


def _print(answer: PoolAnswer, *, with_alternatives: bool) -> None:
    if answer.note:
        paragraph(answer.note)
    whole = [one for one in answer.results if one.group is None]
    for number, one in enumerate(whole):
        if number:
            print("\n")
        _print_whole(answer, one)
        if with_alternatives:
            _print_alternatives(one)
        for part in answer.results:
            if part.group is not None and _key(part) == _key(one):
                _print_part(part)
        for difference in answer.differences:
            if _key(difference) == _key(one):
                print()
                paragraph(_told_difference(difference))
    _tell_origin(answer)


def _tell_origin(answer: PoolAnswer) -> None:
    if answer.build_id:
        tell(f"build {answer.build_id}, {answer.data_origin} data")


def _print_alternatives(one: Result) -> None:
    """The same studies by other models, so that a reader sees whether the verdict hangs on the choice."""
    for other in one.pooled.alternatives:
        if other.estimate is not None:
            found = f"{_number(other.estimate)} ({_number(other.ci_low)} to {_number(other.ci_high)})"
            paragraph(f"  otherwise: {found}: {other.method}")


def _key(one: Result | Difference) -> tuple[str | None, str | None, str]:
    return one.stratum, one.design, one.measure


def _print_whole(answer: PoolAnswer, one: Result) -> None:
    import polars as pl

    from msc_harvest.pipeline.pooling.answer import ODDS_MODELS
    from msc_harvest.pipeline.pooling.telling import NAMES, study_rows

    head = [answer.organ, answer.outcome, one.stratum, one.design, _measure(one)]
    paragraph(" · ".join(part for part in head if part))
    # Where a rule, not the user, chose an odds ratio for want of a risk ratio, the studies still have theirs.
    given = NAMES.get(one.pooled.measure, one.measure) if answer.request.model in ODDS_MODELS else one.measure
    rows = [_study(row, given) for row in study_rows(one) if not row["left_out"]]
    if rows:
        table(pl.DataFrame(rows, infer_schema_length=None), spare=_SPARE)
    _print_numbers(one)


def _measure(one: Result) -> str:
    from msc_harvest.pipeline.pooling.telling import NAMES

    given = NAMES.get(one.pooled.measure, one.measure)
    return one.measure if given == one.measure else f"{one.measure} asked, {given} given"


def _print_part(one: Result) -> None:
    print()
    paragraph(f"{one.by} = {one.group}: {', '.join(sorted(row.study for row in one.members))}")
    _print_numbers(one)


def _print_numbers(one: Result) -> None:
    """The sentences, then estimate, method, heterogeneity, prediction, who is left out, and warnings; nothing twice."""
    pooled = one.pooled
    lines = [("method", f"{pooled.method} ({pooled.situation})" if pooled.estimate is not None else None)]
    if pooled.estimate is not None:
        name = "pooled" if pooled.pooled else "not pooled"
        kind = f", {pooled.interval}" if pooled.interval else ""
        interval = f"{100 * pooled.level:g} % interval {_number(pooled.ci_low)} to {_number(pooled.ci_high)}{kind}"
        lines.insert(0, (name, f"{_number(pooled.estimate)} ({interval})"))
    elif pooled.ci_low is not None or pooled.ci_high is not None:
        lines.insert(0, ("bounds", f"{_number(pooled.ci_low)} to {_number(pooled.ci_high)}"))
    lines += [("heterogeneity", _heterogeneity(one)), ("prediction", _prediction(one))]
    lines += [("left out", f"{study}: {reason}") for study, reason in one.left_out]
    lines += [("warning", warning) for warning in one.warnings]
    lines.append(("note", pooled.note))
    paragraph(one.statement)
    told: list[str] = []
    for label, text in lines:
        if text and not any(text in earlier for earlier in told):
            told.append(text)
            paragraph(f"  {label}: {text}")


def _heterogeneity(one: Result) -> str | None:
    pooled = one.pooled
    if pooled.tau2 is None or not pooled.pooled:
        return None
    parts = [f"tau² {_number(pooled.tau2)}"]
    if pooled.tau2_low is not None:
        parts[0] += f" ({_number(pooled.tau2_low)} to {_number(pooled.tau2_high)})"
    if pooled.i2_percent is not None:
        parts.append(f"I² {pooled.i2_percent:.0f} % (from {pooled.i2_basis})")
    if pooled.q is not None and pooled.q_p is not None:
        parts.append(f"Q {pooled.q:.2f} on {pooled.q_df}, p {pooled.q_p:.3g}")
    return ", ".join(parts)


def _prediction(one: Result) -> str | None:
    pooled = one.pooled
    if pooled.pi_low is not None and pooled.pi_high is not None:
        return f"{_number(pooled.pi_low)} to {_number(pooled.pi_high)} ({pooled.pi_note})"
    return pooled.pi_note if pooled.pooled else None


def _study(row: dict[str, Any], measure: str) -> dict[str, Any]:
    """A study as a line of the table: arms as events/n, its own estimate with interval, weight, and where it stands."""
    found: dict[str, Any] = {"study": row["study_id"]}
    if "events_msc" in row:
        found |= {name: _arm(row[a], row[n]) for name, a, n in _ARMS if n in row}
    elif "mean_msc" in row:
        for name, side in (("MSC", "msc"), ("control", "control")):
            found[name] = f"{_number(row[f'mean_{side}'])} ± {_number(row[f'sd_{side}'])} ({row[f'n_{side}']})"
    interval = f"{_number(row['estimate'])} ({_number(row['ci_low'])} to {_number(row['ci_high'])})"
    found[measure] = interval if row["estimate"] is not None else "–"
    if row["weight_pct"] is not None:
        found["weight %"] = f"{row['weight_pct']:.1f}"
    if row["note"]:
        found["note"] = row["note"]
    return found | {name: row[name] for name in _SHOWN if row.get(name) is not None}


def _arm(events: object, n: object) -> str:
    return "–" if events is None or n is None else f"{events}/{n}"


def _number(value: float | None) -> str:
    """Three figures that matter; a dash where a bound has no number."""
    if value is None:
        return "–"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _told_difference(one: Difference) -> str:
    if one.q is None or one.p is None:
        return f"between the groups: {one.reason}"
    return f"between the groups: Q {one.q:.2f} on {one.df}, p {one.p:.3g} (each group its own tau²)"
