"""Writes the golden files anew: `python -m tests.golden.write`. Read the difference before you keep it."""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from datetime import datetime
from pathlib import Path

from msc_harvest.cli.changes import changes
from msc_harvest.connectors import connectors
from msc_harvest.paths import Home, assets
from msc_harvest.pipeline import holdings
from msc_harvest.pipeline.building import build
from msc_harvest.pipeline.estimating.ledger import EstimateLedger
from tests.golden.history import MOMENTS, harvest

HERE = Path(__file__).resolve().parent
FILES = {"text": "changes.txt", "json": "changes.json", "markdown": "changes.md", "atom": "changes.atom.xml"}
BUILT_AT = datetime(2026, 4, 1)


class Silent:
    """A Progress that says nothing."""

    def start(self, label: str, total: int | None) -> None:
        pass

    def advance(self, units: int = 1) -> None:
        pass

    def expect(self, total: int) -> None:
        pass

    def note(self, text: str) -> None:
        pass


def build_home(home: Home, as_of: datetime | None = None) -> None:
    """Build the warehouse of a home, as if there had been none: no gate compares it with an earlier one. What earlier
    builds said of their estimates is remembered."""
    home.warehouse.unlink(missing_ok=True)
    memory = EstimateLedger(home.estimates)
    build(home.warehouse, assets(), holdings.archived(home), connectors(), BUILT_AT, Silent(), as_of, estimates=memory)


def told(home: Home, form: str = "text", since: str | None = None, until: str | None = None) -> str:
    """What `changes` prints for this home."""
    words = argparse.Namespace(home=str(home.root), format=form, since=since, until=until)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert changes(words) == 0
    return out.getvalue()


def main() -> None:
    """Make the history in a temporary folder and write what is told of it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        for number in range(1, len(MOMENTS) + 1):
            harvest(home, number)
            build_home(home)
        for form, name in FILES.items():
            (HERE / name).write_text(told(home, form, since="2026-01-01"), encoding="utf-8")


if __name__ == "__main__":
    main()
