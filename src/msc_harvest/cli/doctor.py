"""`msc-harvest doctor`: findings on stdout, one line each or as JSON; what is safe is repaired with --fix."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from msc_harvest.cli.context import home_of, now
from msc_harvest.cli.narrate import Narrator, printable
from msc_harvest.errors import SettingsError, SourceError
from msc_harvest.paths import Home, assets

if TYPE_CHECKING:
    from msc_harvest.http import Client
    from msc_harvest.model import Connector, Progress, Strategy
    from msc_harvest.pipeline.doctor import Finding, Reached
    from msc_harvest.settings import Settings

NOT_WELL = 1


def doctor(arguments: argparse.Namespace) -> int:
    """Examine the home that `arguments` name, with `fix`, `json` and `offline`; 0 when nothing is failing, else 1."""
    from msc_harvest.pipeline.doctor import Patient, examine, is_well

    home = home_of(arguments)
    findings: list[Finding] = []
    with Narrator() as progress:
        patient = Patient(
            home,
            os.environ,
            assets(),
            now(),
            progress,
            probe=None if arguments.offline else _probe(home),
            fix=arguments.fix,
            rebuild=lambda: _rebuild(home, progress),
        )
        findings.extend(examine(patient))
    if arguments.json:
        json.dump({"healthy": is_well(findings), "findings": [asdict(one) for one in findings]}, sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        for one in findings:
            print(_line(one))
    return 0 if is_well(findings) else NOT_WELL


def _line(one: Finding) -> str:
    head = "fixed" if one.fixed else one.severity
    remedy = f"  → {one.remedy}" if one.remedy and one.severity != "ok" else ""
    return printable(f"{head:5}  {one.check:10} {one.what}{remedy}")


def _rebuild(home: Home, progress: Progress) -> None:
    """The warehouse anew from the archive; the caller holds the lock."""
    from msc_harvest.connectors import connectors
    from msc_harvest.pipeline import holdings
    from msc_harvest.pipeline.building import build

    held, moment = holdings.archived(home), now().replace(tzinfo=None)
    build(home.warehouse, assets(), held, connectors(), moment, progress, state=home.state)


def _probe(home: Home) -> Callable[[], list[Reached]] | None:
    """Asks each source which data it serves; None when the settings cannot be used (which is a finding of its own)."""
    from msc_harvest.cli.network import client
    from msc_harvest.connectors import connectors
    from msc_harvest.http import Limits
    from msc_harvest.pipeline import strategies
    from msc_harvest.settings import Settings

    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError:
        return None

    def probe() -> list[Reached]:
        limits = Limits(tries=2, overall_seconds=40, attempt_seconds=20, connect_seconds=10, read_seconds=20)
        asked = {one.source: one for one in strategies.load(assets() / "queries")}
        with client(settings, home, limits) as polite:
            return [
                _reach(polite, settings, connector, asked[name])
                for name, connector in connectors().items()
                if name in asked
            ]

    return probe


def _reach(polite: Client, settings: Settings, connector: Connector, strategy: Strategy) -> Reached:
    """One request: every search begins by asking which data the source serves, and is left after that."""
    from msc_harvest.model import Notice, Reading, Request, Response
    from msc_harvest.pipeline.doctor import Reached

    ahead: list[timedelta] = []
    base_url = settings.base_url(connector.name, connector.base_url)
    fetch = polite.fetcher(base_url, connector.requests_per_second, identify=connector.wants_identity)

    def timed(request: Request) -> Response:
        answer = fetch(request)
        if (served := _served_at(answer.headers.get("date"))) is not None:
            ahead.append(datetime.now(UTC) - served)
        return answer

    try:
        first = next(iter(connector.search(timed, strategy, Reading())), None)
    except SourceError as problem:
        return Reached(connector.name, False, str(problem))
    told = first.detail if isinstance(first, Notice) else "it does not tell its version"
    ok = isinstance(first, Notice) and first.kind == "upstream"
    return Reached(connector.name, ok, told, ahead[0] if ahead else None)


def _served_at(header: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header or "")
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
