"""The command line: arguments in, one pipeline verb called, text out, exit code.

Only this room prints, reads the environment and the clock, and decides exit codes. stdout is data, stderr is narration.
Nothing but argparse is imported before a command is chosen, so that `--help` is instant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from msc_harvest.cli.arguments import parse
from msc_harvest.errors import MscHarvestError

if TYPE_CHECKING:
    import argparse

    from msc_harvest.cli.signals import Signals

BUG = 1
_BY_SIGNAL = 128


def run() -> None:
    """Entry point of `msc-harvest` and `python -m msc_harvest`: runs one command and exits with its code."""
    code = main(sys.argv[1:], is_whole_process=True)
    if code > _BY_SIGNAL:
        # Threads of libraries may still be at work on what was broken off; Python's own ending would fall over them.
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def main(words: Sequence[str], is_whole_process: bool = False) -> int:
    """Run the command that `words` name; returns the exit code. Whatever goes wrong ends in one line on stderr.

    `is_whole_process` says that the process ends with the command: then signals and stray exceptions are watched until
    its very end.
    """
    arguments = parse(words)
    from msc_harvest.cli import logs
    from msc_harvest.cli.signals import Signals

    if is_whole_process:
        logs.take_strays()
    with Signals(stay=is_whole_process) as signals:
        try:
            return _command(arguments)
        except BrokenPipeError:
            # The reader of our output went away (`| head`): not a failure. Python would complain again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except KeyboardInterrupt as problem:
            return _interrupted(signals, problem)
        except Exception as problem:
            return _failed(signals, problem)


def _command(arguments: argparse.Namespace) -> int:
    from msc_harvest.cli import logs

    secrets = (os.environ.get("NCBI_API_KEY"), os.environ.get("MSC_HARVEST_EMAIL"))
    logs.configure("plain", arguments.log_level, secrets)
    logs.configure(logs.chosen_format(arguments.log_format, os.environ), arguments.log_level, secrets)
    import logging

    logging.getLogger(__name__).debug("%s begins", arguments.command, extra={"event": "begun"})
    from msc_harvest.cli import commands

    return commands.COMMANDS[arguments.command](arguments)


def _interrupted(signals: Signals, problem: BaseException) -> int:
    import logging

    log = logging.getLogger(__name__)
    log.debug("where it stood", exc_info=problem)
    log.warning(
        "interrupted by %s; what had arrived is kept, run the same command again to go on",
        signals.name,
        extra={"event": "interrupted", "exit_code": signals.exit_code},
    )
    return signals.exit_code


def _failed(signals: Signals, problem: Exception) -> int:
    """The one line about a failure. One that followed a signal, and that no part of the program foresaw, is the signal
    in disguise: libraries dress it up."""
    import logging

    log = logging.getLogger(__name__)
    foreseen = isinstance(problem, MscHarvestError)
    if signals.number is not None and not foreseen:
        return _interrupted(signals, problem)
    log.debug("traceback", exc_info=problem)
    code = problem.exit_code if isinstance(problem, MscHarvestError) else BUG
    if signals.number is not None:
        code = signals.exit_code
    told = str(problem) if foreseen else f"{type(problem).__name__}: {_first_line(problem)}{_A_BUG}"
    log.error("%s", told, extra={"event": "failed", "exit_code": code})
    return code


_A_BUG = "; this is a fault of the program: run again with --log-level debug to see where, and report it"


def _first_line(problem: Exception) -> str:
    return " ".join(str(problem).split())[:300]
