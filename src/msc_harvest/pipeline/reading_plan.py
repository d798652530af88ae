"""How much of a search to read, told from what earlier runs did: everything, or what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from msc_harvest.archive import Harvested, Manifest, Read
from msc_harvest.model import Reading, Strategy

# A record can reach the source's index days after the date it bears. Contents already held cost no version.
OVERLAP = timedelta(days=7)

# What a source changes without changing a record's date is found by reading everything now and then.
FULL_EVERY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Plan:
    """One reading to come. `why` says in words why the whole answer is read; `watermark` is inherited from the reading
    this one continues; `made_good` are lost segments whose records it fetches again; `is_same_question` says whether
    the same words were asked, and answered to the end, before."""

    read: Read
    reading: Reading
    why: str
    watermark: date | None = None
    made_good: tuple[str, ...] = ()
    is_same_question: bool = False


def plan(
    manifests: Sequence[Manifest],
    strategy: Strategy,
    held: Mapping[str, str],
    home: Path,
    now: datetime,
    *,
    whole: bool = False,
) -> Plan:
    """The reading of `strategy` that follows from the runs so far (oldest first).

    `held` are the records archived for it. `whole` asks for the whole answer whatever was read before. A reading of the
    whole answer that broke off is continued where it had landed.
    """
    of_source = [
        (manifest.started_at, one)
        for manifest in manifests
        for one in manifest.harvests
        if (one.source, one.strategy) == (strategy.source, strategy.name)
    ]
    same = [(at, one) for at, one in of_source if one.strategy_sha256 == strategy.sha256]
    finished = [(at, one) for at, one in same if one.status == "finished"]
    lost = _lost([one for _, one in of_source], home)
    is_same_question = bool(finished)
    # What was listed and not returned last time is asked for again, whether it has changed since or not.
    ids: AbstractSet[str] = held.keys() - set(finished[-1][1].missing if finished else ())
    if (broken := _broken_off(same)) and not lost:
        reading = Reading(ids, broken.watermark - OVERLAP if broken.watermark else None, broken.landed)
        why = f"goes on behind {broken.landed}, where the last reading had landed"
        return Plan("full", reading, why, broken.watermark, broken.made_good, is_same_question)
    if why := _why_whole(whole, bool(of_source) and not same, finished, lost, now):
        return Plan("full", Reading(ids), why, None, lost, is_same_question)
    since = max(one.watermark for _, one in finished if one.watermark) - OVERLAP
    return Plan("incremental", Reading(ids, since), "", is_same_question=True)


def _broken_off(same: Sequence[tuple[datetime, Harvested]]) -> Harvested | None:
    """The last reading of this question, when it was one of everything, did not reach its end and can be continued."""
    last = same[-1][1] if same else None
    if last and last.status != "finished" and last.read == "full" and last.landed and last.watermark:
        return last
    return None


def _why_whole(
    whole: bool,
    is_new_question: bool,
    finished: Sequence[tuple[datetime, Harvested]],
    lost: tuple[str, ...],
    now: datetime,
) -> str:
    """Why the whole answer must be read; "" when what changed is enough."""
    if whole:
        return "asked for with --full"
    full = [at for at, one in finished if one.read == "full"]
    if not full:
        return "the search strategy has changed" if is_new_question else "not read to its end before"
    if lost:
        return f"{lost[0]} is gone"
    if not any(one.watermark for _, one in finished):
        return "the source has never told how far its data reach"
    if now - full[-1] > FULL_EVERY:
        return f"the last whole reading is {(now - full[-1]).days} days old"
    return ""


def _lost(harvests: Sequence[Harvested], home: Path) -> tuple[str, ...]:
    """Segments that a manifest names, that are not there, and that no later reading has made good."""
    named = {entry.path for one in harvests for entry in one.segments}
    made_good = {path for one in harvests if one.status == "finished" for path in one.made_good}
    return tuple(sorted(path for path in named - made_good if not (home / path).is_file()))
