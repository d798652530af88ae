"""`msc-harvest sheet check`: what is wrong with a sheet that people filled in, line by line."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from msc_harvest.cli.context import now
from msc_harvest.cli.logs import printable, tell
from msc_harvest.paths import assets

_SOUND, _FAULTY = 0, 2


def sheet(arguments: argparse.Namespace) -> int:
    """Print every fault of `file`, with `json` as one object; 0 where there is none, else 2."""
    from msc_harvest.pipeline.sheets.checking import check_sheet

    checked = check_sheet(Path(arguments.file).expanduser(), assets(), now().date())
    if arguments.json:
        json.dump({"file": arguments.file, **asdict(checked)}, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        for one in checked.problems:
            where = f"{arguments.file}:{one.line}: {one.column or 'row'}"
            print(printable(f"{where}: {one.problem}" + (f" ({one.value})" if one.value else "")))
    for note in checked.notes:
        tell(f"note: {note}")
    rows = f"{checked.n_rows} row{'' if checked.n_rows == 1 else 's'} of {checked.table}"
    tell(f"{rows}: {len(checked.problems) or 'no'} problem{'' if len(checked.problems) == 1 else 's'}")
    return _FAULTY if checked.problems else _SOUND
