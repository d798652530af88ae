"""`msc-harvest replay`: a published meta-analysis, recomputed and compared."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msc_harvest.cli.context import home_of
from msc_harvest.cli.logs import tell
from msc_harvest.cli.show import paragraph, table
from msc_harvest.errors import UsageError, nearest
from msc_harvest.paths import assets

if TYPE_CHECKING:
    from msc_harvest.pipeline.pooling.numbers import StudyNumbers
    from msc_harvest.pipeline.replaying.comparison import Replay, Replayed
    from msc_harvest.pipeline.replaying.description import Arms

_DONE = 0


def replay(arguments: argparse.Namespace) -> int:
    """Print the comparison; 0 whatever it finds."""
    from msc_harvest.pipeline.replaying import comparison
    from msc_harvest.pipeline.replaying.description import read_description

    if arguments.file is None:
        for one in _shipped():
            print(one.stem)
        return _DONE
    description = read_description(_path(arguments.file))
    done = comparison.replay(description, home_of(arguments).warehouse)
    if arguments.json:
        json.dump(comparison.as_object(done), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        _print(done)
        if done.build_id:
            tell(f"build {done.build_id}, {done.data_origin} data")
    return _DONE


def _shipped() -> list[Path]:
    return sorted((assets() / "warehouse" / "curated" / "replay").glob("*.yaml"))


def _path(name: str) -> Path:
    path = Path(name).expanduser()
    named = {one.stem: one for one in _shipped()}
    if path.is_file() or (name not in named and path.suffix):
        return path
    if name not in named:
        known = nearest(name, named)
        raise UsageError(f"there is no file {name or 'without a name'}, and no shipped replay of that name; {known}")
    return named[name]


def _print(done: Replay) -> None:
    paper = done.description
    paragraph(paper.citation)
    for note in (*done.notes, *((paper.note,) if paper.note else ())):
        paragraph(f"note: {' '.join(note.split())}")
    for one in done.outcomes:
        _print_outcome(one)


def _print_outcome(one: Replayed) -> None:
    import polars as pl

    from msc_harvest.pipeline.replaying.comparison import interval_text

    result = one.outcome.printed
    d = result.decimals
    interval = f"{result.estimate:.{d}f} ({result.ci_low:.{d}f} to {result.ci_high:.{d}f})"
    print()
    paragraph(f"{one.outcome.name}: printed {one.outcome.measure.replace('_', ' ')} {interval}")
    studies = [
        {
            "study": found.study.name,
            "with us": found.study.study_id,
            "paper": _arms(found.printed),
            "ours": _arms(found.ours),
            "missing": found.missing,
        }
        for found in one.studies
    ]
    table(pl.DataFrame(studies, infer_schema_length=None).select(_filled(studies)))
    if one.recomputed:
        rows = [
            {
                "recomputed from": row.numbers,
                "model": row.model,
                "studies": row.k,
                "result": interval_text(row),
                "as printed": row.is_as_printed,
            }
            for row in one.recomputed
        ]
        table(pl.DataFrame(rows, infer_schema_length=None))
    for own in one.own:
        what = f"{own.stratum}, {own.design}" if own.design else f"{own.stratum}"
        studies_of = ", ".join(own.study_ids)
        paragraph(f"we pool ({what}): {interval_text(own)}, studies {studies_of}")
    for difference in one.differences:
        paragraph(f"difference · {difference}")
    paragraph(f"verdict: {one.verdict}")


def _filled(rows: list[dict[str, Any]]) -> list[str]:
    return [name for name in rows[0] if name == "study" or any(row[name] is not None for row in rows)]


def _arms(one: Arms | StudyNumbers | None) -> str | None:
    return None if one is None else f"{one.events_msc}/{one.n_msc} v. {one.events_control}/{one.n_control}"
