"""`msc-harvest evaluate`: what people labelled against what the rules found, with every disagreement."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msc_harvest.cli.context import home_of
from msc_harvest.cli.narrate import printable

if TYPE_CHECKING:
    from msc_harvest.pipeline.comparing import Result
    from msc_harvest.pipeline.evaluation import Evaluation
    from msc_harvest.synthesis.classification import Share

_DONE = 0


def evaluate(arguments: argparse.Namespace) -> int:
    """Score the warehouse of this home against the sheet of labels `arguments.labels`; tables, or one JSON object."""
    from msc_harvest.pipeline import evaluation

    scored = evaluation.evaluate(home_of(arguments).warehouse, Path(arguments.labels).expanduser())
    if arguments.json:
        json.dump(evaluation.as_dict(scored), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        _show(scored)
    return _DONE


def _show(scored: Evaluation) -> None:
    held = scored.n_labels - len(scored.unknown)
    print(f"labelled records: {scored.n_labels}, of which {held} are in this warehouse")
    if scored.unknown:
        print(f"not in this warehouse, not scored: {', '.join(map(printable, scored.unknown))}")
    _show_confusion(scored)
    _show_scores(scored)
    _show_reasons(scored)
    _show_disagreements(scored)


def _show_confusion(scored: Evaluation) -> None:
    import polars as pl

    from msc_harvest.cli.show import table

    decisions = list(dict.fromkeys(found for _, found in scored.confusion))
    print("\nlabelled decision (rows) and found decision (columns)")
    rows = [
        {"labelled": labelled, **{found: scored.confusion[labelled, found] for found in decisions}}
        for labelled in decisions
    ]
    table(pl.DataFrame(rows))


def _show_scores(scored: Evaluation) -> None:
    import polars as pl

    from msc_harvest.cli.show import table

    print("\nscores with 95 % intervals (scope: include against exclude; concepts: codes of all records together)")
    results = (scored.scope, scored.reasons, *scored.concepts)
    table(pl.DataFrame([_score_row(one) for one in results]))


def _score_row(result: Result) -> dict[str, str | int | None]:
    if result.state != "scored":
        return {"concept": result.concept, "records": None, "agree": None, "unsure": None, "precision": result.state}
    return {
        "concept": result.concept,
        "records": result.n_records,
        "agree": result.n_agreeing,
        "unsure": result.n_unsure,
        "precision": _told(result.tally.precision),
        "recall": _told(result.tally.recall),
        "F1": _told(result.tally.f1),
    }


def _show_reasons(scored: Evaluation) -> None:
    import polars as pl

    from msc_harvest.cli.show import table

    if not scored.by_reason:
        return
    print("\nexclusions whose reason is the labelled one")
    rows = [{"reason": code, "records": one.n, "agree": _told(one)} for code, one in scored.by_reason.items()]
    table(pl.DataFrame(rows))


def _show_disagreements(scored: Evaluation) -> None:
    import polars as pl

    from msc_harvest.cli.show import table

    results = (scored.scope, scored.reasons, *scored.concepts)
    apart = [one for result in results for one in result.disagreements]
    if not apart:
        print("\nno disagreement")
        return
    print("\ndisagreements")
    rows = [
        {
            "record": one.nct_id,
            "concept": one.concept,
            "labelled": one.labelled,
            "found": one.found,
            "matched text": one.matched_text,
        }
        for one in apart
    ]
    table(pl.DataFrame(rows))


def _told(one: Share) -> str:
    """A share as per cent with its interval; a dash where there was nothing to measure."""
    if one.value is None or one.ci_low is None or one.ci_high is None:
        return "–"
    return f"{100 * one.value:.1f} % ({100 * one.ci_low:.1f} to {100 * one.ci_high:.1f})"
