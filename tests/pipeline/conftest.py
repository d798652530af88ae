"""A harvest against the stand-in, on a clock that only moves when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from msc_harvest.archive import Manifest
from msc_harvest.connectors import connectors
from msc_harvest.http import Client, Limits
from msc_harvest.model import Strategy
from msc_harvest.paths import Home, assets
from msc_harvest.pipeline import harvesting, holdings, strategies
from msc_harvest.pipeline.building import Built, build
from msc_harvest.pipeline.harvesting import Wish
from msc_harvest.settings import Settings
from tests.http.conftest import Clock
from tests.once import a_copy_of, once
from tests.standin import StandIn
from tests.standin.records import articles_in, studies_in


class Silent:
    """A Progress that keeps its notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def start(self, label: str, total: int | None) -> None:
        pass

    def advance(self, units: int = 1) -> None:
        pass

    def expect(self, total: int) -> None:
        pass

    def note(self, text: str) -> None:
        self.notes.append(text)


class Bench:
    """One home, one clock, and the verbs of the pipeline on them."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root / "home")
        self.clock = Clock()
        self.progress = Silent()

    @classmethod
    def on_a_copy(cls, harvested: Path, root: Path) -> Bench:
        """A bench at `root` where the one of the fixture `harvested` ended: same home, same clock."""
        bench = cls(root)
        a_copy_of(harvested / "home", bench.home.root)
        bench.clock.now = float((harvested / "clock").read_text())
        return bench

    def now(self) -> datetime:
        """The bench's clock, aware."""
        return self.clock.wall()

    def harvest(
        self,
        server: StandIn,
        only: list[Strategy] | None = None,
        key: str | None = None,
        wish: Wish = Wish(),  # noqa: B008 - frozen
    ) -> Manifest:
        """Harvest everything from the stand-in."""
        settings = Settings(server.ctgov_url, server.eutils_url, key, "canary.person@example.org")
        client = Client(
            user_agent="msc-harvest/test",
            state=self.home.state,
            sleep=self.clock.sleep,
            monotonic=self.clock.monotonic,
            wall_clock=self.clock.wall,
            contact=settings.email,
            api_key=key,
            limits=Limits(read_seconds=2, connect_seconds=2),
            jitter=lambda: 0.0,
        )
        chosen = only if only is not None else strategies.load(assets() / "queries")
        with client:
            return harvesting.harvest(self.home, client, settings, connectors(), chosen, self.now, self.progress, wish)

    def build(self, as_of: datetime | None = None, *, force: bool = False) -> Built:
        """Build the warehouse of the home's archive."""
        moment = self.now().replace(tzinfo=None)
        held = holdings.archived(self.home)
        return build(
            self.home.warehouse, assets(), held, connectors(), moment, self.progress, as_of,
            force=force, state=self.home.state,
        )  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A fresh home."""
    return Bench(tmp_path)


@pytest.fixture
def standin() -> Callable[..., StandIn]:
    """Makes a stand-in over the sample's records; other records or faults by keyword."""

    def make(**replaced: object) -> StandIn:
        given: dict[str, object] = {"studies": studies_in(), "articles": articles_in()}
        return StandIn(**{**given, **replaced})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a bench left that harvested the sample's records from the stand-in and built once. Work on a copy."""
    return once(tmp_path_factory, "harvested", _harvest)


def _harvest(folder: Path) -> None:
    bench = Bench(folder)
    with StandIn(studies=studies_in(), articles=articles_in()) as server:
        bench.harvest(server)
    bench.build()
    (folder / "clock").write_text(repr(bench.clock.now))
