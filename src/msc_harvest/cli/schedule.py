"""`msc-harvest schedule`: print a ready unit for this installation."""

from __future__ import annotations

import argparse
import getpass
import re
import sys
from datetime import time
from pathlib import Path

from msc_harvest import __version__
from msc_harvest.cli.context import home_of
from msc_harvest.cli.logs import tell
from msc_harvest.errors import UsageError
from msc_harvest.report import schedule as units


def schedule(arguments: argparse.Namespace) -> int:
    """Print the unit of `arguments.scheduler` for `arguments.at` (HH:MM) to stdout. With systemd, `--part`
    (service, failed, timer) chooses one of the three files; without it all are printed, each under its name."""

    installation = units.Installation(
        command=_command(),
        home=str(home_of(arguments).root),
        user=getpass.getuser(),
        budgets=_budgets(),
        at=_time(arguments.at) if arguments.at is not None else units.DEFAULT_AT,
        version=__version__,
    )
    part: str | None = arguments.part
    if part and arguments.scheduler != "systemd":
        raise UsageError("--part is for systemd: the others have one file")
    if arguments.scheduler == "systemd":
        files = units.systemd(installation)
        wanted = {
            "service": "msc-harvest.service",
            "failed": "msc-harvest-failed.service",
            "timer": "msc-harvest.timer",
        }
        chosen = [files[wanted[part]]] if part else list(files.values())
        sys.stdout.write("\n".join(chosen))
        if not part:
            tell("three files, each under its name; one alone: --part service|failed|timer")
    else:
        render = {"cron": units.cron, "github": units.github, "launchd": units.launchd}[arguments.scheduler]
        sys.stdout.write(render(installation))
    return 0


def _command() -> tuple[str, ...]:
    """The program as a scheduler must call it: the script beside the running Python, else that Python with -m."""
    python = Path(sys.executable).absolute()
    script = python.with_name("msc-harvest")
    return (str(script),) if script.is_file() else (str(python), "-m", "msc_harvest")


def _budgets() -> str:
    """The folder of request budgets that all processes of this user share."""
    from platformdirs import user_state_path

    return str(user_state_path("msc-harvest", appauthor=False))


def _time(text: str) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise UsageError(f"--at {text} is not a time of day; write HH:MM, such as 04:30 (UTC)")
    return time.fromisoformat(text)
