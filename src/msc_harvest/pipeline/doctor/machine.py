"""Around the archive: settings, versions, the folder, its disk, the clock, the way to the sources."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msc_harvest import __version__
from msc_harvest.errors import SettingsError
from msc_harvest.paths import Home
from msc_harvest.pipeline.doctor.finding import Finding, Patient
from msc_harvest.settings import Settings

# Before this version, lxml can be made to read local files into a record.
SAFE_LXML = (6, 1)
LEAST_FREE_BYTES = 100_000_000
CLOCK_TOLERANCE = timedelta(minutes=5)


def settings(patient: Patient) -> Iterator[Finding]:
    """Can the settings be used, and does NCBI know whom to write to?"""
    try:
        found = Settings.from_environment(patient.environment)
    except SettingsError as problem:
        what, _, remedy = str(problem).partition("; ")
        yield Finding("settings", "fail", what, remedy or "correct that variable")
        return
    yield Finding("settings", "ok", "the settings can be used")
    if not found.email:
        yield Finding(
            "email",
            "warn",
            "MSC_HARVEST_EMAIL is not set: NCBI cannot write before it blocks this address",
            "set it to an address that is read",
        )
    if not found.ncbi_api_key:
        yield Finding("api_key", "info", "NCBI_API_KEY is not set: PubMed is asked 3 times a second instead of 10")


def versions(_: Patient) -> Iterator[Finding]:
    """Which versions run here, and is the XML parser safe?"""
    installed = {name: _version(name) for name in ("duckdb", "lxml", "polars")}
    listed = ", ".join(f"{name} {number or 'not installed'}" for name, number in installed.items())
    told = f"msc-harvest {__version__}, Python {platform.python_version()}, {listed}"
    yield Finding("versions", "ok", told)
    for name, number in installed.items():
        if number is None:
            yield Finding("versions", "fail", f"{name} is not installed", "install msc-harvest again")
    lxml = installed["lxml"]
    if lxml and tuple(int(part) for part in re.findall(r"\d+", lxml)[:2]) < SAFE_LXML:
        yield Finding(
            "lxml",
            "fail",
            f"lxml {lxml} can be made to read local files by a hostile record",
            "install lxml 6.1 or later",
        )


def folder(patient: Patient) -> Iterator[Finding]:
    """Is the home there, and can it be written?"""
    root = patient.home.root
    if not root.exists():
        yield Finding("home", "info", f"{root} does not exist yet", "it is made by: msc-harvest run")
        return
    if not root.is_dir():
        yield Finding("home", "fail", f"{root} is not a folder", "choose another with --home")
        return
    closed = [
        path
        for path in (root, patient.home.raw, patient.home.runs, patient.home.exports)
        if path.exists() and not os.access(path, os.R_OK | os.W_OK | os.X_OK)
    ]
    for path in closed:
        yield Finding("home", "fail", f"{path} cannot be read and written by this user", "give this user the folder")
    if not closed:
        yield Finding("home", "ok", f"{root} can be read and written")


def disk(patient: Patient) -> Iterator[Finding]:
    """Is there room for the next build? It stands beside the old warehouse until it is done, with temporary files."""
    root = next((each for each in (patient.home.root, *patient.home.root.parents) if each.is_dir()), None)
    if root is None:
        return
    try:
        free = patient.free_bytes(root)
    except OSError as problem:
        yield Finding("disk", "warn", f"the free space of {root} cannot be told ({problem.strerror})")
        return
    wanted = max(LEAST_FREE_BYTES, 3 * _size(patient.home.warehouse) + _archive_size(patient.home) // 10)
    told = f"{free / 1e6:,.0f} MB free on the disk of {root}"
    if free < LEAST_FREE_BYTES:
        yield Finding("disk", "fail", told, f"free at least {wanted / 1e6:,.0f} MB")
    elif free < wanted:
        yield Finding("disk", "warn", f"{told}, a build may need {wanted / 1e6:,.0f} MB", "free space")
    else:
        yield Finding("disk", "ok", told)


def sources(patient: Patient) -> Iterator[Finding]:
    """Does each source answer, and do its clock and ours agree?"""
    if patient.probe is None:
        yield Finding("sources", "info", "the sources were not asked")
        return
    for one in patient.probe():
        if one.ok:
            yield Finding("sources", "ok", f"{one.source} answers: {one.words}")
        else:
            yield Finding("sources", "fail", f"{one.source}: {one.words}", "check the network, then run doctor again")
        if one.clock_ahead is not None and abs(one.clock_ahead) > CLOCK_TOLERANCE:
            minutes = abs(one.clock_ahead) / timedelta(minutes=1)
            side = "ahead of" if one.clock_ahead > timedelta() else "behind"
            yield Finding(
                "clock",
                "warn",
                f"this machine's clock is {minutes:,.0f} minutes {side} that of {one.source}",
                "let the clock be set by a time service",
            )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _archive_size(home: Home) -> int:
    return sum(_size(path) for path in home.raw.glob("*/*/*"))
