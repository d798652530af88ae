"""How things stand, told from the ledger: how far each source was read, and which one command comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from msc_harvest.archive import Harvested, Manifest, Status

# A nightly job that missed one night is late; one that missed two is broken.
STALE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Standing:
    """One source and strategy. `watermark` is the day of the source's data up to which it was read to its end;
    `last_full` and `last_success` (aware UTC) say when everything, or anything, was last read to its end, `age_hours`
    how long ago the latter was; None for never. `status` and `error` are those of the last run; `left` counts records
    held that its answer did not list and that were not withdrawn."""

    source: str
    strategy: str
    watermark: date | None
    last_full: datetime | None
    last_success: datetime | None
    age_hours: float | None
    status: Status
    error: str | None
    left: int

    @property
    def is_late(self) -> bool:
        """Whether the last success lies too far back, or there was none."""
        return self.age_hours is None or self.age_hours > STALE / timedelta(hours=1)


def standings(manifests: Sequence[Manifest], asked: Collection[tuple[str, str]], now: datetime) -> list[Standing]:
    """One per (source, strategy) of `asked` that any run has read, by name; `manifests` come oldest first."""
    found: dict[tuple[str, str], list[tuple[datetime, Harvested]]] = {}
    for manifest in manifests:
        for one in manifest.harvests:
            if (one.source, one.strategy) in asked:
                at = manifest.finished_at or manifest.started_at
                found.setdefault((one.source, one.strategy), []).append((at, one))
    return [_standing(found[place], now) for place in sorted(found)]


def _standing(read: Sequence[tuple[datetime, Harvested]], now: datetime) -> Standing:
    last = read[-1][1]
    finished = [(at, one) for at, one in read if one.status == "finished"]
    success = finished[-1][0] if finished else None
    return Standing(
        last.source,
        last.strategy,
        max((one.watermark for _, one in finished if one.watermark), default=None),
        max((at for at, one in finished if one.read == "full"), default=None),
        success,
        round((now - success) / timedelta(hours=1), 1) if success else None,
        last.status,
        last.error,
        last.left,
    )


def problems(facts: Mapping[str, Any], found: Sequence[Standing]) -> list[str]:
    """What keeps this home from being healthy, one line each. `facts` are those of `msc-harvest status`."""
    told = [f"{one.source}/{one.strategy}: last success {_ago(one)}" for one in found if one.is_late]
    told += [f"{one.source}/{one.strategy}: the last run is {one.status}" for one in found if one.status != "finished"]
    told += [facts["archive"]["reason"]] if facts["archive"]["state"] == "damaged" else []
    told += [f"{path} is gone" for path in facts["archive"]["lost_segments"]]
    told += [f"run {run_id} was killed and is not settled" for run_id in facts["unsettled"]]
    warehouse = facts["warehouse"]
    if warehouse["state"] != "present":
        told.append(f"the warehouse is {warehouse['state']}")
    elif warehouse["data_origin"] != "harvest":
        told.append("the warehouse holds the embedded sample, not a harvest")
    elif warehouse["behind"]:
        told.append("the archive is newer than the warehouse")
    if not found:
        told.append("nothing was harvested yet")
    return told + (
        [f"the last build failed: {facts['last_failed_build']['reason']}"] if facts["last_failed_build"] else []
    )


def next_step(facts: Mapping[str, Any], found: Sequence[Standing]) -> str:
    """The one command that makes sense now, and why. `facts` are those of `msc-harvest status`."""
    return _about_archive(facts, found) or _about_warehouse(facts) or _when_all_is_built(facts, found)


def _about_archive(facts: Mapping[str, Any], found: Sequence[Standing]) -> str:
    if facts["lock"]:
        return f"msc-harvest status  (a run is at work since {facts['lock']['since']}; look again when it has ended)"
    if facts["archive"]["state"] == "damaged":
        return "msc-harvest doctor --fix  (the archive is damaged; without --fix it says what would be done)"
    if facts["archive"]["lost_segments"]:
        return "msc-harvest harvest --full  (segments are gone: restore them from a backup, or read everything again)"
    last = facts["runs"][-1]["status"] if facts["runs"] else "finished"
    if last != "finished" or any(one.status != "finished" for one in found):
        return "msc-harvest harvest  (the last run did not reach its end; what had arrived is kept)"
    return ""


def _about_warehouse(facts: Mapping[str, Any]) -> str:
    warehouse, failed = facts["warehouse"], facts["last_failed_build"]
    if warehouse["state"] == "unreadable":
        return "msc-harvest build  (the warehouse cannot be read; the archive can rebuild it)"
    if warehouse["state"] == "present" and warehouse["data_origin"] != "harvest" and not facts["runs"]:
        return "msc-harvest --home DIR run  (this warehouse holds the embedded sample, not a harvest)"
    if failed:
        force = failed["can_be_forced"]
        why = "if these figures are right" if force else "after mending what is named"
        return f"msc-harvest build{' --force' if force else ''}  ({why}; the last build failed: {failed['reason']})"
    if warehouse["state"] == "absent":
        return (
            "msc-harvest build"
            if facts["runs"]
            else "msc-harvest run  (or, without a network: msc-harvest run --sample)"
        )
    if warehouse["behind"]:
        return "msc-harvest build  (the archive is newer than the warehouse)"
    return ""


def _when_all_is_built(facts: Mapping[str, Any], found: Sequence[Standing]) -> str:
    late = [one for one in found if one.is_late]
    if late:
        one = late[0]
        return f"msc-harvest run  ({one.source}/{one.strategy} was last read {_ago(one)}; is the schedule at work?)"
    doubtful = next((one for one in found if one.left), None)
    if doubtful:
        return (
            f"msc-harvest harvest --full  ({doubtful.left} record(s) held are not in the answer of {doubtful.source}/"
            f"{doubtful.strategy} any more; --force withdraws them when they are many)"
        )
    return "msc-harvest sql 'FROM out.safety_by_organ'  (all is up to date)"


def _ago(one: Standing) -> str:
    return "never" if one.age_hours is None else f"{one.age_hours:.0f} hours ago"
