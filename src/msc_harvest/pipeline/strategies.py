"""The search strategies, read verbatim from queries/search/<strategy>/<source>.txt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from msc_harvest.errors import UsageError
from msc_harvest.model import Strategy


def load(queries: Path, names: Iterable[str] = (), sources: Iterable[str] = ()) -> list[Strategy]:
    """All strategies, or those of the given names and sources; by name, then source.

    Lines that start with `#` are remarks and are not sent. Raises UsageError when a name or source has no strategy.
    """
    found = [_read(path) for path in sorted((queries / "search").glob("*/*.txt"))]
    for wanted, known, what in (
        (list(names), sorted({one.name for one in found}), "strategy"),
        (list(sources), sorted({one.source for one in found}), "source"),
    ):
        for word in wanted:
            if word not in known:
                raise UsageError(f"there is no {what} called {word}; known: {', '.join(known)}")
    chosen = [one for one in found if (not names or one.name in names) and (not sources or one.source in sources)]
    if not chosen:
        raise UsageError("no strategy is left by these --strategy and --source choices together")
    return chosen


def _read(path: Path) -> Strategy:
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).strip()
    return Strategy(path.parent.name, path.stem, text, hashlib.sha256(text.encode()).hexdigest())
