"""`msc-harvest why`: from a figure home, for people on the terminal or as one JSON object."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING

from msc_harvest.cli.context import home_of
from msc_harvest.cli.logs import printable, tell

if TYPE_CHECKING:
    from msc_harvest.report.walk_text import Line, Piece

_DONE = 0
_OPEN, _CLOSE = "«", "»"
_BOLD, _INVERSE, _FAINT, _PLAIN = "\x1b[1m", "\x1b[7m", "\x1b[2m", "\x1b[0m"
_STYLES = {"head": _BOLD, "mark": _INVERSE, "faint": _FAINT}


def why(arguments: argparse.Namespace) -> int:
    """Print the walks that `what` asks for; with `json` as {asked, build_id, data_origin, walks}."""
    from msc_harvest.report.walk_text import lines
    from msc_harvest.warehouse.inspect import build_facts
    from msc_harvest.warehouse.walk import walk

    warehouse = home_of(arguments).warehouse
    walks, facts = walk(warehouse, arguments.what), build_facts(warehouse)
    if arguments.json:
        whole = {"asked": arguments.what, "build_id": facts.build_id, "data_origin": facts.data_origin, "walks": walks}
        json.dump(whole, sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
        return _DONE
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for number, one in enumerate(walks):
        if number:
            print("\n")
        for line in lines(one):
            print(_shown(line, is_coloured=is_coloured))
    tell(f"build {facts.build_id}, {facts.data_origin} data")
    return _DONE


def _shown(line: Line, *, is_coloured: bool) -> str:
    return "".join(_styled(piece, is_coloured=is_coloured) for piece in line).rstrip()


def _styled(piece: Piece, *, is_coloured: bool) -> str:
    """Without colours the number in its sentence stands between « and »; with them, too, so that copies keep it."""
    text = printable(piece.text)
    if piece.tone == "mark":
        text = f"{_OPEN}{text}{_CLOSE}"
    return f"{_STYLES[piece.tone]}{text}{_PLAIN}" if is_coloured and piece.tone in _STYLES else text
