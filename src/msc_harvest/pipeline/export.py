"""The out views as CSV files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from msc_harvest.errors import UsageError
from msc_harvest.model import Progress
from msc_harvest.report.csv_files import write_view, write_whole
from msc_harvest.warehouse.inspect import build_facts, out_views, read_views


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: folder, (view, rows) per file, and where the data come from."""

    folder: Path
    files: tuple[tuple[str, int], ...]
    data_origin: str


def export(warehouse: Path, folder: Path, names: Iterable[str], progress: Progress) -> Exported:
    """Write each named out view (all when none is named) to `folder`/<view>.csv, with ABOUT.md beside them.

    Raises UsageError for an unknown view, WarehouseError without a warehouse, MscHarvestError when a file cannot be
    written.
    """
    facts = build_facts(warehouse)
    views = dict(out_views(warehouse))
    chosen = [name.removeprefix("out.") for name in names] or sorted(views)
    for name in chosen:
        if name not in views:
            raise UsageError(f"there is no view out.{name}; known: {', '.join(sorted(views))}")
    progress.start("export", len(chosen))
    files = []
    for name, rows in read_views(warehouse, chosen):
        files.append((name, write_view(rows, facts.data_origin, folder / f"{name}.csv")))
        progress.advance()
    write_whole(folder / "ABOUT.md", _about(facts.data_origin, facts.build_id, views).encode())
    return Exported(folder, tuple(files), facts.data_origin)


def _about(data_origin: str, build_id: str, views: dict[str, str]) -> str:
    lines = [
        "# About these files",
        "",
        f"Data origin: **{data_origin}**. Build: `{build_id}`.",
        "",
        "Empty cells mean *not reported*; 0 means *reported as none*.",
        "Text that a spreadsheet would run as a formula carries a leading apostrophe.",
        "",
    ]
    for name, comment in sorted(views.items()):
        title = comment.splitlines()[0].removeprefix("title: ") if comment else ""
        lines.append(f"* `{name}.csv`: {title}")
    return "\n".join(lines) + "\n"
