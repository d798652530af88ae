"""sources → archive: every strategy asked, every record stored as received, the ledger written as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from msc_harvest import __version__
from msc_harvest.archive import Archive, Asked, Harvested, Manifest, SegmentWriter, Status, write_manifest
from msc_harvest.errors import MscHarvestError, NothingReachable, SourceError
from msc_harvest.http import Client
from msc_harvest.model import Connector, Notice, Progress, Strategy
from msc_harvest.paths import Home
from msc_harvest.settings import Settings

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Tally:
    """Counts of one search while it runs."""

    expected: int | None = None
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    upstream: str | None = None

    @property
    def seen(self) -> int:
        """Records received."""
        return self.new + self.changed + self.unchanged

    def count(self, change: str) -> None:
        """Take one record that was `new`, `changed` or `unchanged`."""
        setattr(self, change, getattr(self, change) + 1)

    def take(self, notice: Notice) -> None:
        """Take what a search says beside its records."""
        if notice.kind == "expected":
            self.expected = (self.expected or 0) + int(notice.detail)
        elif notice.kind == "missing":
            self.missing += (notice.detail,)
        elif notice.kind == "deleted":
            self.withdrawn += (notice.detail,)
        elif notice.kind == "upstream":
            self.upstream = notice.detail
        else:
            self.warnings += (notice.detail,)


def harvest(
    home: Home,
    client: Client,
    settings: Settings,
    connectors: Mapping[str, Connector],
    strategies: Iterable[Strategy],
    clock: Clock,
    progress: Progress,
) -> Manifest:
    """Ask every strategy's source and archive what is new; returns the run's manifest, which also lies in runs/.

    A source that fails ends its own search only: what had arrived is kept and the manifest says why. An interruption is
    recorded and raised again. Raises NothingReachable when no search brought an answer.
    """
    run = _Run(home, client, settings, clock, progress)
    try:
        for strategy in strategies:
            run.search(connectors[strategy.source], strategy)
    except BaseException as problem:
        run.close("interrupted" if not isinstance(problem, Exception) else "failed")
        raise
    failed = [one for one in run.manifest.harvests if one.status == "failed"]
    manifest = run.close("failed" if failed else "finished")
    if failed and len(failed) == len(manifest.harvests) and not any(one.seen for one in failed):
        raise NothingReachable(f"no source could be read; the first said: {failed[0].error}")
    return manifest


class _Run:
    """One run: its manifest, rewritten before and after each search."""

    def __init__(self, home: Home, client: Client, settings: Settings, clock: Clock, progress: Progress) -> None:
        self._home, self._client, self._settings, self._clock, self._progress = home, client, settings, clock, progress
        self._archive = Archive(home)
        begun = clock()
        self.manifest = Manifest(
            run_id=self._free_name(begun), status="running", started_at=begun, code_version=__version__
        )
        self._write()

    def search(self, connector: Connector, strategy: Strategy) -> None:
        """Run one strategy on one source to its end or its failure."""
        tally, error = Tally(), None
        ledger = Harvested(strategy.source, strategy.name, "running", strategy.text, strategy.sha256)
        self._record(ledger)
        self._progress.start(f"{strategy.source} / {strategy.name}", None)
        writer = self._archive.writer(self.manifest.run_id, strategy.source, strategy.name)
        status: Status = "interrupted"
        try:
            with writer:
                self._receive(connector, strategy, writer, tally)
            status = "finished"
        except SourceError as problem:
            status, error = "failed", str(problem)
        except MscHarvestError as problem:
            status, error = "failed", str(problem)
            raise
        finally:
            counts = {**asdict(tally), "seen": tally.seen}
            self._record(replace(ledger, status=status, error=error, segments=writer.segments, **counts))

    def _receive(self, connector: Connector, strategy: Strategy, writer: SegmentWriter, tally: Tally) -> None:
        keyed = bool(self._settings.ncbi_api_key) and connector.requests_per_second_with_key is not None
        rate = (connector.requests_per_second_with_key if keyed else None) or connector.requests_per_second
        base_url = self._settings.base_url(connector.name, connector.base_url)
        fetch = self._client.fetcher(base_url, rate, identify=connector.wants_identity)
        for item in connector.search(fetch, strategy):
            if isinstance(item, Notice):
                tally.take(item)
                if item.kind == "expected" and tally.expected is not None:
                    self._progress.expect(tally.expected)
                continue
            tally.count(writer.add(item, connector.content(item.body), self._clock()))
            self._progress.advance()

    def close(self, status: Status) -> Manifest:
        """Write the manifest's last state."""
        self.manifest = replace(self.manifest, status=status, finished_at=self._clock())
        try:
            self._write()
        except MscHarvestError:
            # A full disk must not hide the failure that ended the run.
            if status == "finished":
                raise
        return self.manifest

    def _record(self, ledger: Harvested) -> None:
        self.manifest = self.manifest.with_harvest(ledger)
        self._write()

    def _write(self) -> None:
        asked = {host: Asked(**asdict(stats)) for host, stats in self._client.stats.items()}
        self.manifest = replace(self.manifest, http=asked)
        write_manifest(self._home, self.manifest)

    def _free_name(self, begun: datetime) -> str:
        """The second the run began; with a letter behind it when another run began in the same second."""
        name = f"{begun:%Y%m%dT%H%M%SZ}"
        taken = {path.stem for path in self._home.runs.glob(f"{name}*.json")}
        return next(
            one for one in (name, *(f"{name}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")) if one not in taken
        )
