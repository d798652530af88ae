"""Where things lie: the files that come with the program, and the folders of one home."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def assets() -> Path:
    """Folder that holds `queries/` and `warehouse/` as shipped: the checkout's root, or the copy inside the wheel."""
    checkout = PACKAGE.parent.parent
    return checkout if (checkout / "queries" / "out").is_dir() else PACKAGE / "_assets"


def checkout_of(folder: Path) -> Path | None:
    """Root of the msc-harvest checkout that `folder` lies in, or None."""
    for candidate in (folder, *folder.parents):
        if (candidate / "queries" / "out").is_dir() and (candidate / "warehouse" / "schema").is_dir():
            return candidate
    return None


@dataclass(frozen=True, slots=True)
class Home:
    """One home: the folder of raw/, runs/, exports/ and the warehouse file."""

    root: Path

    @property
    def raw(self) -> Path:
        """Archive segments: raw/<source>/<strategy>/<run_id>-<number>.parquet."""
        return self.root / "raw"

    @property
    def runs(self) -> Path:
        """One JSON manifest per run: runs/<run_id>.json."""
        return self.root / "runs"

    @property
    def estimates(self) -> Path:
        """What each published build said of its estimates: runs/estimates/<sequence>-<build_id>.json.gz."""
        return self.runs / "estimates"

    @property
    def exports(self) -> Path:
        """CSV files made by `export`."""
        return self.root / "exports"

    @property
    def warehouse(self) -> Path:
        """The published DuckDB file."""
        return self.root / "msc_harvest.duckdb"

    @property
    def state(self) -> Path:
        """Request budgets, where the user has no folder of their own for them."""
        return self.root / "state"

    @property
    def lock(self) -> Path:
        """Held by the one process that may write to this home."""
        return self.root / ".msc-harvest.lock"
