"""The flags of the commands about evidence: `why`, `sheet`, `pool` and `replay`.

Apart from the commands themselves, whose imports `--help` need not wait for.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any


def add_why(commands: Any) -> None:
    """Print the walk from a figure home: studies, arms, values, where each stands, and the record version we hold.

    WHAT is one of
      a row of a view   its name, then column=value pairs until it is the one you mean:
                        safety_by_organ organ=kidney outcome=acute_rejection arm=msc
                        (organ means organ_code, arm means arm_role; more rows than one are all walked)
      a study           tan_2012, perhaps with outcome=acute_rejection
      a record          NCT00658073, or a PMID
      an estimate       its id, where the warehouse holds pooled estimates

    The number stands between « and » in its sentence. Values that stand in no table are listed beside, with the reason.
    --json gives {asked, build_id, data_origin, walks}; a walk is described in msc_harvest/warehouse/walk.py.
    """
    about = _told(add_why)
    why = commands.add_parser("why", help="where a figure comes from: study, arm, sentence, record", description=about)
    why.add_argument(
        "what", nargs="+", metavar="WHAT", help="a view and column=value pairs, a study, a record, an estimate"
    )
    why.add_argument("--json", action="store_true", help="for programs")


def add_sheet(commands: Any) -> None:
    """Check a sheet of values read by people, before a build takes it.

    FILE has the columns of warehouse/curated/arm_outcome.csv, arm_outcome_pending.csv or extraction.csv (two readers
    and an adjudicator). A problem is one line, FILE:LINE: COLUMN: what is wrong. Exit code 0: none; 2: problems.
    --json gives {file, table, n_rows, problems, notes}; a problem is {line, column, value, problem}.
    """
    about = _told(add_sheet)
    sheet = commands.add_parser("sheet", help="check a sheet of values that people entered", description=about)
    sheet.add_argument("verb", choices=("check",), help="what to do with it")
    sheet.add_argument("file", metavar="FILE", help="a CSV file")
    sheet.add_argument("--json", action="store_true", help="for programs")


def add_pool(commands: Any) -> None:
    """Pool studies: what the warehouse holds for an organ and an outcome, or your own numbers.

    Randomised, concurrent and historical controls are pooled apart, and MSC apart from MSC with other cells; name
    several designs (--design randomised,concurrent_control) to mix them, which the answer will say. One study is
    described, not pooled. Nothing to pool is an answer in words.

    A CSV file has the column study and one of these sets:
      two arms         events_msc, n_msc, events_control, n_control
      one arm          events, n
      measured values  mean_msc, sd_msc, n_msc, mean_control, sd_control, n_control
      given effects    effect, se   (for ratios the natural logarithm of the ratio and its standard error)
    and if wanted design and stratum; any other column may be named in --by. An empty cell is not reported. Commas,
    semicolons or tabs separate; numbers have a decimal point.

    --format csv is one row per result; --json (or --format json) gives {asked, build_id, data_origin, note, results,
    differences}; a result holds its studies, those left out, warnings and the same studies by other models.
    """
    about = _told(add_pool)
    parser = commands.add_parser(
        "pool", help="pool the studies of an organ and outcome, or your own", description=about
    )
    parser.add_argument("--organ", metavar="CODE", help="as in vocab.organ")
    parser.add_argument("--outcome", metavar="CODE", help="as in vocab.outcome")
    parser.add_argument("--csv", metavar="FILE", help="your own numbers instead of the warehouse's")
    parser.add_argument("--by", metavar="COLUMN", help="subgroups: cell_origin, cell_source, timing, dose_band, …")
    parser.add_argument("--design", metavar="NAME[,NAME]", help="only this design, or several mixed on purpose")
    parser.add_argument("--stratum", metavar="NAME", help="only this stratum, such as msc_alone")
    parser.add_argument("--measure", metavar="NAME", help="risk_ratio, odds_ratio, risk_difference, proportion, …")
    parser.add_argument("--model", metavar="NAME", default="default",
                        help="default (by rule), random, common, mantel-haenszel, peto, exact, crude, …")  # fmt: skip
    parser.add_argument("--tau2", metavar="NAME", default="REML", help="REML (default), PM or DL")
    parser.add_argument("--test", metavar="NAME", default="hk-floor", help="hk-floor (default), hk, t or z")
    parser.add_argument("--level", metavar="SHARE", type=float, default=0.95, help="of intervals (default: 0.95)")
    parser.add_argument("--alternatives", action="store_true", help="show the same studies by other models too")
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table", help="form of the answer")
    parser.add_argument("--json", action="store_true", help="for programs; the same as --format json")


def add_replay(commands: Any) -> None:
    """Recompute a published meta-analysis from its own numbers and from our evidence, and say what differs and why.

    FILE is a YAML description of the paper (the format stands in msc_harvest/pipeline/replaying/description.py), or
    the name of one shipped with the program; without FILE their names are printed. A fault in the file is one line,
    FILE:LINE: key: what is wrong, and exit code 2. Where our confirmed numbers do not suffice, each study × outcome
    that is missing is named.

    --json gives build_id, data_origin, the description, notes and outcomes, each {printed, verdict, differences,
    missing, studies, recomputed, own}.
    """
    about = _told(add_replay)
    parser = commands.add_parser("replay", help="recompute a published meta-analysis and compare", description=about)
    parser.add_argument("file", nargs="?", metavar="FILE", help="a YAML file, or the name of a shipped one")
    parser.add_argument("--json", action="store_true", help="for programs")


def _told(add: Callable[[Any], None]) -> str:
    """The docstring of a function, as `inspect.cleandoc` would have it, without the import of that module."""
    first, _, rest = (add.__doc__ or "").partition("\n")
    return f"{first}\n{textwrap.dedent(rest)}".strip()
