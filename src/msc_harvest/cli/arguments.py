"""The commands and their flags."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from msc_harvest import __version__
from msc_harvest.cli.evidence_arguments import add_pool, add_replay, add_sheet, add_why

EPILOG = """exit codes: 0 done · 1 a file or the disk failed · 2 usage · 3 settings · 4 some sources failed, the rest
published · 5 checks failed, nothing published · 6 another run holds the lock · 7 nothing reachable · 130 interrupted ·
143 terminated

environment: MSC_HARVEST_HOME, MSC_HARVEST_CTGOV_URL, MSC_HARVEST_EUTILS_URL, NCBI_API_KEY, MSC_HARVEST_EMAIL,
MSC_HARVEST_LOG (plain or json), NO_COLOR"""


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command and its flags as attributes. Exits with code 2 and one line when they make no sense."""
    return _parser().parse_args(words)


class _Parser(argparse.ArgumentParser):
    """Without abbreviations: a flag means one thing today and after the next release."""

    def __init__(self, **keywords: object) -> None:
        keywords.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **keywords)  # type: ignore[arg-type]


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="msc-harvest",
        description="Trials and reports of mesenchymal stromal cells in organ transplantation, from source to SQL.",
        epilog=EPILOG,
    )
    parser.add_argument("--home", metavar="DIR", help="folder of raw/, runs/, exports/ and msc_harvest.duckdb")
    parser.add_argument("--version", action="version", version=f"msc-harvest {__version__}")
    parser.add_argument(
        "--log-format", choices=("plain", "json"), help="lines on standard error (default: plain, or MSC_HARVEST_LOG)"
    )
    parser.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), default="info", help="how much to tell"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    _run(commands)
    _harvest(commands)
    _build(commands)
    _export(commands)
    _sql(commands)
    add_why(commands)
    add_sheet(commands)
    _changes(commands)
    _review(commands)
    _evaluate(commands)
    add_pool(commands)
    add_replay(commands)
    _status(commands)
    _schedule(commands)
    _doctor(commands)
    return parser


def _run(commands: argparse._SubParsersAction[_Parser]) -> None:
    run = commands.add_parser("run", help="harvest, build and export, then print a summary by organ")
    run.add_argument("--sample", action="store_true", help="use the records shipped with the program; no network")
    _add_harvest_flags(run)
    run.add_argument(
        "--force", action="store_true", help="publish a suspicious load, and believe answers that lack many records"
    )


def _harvest(commands: argparse._SubParsersAction[_Parser]) -> None:
    harvest = commands.add_parser("harvest", help="ask the sources and archive what is new")
    _add_harvest_flags(harvest)
    harvest.add_argument("--force", action="store_true", help="believe answers that lack many of the records held")


def _build(commands: argparse._SubParsersAction[_Parser]) -> None:
    build = commands.add_parser("build", help="build the warehouse from the archive; no network")
    build.add_argument("--sample", action="store_true", help="build from the records shipped with the program")
    build.add_argument("--to", metavar="FILE", help="write the warehouse there and leave the published one alone")
    build.add_argument("--force", action="store_true", help="publish although much less is there than before; recorded")
    _add_lock_timeout(build)
    build.add_argument(
        "--as-of", metavar="DATE", help="use only what was known at the end of this day (YYYY-MM-DD, UTC)"
    )


def _export(commands: argparse._SubParsersAction[_Parser]) -> None:
    export = commands.add_parser("export", help="write the out views as CSV files")
    export.add_argument("view", nargs="*", help="names of out views (default: all)")
    export.add_argument("--to", metavar="DIR", help="folder to write to (default: exports/ of the home)")


