"""sources → archive: every strategy asked, every record stored as received, the ledger written as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from msc_harvest import __version__
from msc_harvest.archive import (
    Archive,
    Harvested,
    Manifest,
    SegmentWriter,
    Status,
    read_manifests,
    settle,
    write_manifest,
)
from msc_harvest.errors import MscHarvestError, NothingReachable, SourceError
from msc_harvest.http import Client
from msc_harvest.model import Connector, Fetch, Progress, Strategy
from msc_harvest.paths import Home
from msc_harvest.pipeline.reading_plan import Plan, plan
from msc_harvest.pipeline.searching import ROWS_PER_SEGMENT, Search
from msc_harvest.settings import Settings

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for beside the usual: `whole` reads everything, `force` believes an answer that lacks many of
    the records held."""

    whole: bool = False
    force: bool = False


def harvest(
    home: Home,
    client: Client,
    settings: Settings,
    connectors: Mapping[str, Connector],
    strategies: Iterable[Strategy],
    clock: Clock,
    progress: Progress,
    wish: Wish = Wish(),
    run_id: str | None = None,
) -> Manifest:
    """Ask every strategy's source and archive what is new; returns the run's manifest, which also lies in runs/.

    Runs left open by a killed process are settled first. A source that fails ends its own search only: what had
    arrived is kept and the manifest says why. An interruption is recorded and raised again. Raises NothingReachable
    when no search brought an answer.
    """
    for line in settle(home):
        progress.note(line)
    run = _Run(home, client, settings, clock, progress, wish, run_id)
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


def free_run_id(home: Home, begun: datetime) -> str:
    """The second the run began (UTC); with a letter behind it when another run began in the same second."""
    name = f"{begun:%Y%m%dT%H%M%SZ}"
    taken = {path.name.partition(".")[0] for path in home.runs.glob(f"{name}*")}
    return next(
        one for one in (name, *(f"{name}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")) if one not in taken
    )


class _Steady:
    """A clock that never goes back, not behind the last run either: versions are told apart by when they came."""

    def __init__(self, clock: Clock, floor: datetime | None) -> None:
        self._clock = clock
        self._last = floor
        self.is_behind = floor is not None and clock() < floor

    def __call__(self) -> datetime:
        moment = self._clock()
        self._last = moment if self._last is None or moment > self._last else self._last
        return self._last


class _Run:
    """One run: its manifest, rewritten before, during and after each search."""

    def __init__(
        self,
        home: Home,
        client: Client,
        settings: Settings,
        clock: Clock,
        progress: Progress,
        wish: Wish,
        run_id: str | None,
    ) -> None:
        self._home, self._client, self._settings, self._progress, self._wish = home, client, settings, progress, wish
        self._archive = Archive(home)
        self._before = read_manifests(home)
        moments = [moment for one in self._before for moment in (one.started_at, one.finished_at) if moment]
        self._clock = _Steady(clock, max(moments, default=None))
        if self._clock.is_behind:
            progress.note(
                f"this machine's clock is behind the last run, which ended {max(moments):%Y-%m-%d %H:%M} UTC; records "
                "get that moment until the clock has passed it; check: msc-harvest doctor"
            )
        begun = self._clock()
        self.manifest = Manifest(
            run_id=run_id or free_run_id(home, begun), status="running", started_at=begun, code_version=__version__
        )
        self._write()

    def search(self, connector: Connector, strategy: Strategy) -> None:
        """Run one strategy on one source to its end or its failure."""
        held = self._archive.known(strategy.source, strategy.name)
        planned = plan(self._before, strategy, held, self._home.root, self._clock(), whole=self._wish.whole)
        self._progress.start(f"{strategy.source} / {strategy.name} ({_in_words(planned)})", None)
        # The segments are cut where a batch ends, by the search; the writer itself cuts only what grows too large.
        writer = self._archive.writer(self.manifest.run_id, strategy.source, strategy.name, 10 * ROWS_PER_SEGMENT)
        search = Search(planned, held, writer, self._clock, self._progress)
        ledger = Harvested(
            strategy.source,
            strategy.name,
            "running",
            strategy.text,
            strategy.sha256,
            planned.read,
            planned.reading.since,
        )
        books = _Books(ledger, search, writer, self._clock(), self._asked())
        status: Status = "interrupted"
        error = None

        def record() -> None:
            self._record(books.at(self._clock(), self._asked()))

        record()
        try:
            with writer:
                search.receive(connector, self._fetch(connector), strategy, record)
                search.withdraw_what_left(force=self._wish.force)
            status = "finished"
        except SourceError as problem:
            status, error = "failed", str(problem)
        except MscHarvestError as problem:
            status, error = "failed", str(problem)
            raise
        finally:
            self._record(replace(books.at(self._clock(), self._asked()), status=status, error=error))

    def _fetch(self, connector: Connector) -> Fetch:
        keyed = bool(self._settings.ncbi_api_key) and connector.requests_per_second_with_key is not None
        rate = (connector.requests_per_second_with_key if keyed else None) or connector.requests_per_second
        base_url = self._settings.base_url(connector.name, connector.base_url)
        return self._client.fetcher(base_url, rate, identify=connector.wants_identity)

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

    def _asked(self) -> dict[str, int]:
        stats = self._client.stats.values()
        return {name: sum(getattr(one, name) for one in stats) for name in ("requests", "retries", "bytes")}

    def _record(self, ledger: Harvested) -> None:
        # A service's own words may repeat what it was told: key and e-mail.
        warnings = tuple(self._client.redact(words) for words in ledger.warnings)
        self.manifest = self.manifest.with_harvest(replace(ledger, warnings=warnings))
        self._write()

    def _write(self) -> None:
        asked = dict(self._client.stats)
        self.manifest = replace(self.manifest, http=asked)
        write_manifest(self._home, self.manifest)


def _in_words(planned: Plan) -> str:
    if planned.read == "full":
        return f"whole answer: {planned.why}"
    return f"what is new or changed since {planned.reading.since}"


@dataclass(frozen=True, slots=True)
class _Books:
    """What a search is recorded as at any moment: its question, what came so far, and what that has cost."""

    ledger: Harvested
    search: Search
    writer: SegmentWriter
    begun: datetime
    asked: Mapping[str, int]

    def at(self, now: datetime, asked: Mapping[str, int]) -> Harvested:
        """The ledger's line at `now`, when the client has asked so much in all."""
        spent: dict[str, Any] = {name: asked[name] - self.asked[name] for name in asked}
        seconds = round((now - self.begun).total_seconds(), 3)
        return replace(self.ledger, **self.search.facts(), **spent, segments=self.writer.segments, seconds=seconds)
