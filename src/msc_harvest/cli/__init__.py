"""The command line: arguments in, one pipeline verb called, text out, exit code.

Only this room prints, reads the environment and the clock, and decides exit codes. stdout is data, stderr is narration.
Nothing but argparse is imported before a command is chosen, so that `--help` is instant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from msc_harvest.cli.arguments import parse
from msc_harvest.errors import MscHarvestError

INTERRUPTED = 130


def run() -> None:
    """Entry point of `msc-harvest` and `python -m msc_harvest`: runs one command and exits with its code."""
    sys.exit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """Run the command that `words` name; returns the exit code. Failures meant for users end in one line on stderr."""
    arguments = parse(words)
    try:
        from msc_harvest.cli import commands

        return commands.COMMANDS[arguments.command](arguments)
    except MscHarvestError as problem:
        print(f"msc-harvest: {problem}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print(
            "msc-harvest: interrupted; what had arrived is kept, run the same command again to go on", file=sys.stderr
        )
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`| head`): not a failure. Python would complain again at exit otherwise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