def _sql(commands: argparse._SubParsersAction[_Parser]) -> None:
    sql = commands.add_parser("sql", help="run one read-only SELECT over the warehouse")
    sql.add_argument("query", nargs="?", help="the SELECT; or give it with --file")
    sql.add_argument("-f", "--file", metavar="FILE", help="read the SELECT from a file, - for standard input")
    sql.add_argument(
        "--format",
        choices=("table", "csv", "json", "parquet"),
        default="table",
        help="form of the answer (default: table)",
    )
    sql.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=300.0, help="stop the query after so long (default: 300)"
    )


def _status(commands: argparse._SubParsersAction[_Parser]) -> None:
    status = commands.add_parser("status", help="what is here, how the last runs went, and what comes next")
    status.add_argument("--json", action="store_true", help="for programs")


def _changes(commands: argparse._SubParsersAction[_Parser]) -> None:
    changes = commands.add_parser("changes", help="what is new for a clinician since the last harvest, or since a day")
    changes.add_argument("--since", metavar="DATE", help="from the start of this day (YYYY-MM-DD, UTC)")
    changes.add_argument("--until", metavar="DATE", help="to the end of this day (YYYY-MM-DD, UTC)")
    changes.add_argument("--format", choices=("text", "json", "markdown", "atom"), default="text")


def _review(commands: argparse._SubParsersAction[_Parser]) -> None:
    review = commands.add_parser("review", help="what needs a person: list it, show the evidence, take a decision")
    review.add_argument("record", nargs="?", metavar="RECORD", help="NCT number or PMID: show its evidence")
    review.add_argument("--decide", choices=("include", "exclude", "borderline"), help="record a decision on it")
    review.add_argument("--reason", metavar="CODE", help="why, as in vocab.scope_reason")
    review.add_argument("--note", metavar="TEXT", help="in your own words")
    review.add_argument("--reviewer", metavar="NAME", help="who decides; or whose decided records to leave out")
    review.add_argument("--adjudicate", action="store_true", help="the decision settles a conflict of two reviewers")
    review.add_argument("--agreement", nargs="*", metavar="NAME", help="Cohen's kappa of two reviewers")
    review.add_argument(
        "--file", metavar="FILE", help="the file of decisions (default: the checkout's scope_override.csv)"
    )
    review.add_argument("--json", action="store_true", help="for programs")


def _evaluate(commands: argparse._SubParsersAction[_Parser]) -> None:
    evaluate = commands.add_parser("evaluate", help="compare scope and concepts with a table of labelled trials")
    evaluate.add_argument("labels", metavar="LABELS.csv", help="one labelled trial a line")
    evaluate.add_argument("--json", action="store_true", help="for programs")


def _schedule(commands: argparse._SubParsersAction[_Parser]) -> None:
    schedule = commands.add_parser("schedule", help="print a ready unit for a nightly run of this installation")
    schedule.add_argument("scheduler", choices=("systemd", "cron", "github", "launchd"))
    schedule.add_argument("--at", metavar="HH:MM", help="time of day, UTC where the scheduler knows it")
    schedule.add_argument("--part", choices=("service", "failed", "timer"), help="only this file of systemd's three")


def _doctor(commands: argparse._SubParsersAction[_Parser]) -> None:
    doctor = commands.add_parser("doctor", help="check settings, disk, archive, warehouse and reachability")
    doctor.add_argument("--fix", action="store_true", help="repair what is safe to repair, and say what was done")
    doctor.add_argument("--offline", action="store_true", help="ask no service")
    doctor.add_argument("--json", action="store_true", help="for programs")


def _add_harvest_flags(command: _Parser) -> None:
    command.add_argument(
        "--full", action="store_true", help="read everything again, and withdraw what left the answers"
    )
    command.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="only this source (may be repeated)"
    )
    command.add_argument(
        "--strategy", action="append", default=[], metavar="NAME", help="only this search strategy (may be repeated)"
    )
    _add_lock_timeout(command)


def _add_lock_timeout(command: _Parser) -> None:
    command.add_argument(
        "--lock-timeout", metavar="SECONDS", type=float, default=0.0, help="wait so long for another run (default: 0)"
    )
